//! In: a request's body. Out: a value of the expected shape, or a refusal. Never: more in memory than its path takes; a
//! compressed body, which could be a bomb.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use crate::http::error::Refusal;

/// A profile is a few hundred bytes; this leaves room for many times that.
pub const BODY_LIMIT: usize = 64 * 1024;
/// A larger body is let run out up to here and thrown away: a connection closed on its sender would lose the answer.
const RUN_OUT: usize = 1024 * 1024;
/// A body of that size arrives in this time, or its sender is not worth a connection.
const READ_TIME_OUT: Duration = Duration::from_secs(10);

/// Takes a request's body in before anything else is decided, so that no refusal leaves half a request on the line.
pub async fn taken_in(request: Request, limit: usize) -> Result<Request, Refusal> {
    let (head, body) = request.into_parts();
    let bytes = tokio::time::timeout(READ_TIME_OUT, read(body, limit))
        .await
        .map_err(|_| Refusal::ReadTimeOut)??;
    Ok(Request::from_parts(head, Body::from(bytes)))
}

async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let (mut kept, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::Malformed("it ended early".into()))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen += data.len();
        if seen > RUN_OUT.max(limit) {
            break;
        }
        if seen <= limit {
            kept.extend_from_slice(data);
        }
    }
    if seen <= limit {
        Ok(kept)
    } else {
        Err(Refusal::TooLarge)
    }
}

/// A JSON body. `text/plain` is taken too: it lets a page that is being closed send without asking first.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        if !is_plain_json(request.headers()) {
            return Err(Refusal::MediaType);
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Refusal::TooLarge)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Refusal::Malformed(error.to_string()))
    }
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    let kind = kind
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let compressed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity");
    matches!(kind.as_str(), "application/json" | "text/plain") && !compressed
}
