//! `escale serve`. In: arguments. Out: a server that runs until it is told to stop. Never: starts with a config that
//! has a fault or a database it cannot read; drops what it acknowledged.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use escale::core::config::{Config, NONE};
use tokio::net::TcpListener;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::refuse;
use crate::base::ids::Site;
use crate::cli::{self, Identity, LogFormat, LogLevel};
use crate::config_source::{self, Faults, Source};
use crate::http::api_key::ApiKey;
use crate::http::app::{App, router};
use crate::http::connections::{self, Limits};
use crate::http::metrics::{self, Metrics};
use crate::http::pages::Demo;
use crate::http::rate_limit::Pace;
use crate::model::refit;
use crate::store::retention;
use crate::token::Tokens;
use crate::webhook::evaluation::has_scenarios;
use crate::webhook::{self, Receivers};

/// How long requests in flight may still take once the server was told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);

pub fn run(arguments: &cli::Serve) -> ExitCode {
    start_log(arguments);
    let served = tokio::runtime::Runtime::new()
        .map_err(|error| fault("the runtime", &error))
        .and_then(|runtime| {
            runtime.block_on(async {
                let (app, demo) = prepare(arguments).await?;
                serve(app, demo, arguments).await
            })
        });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => refuse(&faults),
    }
}

fn start_log(arguments: &cli::Serve) {
    let level = match arguments.log {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
    };
    // Our own lines alone: what the libraries below would say of a request may be personal.
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let lines = match arguments.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(own))
        .init();
}

async fn prepare(arguments: &cli::Serve) -> Result<(App, Option<Demo>), Faults> {
    let model = config_source::model(arguments.model.as_deref())?;
    let source = Source::read(&arguments.base.config)?;
    let compiled = source.compiled_with(model.as_ref())?;
    for warning in &compiled.warnings {
        eprintln!("warning: {warning}");
    }
    let site = Site::new(&arguments.base.site);
    let demo = match &arguments.demo {
        Some(pages) => Some(
            Demo::open(pages, &arguments.pkg)
                .map_err(|error| fault(&pages.display().to_string(), &error))?,
        ),
        None => None,
    };
    let tokens = tokens(&site, &arguments.identity, demo.is_some())?;
    let api_key = key(
        "API key",
        arguments.api_key_file.as_deref(),
        arguments.api_key.as_deref(),
    )?;
    let report_key = key(
        "report key",
        arguments.report_key_file.as_deref(),
        arguments.report_key.as_deref(),
    )?;
    let mut config = config_source::served(compiled)?;
    config.model = model;
    let store = arguments
        .base
        .db
        .open()
        .await
        .map_err(|why| Faults(vec![why]))?;
    let (origins, pace) = (
        arguments.origins.clone(),
        Pace::new(arguments.requests_a_minute),
    );
    let metrics = Metrics::new();
    let receivers = arguments
        .webhooks
        .receivers()
        .map_err(|why| Faults(vec![why]))?;
    warn_of_webhooks(&config.config, &receivers);
    let triggers_evaluation = has_scenarios(&config.config);
    let (current, source) = (RwLock::new(Arc::new(config)), Arc::new(source));
    let app = App {
        site,
        store,
        source,
        current,
        origins,
        tokens,
        api_key,
        report_key,
        pace,
        metrics,
        receivers,
        triggers_evaluation,
    };
    Ok((app, demo))
}

/// A scenario whose webhook has no address does not fire.
fn warn_of_webhooks(config: &Config, receivers: &Receivers) {
    let names = receivers.names();
    for scenario in (0..config.scenarios())
        .map(|index| config.scenario(index))
        .filter(|s| s.offer == NONE)
    {
        let (name, webhook) = (config.text(scenario.name), config.text(scenario.webhook));
        if !names.iter().any(|known| known == webhook) {
            eprintln!(
                "warning: the scenario `{name}` does not fire: give --webhook {webhook}=https://…"
            );
        }
    }
}

fn tokens(site: &Site, identity: &Identity, is_demo: bool) -> Result<Option<Tokens>, Faults> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| fault(&path.display().to_string(), &error))
    };
    let tokens = if let Some(path) = &identity.identity_public_key {
        Tokens::public(site, &read(path)?)
    } else if let Some(path) = &identity.identity_secret_file {
        Tokens::shared(site, read(path)?.trim_ascii())
    } else if let Some(secret) = &identity.identity_secret {
        Tokens::shared(site, secret.as_bytes())
    } else if is_demo {
        // Tokens of the demo live for minutes: a secret that lives as long as the process will do.
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| fault("the source of randomness", &error))?;
        Tokens::shared(site, &secret)
    } else {
        return Ok(None);
    };
    tokens.map(Some).map_err(|error| fault("identity", &error))
}

fn key(what: &str, file: Option<&Path>, text: Option<&str>) -> Result<Option<ApiKey>, Faults> {
    let key = match (file, text) {
        (Some(path), _) => {
            std::fs::read(path).map_err(|error| fault(&path.display().to_string(), &error))?
        }
        (None, Some(key)) => key.as_bytes().to_vec(),
        (None, None) => return Ok(None),
    };
    ApiKey::new(key.trim_ascii())
        .map(Some)
        .map_err(|error| fault(what, &error))
}

async fn serve(app: App, demo: Option<Demo>, arguments: &cli::Serve) -> Result<(), Faults> {
    let listener = listen(arguments.listen, "--listen").await?;
    let watched = match arguments.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen").await?),
        None => None,
    };
    let app = Arc::new(app);
    let fitting = arguments.fitting.order();
    // The first config that is served has what is known already.
    let learned = match &fitting {
        // What cannot be put in, people's config does without: it was read before.
        Some(fitting) => refit::once(&app, fitting)
            .await
            .unwrap_or_else(|Faults(faults)| {
                tracing::warn!(
                    faults = faults.len(),
                    "what was learned cannot be put into the config; it is served without"
                );
                None
            }),
        None => None,
    };
    let stop_asked = stop_asked().map_err(|error| fault("the signals", &error))?;
    announce(&address_of(&listener)?, demo.is_some(), arguments);
    let (told, stop) = tokio::sync::watch::channel(());
    if let Some(watched) = watched {
        println!("Metrics are at http://{}/metrics", address_of(&watched)?);
        tokio::spawn(connections::serve(
            watched,
            metrics::router(app.clone()),
            limits(arguments),
            stop.clone(),
        ));
    }
    if let Some(learned) = learned {
        println!("{learned}");
    }
    say();
    let graceful = connections::serve(listener, router(app.clone(), demo), limits(arguments), stop);
    let overdue = async {
        stop_asked.await;
        println!("stopping…");
        drop(told);
        tokio::time::sleep(STOP_WITHIN).await;
    };
    tokio::select! {
        () = graceful => {}
        () = overdue => tracing::warn!("requests still in flight were cut off"),
        () = retention::keep(&app) => {}
        () = webhook::watch(&app) => {}
        () = refit::keep(&app, fitting.as_ref()) => {}
    }
    app.store
        .close()
        .await
        .map_err(|error| fault("closing the database", &error))?;
    println!(
        "stopped; everything acknowledged is in {}",
        arguments.base.db
    );
    Ok(())
}

async fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener, Faults> {
    TcpListener::bind(address)
        .await
        .map_err(|error| fault(&format!("{address} (choose another with {flag})"), &error))
}

fn address_of(listener: &TcpListener) -> Result<String, Faults> {
    listener
        .local_addr()
        .map(|address| address.to_string())
        .map_err(|error| fault("the address", &error))
}

fn limits(arguments: &cli::Serve) -> Limits {
    Limits {
        head_within: Duration::from_millis(arguments.head_within_ms),
        write_within: Duration::from_millis(arguments.write_within_ms),
        most: arguments.connections,
    }
}

/// Ctrl-C, or what a service manager sends. It is listened for from this call on, not only once the answer is awaited.
#[cfg(unix)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
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
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn announce(address: &str, is_demo: bool, arguments: &cli::Serve) {
    println!(
        "Escale serves the site `{}` at http://{address}/ (data in {})",
        arguments.base.site, arguments.base.db
    );
    if is_demo {
        println!("{}", TRY.replace("{address}", address));
    }
    println!("Ctrl-C stops it; the data stay.");
}

/// A script that waits for the address reads a pipe, which is not flushed line by line.
fn say() {
    let _ = std::io::stdout().flush();
}

const TRY: &str = "
  Open       http://{address}/ and accept the banner: without your consent nothing is read, stored or sent.
  City       look at three city trips and start a quote: the home page then shows a city offer.
  Exotic     in a private window, look at exotic trips instead: that visitor's home page turns exotic.
  Why?       every offer says why it is there; \"less of this\" and \"never\" are obeyed at once.
  Two worlds sign in with the same e-mail in both windows: each learns what the other knows.
  Forget     withdraw your consent: it is gone here and on the server.
";

fn fault(what: &str, why: &dyn std::fmt::Display) -> Faults {
    Faults(vec![format!("{what}: {why}")])
}
