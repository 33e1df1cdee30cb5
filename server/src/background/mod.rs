//! Background tasks of a server: retention and learning. Each runs for as long as the store is open.

pub mod learning;
pub mod retention;
