//! Routes and layers. In: the shared state and, for the demo, its pages. Out: one axum router.
//! Never: logs a query, an address, a user agent or an id.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, delete, get, post, put};

use crate::http::body::BODY_LIMIT;
use crate::http::cors::Gate;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::state::AppState;
use crate::http::{cors, openapi, pages, report_page, routes};
use crate::ingest;

/// Time after which a response is abandoned, so that a stuck disk does not accumulate requests.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(15);

/// Builds the router of the whole server; with `demo`, the demo site's pages are part of it.
pub fn router(state: Arc<AppState>, demo: Option<pages::Demo>) -> Router {
    let interface = visitor_routes()
        .merge(customer_routes())
        .route("/v1/{*rest}", any(async || ApiError::NotFound))
        .method_not_allowed_fallback(async || ApiError::Method)
        .route_layer(middleware::from_fn_with_state(
            Gate::new(&state, BODY_LIMIT),
            cors::gate,
        ));
    let whole = interface
        .merge(back_end_routes(&state))
        .merge(report_page::router())
        .route("/openapi.json", get(openapi::document))
        .route("/healthz", get(routes::health::alive))
        .route("/readyz", get(routes::health::ready));
    let whole = match demo {
        Some(demo) => pages::around(whole, demo, state.clone()),
        None => whole.fallback(async || ApiError::NotFound),
    };
    let metered = state.clone();
    whole
        .with_state(state)
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn_with_state(metered, log))
}

/// Paths that browsers call.
fn visitor_routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/v1/sync", post(routes::sync::sync))
        .route(
            "/v1/identify",
            post(routes::identify::link).delete(routes::identify::unlink),
        )
        .route("/v1/me", get(routes::me::export).delete(routes::me::erase))
        .route("/v1/config", get(routes::config::compiled))
        .route("/v1/model", get(routes::model::model))
        .route(
            "/v1/openapi.json",
            get(async || Redirect::permanent("/openapi.json")),
        )
}

/// Paths by which the back end manages customers.
fn customer_routes() -> Router<Arc<AppState>> {
    Router::new()
        .route(
            "/v1/customers/{customer}",
            get(routes::customers::read).delete(routes::customers::erase),
        )
        .route(
            "/v1/customers/{customer}/visitors",
            delete(routes::customers::unlink_all),
        )
        .route(
            "/v1/customers/{customer}/identifiers/{identifier}",
            put(routes::customers::add_identifier).delete(routes::customers::remove_identifier),
        )
}

/// Paths by which the back end imports and reads data; their bodies may be larger.
fn back_end_routes(state: &Arc<AppState>) -> Router<Arc<AppState>> {
    Router::new()
        .route("/v1/reactions", post(routes::ingest::reactions))
        .route("/v1/bookings", post(routes::ingest::bookings))
        .route("/v1/facts", post(routes::ingest::facts))
        .route("/v1/consents", post(routes::ingest::consents))
        .route("/v1/decisions", post(routes::decisions::decide))
        .route("/v1/report", get(routes::report::report))
        .route("/v1/audiences", post(routes::audiences::of_condition))
        .route(
            "/v1/audiences/{segment}",
            get(routes::audiences::of_segment),
        )
        .method_not_allowed_fallback(async || ApiError::Method)
        .route_layer(middleware::from_fn_with_state(
            Gate::new(state, ingest::body::BODY_LIMIT),
            cors::gate,
        ))
}

async fn limit_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(RESPONSE_TIMEOUT, next.run(request))
        .await
        .unwrap_or_else(|_| ApiError::TimeOut.into_response())
}

/// Writes one line a request, and counts it, by the route's pattern. The path and the query stay out of the log.
async fn log(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(file)", |path| path.as_str())
        .to_owned();
    let method = request.method().clone();
    let begun = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    state
        .metrics
        .responded(method.as_str(), &route, status, took);
    if let Some(ErrorCode(code)) = response.extensions().get() {
        state.metrics.rejected(code);
    }
    let took_us = took.as_micros() as u64;
    tracing::info!(%method, route, status, took_us, "responded");
    response
}
