//! `GET /v1/audiences/{segment}` and `POST /v1/audiences`. In: the API key; a segment's name, or a condition. Out: the
//! matching customers, one line each, streamed. Never: the whole audience in memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::NO_STORE;
use crate::audience::{self, Wanted, Wish};
use crate::base::clock;
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{BackEnd, PathParams, QueryParams, RequestedSite, SiteParam};
use crate::http::state::AppState;

/// Lines that wait for a slow reader.
const BUFFERED_LINES: usize = 4;

/// List the customers of a segment of the config
#[utoipa::path(
    get,
    path = "/v1/audiences/{segment}",
    operation_id = "list_segment",
    tag = "audiences",
    params(("segment" = String, Path, description = "name of the segment"), SiteParam, Wish),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "a line a customer: customer, channel, pressure_left, frequency",
         content((String = "application/x-ndjson"), (String = "text/csv"))),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn of_segment(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    PathParams(segment): PathParams<String>,
    QueryParams(query): QueryParams<Wish>,
) -> Result<Response, ApiError> {
    let wanted = Wanted::segment(&state.config().config, &segment, query, clock::now_ms());
    Ok(stream(state, wanted.map_err(ApiError::Audience)?))
}

/// Condition that selects an audience.
#[derive(Deserialize, ToSchema)]
pub struct AudienceCondition {
    /// Condition in the language of the config; an empty object selects every customer.
    #[schema(value_type = Object, example = json!({ "value_class": "high" }))]
    when: Value,
}

/// List the customers who match a condition
#[utoipa::path(
    post,
    path = "/v1/audiences",
    operation_id = "list_matching_customers",
    tag = "audiences",
    params(SiteParam, Wish),
    security(("api_key" = [])),
    request_body = AudienceCondition,
    responses(
        (status = 200, description = "a line a customer: customer, channel, pressure_left, frequency",
         content((String = "application/x-ndjson"), (String = "text/csv"))),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn of_condition(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    QueryParams(query): QueryParams<Wish>,
    body::Json(AudienceCondition { when }): body::Json<AudienceCondition>,
) -> Result<Response, ApiError> {
    let served = state.config();
    let wanted = Wanted::condition(&served.config, &when, query, clock::now_ms());
    Ok(stream(state, wanted.map_err(ApiError::Audience)?))
}

/// Streams the audience. An error aborts the connection, so that a part is never mistaken for the whole.
fn stream(state: Arc<AppState>, wanted: Wanted) -> Response {
    let media_type = wanted.format.media_type();
    let (sender, receiver) =
        tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(BUFFERED_LINES);
    tokio::spawn(async move {
        let (site, wanted) = (state.site.clone(), Arc::new(wanted));
        let mut lines = std::pin::pin!(audience::stream(state.store.as_ref(), &site, &wanted));
        while let Some(line) = lines.next().await {
            // The client may have disconnected.
            if sender
                .send(line.map_err(std::io::Error::other))
                .await
                .is_err()
            {
                return;
            }
        }
    });
    let lines = futures_util::stream::unfold(receiver, |mut receiver| async {
        Some((receiver.recv().await?, receiver))
    });
    (
        NO_STORE,
        [(header::CONTENT_TYPE, media_type)],
        Body::from_stream(lines),
    )
        .into_response()
}
