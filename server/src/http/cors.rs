//! In: a request to the interface. Out: the same request if its origin may call, else 403; the answer with exact CORS
//! headers. Never: a wildcard, nor an origin that was not named at start.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::app::App;
use crate::http::body;
use crate::http::error::Refusal;

/// Where a request says that it comes from.
enum From {
    /// No browser's cross-origin request: a same-origin GET, or not a browser at all.
    Nowhere,
    Here,
    Named(HeaderValue),
    Stranger,
}

/// What is let in: from whom, and how large.
#[derive(Clone)]
pub struct Gate {
    pub app: Arc<App>,
    pub body_limit: usize,
}

/// Lets in same-origin requests and the origins named at start.
pub async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let from = origin_of(request.headers(), &gate.app.origins);
    let mut response = match (&from, body::taken_in(request, gate.body_limit).await) {
        (From::Stranger, _) => Refusal::Origin.into_response(),
        (_, Err(refusal)) => refusal.into_response(),
        (_, Ok(request)) if is_preflight(&request) => preflight(),
        (_, Ok(request)) => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let From::Named(origin) = from {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("ETag, Retry-After"),
        );
    }
    response
}

fn origin_of(headers: &HeaderMap, named: &[String]) -> From {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return From::Nowhere;
    };
    let Ok(text) = origin.to_str() else {
        return From::Stranger;
    };
    if named.iter().any(|name| name == text) {
        return From::Named(origin.clone());
    }
    // Behind a proxy that ends TLS the page's scheme is https while ours is http: the authority decides.
    let authority = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if authority.is_some() && authority == host {
        From::Here
    } else {
        From::Stranger
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

/// An origin as browsers write it: scheme and authority, nothing behind.
pub fn parse(text: &str) -> Result<String, String> {
    let authority = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match authority {
        Some(rest) if !rest.is_empty() && !rest.contains(['/', '*', '?', '#', ' ']) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err(
            "an origin is a scheme and a host, with a port if need be: https://www.example.com"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_let_in(origin: Option<&'static str>, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("shop.example:8787"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let stranger = matches!(
            origin_of(&headers, &["https://www.example".into()]),
            From::Stranger
        );
        assert_eq!(!stranger, expected, "{origin:?}");
    }

    #[test]
    fn only_named_and_same_origins_pass() {
        is_let_in(None, true);
        is_let_in(Some("http://shop.example:8787"), true);
        is_let_in(Some("https://shop.example:8787"), true);
        is_let_in(Some("https://www.example"), true);
        is_let_in(Some("https://www.example.evil"), false);
        is_let_in(Some("https://evil.www.example"), false);
        is_let_in(Some("http://www.example"), false);
        is_let_in(Some("http://shop.example"), false);
        is_let_in(Some("ftp://shop.example:8787"), false);
        is_let_in(Some("null"), false);
        is_let_in(Some(""), false);
    }

    #[test]
    fn an_origin_has_no_path_and_no_wildcard() {
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
