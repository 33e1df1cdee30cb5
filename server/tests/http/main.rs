//! The real binary over real HTTP on a real SQLite file: what browsers hand in, what they are answered, what stays
//! after a stop, a kill and an erasure. Nothing here waits on a clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod browser;
mod server;

mod connections;
mod durability;
mod erasure;
mod hand_in;
mod identity;
mod pages;
mod privacy;
mod refusals;
mod retention;
