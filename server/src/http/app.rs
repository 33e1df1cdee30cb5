//! What every request shares, and the router over it. In: the parts that `serve` put together. Out: one axum router.
//! Never: logs a query, an address, a user agent or an id.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};

use crate::base::clock;
use crate::base::ids::{Site, VisitorKey};
use crate::config_source::{Served, Source};
use crate::http::api_key::ApiKey;
use crate::http::body::BODY_LIMIT;
use crate::http::cors::Gate;
use crate::http::error::Refusal;
use crate::http::metrics::Metrics;
use crate::http::rate_limit::Pace;
use crate::http::{cors, pages, report_page, routes};
use crate::ingest;
use crate::store::Store;
use crate::token::Tokens;
use crate::webhook::Receivers;

/// An answer that takes longer is given up, so that a stuck disk does not pile up requests.
const TIME_OUT: Duration = Duration::from_secs(15);

pub struct App {
    pub site: Site,
    pub store: Box<dyn Store>,
    /// The config as it was read at the start.
    pub source: Arc<Source>,
    /// The one in use: what the server learns by itself takes its place.
    pub current: RwLock<Arc<Served>>,
    pub origins: Vec<String>,
    pub tokens: Option<Tokens>,
    pub api_key: Option<ApiKey>,
    /// Of who reads reports, and nothing else.
    pub report_key: Option<ApiKey>,
    pub pace: Pace,
    pub metrics: Metrics,
    pub receivers: Receivers,
    /// Whether the config has scenarios of the server.
    pub triggers_evaluation: bool,
}

impl App {
    /// A request names its site, so that a page which points at the wrong server learns it at once.
    pub fn check_site(&self, name: &str) -> Result<(), Refusal> {
        if name == self.site.as_str() {
            Ok(())
        } else {
            Err(Refusal::UnknownSite)
        }
    }

    /// The config in use at this moment.
    pub fn config(&self) -> Arc<Served> {
        // Whoever held it has only copied a pointer: there is nothing half done.
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on this one is in use.
    pub fn serve_config(&self, served: Served) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(served);
    }

    /// No visitor calls faster than the rate that was set at start.
    pub fn check_pace(&self, visitor: &VisitorKey) -> Result<(), Refusal> {
        self.pace
            .allow(&visitor.id, clock::now_ms())
            .map_err(Refusal::TooFast)
    }
}

/// The interface; with `demo`, the demo site's pages around it.
pub fn router(app: Arc<App>, demo: Option<pages::Demo>) -> Router {
    let interface = Router::new()
        .route("/v1/sync", post(routes::sync::sync))
        .route(
            "/v1/identify",
            post(routes::identify::link).delete(routes::identify::unlink),
        )
        .route("/v1/me", get(routes::me::export).delete(routes::me::erase))
        .route("/v1/config", get(routes::config::compiled))
        .route("/v1/model", get(routes::model::model))
        .route(
            "/v1/customers/{customer}",
            delete(routes::customers::forget),
        )
        .route(
            "/v1/customers/{customer}/visitors",
            delete(routes::customers::unlink_all),
        )
        .route(
            "/v1/customers/{customer}/identifiers/{identifier}",
            put(routes::customers::add_alias).delete(routes::customers::remove_alias),
        )
        .route(
            "/v1/openapi.json",
            get(async || axum::response::Redirect::permanent("/openapi.json")),
        )
        .route(
            "/v1/{*rest}",
            axum::routing::any(async || Refusal::NotFound),
        )
        .method_not_allowed_fallback(async || Refusal::Method)
        .route_layer(middleware::from_fn_with_state(
            Gate {
                app: app.clone(),
                body_limit: BODY_LIMIT,
            },
            cors::gate,
        ));
    let whole = interface
        .merge(imports(&app))
        .merge(report_page::router())
        .route("/openapi.json", get(routes::openapi::document))
        .route("/healthz", get(routes::health::alive))
        .route("/readyz", get(routes::health::ready));
    let whole = match demo {
        Some(demo) => pages::around(whole, demo, app.clone()),
        None => whole.fallback(async || Refusal::NotFound),
    };
    let metered = app.clone();
    whole
        .with_state(app)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(give_up_late))
        .layer(middleware::from_fn_with_state(metered, log))
}

/// What the site's back end tells and asks: larger bodies, and a key instead of a visitor's secret.
fn imports(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/v1/reactions", post(routes::events::reactions))
        .route("/v1/bookings", post(routes::events::bookings))
        .route("/v1/facts", post(routes::events::facts))
        .route("/v1/report", get(routes::report::report))
        .route("/v1/audiences", post(routes::audiences::of_condition))
        .route(
            "/v1/audiences/{segment}",
            get(routes::audiences::of_segment),
        )
        .route("/v1/consents", post(routes::events::consents))
        .method_not_allowed_fallback(async || Refusal::Method)
        .route_layer(middleware::from_fn_with_state(
            Gate {
                app: app.clone(),
                body_limit: ingest::body::BYTES,
            },
            cors::gate,
        ))
        .layer(DefaultBodyLimit::max(ingest::body::BYTES))
}

async fn give_up_late(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIME_OUT, next.run(request))
        .await
        .unwrap_or_else(|_| Refusal::TimeOut.into_response())
}

/// One line a request, and the counters: the route's pattern, never the path or query that was asked for.
async fn log(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(file)", |path| path.as_str())
        .to_owned();
    let method = request.method().clone();
    let begun = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    app.metrics.answered(method.as_str(), &route, status, took);
    let took_us = took.as_micros() as u64;
    tracing::info!(%method, route, status, took_us, "answered");
    response
}
