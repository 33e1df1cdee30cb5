//! `escale`: the server and the command line. One binary, a subcommand a job.

mod api_key;
mod app;
mod audience;
mod body;
mod cli;
mod clock;
mod commands;
mod config_source;
mod connections;
mod customers;
mod database;
mod growth;
mod hand_in;
mod ids;
mod metrics;
mod model;
mod origin;
mod pace;
mod pages;
mod policy;
mod postgres;
mod receipt;
mod refusal;
mod replay;
mod replica;
mod report;
mod report_page;
mod retention;
mod routes;
mod sqlite;
mod statistics;
mod store;
mod table;
mod telling;
mod tls;
mod token;
mod webhook;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::read().command {
        cli::Command::Serve(arguments) => commands::serve::run(&arguments),
        cli::Command::Build(arguments) => commands::build::run(&arguments),
        cli::Command::Check(arguments) => commands::check::run(&arguments),
        cli::Command::Replay(arguments) => commands::replay::run(&arguments),
        cli::Command::Backup(arguments) => commands::backup::back_up(&arguments),
        cli::Command::Restore(arguments) => commands::backup::restore(&arguments),
        cli::Command::Webhooks(arguments) => commands::webhooks::run(&arguments),
        cli::Command::Audience(arguments) => commands::audience::run(&arguments),
        cli::Command::Import(arguments) => commands::import::run(&arguments),
        cli::Command::Model(arguments) => commands::model::run(&arguments),
        cli::Command::Report(arguments) => commands::report::run(&arguments),
    }
}
