//! The server and the command line of Escale, as the binary `escale` runs them. In: arguments. Out: an exit code. Never: an
//! interface for others: what is public here is so for `benches/server`, which measures the stores without HTTP around them, and
//! for `fuzz`, which tries out what reads bytes from outside.
#![allow(missing_docs, reason = "no interface for others")]

mod audience;
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
    match cli::Cli::read().command {
        cli::Command::Serve(arguments) => cli::commands::serve::run(&arguments),
        cli::Command::Build(arguments) => cli::commands::build::run(&arguments),
        cli::Command::Check(arguments) => cli::commands::check::run(&arguments),
        cli::Command::Replay(arguments) => cli::commands::replay::run(&arguments),
        cli::Command::Backup(arguments) => cli::commands::backup::back_up(&arguments),
        cli::Command::Restore(arguments) => cli::commands::backup::restore(&arguments),
        cli::Command::Webhooks(arguments) => cli::commands::webhooks::run(&arguments),
        cli::Command::Audience(arguments) => cli::commands::audience::run(&arguments),
        cli::Command::Import(arguments) => cli::commands::import::run(&arguments),
        cli::Command::Model(arguments) => cli::commands::model::run(&arguments),
        cli::Command::Report(arguments) => cli::commands::report::run(&arguments),
    }
}
