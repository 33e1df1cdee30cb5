//! `POST /v1/identify`. In: a visitor's secret and a token that the site's back end signed. Out: the link. `DELETE`
//! unlinks. Never: a link by anything that can be typed or forwarded; the reason why a token is invalid.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NO_STORE;
use crate::base::clock;
use crate::base::ids::{CustomerKey, IdHash, Secret, Site};
use crate::customers;
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{RequestedSite, SiteParam, VisitorSecret};
use crate::http::state::AppState;
use crate::store::{Link, Linked};

/// Login of a visitor.
#[derive(Deserialize, ToSchema)]
pub struct IdentifyRequest {
    #[schema(example = "demo")]
    site: String,
    /// Secret of the visitor: 16 bytes, base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
        example = "AQEBAQEBAQEBAQEBAQEBAQ"
    )]
    visitor: String,
    /// Erase-only token: 16 bytes, base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
        example = "AgICAgICAgICAgICAgICAg"
    )]
    erase: Option<String>,
    /// JWT that names the customer.
    token: String,
}

/// Result of a login.
#[derive(Serialize, ToSchema)]
pub struct IdentifyResponse {
    linked: bool,
}

/// Link a visitor to the customer whom a signed token names
#[utoipa::path(
    post,
    path = "/v1/identify",
    operation_id = "link_visitor",
    tag = "visitors",
    request_body = IdentifyRequest,
    responses(
        (status = 200, description = "linked", body = IdentifyResponse),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn link(
    State(state): State<Arc<AppState>>,
    body::Json(request): body::Json<IdentifyRequest>,
) -> Result<impl IntoResponse, ApiError> {
    state.check_site(&request.site)?;
    let visitor = Secret::parse(&request.visitor).ok_or(ApiError::MalformedField("visitor"))?;
    let visitor = visitor.visitor(&state.site);
    state.check_rate(&visitor)?;
    let erase = erase_hash(request.erase.as_deref(), &state.site)?;
    let tokens = state.tokens.as_ref().ok_or(ApiError::NoIdentity)?;
    let vouched = tokens
        .customer(&request.token)
        .map_err(|_| ApiError::Token)?;
    let link = Link {
        visitor,
        customer: CustomerKey {
            site: state.site.clone(),
            id: vouched.customer,
        },
        erase,
        token: vouched.token,
        day: clock::today(),
    };
    match customers::identify(state.store.as_ref(), link, vouched.also).await? {
        Linked::Here => Ok((NO_STORE, Json(IdentifyResponse { linked: true }))),
        Linked::Elsewhere => Err(ApiError::LinkedElsewhere),
        Linked::Erased => Err(ApiError::Erased),
        Linked::TokenUsed => Err(rejected("`jti` linked another browser before")),
        Linked::TokenOutdated => Err(rejected(
            "it was issued before the customer's erasure, or has no `iat` that says otherwise",
        )),
    }
}

/// Logs why a token does not link. The browser only learns that it needs a new one.
fn rejected(reason: &str) -> ApiError {
    tracing::warn!(code = "bad_token", reason, "an identity token was rejected");
    ApiError::Token
}

fn erase_hash(token: Option<&str>, site: &Site) -> Result<Option<IdHash>, ApiError> {
    let Some(token) = token else { return Ok(None) };
    let secret = Secret::parse(token).ok_or(ApiError::MalformedField("erase"))?;
    Ok(Some(secret.erase(site)))
}

/// Unlink this visitor from its customer; the browser keeps what it learned
#[utoipa::path(
    delete,
    path = "/v1/identify",
    operation_id = "unlink_visitor",
    tag = "visitors",
    params(SiteParam),
    security(("visitor" = [])),
    responses(
        (status = 204, description = "unlinked"),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn unlink(
    _: RequestedSite,
    VisitorSecret(secret): VisitorSecret,
    State(state): State<Arc<AppState>>,
) -> Result<impl IntoResponse, ApiError> {
    let visitor = secret.visitor(&state.site);
    state.check_rate(&visitor)?;
    customers::unlink(state.store.as_ref(), visitor).await?;
    Ok((NO_STORE, StatusCode::NO_CONTENT))
}
