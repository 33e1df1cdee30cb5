//! The page `/report` and its files, compiled into the binary. In: the site's name. Out: routes with a strict policy.
//! Never: the API key, which the reader types into the page.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{Html, Response};
use axum::routing::get;

use crate::http::state::AppState;

const PAGE: &str = include_str!("../../../www/report/index.html");

/// Name, media type and text of each file.
const FILES: [(&str, &str, &str); 11] = [
    (
        "icon.svg",
        "image/svg+xml",
        include_str!("../../../www/report/icon.svg"),
    ),
    (
        "report.css",
        "text/css; charset=utf-8",
        include_str!("../../../www/report/report.css"),
    ),
    (
        "report.js",
        SCRIPT,
        include_str!("../../../www/report/report.js"),
    ),
    (
        "card.js",
        SCRIPT,
        include_str!("../../../www/report/card.js"),
    ),
    ("dom.js", SCRIPT, include_str!("../../../www/report/dom.js")),
    (
        "experiments.js",
        SCRIPT,
        include_str!("../../../www/report/experiments.js"),
    ),
    (
        "format.js",
        SCRIPT,
        include_str!("../../../www/report/format.js"),
    ),
    (
        "plot.js",
        SCRIPT,
        include_str!("../../../www/report/plot.js"),
    ),
    (
        "sections.js",
        SCRIPT,
        include_str!("../../../www/report/sections.js"),
    ),
    (
        "table.js",
        SCRIPT,
        include_str!("../../../www/report/table.js"),
    ),
    (
        "words.js",
        SCRIPT,
        include_str!("../../../www/report/words.js"),
    ),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Content security policy: no inline script or style, no other host, no markup from text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const FIXED: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::CACHE_CONTROL, "no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Routes of the page and its files.
pub fn router() -> Router<Arc<AppState>> {
    let mut files = Router::new().route("/report", get(page));
    for (name, kind, text) in FILES {
        let answer = async move || ([(header::CONTENT_TYPE, kind)], text);
        files = files.route(&format!("/report/{name}"), get(answer));
    }
    files.layer(middleware::from_fn(with_policy))
}

async fn page(State(state): State<Arc<AppState>>) -> Html<String> {
    Html(PAGE.replace("{site}", &escaped(state.site.as_str())))
}

/// Escapes text for an attribute's value.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

async fn with_policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in FIXED {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_every_referenced_file_exists() {
        let texts = FILES.iter().map(|(_, _, text)| *text).chain([PAGE]);
        let asked: Vec<&str> = texts
            .flat_map(|text| text.split(['"', '\'']))
            .filter(|word| is_file(word))
            .collect();
        assert!(asked.len() > 8, "{asked:?}");
        for file in asked {
            let name = file.rsplit('/').next().unwrap_or_default();
            assert!(FILES.iter().any(|(known, ..)| *known == name), "{file}");
        }
    }

    fn is_file(word: &str) -> bool {
        (word.starts_with("./") || word.starts_with("/report/")) && !word.contains(' ')
    }

    #[test]
    fn escaped_name_stays_inside_its_attribute() {
        assert_eq!(escaped("a\"><b>&"), "a&quot;>&lt;b>&amp;");
    }
}
