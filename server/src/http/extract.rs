//! Extractors. In: a request's head. Out: proof of a key, a checked id, a typed query. Never: the body, which is read
//! only after every extractor here has succeeded.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::base::ids::{CustomerKey, Secret};
use crate::http::api_key::ApiKey;
use crate::http::error::ApiError;
use crate::http::state::AppState;

/// Query parameter that every path for one site has.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SiteParam {
    /// Name of the site.
    #[serde(default)]
    #[param(required = true, example = "demo")]
    site: String,
}

/// Proof that the query names the site that this server serves.
pub struct RequestedSite;

impl FromRequestParts<Arc<AppState>> for RequestedSite {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, ApiError> {
        let Query(SiteParam { site }) =
            Query::try_from_uri(&parts.uri).map_err(|_| ApiError::UnknownSite)?;
        state.check_site(&site).map(|()| Self)
    }
}

/// Proof that the caller holds the API key, as the site's back end does.
pub struct BackEnd;

impl FromRequestParts<Arc<AppState>> for BackEnd {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, ApiError> {
        ApiKey::check([state.api_key.as_ref(), None], &parts.headers).map(|()| Self)
    }
}

/// Proof that the caller holds the report key or the API key.
pub struct ReportReader;

impl FromRequestParts<Arc<AppState>> for ReportReader {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, ApiError> {
        if state.is_report_open {
            return Ok(Self);
        }
        let keys = [state.api_key.as_ref(), state.report_key.as_ref()];
        ApiKey::check(keys, &parts.headers).map(|()| Self)
    }
}

/// The 128-bit secret that a visitor's browser sends as a bearer.
pub struct VisitorSecret(pub Secret);

impl<S: Sync> FromRequestParts<S> for VisitorSecret {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let value = parts.headers.get(header::AUTHORIZATION);
        let text = value
            .and_then(|value| value.to_str().ok())
            .ok_or(ApiError::NoBearer)?;
        let (scheme, secret) = text.split_once(' ').ok_or(ApiError::NoBearer)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::NoBearer);
        }
        Secret::parse(secret.trim())
            .map(Self)
            .ok_or(ApiError::NoBearer)
    }
}

/// Typed query. A query that cannot be read becomes an error in the interface's own form.
pub struct QueryParams<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|error| ApiError::Query(error.body_text()))
    }
}

/// Parameters of the path, decoded.
pub struct PathParams<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Path::<T>::from_request_parts(parts, state)
            .await
            .map(|Path(params)| Self(params))
            .map_err(|_| ApiError::Path)
    }
}

/// The customer that a path names.
pub struct CustomerPath(pub CustomerKey);

impl FromRequestParts<Arc<AppState>> for CustomerPath {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, ApiError> {
        let PathParams(id) = PathParams::<String>::from_request_parts(parts, state).await?;
        customer_key(state, &id).map(Self)
    }
}

/// The customer that a path names, and one of its identifiers.
pub struct IdentifierPath {
    pub customer: CustomerKey,
    pub identifier: String,
}

impl FromRequestParts<Arc<AppState>> for IdentifierPath {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, ApiError> {
        let PathParams((id, identifier)) =
            PathParams::<(String, String)>::from_request_parts(parts, state).await?;
        Ok(Self {
            customer: customer_key(state, &id)?,
            identifier: customer_key(state, &identifier)?.id,
        })
    }
}

fn customer_key(state: &AppState, id: &str) -> Result<CustomerKey, ApiError> {
    CustomerKey::parse(&state.site, id).map_err(|_| ApiError::CustomerId)
}
