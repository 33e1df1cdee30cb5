//! Server and command line of Escale, as the binary `escale` runs them. In: arguments. Out: an exit code.
//! Not a stable interface: items are public only for `benches/server` and `fuzz`.
#![allow(missing_docs, reason = "not a stable interface")]

mod audience;
mod background;
pub mod base;
mod cli;
mod config_source;
mod customers;
mod decisions;
pub mod decoders;
mod fit;
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

/// Ends the process without a message if the reader of its output is gone, as with `| head`.
fn end_with_the_pipe() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let message = info.payload().downcast_ref::<String>();
        let is_pipe = message.is_some_and(|message| {
            message.starts_with("failed printing to std") && message.contains("Broken pipe")
        });
        if is_pipe {
            std::process::exit(0);
        }
        report(info);
    }));
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    end_with_the_pipe();
    cli::Cli::read().run()
}
