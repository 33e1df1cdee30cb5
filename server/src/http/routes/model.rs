//! `GET /v1/model`. In: a site's name. Out: the learned rates that the served config holds, or 304 if the client has
//! them. Browsers do not need this path: their config holds the rates.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::conditional;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{RequestedSite, SiteParam};
use crate::http::state::AppState;
use crate::model::Model;

/// Get the learned model, unless If-None-Match names it
#[utoipa::path(
    get,
    path = "/v1/model",
    operation_id = "get_model",
    tag = "config",
    params(SiteParam),
    responses(
        (status = 200, description = "the learned model", body = Model),
        (status = 304, description = "the client has it"),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn model(
    _: RequestedSite,
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let served = state.config();
    let model = served.model.as_ref().ok_or(ApiError::NoModel)?;
    // The config contains the model: another model gives another version.
    let etag = format!("\"m{}\"", served.version);
    Ok(conditional::respond(&headers, &etag, Json(model)))
}
