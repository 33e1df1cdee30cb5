//! Read-only views of a visitor for people: explanations, snapshots, decision history.

pub mod customer;
pub mod decisions;
pub mod explain;
pub mod messages;
pub mod snapshot;
