//! Static pages of the demo site. In: the folders of the pages and of the package. Out: routes with a strict policy.
//! Never: a page without the policy; an inline script that was added after the start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::services::{ServeDir, ServeFile};

use crate::http::body::BODY_LIMIT;
use crate::http::cors::Gate;
use crate::http::state::AppState;
use crate::http::{cors, csp, routes};

/// Folders of the demo and the policy that admits the pages' own inline scripts.
pub struct Demo {
    pages: PathBuf,
    package: PathBuf,
    policy: HeaderValue,
}

impl Demo {
    /// Reads the pages once to hash their inline scripts.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn open(pages: &Path, package: &Path) -> std::io::Result<Self> {
        let policy = csp::of_pages(pages)?;
        let policy = HeaderValue::from_str(&policy).map_err(std::io::Error::other)?;
        Ok(Self {
            pages: pages.to_owned(),
            package: package.to_owned(),
            policy,
        })
    }
}

/// Adds the demo's pages, package and login to the interface.
pub fn around(
    interface: Router<Arc<AppState>>,
    demo: Demo,
    state: Arc<AppState>,
) -> Router<Arc<AppState>> {
    let files = Router::new()
        .nest_service("/escale", ServeDir::new(&demo.package).precompressed_br())
        .fallback_service(
            ServeDir::new(&demo.pages)
                .precompressed_br()
                .html_as_default_extension(true)
                .not_found_service(ServeFile::new(demo.pages.join("404.html"))),
        )
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            with_policy(request, next, demo.policy.clone())
        }));
    let login = post(routes::demo::login).layer(middleware::from_fn_with_state(
        Gate::new(&state, BODY_LIMIT),
        cors::gate,
    ));
    interface
        .route("/demo/login", login)
        .route("/escale.bin", get(routes::config::of_the_demo))
        .merge(files)
}

async fn with_policy(request: Request, next: Next, policy: HeaderValue) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "text/html")
    {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Fixed headers. File names have no version, so browsers revalidate each time and mostly get 304.
const FIXED: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "browsing-topics=(), camera=(), geolocation=(), microphone=()",
    ),
];
