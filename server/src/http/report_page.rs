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

/// Path below `/report/`, media type and text of each file. The paths mirror `www`, where `page` stands for `www/report`.
const FILES: [(&str, &str, &str); 14] = [
    (
        "page/icon.svg",
        SVG,
        include_str!("../../../www/report/icon.svg"),
    ),
    (
        "page/report.css",
        CSS,
        include_str!("../../../www/report/report.css"),
    ),
    (
        "page/report.js",
        SCRIPT,
        include_str!("../../../www/report/report.js"),
    ),
    (
        "page/card.js",
        SCRIPT,
        include_str!("../../../www/report/card.js"),
    ),
    (
        "page/experiments.js",
        SCRIPT,
        include_str!("../../../www/report/experiments.js"),
    ),
    (
        "page/format.js",
        SCRIPT,
        include_str!("../../../www/report/format.js"),
    ),
    (
        "page/messages.js",
        SCRIPT,
        include_str!("../../../www/report/messages.js"),
    ),
    (
        "page/plot.js",
        SCRIPT,
        include_str!("../../../www/report/plot.js"),
    ),
    (
        "page/sections.js",
        SCRIPT,
        include_str!("../../../www/report/sections.js"),
    ),
    (
        "page/table.js",
        SCRIPT,
        include_str!("../../../www/report/table.js"),
    ),
    (
        "shared/dom.js",
        SCRIPT,
        include_str!("../../../www/shared/dom.js"),
    ),
    (
        "shared/format-message.js",
        SCRIPT,
        include_str!("../../../www/shared/format-message.js"),
    ),
    (
        "messages/en.json",
        JSON,
        include_str!("../../../www/messages/en.json"),
    ),
    (
        "messages/fr.json",
        JSON,
        include_str!("../../../www/messages/fr.json"),
    ),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const JSON: &str = "application/json";

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
    let access = if state.is_report_open { "open" } else { "key" };
    Html(
        PAGE.replace("{access}", access)
            .replace("{site}", &escaped(state.site.as_str())),
    )
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
    fn report_page_has_every_file_that_it_asks_for() {
        let imported = FILES.iter().flat_map(|(path, _, text)| {
            let folder = path.split_once('/').map_or("", |(folder, _)| folder);
            quoted(text).filter_map(move |literal| match literal.split_once('/')? {
                (".", name) => Some(format!("{folder}/{name}")),
                ("..", path) => Some(path.to_owned()),
                _ => None,
            })
        });
        let linked =
            quoted(PAGE).filter_map(|literal| Some(literal.strip_prefix("/report/")?.to_owned()));
        let asked: Vec<String> = imported.chain(linked).collect();
        assert!(asked.len() > 8, "{asked:?}");
        for file in asked {
            assert!(FILES.iter().any(|(path, ..)| *path == file), "{file}");
        }
    }

    /// Paths of modules and links, whatever quotes them, but no types of comments.
    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        text.lines()
            .filter(|line| !line.trim_start().starts_with(['/', '*']))
            .flat_map(|line| line.split(['"', '\'']))
            .filter(|literal| !literal.contains([' ', '$']))
    }

    #[test]
    fn escaped_name_stays_inside_its_attribute() {
        assert_eq!(escaped("a\"><b>&"), "a&quot;>&lt;b>&amp;");
    }
}
