//! The command line. In: arguments, environment and a settings file. Out: an exit code; results on the standard output,
//! errors on the standard error. Each command has one file, with its arguments and `run`.

mod audience;
mod backup;
mod build;
mod check;
mod database;
mod decide;
mod demo;
mod evaluate;
mod fit;
mod import;
mod model;
mod rejects;
mod replay;
mod report;
mod serve;
mod settings;
mod stories;
mod webhooks;

use std::ffi::OsString;
use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::base::errors::Errors;
use database::Database;

/// Sign at the start of a file by which spreadsheets detect UTF-8.
const BOM: &str = "\u{feff}";
/// Exit code if the arguments or the config cannot be used.
const UNUSABLE: u8 = 2;

/// Personalisation for travel sites: the sync server and its tools.
#[derive(Parser)]
#[command(name = "escale", version, about, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Settings file (TOML). Its keys are the names of flags that have an environment variable. Arguments and
    /// environment variables override it.
    #[arg(long, global = true, env = "ESCALE_SETTINGS", value_name = "FILE")]
    settings: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Start here:
  escale check escale.json                            list the errors of a config, each with a hint
  escale serve --site voyages --config escale.json    run the server on an embedded database
  escale replay visits.ndjson --config escale.json    run recorded visitors through the engine
  escale import bookings shop.csv --config escale.json --dry-run    check a file before the import

A settings file, such as escale.toml, works for all commands:
  site = \"voyages\"
  config = \"/etc/escale/escale.json\"
  db = \"/var/lib/escale/voyages.db\"
  origin = [\"https://www.voyages.example\"]
  escale serve --settings escale.toml        arguments and environment variables override the file

Exit codes: 0 success, 1 a test or row failed, 2 the arguments or the config cannot be used.";

#[derive(Subcommand)]
enum Command {
    Serve(Box<serve::Args>),
    Build(build::Args),
    Check(check::Args),
    Replay(replay::Args),
    Import(import::Args),
    Report(report::Args),
    Model(model::Args),
    Fit(fit::Args),
    Evaluate(evaluate::Args),
    Audience(audience::Args),
    Decide(decide::Args),
    Webhooks(webhooks::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
}

impl Cli {
    /// Reads arguments, environment and the settings file. Prints an error or the help and exits if there is no command.
    pub fn read() -> Self {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let command = settings::with_file(Self::command(), &arguments);
        let mut command = command
            .unwrap_or_else(|why| Self::command().error(ErrorKind::InvalidValue, why).exit());
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }

    /// Runs the command. Prints its errors, if any, and their number.
    pub fn run(&self) -> ExitCode {
        let result = match &self.command {
            Command::Serve(args) => serve::run(args),
            Command::Build(args) => build::run(args),
            Command::Check(args) => check::run(args),
            Command::Replay(args) => replay::run(args),
            Command::Import(args) => import::run(args),
            Command::Report(args) => report::run(args),
            Command::Model(args) => model::run(args),
            Command::Fit(args) => fit::run(args),
            Command::Evaluate(args) => evaluate::run(args),
            Command::Audience(args) => audience::run(args),
            Command::Decide(args) => decide::run(args),
            Command::Webhooks(args) => webhooks::run(args),
            Command::Backup(args) => backup::back_up(args),
            Command::Restore(args) => backup::restore(args),
        };
        result.unwrap_or_else(|errors| {
            fail(&errors);
            ExitCode::from(UNUSABLE)
        })
    }
}

/// Inputs that the server and its tools share. Give each of them the same.
#[derive(clap::Args)]
pub struct SharedArgs {
    /// Name of the site, as in data-site of the page's snippet.
    #[arg(long, env = "ESCALE_SITE", value_name = "NAME")]
    pub site: String,
    /// Config: escale.json or the output of `escale build`.
    #[arg(long, env = "ESCALE_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// Database: a file for the embedded SQLite, or postgres://user:password@host/database.
    #[arg(
        long,
        env = "ESCALE_DB",
        hide_env_values = true,
        value_name = "FILE|URL",
        default_value = "escale.db"
    )]
    pub db: Database,
}

/// Prints every error and their number.
fn fail(errors: &Errors) {
    for error in &errors.0 {
        eprintln!("{error}");
    }
    eprintln!("{} found", counted(errors.0.len(), "error"));
}

/// A number with its noun, such as `1 row` or `2 rows`.
fn counted(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

/// Runs asynchronous work to its end.
fn block_on<T>(work: impl Future<Output = Result<T, Errors>>) -> Result<T, Errors> {
    tokio::runtime::Runtime::new()
        .map_err(|error| Errors::of("the runtime", error))?
        .block_on(work)
}
