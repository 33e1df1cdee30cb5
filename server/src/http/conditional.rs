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

/// True if an `If-None-Match` header names the tag, also as a proxy that compresses rewrites it.
fn names(tags: &str, etag: &str) -> bool {
    let own = etag.trim_matches('"');
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || is_variant(tag.trim_start_matches("W/"), own))
}

/// True for the tag itself, and for `"tag-gzip"`, `"tag;br"` and `"tag"-gzip`.
fn is_variant(tag: &str, own: &str) -> bool {
    let unquoted = tag.replace('"', "");
    let Some(suffix) = unquoted.strip_prefix(own) else {
        return false;
    };
    let encoding = suffix.trim_start_matches(['-', ';', ':']);
    suffix.is_empty() || (encoding.len() < suffix.len() && ENCODINGS.contains(&encoding))
}

const ENCODINGS: [&str; 6] = ["gzip", "br", "zstd", "deflate", "df", "gz"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tag_as_proxies_rewrite_it() {
        for tags in [
            "\"a1\"",
            "W/\"a1\"",
            "\"a1-gzip\"",
            "\"a1;gzip\"",
            "W/\"a1--br\"",
            "\"a1\"-gzip",
            "\"x\", \"a1-zstd\"",
            "*",
        ] {
            assert!(names(tags, "\"a1\""), "{tags}");
        }
        for tags in [
            "",
            "\"a\"",
            "\"a12\"",
            "\"a1-other\"",
            "\"a1gzip\"",
            "\"xa1\"",
        ] {
            assert!(!names(tags, "\"a1\""), "{tags}");
        }
    }
}
