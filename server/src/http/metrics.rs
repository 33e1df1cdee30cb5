//! What the server counts of itself, for Prometheus. In: answers as they go out. Out: the text format, on a listener of
//! its own. Never: a label that a caller chose: the route's pattern, never a path.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::http::app::App;
use crate::http::error::Refusal;

/// From a read in memory to an answer that is given up, in seconds.
const BOUNDS_S: [f64; 11] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 15.0,
];
const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

/// The counters, and how they are written.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    ready: Gauge,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("escale");
        let answers = Family::default();
        let seconds =
            Family::new_with_constructor((|| Histogram::new(BOUNDS_S)) as fn() -> Histogram);
        let ready = Gauge::default();
        registry.register(
            "answers",
            "Answers, by method, route and status",
            answers.clone(),
        );
        registry.register(
            "answer_seconds",
            "How long an answer took, by route",
            seconds.clone(),
        );
        registry.register(
            "ready",
            "1 if a read and a write go through the database, else 0",
            ready.clone(),
        );
        Self {
            registry,
            answers,
            seconds,
            ready,
        }
    }

    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, status) = (known_method(method).to_owned(), status.to_string());
        self.answers
            .get_or_create(&Answered {
                method,
                route: route.to_owned(),
                status,
            })
            .inc();
        self.seconds
            .get_or_create(&Route {
                route: route.to_owned(),
            })
            .observe(took.as_secs_f64());
    }
}

/// A method may be any word; as a label it is one of these.
fn known_method(method: &str) -> &str {
    ["GET", "HEAD", "POST", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

/// The pages for whoever watches over the server; not for the public.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(told))
        .fallback(async || Refusal::NotFound)
        .with_state(app)
}

async fn told(State(app): State<Arc<App>>) -> Response {
    app.metrics
        .ready
        .set(i64::from(app.store.ready().await.is_ok()));
    let mut text = String::new();
    match encode(&mut text, &app.metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, KIND)], text).into_response(),
        Err(_) => Refusal::Unavailable.into_response(),
    }
}
