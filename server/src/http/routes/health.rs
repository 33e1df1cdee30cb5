//! `GET /healthz` and `GET /readyz`. Out: the state of the process and of the database. Never: personal data.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::NO_STORE;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::state::AppState;

/// Health of the server.
#[derive(Serialize, ToSchema)]
pub struct Health {
    #[schema(value_type = String, example = "alive")]
    status: &'static str,
}

/// Check that the process responds
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "check_alive",
    tag = "operations",
    responses((status = 200, description = "the process responds", body = Health))
)]
pub async fn alive() -> impl IntoResponse {
    (NO_STORE, Json(Health { status: "alive" }))
}

/// Check that the database can be read and written
///
/// The server checks it by itself every two seconds. A request only reads the last result.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "check_ready",
    tag = "operations",
    responses(
        (status = 200, description = "the database can be read and written", body = Health),
        (status = 503, description = "the database cannot be used", body = ErrorBody)
    )
)]
pub async fn ready(State(state): State<Arc<AppState>>) -> Result<impl IntoResponse, ApiError> {
    if state.readiness.is_ready() {
        Ok((NO_STORE, Json(Health { status: "ready" })))
    } else {
        Err(ApiError::Unavailable)
    }
}
