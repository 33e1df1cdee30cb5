//! The command line's words. In: arguments. Out: typed ones. Help is written for someone who meets Escale here.

pub mod args;
pub mod commands;
pub mod database;
mod settings;
pub mod table;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use args::{
    Audience, Backup, Build, Check, Identity, Import, LogFormat, LogKind, LogLevel, Model, Replay,
    Report, ReportFormat, Restore, SchemaOf, Serve, Summed, Webhooks,
};
use database::Database;

/// Personalisation for travel sites: the sync server and its tools.
#[derive(Parser)]
#[command(name = "escale", version, about, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// A file of settings (TOML): each flag that a variable of the environment can say, by the flag's name. What an argument or
    /// a variable says goes before it.
    #[arg(long, global = true, env = "ESCALE_SETTINGS", value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl Cli {
    /// Reads arguments, environment and the file of settings; says what is wrong with them, or the help that is asked for, and ends.
    pub fn read() -> Self {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let command = settings::with_file(Self::command(), &arguments);
        let mut command = command
            .unwrap_or_else(|why| Self::command().error(ErrorKind::InvalidValue, why).exit());
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

const EXAMPLES: &str = "\
Start here:
  escale check escale.json                            what is wrong with a config, and what to do about it
  escale serve --config escale.json --db escale.db    the server, with nothing to install beside it
  escale replay visits.ndjson --config escale.json    what the engine makes of recorded visitors
  escale import bookings shop.csv --config escale.json --dry-run    what a file would tell of customers

A file of settings, such as escale.toml, for all commands:
  site = \"voyages\"
  config = \"/etc/escale/escale.json\"
  db = \"/var/lib/escale/voyages.db\"
  origin = [\"https://www.voyages.example\"]
  escale serve --settings escale.toml        what an argument or the environment says goes before the file

Exit codes: 0 all well, 1 something failed, 2 the arguments or the config cannot be used.";

#[derive(Subcommand)]
pub enum Command {
    Serve(Box<Serve>),
    Build(Build),
    Check(Check),
    Replay(Replay),
    Import(Import),
    Report(Report),
    #[command(visible_alias = "fit")]
    Model(Model),
    Audience(Audience),
    Webhooks(Webhooks),
    Backup(Backup),
    Restore(Restore),
}

/// What the server and the tools beside it work on: give each of them the same.
#[derive(Args)]
pub struct Base {
    /// The site's name, as the page's snippet gives it in data-site.
    #[arg(long, env = "ESCALE_SITE", default_value = "demo")]
    pub site: String,
    /// The config: people's escale.json, or what `escale build` made of it.
    #[arg(long, env = "ESCALE_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// Where the data are: a file for the embedded SQLite, or postgres://user:password@host/database.
    #[arg(
        long,
        env = "ESCALE_DB",
        hide_env_values = true,
        value_name = "FILE|URL",
        default_value = "escale.db"
    )]
    pub db: Database,
}
