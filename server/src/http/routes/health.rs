//! `GET /healthz` (the process lives) and `GET /readyz` (it can read and write).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::json;

use super::NO_STORE;
use super::openapi::Fault;
use crate::http::app::App;
use crate::http::error::Refusal;

/// The process lives
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = Object)))]
pub async fn alive() -> impl IntoResponse {
    (NO_STORE, Json(json!({ "status": "alive" })))
}

/// A read and a write go through the database
#[utoipa::path(get, path = "/readyz", responses((status = 200, body = Object), (status = 503, body = Fault)))]
pub async fn ready(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Refusal> {
    app.store.ready().await?;
    Ok((NO_STORE, Json(json!({ "status": "ready" }))))
}
