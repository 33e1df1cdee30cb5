//! Browser-to-server sync: requests, replicas, growth limits and consent receipts.

pub mod consent_receipt;
pub mod growth;
pub mod replica;
pub mod sync_request;
