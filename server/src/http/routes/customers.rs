//! `/v1/customers/…`, for the site's back end: identifiers, logout everywhere, erasure. In: the API key and ids in the
//! path. Out: 204 once the change is durable, even if the customer is unknown. Never: data of a customer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::NO_STORE;
use crate::base::clock;
use crate::customers;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{BackEnd, CustomerPath, IdentifierPath, RequestedSite, SiteParam};
use crate::http::state::AppState;

fn no_content() -> Response {
    (NO_STORE, StatusCode::NO_CONTENT).into_response()
}

/// Erase a customer on all devices, with everything that the back end imported up to today
#[utoipa::path(
    delete,
    path = "/v1/customers/{customer}",
    operation_id = "erase_customer",
    tag = "customers",
    params(("customer" = String, Path, min_length = 1, max_length = 128, description = "id of the customer"), SiteParam),
    security(("api_key" = [])),
    responses((status = 204, description = "erased"), (status = "4XX", description = "an error of the request", body = ErrorBody), (status = "5XX", description = "an error of the server", body = ErrorBody))
)]
pub async fn erase(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    CustomerPath(customer): CustomerPath,
) -> Result<Response, ApiError> {
    customers::forget(state.store.as_ref(), &customer, clock::today()).await?;
    Ok(no_content())
}

/// Unlink all visitors from a customer, as a logout on all devices does
#[utoipa::path(
    delete,
    path = "/v1/customers/{customer}/visitors",
    operation_id = "unlink_all_visitors",
    tag = "customers",
    params(("customer" = String, Path, min_length = 1, max_length = 128, description = "id of the customer"), SiteParam),
    security(("api_key" = [])),
    responses((status = 204, description = "unlinked"), (status = "4XX", description = "an error of the request", body = ErrorBody), (status = "5XX", description = "an error of the server", body = ErrorBody))
)]
pub async fn unlink_all(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    CustomerPath(customer): CustomerPath,
) -> Result<Response, ApiError> {
    customers::unlink_all(state.store.as_ref(), &customer).await?;
    Ok(no_content())
}

/// Add an identifier to a customer, such as a loyalty code or a hashed e-mail
#[utoipa::path(
    put,
    path = "/v1/customers/{customer}/identifiers/{identifier}",
    operation_id = "add_identifier",
    tag = "customers",
    params(
        ("customer" = String, Path, min_length = 1, max_length = 128, description = "id of the customer"),
        ("identifier" = String, Path, min_length = 1, max_length = 128, description = "another id of the customer"),
        SiteParam
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "added"), (status = "4XX", description = "an error of the request", body = ErrorBody), (status = "5XX", description = "an error of the server", body = ErrorBody))
)]
pub async fn add_identifier(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    IdentifierPath {
        customer,
        identifier,
    }: IdentifierPath,
) -> Result<Response, ApiError> {
    customers::add_alias(state.store.as_ref(), &customer, &identifier, clock::today()).await?;
    Ok(no_content())
}

/// Remove an identifier from a customer; imported data stay
#[utoipa::path(
    delete,
    path = "/v1/customers/{customer}/identifiers/{identifier}",
    operation_id = "remove_identifier",
    tag = "customers",
    params(
        ("customer" = String, Path, min_length = 1, max_length = 128, description = "id of the customer"),
        ("identifier" = String, Path, min_length = 1, max_length = 128, description = "another id of the customer"),
        SiteParam
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "removed"), (status = "4XX", description = "an error of the request", body = ErrorBody), (status = "5XX", description = "an error of the server", body = ErrorBody))
)]
pub async fn remove_identifier(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    IdentifierPath {
        customer,
        identifier,
    }: IdentifierPath,
) -> Result<Response, ApiError> {
    customers::remove_alias(state.store.as_ref(), &customer, &identifier).await?;
    Ok(no_content())
}
