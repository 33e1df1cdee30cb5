//! One file a path.

pub mod audiences;
pub mod config;
pub mod customers;
pub mod demo;
pub mod health;
pub mod identify;
pub mod me;
pub mod model;
pub mod openapi;
pub mod report;
pub mod sync;
pub mod tellings;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use serde::Deserialize;

use crate::app::App;
use crate::refusal::Refusal;

/// Personal answers are for the one who asked, once.
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// Proof that the query names the site that this server serves.
pub struct OurSite;

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    site: String,
}

impl FromRequestParts<Arc<App>> for OurSite {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let Query(named) = Query::<Named>::try_from_uri(&parts.uri).map_err(|_| Refusal::UnknownSite)?;
        app.check_site(&named.site).map(|()| Self)
    }
}
