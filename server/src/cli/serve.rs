//! `escale serve`. In: arguments. Out: a server that runs until it is stopped. Never: a start with an invalid config or
//! an unreadable database; the loss of an acknowledged sync.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use escale::Config;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{SharedArgs, block_on, demo};
use crate::background::learning::{self, Learner, Schedule};
use crate::background::retention;
use crate::base::errors::Errors;
use crate::base::file;
use crate::base::ids::Site;
use crate::config_source::{self, LiveConfig, Source};
use crate::http::api_key::ApiKey;
use crate::http::body::BodyMemory;
use crate::http::connections::{self, Limits};
use crate::http::cors;
use crate::http::metrics::{self, Metrics};
use crate::http::pages::Demo;
use crate::http::rate_limiter::RateLimiter;
use crate::http::router::router;
use crate::http::state::AppState;
use crate::model::Success;
use crate::store::readiness::Readiness;
use crate::token::Tokens;
use crate::webhook::arguments::Webhooks;
use crate::webhook::evaluation::has_scenarios;
use crate::webhook::{self, Dispatcher, Receivers};

/// Time for requests in flight after a stop was requested.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Erasures a minute, over all callers, that may find nobody.
const UNKNOWN_ERASURES_A_MINUTE: u32 = 1200;

/// Bytes that the bodies of all connections may hold together.
const BODY_MEMORY: usize = 64 << 20;

/// Serve one site: store the profiles of browsers, and merge them across a visitor's devices.
///
/// All data are in one SQLite file, or in a PostgreSQL database that several servers may share. The
/// SQLite file is created if it does not exist. A sync is acknowledged once it is on the disk.
/// Ctrl-C or SIGTERM stops the server after the requests in flight.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub(super) shared: SharedArgs,
    /// Model that `escale model` has learned. The config for browsers contains it.
    #[arg(
        long,
        env = "ESCALE_MODEL",
        value_name = "FILE",
        conflicts_with = "fit_every"
    )]
    pub(super) model: Option<PathBuf>,
    #[command(flatten)]
    pub(super) learning: LearningArgs,
    /// Address and port to listen on; port 0 takes any free port.
    #[arg(
        long,
        env = "ESCALE_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8787"
    )]
    listen: SocketAddr,
    /// Origin whose pages may call, such as https://www.example.com. Repeat it for more. The server's own origin is always
    /// allowed.
    #[arg(long = "origin", env = "ESCALE_ORIGINS", value_delimiter = ',', value_parser = cors::parse)]
    pub(super) origins: Vec<String>,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    #[command(flatten)]
    webhooks: Webhooks,
    /// Serve the demo site from this folder, and sign its visitors in.
    #[arg(long, value_name = "DIR")]
    demo: Option<PathBuf>,
    /// Folder of the built package, served under /escale/ with the demo.
    #[arg(long, value_name = "DIR", default_value = "pkg", requires = "demo")]
    pkg: PathBuf,
    /// Number of simulated visitors of the last two weeks for the demo's report. They are stored
    /// only in an empty database. 0 stores none.
    #[arg(long, value_name = "N", default_value_t = 600, requires = "demo", value_parser = clap::value_parser!(u32).range(..=10_000))]
    demo_visitors: u32,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    /// Address and port for GET /metrics, in the format of Prometheus. Keep it private. Without it there are no metrics.
    #[arg(long, env = "ESCALE_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Let retention catch up at once when the clock is more than a week ahead of its last run. Without it, one day expires
    /// a run, so that a clock that jumped erases nobody.
    #[arg(long, env = "ESCALE_TRUST_CLOCK")]
    trust_clock: bool,
    /// Format of the log lines on the standard error. They never contain an address, a query or an id.
    #[arg(long, env = "ESCALE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Least level of the log lines; `info` writes one line a request.
    #[arg(long, env = "ESCALE_LOG", value_enum, default_value_t = LogLevel::Warn)]
    log: LogLevel,
}

/// Keys of back ends, report readers and signed tokens.
#[derive(clap::Args)]
pub(super) struct KeyArgs {
    #[command(flatten)]
    identity: IdentityArgs,
    /// Key of the site's back end for imports, audiences and customers, at least 32 bytes. Prefer the environment or a
    /// file: every user of the machine can see arguments.
    #[arg(
        long,
        env = "ESCALE_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(super) api_key: Option<String>,
    /// File with that key; surrounding white space is removed.
    #[arg(
        long,
        env = "ESCALE_API_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "api_key"
    )]
    pub(super) api_key_file: Option<PathBuf>,
    /// Key for GET /v1/report and the page /report only, at least 32 bytes.
    #[arg(
        long,
        env = "ESCALE_REPORT_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    report_key: Option<String>,
    /// File with that key; surrounding white space is removed.
    #[arg(
        long,
        env = "ESCALE_REPORT_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "report_key"
    )]
    report_key_file: Option<PathBuf>,
}

/// Key for the tokens that the site's back end signs: JWTs with sub (the customer's id), aud (the site) and exp.
#[derive(clap::Args)]
#[group(multiple = false)]
struct IdentityArgs {
    /// Secret that the site's back end shares (HS256), at least 32 bytes. Prefer the environment: every user of the machine
    /// can see arguments.
    #[arg(
        long,
        env = "ESCALE_IDENTITY_SECRET",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    identity_secret: Option<String>,
    /// File with that secret; surrounding white space is removed.
    #[arg(long, env = "ESCALE_IDENTITY_SECRET_FILE", value_name = "FILE")]
    identity_secret_file: Option<PathBuf>,
    /// PEM file with the back end's public Ed25519 key (EdDSA). The server can then verify tokens but not sign them.
    #[arg(long, env = "ESCALE_IDENTITY_PUBLIC_KEY", value_name = "FILE")]
    identity_public_key: Option<PathBuf>,
}

/// Limits of connections and visitors.
#[derive(clap::Args)]
pub(super) struct LimitArgs {
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
    pub(super) requests_a_minute: u32,
}

impl LimitArgs {
    fn of_connections(&self) -> Limits {
        Limits {
            head_timeout: Duration::from_millis(self.head_within_ms),
            write_timeout: Duration::from_millis(self.write_within_ms),
            max_connections: self.connections,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogLevel {
    Error,
    Warn,
    Info,
}

/// Learning from the site's statistics at an interval, as `escale model` does once.
#[derive(clap::Args)]
pub(super) struct LearningArgs {
    /// Interval of learning, such as 24h. Browsers then get a config with the learned rates. Servers that share a database
    /// share the model.
    #[arg(long, env = "ESCALE_FIT_EVERY", value_name = "DURATION", value_parser = duration)]
    pub(super) fit_every: Option<Duration>,
    /// Number of days up to today that the model is learned from.
    #[arg(long, env = "ESCALE_FIT_DAYS", value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=760))]
    fit_days: u32,
    /// Outcome that counts as a success.
    #[arg(long, env = "ESCALE_FIT_SUCCESS", value_enum, default_value_t = Success::Clicks)]
    fit_success: Success,
}

impl LearningArgs {
    /// Returns the schedule; `None` without an interval.
    fn schedule(&self) -> Option<Schedule> {
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
  escale serve --config escale.json --db postgres://escale@db.internal/shop   any number of these servers
  escale serve --config www/demo/escale.json --db demo.db --demo www/demo --pkg pkg

Paths: POST /v1/sync, POST /v1/identify, GET and DELETE /v1/me, GET /v1/config, GET /v1/model, GET /healthz, GET /readyz;
with the API key POST /v1/reactions, /v1/bookings, /v1/facts and /v1/consents, /v1/customers, /v1/audiences and GET /v1/report.";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    start_log(args);
    block_on(async {
        let server = Server::open(args).await?;
        server.run(args).await
    })?;
    Ok(ExitCode::SUCCESS)
}

fn start_log(args: &Args) {
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

/// Everything that a server opens before it listens.
struct Server {
    state: Arc<AppState>,
    receivers: Receivers,
    demo: Option<Demo>,
}

impl Server {
    async fn open(args: &Args) -> Result<Self, Errors> {
        let config = Arc::new(load_config(args)?);
        let site = Site::new(&args.shared.site);
        let demo = open_demo(args)?;
        let tokens = tokens(&site, &args.keys.identity, demo.is_some())?;
        let api_key = key(
            "API key",
            args.keys.api_key_file.as_deref(),
            args.keys.api_key.as_deref(),
        )?;
        let report_key = key(
            "report key",
            args.keys.report_key_file.as_deref(),
            args.keys.report_key.as_deref(),
        )?;
        let store = args.shared.db.open().await.map_err(Errors::message)?;
        let receivers = args.webhooks.receivers().map_err(Errors::message)?;
        let served = config.current();
        warn_of_webhooks(&served.config, &receivers);
        let state = AppState {
            site,
            store: store.into(),
            config,
            origins: args.origins.clone(),
            tokens,
            api_key,
            report_key,
            rate_limiter: RateLimiter::new(args.limits.requests_a_minute),
            erasures: RateLimiter::new(args.limits.requests_a_minute),
            unknown_erasures: RateLimiter::new(UNKNOWN_ERASURES_A_MINUTE),
            body_memory: BodyMemory::new(BODY_MEMORY),
            metrics: Metrics::new(),
            readiness: Readiness::default(),
            is_report_open: is_report_open(args),
            triggers_evaluation: has_scenarios(&served.config),
        };
        state
            .readiness
            .check(state.store.as_ref(), &state.site)
            .await;
        if demo.is_some() {
            demo::seed(&state, args.demo_visitors).await?;
        }
        Ok(Self {
            state: Arc::new(state),
            receivers,
            demo,
        })
    }

    /// Serves until a stop is requested, then closes the store.
    async fn run(self, args: &Args) -> Result<(), Errors> {
        let Self {
            state,
            receivers,
            demo,
        } = self;
        let listener = listen(args.listen, "--listen").await?;
        let metrics_listener = match args.metrics_listen {
            Some(address) => Some(listen(address, "--metrics-listen").await?),
            None => None,
        };
        let learner = learner(&state, args);
        // The first config that is served already contains the newest model.
        let learned = learn_first(learner.as_ref()).await;
        let stop_requested = stop_requested().map_err(|error| Errors::of("the signals", error))?;
        let (stop_sender, stop) = watch::channel(());
        announce(&address_of(&listener)?, &state, args);
        if let Some(listener) = metrics_listener {
            serve_metrics(listener, &state, args, stop.clone())?;
        }
        if let Some(summary) = learned {
            println!("{summary}");
        }
        // A script that waits for the address reads a pipe, which is not flushed line by line.
        let _ = std::io::stdout().flush();
        let dispatcher = Dispatcher {
            store: state.store.as_ref(),
            site: &state.site,
            config: &state.config,
            receivers: &receivers,
        };
        let limits = args.limits.of_connections();
        let overdue = async {
            stop_requested.await;
            println!("stopping…");
            drop(stop_sender);
            tokio::time::sleep(STOP_TIMEOUT).await;
        };
        tokio::select! {
            () = connections::serve(listener, router(state.clone(), demo), limits, stop) => {}
            () = overdue => tracing::warn!("requests in flight were cut off"),
            () = retention::run(state.store.as_ref(), &state.site, args.trust_clock) => {}
            () = state.readiness.run(state.store.as_ref(), &state.site) => {}
            () = webhook::watch(&dispatcher) => {}
            () = learning::run(learner.as_ref()) => {}
        }
        let closed = state.store.close().await;
        closed.map_err(|error| Errors::of("closing the database", error))?;
        println!("stopped; all acknowledged data are in {}", args.shared.db);
        Ok(())
    }
}

fn learner<'a>(state: &'a AppState, args: &Args) -> Option<Learner<'a>> {
    Some(Learner {
        store: state.store.as_ref(),
        site: &state.site,
        config: &state.config,
        schedule: args.learning.schedule()?,
    })
}

fn load_config(args: &Args) -> Result<LiveConfig, Errors> {
    let model = config_source::model(args.model.as_deref())?;
    let source = Source::read(&args.shared.config)?;
    let compiled = source.compiled_with(model.as_ref())?;
    for warning in &compiled.warnings {
        eprintln!("warning: {warning}");
    }
    let mut served = config_source::served(compiled)?;
    served.model = model;
    Ok(LiveConfig::new(source, served))
}

/// Returns true for a demo on this machine only, without a key: anybody who looks at it may read its report.
fn is_report_open(args: &Args) -> bool {
    let keys = &args.keys;
    let has_key = keys.api_key.is_some()
        || keys.api_key_file.is_some()
        || keys.report_key.is_some()
        || keys.report_key_file.is_some();
    args.demo.is_some() && args.listen.ip().is_loopback() && !has_key
}

fn open_demo(args: &Args) -> Result<Option<Demo>, Errors> {
    let Some(pages) = &args.demo else {
        return Ok(None);
    };
    Demo::open(pages, &args.pkg)
        .map(Some)
        .map_err(|error| Errors::of(pages.display(), error))
}

/// Warns of scenarios whose webhook has no address: they do not fire.
fn warn_of_webhooks(config: &Config, receivers: &Receivers) {
    let names = receivers.names();
    let scenarios = config.indices().map(|index| config.scenario(index));
    for scenario in scenarios.filter(|scenario| scenario.offer.is_none()) {
        let (name, webhook) = (config.text(scenario.name), config.text(scenario.webhook));
        if !names.iter().any(|known| known == webhook) {
            eprintln!(
                "warning: the scenario `{name}` does not fire: give --webhook {webhook}=https://…"
            );
        }
    }
}

fn tokens(site: &Site, identity: &IdentityArgs, is_demo: bool) -> Result<Option<Tokens>, Errors> {
    let read =
        |path: &Path| file::read_secret(path).map_err(|error| Errors::of(path.display(), error));
    let tokens = if let Some(path) = &identity.identity_public_key {
        Tokens::public(site, &read(path)?)
    } else if let Some(path) = &identity.identity_secret_file {
        Tokens::shared(site, &read(path)?)
    } else if let Some(secret) = &identity.identity_secret {
        Tokens::shared(site, secret.as_bytes())
    } else if is_demo {
        // The demo's tokens expire within minutes, so a secret of this process is enough.
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| Errors::of("the source of randomness", error))?;
        Tokens::shared(site, &secret)
    } else {
        return Ok(None);
    };
    tokens
        .map(Some)
        .map_err(|error| Errors::of("identity", error))
}

fn key(name: &str, file: Option<&Path>, text: Option<&str>) -> Result<Option<ApiKey>, Errors> {
    let key = match (file, text) {
        (Some(path), _) => {
            file::read_secret(path).map_err(|error| Errors::of(path.display(), error))?
        }
        (None, Some(key)) => key.as_bytes().to_vec(),
        (None, None) => return Ok(None),
    };
    ApiKey::new(key.trim_ascii())
        .map(Some)
        .map_err(|error| Errors::of(name, error))
}

/// Learns once. A model that the config cannot take is left out; the config was checked before.
async fn learn_first(learner: Option<&Learner<'_>>) -> Option<String> {
    learner?.update().await.unwrap_or_else(|Errors(errors)| {
        tracing::warn!(
            errors = errors.len(),
            "the learned model does not fit the config; the config is served without it"
        );
        None
    })
}

async fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener, Errors> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Errors::of(format!("{address} (choose another with {flag})"), error))
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, Errors> {
    listener
        .local_addr()
        .map_err(|error| Errors::of("the address", error))
}

/// Serves the metrics on their own listener, beside the interface.
fn serve_metrics(
    listener: TcpListener,
    state: &Arc<AppState>,
    args: &Args,
    stop: watch::Receiver<()>,
) -> Result<(), Errors> {
    println!("Metrics are at http://{}/metrics", address_of(&listener)?);
    tokio::spawn(connections::serve(
        listener,
        metrics::router(state.clone()),
        args.limits.of_connections(),
        stop,
    ));
    Ok(())
}

/// Completes on Ctrl-C or on the signal of a service manager. It listens from this call on, not from the first poll.
#[cfg(unix)]
fn stop_requested() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_requested() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn announce(address: &SocketAddr, state: &AppState, args: &Args) {
    println!(
        "Escale serves the site `{}` at http://{address}/ (data in {})",
        args.shared.site, args.shared.db
    );
    if args.demo.is_some() {
        let access = if state.is_report_open {
            "no key is needed"
        } else {
            "with a key"
        };
        println!(
            "{}",
            TOUR.replace("{address}", &address.to_string())
                .replace("{access}", access)
        );
    }
    println!("Ctrl-C stops it; the data stay.");
}

/// Tour of the demo.
const TOUR: &str = "
  Open       http://{address}/ and accept the banner: without consent nothing is read, stored or sent.
  City       view three city trips and start a quote: the home page then shows a city offer.
  Exotic     in a private window, view exotic trips instead: that visitor's home page turns exotic.
  Why?       every offer explains why it is shown; \"less of this\" and \"never\" take effect at once.
  Inspector  http://{address}/?escale=inspect shows the profile, every candidate and its score.
  Report     http://{address}/report shows what offers are worth, with simulated visitors; {access}.
  Two worlds sign in with the same e-mail in both windows: each learns what the other knows.
  Forget     withdraw your consent: the data are erased here and on the server.
";
