//! `GET /v1/config`. In: a site's name. Out: its compiled config, or 304 when the browser has it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::OurSite;
use super::openapi::Fault;
use crate::http::app::App;

/// The compiled config, if it is another than If-None-Match names
#[utoipa::path(
    get,
    path = "/v1/config",
    params(("site" = String, Query, description = "the site's name")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 304), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn compiled(_: OurSite, State(app): State<Arc<App>>, asked: HeaderMap) -> Response {
    answer(&app, &asked)
}

/// The same bytes where a page's snippet looks for them.
pub async fn of_the_demo(State(app): State<Arc<App>>, asked: HeaderMap) -> Response {
    answer(&app, &asked)
}

fn answer(app: &App, asked: &HeaderMap) -> Response {
    let served = app.config();
    let etag = format!("\"{}\"", served.version);
    let held = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let mut response = if held.is_some_and(|tags| names(tags, &etag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (
            [(header::CONTENT_TYPE, "application/octet-stream")],
            served.bytes.clone(),
        )
            .into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Whether an If-None-Match has a tag among its own.
pub fn names(tags: &str, etag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
