//! Request bodies. In: a request. Out: a value of the expected type, or an error that names the field. Never: more
//! bytes in memory than the path accepts; a compressed body, which could expand without bound.

// By hand instead of `tower_http::limit`: a body that is too large is drained, so that its sender reads the response.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use crate::http::error::ApiError;

/// Limit in bytes; a profile has a few hundred.
pub const BODY_LIMIT: usize = 64 * 1024;
/// Bytes of an oversized body that are read and discarded, so that its sender can read the response.
const DRAIN_LIMIT: usize = 1024 * 1024;
/// Time in which a body of the largest size must arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the whole body before any check, so that no error response leaves half a request on the connection.
pub async fn buffer(request: Request, limit: usize) -> Result<Request, ApiError> {
    let (head, body) = request.into_parts();
    let bytes = tokio::time::timeout(READ_TIMEOUT, read(body, limit))
        .await
        .map_err(|_| ApiError::ReadTimeOut)??;
    Ok(Request::from_parts(head, Body::from(bytes)))
}

async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let (mut kept, mut seen) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::Malformed("it ended early".into()))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        seen += data.len();
        if seen > DRAIN_LIMIT.max(limit) {
            break;
        }
        if seen <= limit {
            kept.extend_from_slice(data);
        }
    }
    if seen <= limit {
        Ok(kept)
    } else {
        Err(ApiError::TooLarge)
    }
}

/// JSON body. `text/plain` is accepted too, because a page that is being closed can send it without a preflight.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let headers = request.headers();
        if is_compressed(headers)
            || !matches!(
                media_type(headers).as_str(),
                "application/json" | "text/plain"
            )
        {
            return Err(ApiError::MediaType);
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::TooLarge)?;
        parse(&bytes).map(Self).map_err(ApiError::Malformed)
    }
}

/// Parses JSON; the message of an error begins with the path of the field.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." => error.into_inner().to_string(),
            _ => format!("`{path}`: {}", error.into_inner()),
        }
    })?;
    json.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// Media type of a request without its parameters, in lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase()
}

/// True for a request with any content encoding.
pub fn is_compressed(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
}
