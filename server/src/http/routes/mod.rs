//! One file a path.

pub mod audiences;
pub mod config;
pub mod customers;
pub mod demo;
pub mod events;
pub mod health;
pub mod identify;
pub mod me;
pub mod model;
pub mod openapi;
pub mod report;
pub mod sync;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderName, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::http::app::App;
use crate::http::error::Refusal;

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
        let Query(named) =
            Query::<Named>::try_from_uri(&parts.uri).map_err(|_| Refusal::UnknownSite)?;
        app.check_site(&named.site).map(|()| Self)
    }
}

/// What the query asks for; what cannot be read is refused as everything else is.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = Query::<T>::try_from_uri(&parts.uri)
            .map_err(|error| Refusal::Query(error.body_text()))?;
        Ok(Self(query.0))
    }
}

/// The ids that stand in the path.
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<T>::from_request_parts(parts, state)
            .await
            .map_err(|_| Refusal::Path)?;
        Ok(Self(path.0))
    }
}
