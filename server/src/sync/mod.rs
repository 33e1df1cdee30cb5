//! Browser-to-server sync: requests, the plan of their changes, replicas, growth limits and consent receipts.

pub mod arms;
pub mod consent_receipt;
pub mod fingerprint;
pub mod growth;
pub mod plan;
pub mod replica;
pub mod request;
pub mod version_rule;
