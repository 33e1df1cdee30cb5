//! Metrics for Prometheus. In: responses as they are sent. Out: the text format, on a separate listener.
//! Never: a label that a caller chose: labels have the route's pattern, not the path.

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

use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::store::outbox::CallCount;

/// Bounds of the histogram in seconds, from a read in memory to the response timeout.
const BUCKETS_S: [f64; 11] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 15.0,
];
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ResponseLabels {
    method: String,
    route: String,
    status: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CodeLabel {
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

/// Counters of this process and their registry.
pub struct Metrics {
    registry: Registry,
    responses: Family<ResponseLabels, Counter>,
    seconds: Family<RouteLabel, Histogram>,
    rejections: Family<CodeLabel, Counter>,
    webhook_calls: Family<StateLabel, Gauge>,
    ready: Gauge,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("escale");
        let responses = Family::default();
        let seconds =
            Family::new_with_constructor((|| Histogram::new(BUCKETS_S)) as fn() -> Histogram);
        let (rejections, webhook_calls) = (Family::default(), Family::default());
        let ready = Gauge::default();
        registry.register(
            "rejections",
            "Responses with an error, by its code",
            rejections.clone(),
        );
        registry.register(
            "webhook_calls",
            "Webhook calls in the database: waiting for an acknowledgement, or given up",
            webhook_calls.clone(),
        );
        registry.register(
            "responses",
            "Responses, by method, route and status",
            responses.clone(),
        );
        registry.register(
            "response_seconds",
            "Time until the response, by route",
            seconds.clone(),
        );
        registry.register(
            "ready",
            "1 if the database can be read and written, else 0",
            ready.clone(),
        );
        Self {
            registry,
            responses,
            seconds,
            rejections,
            webhook_calls,
            ready,
        }
    }

    /// Counts one response with an error.
    pub fn rejected(&self, code: &'static str) {
        self.rejections.get_or_create(&CodeLabel { code }).inc();
    }

    /// Sets the numbers of webhook calls that are in the database.
    fn set_webhook_calls(&self, count: CallCount) {
        for (state, number) in [("waiting", count.waiting), ("given_up", count.given_up)] {
            let gauge = self.webhook_calls.get_or_create(&StateLabel { state });
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        }
    }

    /// Counts one response.
    pub fn responded(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, status) = (known_method(method).to_owned(), status.to_string());
        self.responses
            .get_or_create(&ResponseLabels {
                method,
                route: route.to_owned(),
                status,
            })
            .inc();
        self.seconds
            .get_or_create(&RouteLabel {
                route: route.to_owned(),
            })
            .observe(took.as_secs_f64());
    }
}

/// Returns the label of a method. A caller may send any method; unknown ones share a label.
fn known_method(method: &str) -> &str {
    ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

/// Router of the metrics listener; it is not for the public.
pub fn router(state: Arc<AppState>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(async || ApiError::NotFound)
        .with_state(state)
}

async fn metrics(State(state): State<Arc<AppState>>) -> Response {
    state
        .metrics
        .ready
        .set(i64::from(state.readiness.is_ready()));
    // Without an answer of the database the last numbers stay; `escale_ready` says so.
    if let Ok(count) = state.store.count_calls(state.site.clone()).await {
        state.metrics.set_webhook_calls(count);
    }
    let mut text = String::new();
    match encode(&mut text, &state.metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(_) => ApiError::Unavailable.into_response(),
    }
}
