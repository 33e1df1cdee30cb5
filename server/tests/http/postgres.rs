//! The same tests on a real PostgreSQL server, which is started here. Further tests need several
//! servers on one database. Nothing here waits on a clock.
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
mod buckets;
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
mod outage;
mod privacy;
mod receipts;
mod report;
mod retention;
mod several;
mod statistics;
mod sync;
mod tls;
mod watching;
mod webhooks;

const STORE: database::Kind = database::Kind::Postgres;
