//! Origin check. In: a request to the interface. Out: the request if its origin may call, else 403; exact CORS headers.
//! Never: a wildcard, nor an origin that was not given at the start.

// By hand instead of `tower_http::cors`: that layer sends headers but does not reject, and has no same-origin rule.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::body::Incoming;
use crate::http::error::ApiError;
use crate::http::state::AppState;

/// Origin of a request, by its header.
enum Origin {
    /// No header: a same-origin GET, or not a browser.
    Absent,
    Same,
    /// One of the origins given at the start.
    Allowed(HeaderValue),
    Foreign,
}

/// Limits of a group of routes.
#[derive(Clone)]
pub struct Gate {
    state: Arc<AppState>,
    body_limit: usize,
}

impl Gate {
    /// Gate for routes whose bodies have at most `body_limit` bytes.
    pub fn new(state: &Arc<AppState>, body_limit: usize) -> Self {
        Self {
            state: state.clone(),
            body_limit,
        }
    }
}

/// Admits same-origin requests and the origins given at the start.
pub async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let origin = origin_of(request.headers(), &gate.state.origins);
    let (request, incoming) = Incoming::of(request, &gate.state.body_memory, gate.body_limit);
    let mut response = match &origin {
        Origin::Foreign => ApiError::Origin.into_response(),
        _ if is_preflight(&request) => preflight(),
        _ => next.run(request).await,
    };
    let is_drained = incoming.drain().await;
    let headers = response.headers_mut();
    if !is_drained {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Origin::Allowed(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("ETag, Retry-After"),
        );
    }
    response
}

fn origin_of(headers: &HeaderMap, allowed: &[String]) -> Origin {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Origin::Absent;
    };
    let Ok(text) = origin.to_str() else {
        return Origin::Foreign;
    };
    if allowed.iter().any(|name| name == text) {
        return Origin::Allowed(origin.clone());
    }
    // Behind a proxy that terminates TLS the page's scheme is https and ours is http: only the authority counts.
    let authority = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if authority.is_some() && authority == host {
        Origin::Same
    } else {
        Origin::Foreign
    }
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, if-none-match",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Parses an origin as browsers write it: scheme and authority, without a path.
///
/// # Errors
/// A message if the text has another form.
pub fn parse(text: &str) -> Result<String, String> {
    let authority = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match authority {
        Some(rest) if !rest.is_empty() && !rest.contains(['/', '*', '?', '#', ' ']) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err(
            "an origin is a scheme and a host, with an optional port: https://www.example.com"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_admitted(origin: Option<&'static str>, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("shop.example:8787"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let is_foreign = matches!(
            origin_of(&headers, &["https://www.example".into()]),
            Origin::Foreign
        );
        assert_eq!(!is_foreign, expected, "{origin:?}");
    }

    #[test]
    fn gate_origins_only_allowed_and_same_pass() {
        assert_admitted(None, true);
        assert_admitted(Some("http://shop.example:8787"), true);
        assert_admitted(Some("https://shop.example:8787"), true);
        assert_admitted(Some("https://www.example"), true);
        assert_admitted(Some("https://www.example.evil"), false);
        assert_admitted(Some("https://evil.www.example"), false);
        assert_admitted(Some("http://www.example"), false);
        assert_admitted(Some("http://shop.example"), false);
        assert_admitted(Some("ftp://shop.example:8787"), false);
        assert_admitted(Some("null"), false);
        assert_admitted(Some(""), false);
    }

    #[test]
    fn parse_origin_with_path_or_wildcard_fails() {
        assert!(parse("https://www.example.com").is_ok());
        for wrong in [
            "*",
            "https://*",
            "https://a/",
            "www.example.com",
            "https://",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
