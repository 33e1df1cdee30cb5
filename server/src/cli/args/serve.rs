//! The words of `escale serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::Base;
use crate::http::cors;
use crate::model::{Success, refit};
use crate::webhook::arguments;

/// Serve one site: take hand-ins of profiles, answer what a visitor's other browsers know.
///
/// Everything lives in one SQLite file, made if it is not there, or in a PostgreSQL database that several servers may
/// share. A hand-in is answered once it is on the disk. Ctrl-C or SIGTERM ends the server after what is in flight.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    #[command(flatten)]
    pub base: Base,
    /// What `escale model` has learned; it goes into the config that browsers are given.
    #[arg(
        long,
        env = "ESCALE_MODEL",
        value_name = "FILE",
        conflicts_with = "fit_every"
    )]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    pub fitting: Fitting,
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(
        long,
        env = "ESCALE_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8787"
    )]
    pub listen: SocketAddr,
    /// An origin whose pages may call, such as https://www.example.com; may be given again. Pages of the server's own
    /// origin always may.
    #[arg(long = "origin", env = "ESCALE_ORIGINS", value_delimiter = ',', value_parser = cors::parse)]
    pub origins: Vec<String>,
    #[command(flatten)]
    pub identity: Identity,
    /// The key of the site's back end, at least 32 bytes: with it come reactions, bookings and facts. Best given by the
    /// environment or a file: arguments can be seen by everyone on the machine.
    #[arg(
        long,
        env = "ESCALE_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub api_key: Option<String>,
    /// A file with that key; white space around it is dropped.
    #[arg(
        long,
        env = "ESCALE_API_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "api_key"
    )]
    pub api_key_file: Option<PathBuf>,
    /// A key that opens GET /v1/report and the page /report, and nothing else; at least 32 bytes.
    #[arg(
        long,
        env = "ESCALE_REPORT_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub report_key: Option<String>,
    /// A file with that key.
    #[arg(
        long,
        env = "ESCALE_REPORT_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "report_key"
    )]
    pub report_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub webhooks: arguments::Webhooks,
    /// Serve the demo site from this folder, and sign its visitors in.
    #[arg(long, value_name = "DIR")]
    pub demo: Option<PathBuf>,
    /// The folder of the built package, served under /escale/ with the demo.
    #[arg(long, value_name = "DIR", default_value = "pkg", requires = "demo")]
    pub pkg: PathBuf,
    /// Connections at once; more wait to be taken. Stay under what the system lets one process open (ulimit -n).
    #[arg(long, env = "ESCALE_CONNECTIONS", value_name = "N", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// A connection on which no whole request head arrives within this many milliseconds is closed.
    #[arg(
        long,
        env = "ESCALE_HEAD_WITHIN_MS",
        value_name = "MS",
        default_value_t = 10_000
    )]
    pub head_within_ms: u64,
    /// A connection whose reader takes nothing of its answer for this many milliseconds is closed.
    #[arg(
        long,
        env = "ESCALE_WRITE_WITHIN_MS",
        value_name = "MS",
        default_value_t = 10_000
    )]
    pub write_within_ms: u64,
    /// How often a minute one visitor may call, on all devices together; a minute's worth may come at once.
    #[arg(long, env = "ESCALE_REQUESTS_A_MINUTE", value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests_a_minute: u32,
    /// Address and port for GET /metrics, in the format of Prometheus. Keep it from the public; without it there are none.
    #[arg(long, env = "ESCALE_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// How log lines are written (to the standard error). They never hold an address, a query or an id.
    #[arg(long, env = "ESCALE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// From which level on there are log lines; `info` has one a request.
    #[arg(long, env = "ESCALE_LOG", value_enum, default_value_t = LogLevel::Warn)]
    pub log: LogLevel,
}

/// How the tokens are checked that the site's back end signs: JWTs with sub (the customer's id), aud (the site) and exp.
#[derive(Args)]
#[group(multiple = false)]
pub struct Identity {
    /// The secret shared with the site's back end (HS256), at least 32 bytes. Best given by the environment: arguments
    /// can be seen by everyone on the machine.
    #[arg(
        long,
        env = "ESCALE_IDENTITY_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub identity_secret: Option<String>,
    /// A file with that secret; white space around it is dropped.
    #[arg(long, env = "ESCALE_IDENTITY_SECRET_FILE", value_name = "FILE")]
    pub identity_secret_file: Option<PathBuf>,
    /// A PEM file with the back end's public Ed25519 key (EdDSA): this server can then check tokens but never make one.
    #[arg(long, env = "ESCALE_IDENTITY_PUBLIC_KEY", value_name = "FILE")]
    pub identity_public_key: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
}

/// Learning from the site's own sums, as `escale model` does, without being asked each time.
#[derive(Args)]
pub struct Fitting {
    /// How often the server learns how offers succeed and what visitors look at, such as 24h: browsers are given a config that
    /// knows it. Several servers on one database share what one of them has learned.
    #[arg(long, env = "ESCALE_FIT_EVERY", value_name = "DURATION", value_parser = duration)]
    fit_every: Option<Duration>,
    /// From how many days until today it learns.
    #[arg(long, env = "ESCALE_FIT_DAYS", value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=760))]
    fit_days: u32,
    /// What a success is.
    #[arg(long, env = "ESCALE_FIT_SUCCESS", value_enum, default_value_t = Success::Clicks)]
    fit_success: Success,
}

impl Fitting {
    /// What the server is to do by itself, if anything.
    pub fn order(&self) -> Option<refit::Fitting> {
        let every = self.fit_every?;
        Some(refit::Fitting {
            every,
            days: self.fit_days,
            success: self.fit_success,
        })
    }
}

/// Seconds, minutes, hours or days.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = |(unit, seconds): (char, u64)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number
            .checked_mul(seconds)
            .filter(|seconds| (1..=31_536_000).contains(seconds))
    };
    let read = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)]
        .into_iter()
        .find_map(seconds);
    read.map(Duration::from_secs)
        .ok_or_else(|| "a whole number and s, m, h or d, such as 24h; a year at most".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  escale serve --site shop --config escale.json --db /var/lib/escale/shop.db \\
               --origin https://www.shop.example --identity-secret-file /run/secrets/escale
  escale serve --config escale.json --db postgres://escale@db.internal/shop   as many of these as you need
  escale serve --config www/demo/escale.json --db demo.db --demo www/demo --pkg pkg

Paths: POST /v1/sync, POST /v1/identify, GET and DELETE /v1/me, GET /v1/config, GET /v1/model, GET /healthz, GET /readyz;
with the API key POST /v1/reactions, /v1/bookings, /v1/facts and /v1/consents, /v1/customers, /v1/audiences and GET /v1/report.";
