//! `GET /v1/config`. In: a site's name. Out: its compiled config, or 304 if the browser has it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use crate::http::conditional;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{RequestedSite, SiteParam};
use crate::http::state::AppState;

/// Get the compiled config, unless If-None-Match names it
#[utoipa::path(
    get,
    path = "/v1/config",
    operation_id = "get_config",
    tag = "config",
    params(SiteParam),
    responses(
        (status = 200, description = "the compiled config", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "the client has it"),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn compiled(
    _: RequestedSite,
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
) -> Response {
    respond(&state, &headers)
}

/// Serves the same bytes at the path where the demo's snippet loads them.
pub async fn of_the_demo(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    respond(&state, &headers)
}

fn respond(state: &AppState, headers: &HeaderMap) -> Response {
    let served = state.config();
    let content = (
        [(header::CONTENT_TYPE, "application/octet-stream")],
        served.bytes.clone(),
    );
    conditional::respond(
        headers,
        &format!("\"{}\"", served.version),
        content.into_response(),
    )
}
