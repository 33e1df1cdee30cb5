//! `/v1/customers/…`: what the site's back end may do with a customer: name its other ids, take its browsers away from it,
//! erase it. In: the API key and ids in the path. Out: 204 once it is durable, whether or not there was anyone.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::openapi::Fault;
use super::{InPath, NO_STORE, OurSite};
use crate::base::clock;
use crate::base::ids::CustomerKey;
use crate::customers;
use crate::http::api_key::ApiKey;
use crate::http::app::App;
use crate::http::error::Refusal;

type Shared = State<Arc<App>>;

/// Proof that it is the back end that asks, and of whom.
fn of(app: &App, headers: &HeaderMap, id: String) -> Result<CustomerKey, Refusal> {
    ApiKey::check(app.api_key.as_ref(), headers)?;
    if CustomerKey::is_id(&id) {
        Ok(CustomerKey {
            site: app.site.clone(),
            id,
        })
    } else {
        Err(Refusal::CustomerId)
    }
}

fn done() -> Response {
    (NO_STORE, StatusCode::NO_CONTENT).into_response()
}

/// Erase a customer: all of its browsers, ids and words; nothing told of days until today counts any more
#[utoipa::path(
    delete,
    path = "/v1/customers/{customer}",
    params(("customer" = String, Path, min_length = 1, max_length = 128), ("site" = String, Query, description = "the site's name")),
    security(("api_key" = [])),
    responses((status = 204), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn forget(
    _: OurSite,
    app: Shared,
    InPath(id): InPath<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    customers::forget(app.store.as_ref(), &of(&app, &headers, id)?, clock::today()).await?;
    Ok(done())
}

/// Untie all browsers from a customer, as after a log-out everywhere
#[utoipa::path(
    delete,
    path = "/v1/customers/{customer}/visitors",
    params(("customer" = String, Path, min_length = 1, max_length = 128), ("site" = String, Query, description = "the site's name")),
    security(("api_key" = [])),
    responses((status = 204), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn unlink_all(
    _: OurSite,
    app: Shared,
    InPath(id): InPath<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    customers::unlink_all(app.store.as_ref(), &of(&app, &headers, id)?).await?;
    Ok(done())
}

/// Give a customer another id: a loyalty code, a hashed e-mail
#[utoipa::path(
    put,
    path = "/v1/customers/{customer}/identifiers/{identifier}",
    params(
        ("customer" = String, Path, min_length = 1, max_length = 128),
        ("identifier" = String, Path, min_length = 1, max_length = 128),
        ("site" = String, Query, description = "the site's name")
    ),
    security(("api_key" = [])),
    responses((status = 204), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn add_alias(
    _: OurSite,
    app: Shared,
    InPath((id, identifier)): InPath<(String, String)>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let (of, alias) = (of(&app, &headers, id)?, of(&app, &headers, identifier)?);
    customers::add_alias(app.store.as_ref(), &of, &alias.id, clock::today()).await?;
    Ok(done())
}

/// Take an id away from a customer; what was told under it stays
#[utoipa::path(
    delete,
    path = "/v1/customers/{customer}/identifiers/{identifier}",
    params(
        ("customer" = String, Path, min_length = 1, max_length = 128),
        ("identifier" = String, Path, min_length = 1, max_length = 128),
        ("site" = String, Query, description = "the site's name")
    ),
    security(("api_key" = [])),
    responses((status = 204), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn remove_alias(
    _: OurSite,
    app: Shared,
    InPath((id, identifier)): InPath<(String, String)>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let (of, alias) = (of(&app, &headers, id)?, of(&app, &headers, identifier)?);
    customers::remove_alias(app.store.as_ref(), &of, &alias.id).await?;
    Ok(done())
}
