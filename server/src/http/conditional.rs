//! Conditional GET. In: an entity tag and a request's headers. Out: the content, or 304 if the client has it.
//! Never: a response without the tag.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Responds with the content unless `If-None-Match` names its tag. Caches must revalidate each time.
pub fn respond(headers: &HeaderMap, etag: &str, content: impl IntoResponse) -> Response {
    let held = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let mut response = if held.is_some_and(|tags| names(tags, etag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// True if an `If-None-Match` header names the tag.
fn names(tags: &str, etag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
