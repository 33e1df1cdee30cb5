//! The real binary over real HTTP on a real SQLite file: what browsers hand in, what they are answered, what stays
//! after a stop, a kill and an erasure. `postgres.rs` runs the same stories on PostgreSQL. Nothing here waits on a clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends"
)]

mod browser;
mod certificates;
mod cluster;
mod database;
mod load;
mod server;

mod audiences;
mod bodies;
mod connections;
mod customers;
mod decisions;
mod durability;
mod encrypted;
mod erasure;
mod errors;
mod identity;
mod ids;
mod imports;
mod messages;
mod migrations;
mod model;
mod operation;
mod pages;
mod privacy;
mod receipts;
mod report;
mod retention;
mod sqlite_file;
mod statistics;
mod sync;
mod token_examples;
mod watching;
mod webhooks;

const STORE: database::Kind = database::Kind::Sqlite;
