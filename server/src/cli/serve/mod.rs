//! `escale serve`. In: arguments. Out: a server that runs until it is stopped. Never: a start with an invalid config or
//! an unreadable database; the loss of an acknowledged sync.

mod announce;
mod arguments;
mod keys;
mod log;
mod reload;

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{UNUSABLE, demo, fail};
use crate::background::learning::{self, Learner};
use crate::background::retention;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::config_source::{self, LiveConfig, Source};
use crate::http::body::BodyMemory;
use crate::http::connections;
use crate::http::metrics::{self, Metrics};
use crate::http::pages::Demo;
use crate::http::rate_limiter::RateLimiter;
use crate::http::router::router;
use crate::http::state::AppState;
use crate::store::Store;
use crate::store::readiness::Readiness;
use crate::webhook::{self, Dispatcher, Receivers};
use announce::{announce, warn_of_webhooks};
pub use arguments::Args;
use arguments::LogFormat;
use keys::{key, tokens};

/// Exit code if the database did not come up; a service manager may start the server again.
const DATABASE_AWAY: u8 = 1;

/// Reason why the server ended.
enum Failure {
    /// The arguments, the config, the database or the address cannot be used.
    Unusable(Errors),
    /// The database did not come up in time.
    DatabaseAway(Errors),
}

impl From<Errors> for Failure {
    fn from(errors: Errors) -> Self {
        Self::Unusable(errors)
    }
}

/// Time for requests in flight after a stop was requested.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Erasures a minute, over all callers, that may find nobody.
const UNKNOWN_ERASURES_A_MINUTE: u32 = 1200;

/// Bytes that the bodies of all connections may hold together.
const BODY_MEMORY: usize = 64 << 20;

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    log::start(args);
    let runtime = tokio::runtime::Runtime::new();
    let runtime = runtime.map_err(|error| Errors::of("the runtime", error))?;
    let ended = runtime.block_on(async {
        let server = Server::open(args).await?;
        server.run(args).await.map_err(Failure::Unusable)
    });
    let (errors, code) = match ended {
        Ok(()) => return Ok(ExitCode::SUCCESS),
        Err(Failure::Unusable(errors)) => (errors, UNUSABLE),
        Err(Failure::DatabaseAway(errors)) => (errors, DATABASE_AWAY),
    };
    match args.log_format {
        LogFormat::Json => log::fail(&errors),
        LogFormat::Text => fail(&errors),
    }
    Ok(ExitCode::from(code))
}

/// Everything that a server opens before it listens.
struct Server {
    state: Arc<AppState>,
    receivers: Receivers,
    demo: Option<Demo>,
}

impl Server {
    async fn open(args: &Args) -> Result<Self, Failure> {
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
        let store = open_store(args).await?;
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
            () = reload::run(&state.config, &receivers) => {}
        }
        let closed = state.store.close().await;
        closed.map_err(|error| Errors::of("closing the database", error))?;
        println!("stopped; all acknowledged data are in {}", args.shared.db);
        Ok(())
    }
}

async fn open_store(args: &Args) -> Result<Box<dyn Store>, Failure> {
    let opened = args.shared.db.open_within(args.db_wait).await;
    opened.map_err(|failure| {
        let errors = Errors::message(failure.message);
        match failure.may_pass {
            true => Failure::DatabaseAway(errors),
            false => Failure::Unusable(errors),
        }
    })
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
        log::warn_of_config(warning);
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
