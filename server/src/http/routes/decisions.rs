//! `POST /v1/decisions`. In: the API key; customers or a segment, a placement, a channel and a time. Out: a line for each
//! decision, streamed. Never: all decisions in memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;

use super::NO_STORE;
use crate::base::clock;
use crate::decisions::{self, DecisionLine, DecisionsBody, Wanted, WantedError};
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{BackEnd, RequestedSite, SiteParam};
use crate::http::state::AppState;
use crate::store::StoreError;

/// Lines that wait for a slow reader.
const BUFFERED_LINES: usize = 64;

/// Decide which offer each customer gets in a message
#[utoipa::path(
    post,
    path = "/v1/decisions",
    operation_id = "decide",
    tag = "decisions",
    params(SiteParam),
    security(("api_key" = [])),
    request_body = DecisionsBody,
    responses(
        (status = 200, description = "a DecisionLine for each customer and slot", content_type = "application/x-ndjson", body = DecisionLine),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn decide(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    body::Json(request): body::Json<DecisionsBody>,
) -> Result<Response, ApiError> {
    let wanted = Wanted::of(&state.config().config, request, clock::now_ms())?;
    Ok(stream(state, wanted))
}

impl From<WantedError> for ApiError {
    fn from(error: WantedError) -> Self {
        match error {
            WantedError::Placement(message) => Self::UnknownPlacement(message),
            WantedError::Channel(message) => Self::UnknownChannel(message),
            WantedError::Segment(message) => Self::UnknownSegment(message),
            WantedError::Other(message) => Self::Malformed(message),
        }
    }
}

/// Streams the lines. An error aborts the connection, so that a part is never mistaken for the whole.
fn stream(state: Arc<AppState>, wanted: Wanted) -> Response {
    let (sender, receiver) =
        tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(BUFFERED_LINES);
    tokio::spawn(async move {
        let (site, wanted) = (state.site.clone(), Arc::new(wanted));
        let mut all = std::pin::pin!(decisions::stream(state.store.as_ref(), &site, &wanted));
        while let Some(lines) = all.next().await {
            // The client may have disconnected.
            if sender.send(encoded(lines)).await.is_err() {
                return;
            }
        }
    });
    let lines = futures_util::stream::unfold(receiver, |mut receiver| async {
        Some((receiver.recv().await?, receiver))
    });
    (
        NO_STORE,
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response()
}

fn encoded(lines: Result<Vec<DecisionLine>, StoreError>) -> Result<Bytes, std::io::Error> {
    let mut bytes = Vec::new();
    for line in lines.map_err(std::io::Error::other)? {
        serde_json::to_writer(&mut bytes, &line)?;
        bytes.push(b'\n');
    }
    Ok(bytes.into())
}
