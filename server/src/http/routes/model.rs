//! `GET /v1/model`. In: a site's name. Out: the rates that were learned and are in the config by now, or 304 when the caller has
//! them. Browsers need none of it: their config has it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::OurSite;
use super::config::names;
use super::openapi::Fault;
use crate::http::app::App;
use crate::http::error::Refusal;
use crate::model::Model;

/// What the site has learned, if it is another than If-None-Match names
#[utoipa::path(
    get,
    path = "/v1/model",
    params(("site" = String, Query, description = "the site's name")),
    responses((status = 200, body = Model), (status = 304), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn model(
    _: OurSite,
    State(app): State<Arc<App>>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let served = app.config();
    let model = served.model.as_ref().ok_or(Refusal::NoModel)?;
    // The config was compiled with it: another model is another version.
    let etag = format!("\"m{}\"", served.version);
    let held = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let mut response = match held.is_some_and(|tags| names(tags, &etag)) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Json(model).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    Ok(response)
}
