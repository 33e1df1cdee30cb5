//! Log of `escale serve`. In: its format and level. Out: lines on the standard error.
//! Never: a line of a library, which could contain personal data.

use std::io::IsTerminal as _;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::arguments::{Args, LogFormat, LogLevel};
use crate::base::errors::Errors;

pub fn start(args: &Args) {
    let level = match args.log {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
    };
    // Only this crate's lines: a library's line about a request could contain personal data.
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let lines = match args.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(own))
        .init();
}

/// Logs a warning about the config.
pub fn warn_of_config(warning: &str) {
    tracing::warn!(code = "config", "{warning}");
}

/// Logs why the server ends, one line an error, where every line of the standard error is JSON.
pub fn fail(errors: &Errors) {
    for error in &errors.0 {
        tracing::error!(code = "start", "{error}");
    }
}
