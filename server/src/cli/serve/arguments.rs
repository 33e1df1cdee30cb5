//! Arguments of `escale serve`. In: the command line and the environment. Out: values within their ranges.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use crate::background::learning::Schedule;
use crate::cli::SharedArgs;
use crate::http::connections::Limits;
use crate::http::cors;
use crate::model::Success;
use crate::webhook::arguments::Webhooks;

/// Serve one site: store the profiles of browsers, and merge them across a visitor's devices.
///
/// All data are in one SQLite file, or in a PostgreSQL database that several servers may share. The
/// SQLite file is created if it does not exist. A sync is acknowledged once it is on the disk.
/// Ctrl-C or SIGTERM stops the server after the requests in flight.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub shared: SharedArgs,
    /// Model that `escale model` has learned. The config for browsers contains it.
    #[arg(
        long,
        env = "ESCALE_MODEL",
        value_name = "FILE",
        conflicts_with = "fit_every"
    )]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    pub learning: LearningArgs,
    /// Address and port to listen on; port 0 takes any free port.
    #[arg(
        long,
        env = "ESCALE_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8787"
    )]
    pub listen: SocketAddr,
    /// Origin whose pages may call, such as https://www.example.com. Repeat it for more. The server's own origin is always
    /// allowed.
    #[arg(long = "origin", env = "ESCALE_ORIGINS", value_delimiter = ',', value_parser = cors::parse)]
    pub origins: Vec<String>,
    #[command(flatten)]
    pub keys: KeyArgs,
    #[command(flatten)]
    pub webhooks: Webhooks,
    /// Serve the demo site from this folder, and sign its visitors in.
    #[arg(long, value_name = "DIR")]
    pub demo: Option<PathBuf>,
    /// Folder of the built package, served under /escale/ with the demo.
    #[arg(long, value_name = "DIR", default_value = "pkg", requires = "demo")]
    pub pkg: PathBuf,
    /// Number of simulated visitors of the last two weeks for the demo's report. They are stored
    /// only in an empty database. 0 stores none.
    #[arg(long, value_name = "N", default_value_t = 600, requires = "demo", value_parser = clap::value_parser!(u32).range(..=10_000))]
    pub demo_visitors: u32,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Address and port for GET /metrics, in the format of Prometheus. Keep it private. Without it there are no metrics.
    #[arg(long, env = "ESCALE_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// Let retention catch up at once when the clock is more than a week ahead of its last run. Without it, one day expires
    /// a run, so that a clock that jumped erases nobody.
    #[arg(long, env = "ESCALE_TRUST_CLOCK")]
    pub trust_clock: bool,
    /// Time to wait at the start for a PostgreSQL database that is not up yet, such as 30s or 10m.
    #[arg(long, env = "ESCALE_DB_WAIT", value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub db_wait: Duration,
    /// Format of the log lines on the standard error. They never contain an address, a query or an id.
    #[arg(long, env = "ESCALE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Least level of the log lines; `info` writes one line a request.
    #[arg(long, env = "ESCALE_LOG", value_enum, default_value_t = LogLevel::Warn)]
    pub log: LogLevel,
}

/// Keys of back ends, report readers and signed tokens.
#[derive(clap::Args)]
pub struct KeyArgs {
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// Key of the site's back end for imports, audiences and customers, at least 32 bytes. Prefer the environment or a
    /// file: every user of the machine can see arguments.
    #[arg(
        long,
        env = "ESCALE_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub api_key: Option<String>,
    /// File with that key; surrounding white space is removed.
    #[arg(
        long,
        env = "ESCALE_API_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "api_key"
    )]
    pub api_key_file: Option<PathBuf>,
    /// Key for GET /v1/report and the page /report only, at least 32 bytes.
    #[arg(
        long,
        env = "ESCALE_REPORT_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub report_key: Option<String>,
    /// File with that key; surrounding white space is removed.
    #[arg(
        long,
        env = "ESCALE_REPORT_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "report_key"
    )]
    pub report_key_file: Option<PathBuf>,
}

/// Key for the tokens that the site's back end signs: JWTs with sub (the customer's id), aud (the site) and exp.
#[derive(clap::Args)]
#[group(multiple = false)]
pub struct IdentityArgs {
    /// Secret that the site's back end shares (HS256), at least 32 bytes. Prefer the environment: every user of the machine
    /// can see arguments.
    #[arg(
        long,
        env = "ESCALE_IDENTITY_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub identity_secret: Option<String>,
    /// File with that secret; surrounding white space is removed.
    #[arg(long, env = "ESCALE_IDENTITY_SECRET_FILE", value_name = "FILE")]
    pub identity_secret_file: Option<PathBuf>,
    /// PEM file with the back end's public Ed25519 key (EdDSA). The server can then verify tokens but not sign them.
    #[arg(long, env = "ESCALE_IDENTITY_PUBLIC_KEY", value_name = "FILE")]
    pub identity_public_key: Option<PathBuf>,
}

/// Limits of connections and visitors.
#[derive(clap::Args)]
pub struct LimitArgs {
    /// Connections at once; more wait in the queue. Stay below the limit of open files of the process (ulimit -n).
    #[arg(long, env = "ESCALE_CONNECTIONS", value_name = "N", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// Milliseconds after which a connection without a complete request head is closed.
    #[arg(
        long,
        env = "ESCALE_HEAD_WITHIN_MS",
        value_name = "MS",
        default_value_t = 10_000
    )]
    head_within_ms: u64,
    /// Milliseconds after which a connection whose client does not read is closed.
    #[arg(
        long,
        env = "ESCALE_WRITE_WITHIN_MS",
        value_name = "MS",
        default_value_t = 10_000
    )]
    write_within_ms: u64,
    /// Requests a minute of one visitor on all devices together; a minute's worth may come at once.
    #[arg(long, env = "ESCALE_REQUESTS_A_MINUTE", value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests_a_minute: u32,
}

impl LimitArgs {
    pub fn of_connections(&self) -> Limits {
        Limits {
            head_timeout: Duration::from_millis(self.head_within_ms),
            write_timeout: Duration::from_millis(self.write_within_ms),
            max_connections: self.connections,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
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

/// Learning from the site's statistics at an interval, as `escale model` does once.
#[derive(clap::Args)]
pub struct LearningArgs {
    /// Interval of learning, such as 24h. Browsers then get a config with the learned rates. Servers that share a database
    /// share the model.
    #[arg(long, env = "ESCALE_FIT_EVERY", value_name = "DURATION", value_parser = duration)]
    pub fit_every: Option<Duration>,
    /// Number of days up to today that the model is learned from.
    #[arg(long, env = "ESCALE_FIT_DAYS", value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=760))]
    fit_days: u32,
    /// Outcome that counts as a success.
    #[arg(long, env = "ESCALE_FIT_SUCCESS", value_enum, default_value_t = Success::Clicks)]
    fit_success: Success,
}

impl LearningArgs {
    /// Returns the schedule; `None` without an interval.
    pub fn schedule(&self) -> Option<Schedule> {
        Some(Schedule {
            every: self.fit_every?,
            days: self.fit_days,
            success: self.fit_success,
        })
    }
}

/// Parses seconds, minutes, hours or days, up to a year.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = |(unit, seconds): (char, u64)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number
            .checked_mul(seconds)
            .filter(|seconds| (1..=31_536_000).contains(seconds))
    };
    [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)]
        .into_iter()
        .find_map(seconds)
        .map(Duration::from_secs)
        .ok_or_else(|| "write a whole number and s, m, h or d, such as 24h; a year at most".into())
}

const EXAMPLES: &str = "\
Examples:
  escale serve --site shop --config escale.json --db /var/lib/escale/shop.db \\
               --origin https://www.shop.example --identity-secret-file /run/secrets/escale
  escale serve --site shop --config escale.json --db postgres://escale@db.internal/shop   any number of these servers
  escale serve --site demo --config www/demo/escale.json --db demo.db --demo www/demo --pkg pkg

Paths: POST /v1/sync, POST /v1/identify, GET and DELETE /v1/me, GET /v1/config, GET /v1/model, GET /healthz, GET /readyz;
with the API key POST /v1/reactions, /v1/bookings, /v1/facts and /v1/consents, /v1/customers, /v1/audiences and GET /v1/report.";
