//! Server and command line of Escale, as the binary `escale` runs them. In: arguments. Out: an exit code.
//! Not a stable interface: items are public only for `benches/server` and `fuzz`.
#![allow(missing_docs, reason = "not a stable interface")]

mod audience;
mod background;
pub mod base;
mod cli;
mod config_source;
mod customers;
pub mod decoders;
mod http;
mod ingest;
mod model;
mod replay;
mod report;
pub mod statistics;
pub mod store;
pub mod sync;
mod token;
mod webhook;

use std::process::ExitCode;

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    cli::Cli::read().run()
}
