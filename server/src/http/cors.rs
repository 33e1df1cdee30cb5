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
    if text == "null" {
        tracing::warn!(
            code = "opaque_origin",
            "a page without an origin called: a sandboxed frame, or a file; it is rejected"
        );
        return Origin::Foreign;
    }
    let Ok(canonical) = parse(text) else {
        return Origin::Foreign;
    };
    if allowed.contains(&canonical) {
        return Origin::Allowed(origin.clone());
    }
    // Behind a proxy that terminates TLS the page's scheme is https and ours is http: only the authority counts.
    let Some((scheme, authority)) = canonical.split_once("://") else {
        return Origin::Foreign;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| parse(&[scheme, "://", host].concat()).ok());
    if host.is_some_and(|host| host.strip_prefix(scheme) == Some(&["://", authority].concat())) {
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

/// Parses an origin into the form that browsers send: scheme, host in lower case and as Punycode, port unless it is the
/// scheme's own. A slash at the end is left out.
///
/// # Errors
/// A message if the text can be no origin.
pub fn parse(text: &str) -> Result<String, String> {
    canonical(text.trim()).ok_or_else(|| {
        "an origin is a scheme and a host, with an optional port: https://www.example.com".into()
    })
}

fn canonical(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let own_port = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let host_end = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority[host_end..].rfind(':') {
        Some(at) => (&authority[..host_end + at], &authority[host_end + at + 1..]),
        None => (authority, ""),
    };
    let port: u16 = if port.is_empty() {
        own_port
    } else if port.bytes().all(|b| b.is_ascii_digit()) {
        port.parse().ok()?
    } else {
        return None;
    };
    let host = canonical_host(host)?;
    Some(if port == own_port {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}:{port}")
    })
}

fn canonical_host(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: std::net::Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let ascii = idna::domain_to_ascii(host).ok()?;
    let is_host = !ascii.is_empty()
        && ascii
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    is_host.then_some(ascii)
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
    fn parse_origin_gives_what_browsers_send() {
        for (text, expected) in [
            (
                "https://www.voyages.example:443",
                "https://www.voyages.example",
            ),
            (
                "HTTPS://WWW.Voyages.example/",
                "https://www.voyages.example",
            ),
            ("http://voyages.example:80", "http://voyages.example"),
            ("http://voyages.example:443", "http://voyages.example:443"),
            ("https://séjours.example", "https://xn--sjours-bva.example"),
            ("http://[0:0::1]:8787", "http://[::1]:8787"),
            ("http://127.0.0.1:08787", "http://127.0.0.1:8787"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn parse_origin_with_path_or_wildcard_fails() {
        assert!(parse("https://www.example.com").is_ok());
        for wrong in [
            "*",
            "https://*",
            "https://a/b",
            "https://a//",
            "https://user@a",
            "https://a:port",
            "https://a:99999",
            "null",
            "ftp://a",
            "www.example.com",
            "https://",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
