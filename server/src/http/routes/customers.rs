//! `/v1/customers/…`, for the site's back end: everything held of a customer, identifiers, logout everywhere, erasure. In:
//! the API key and ids in the path. Out: the customer in words, or 204 once a change is durable. Never: a secret of a browser.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use escale::internals::base::civil::Date;
use escale::internals::decision::caps;
use escale::{Engine, snapshot};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::NO_STORE;
use super::me::{ImportedExport, VisitorExport, exported_imports, exported_visitor};
use crate::base::{clock, ids};
use crate::customers;
use crate::decisions::person::{self, HeldPerson};
use crate::decisions::summary;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{
    BackEnd, CustomerPath, IdentifierPath, QueryParams, RequestedSite, SiteParam,
};
use crate::http::state::AppState;
use crate::store::{ImportedEvent, VisitorRecord};
use crate::sync::replica;

fn no_content() -> Response {
    (NO_STORE, StatusCode::NO_CONTENT).into_response()
}

/// Form of a customer.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CustomerParams {
    /// `export` adds the stored bytes of every browser and everything imported.
    pub format: Option<String>,
}

/// Everything known of a customer, in the names of the config.
#[derive(Serialize, ToSchema)]
pub struct CustomerExport {
    customer: String,
    /// Other ids of the customer.
    identifiers: Vec<String>,
    /// Sentences about the customer.
    summary: Vec<String>,
    browsers: Vec<BrowserDates>,
    /// Merged profile of all sources, with the source and date of each fact.
    #[schema(value_type = Object)]
    known: Value,
    /// Number of contacts still allowed now. Null if unlimited.
    pressure_left: Option<u32>,
    /// Events and consents that the back end imported.
    imported: Option<ImportedExport>,
    /// Complete data of every browser, with `format=export`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    visitors: Option<Vec<VisitorExport>>,
    /// Imported events with `format=export`, each as bytes in base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    events: Option<Vec<EventExport>>,
}

/// Imported event.
#[derive(Serialize, ToSchema)]
pub struct EventExport {
    day: String,
    event: String,
}

/// Dates of a browser.
#[derive(Serialize, ToSchema)]
pub struct BrowserDates {
    created_day: String,
    synced_day: String,
}

/// Read everything that is known of a customer
#[utoipa::path(
    get,
    path = "/v1/customers/{customer}",
    operation_id = "read_customer",
    tag = "customers",
    params(("customer" = String, Path, min_length = 1, max_length = 128, description = "id of the customer"), SiteParam, CustomerParams),
    security(("api_key" = [])),
    responses((status = 200, description = "the customer", body = CustomerExport), (status = "4XX", description = "an error of the request", body = ErrorBody), (status = "5XX", description = "an error of the server", body = ErrorBody))
)]
pub async fn read(
    _: RequestedSite,
    _: BackEnd,
    State(state): State<Arc<AppState>>,
    CustomerPath(customer): CustomerPath,
    QueryParams(params): QueryParams<CustomerParams>,
) -> Result<Response, ApiError> {
    let is_export = match params.format.as_deref() {
        None => false,
        Some("export") => true,
        Some(_) => {
            return Err(ApiError::Query(
                "`format` is export, or left out".to_owned(),
            ));
        }
    };
    let person = person::read(state.store.as_ref(), &customer).await?;
    let person = person.ok_or(ApiError::UnknownCustomer)?;
    let export = exported_customer(&state, person, is_export).await?;
    Ok((NO_STORE, Json(export)).into_response())
}

async fn exported_customer(
    state: &AppState,
    person: HeldPerson,
    is_export: bool,
) -> Result<CustomerExport, ApiError> {
    let (served, now_ms) = (state.config(), clock::now_ms());
    let imported = person.imported();
    let mut engine = Engine::new(served.config.clone());
    let states = person.states();
    engine.take(replica::together(
        &states,
        &imported,
        &served.config,
        now_ms,
    ));
    let known = snapshot(&engine, now_ms as f64);
    let facts = engine.facts(now_ms as f64);
    let day = |day: u32| Date::from_unix_day(day).to_string();
    let dates = |visitor: &VisitorRecord| BrowserDates {
        created_day: day(visitor.created_day),
        synced_day: day(visitor.synced_day),
    };
    let event = |event: &ImportedEvent| EventExport {
        day: day(event.day),
        event: ids::text(&event.event),
    };
    let mut export = CustomerExport {
        customer: person.key.id.clone(),
        identifiers: person.identifiers,
        summary: summary::sentences(&known),
        browsers: person.visitors.iter().map(dates).collect(),
        known: serde_json::to_value(&known).unwrap_or_default(),
        pressure_left: caps::left(facts.profile, &served.config, facts.now_s),
        imported: exported_imports(state, &imported),
        visitors: None,
        events: is_export.then(|| person.events.iter().map(event).collect()),
    };
    if is_export {
        let mut visitors = Vec::new();
        for record in person.visitors {
            visitors.push(exported_visitor(state, record).await?);
        }
        export.visitors = Some(visitors);
    }
    Ok(export)
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
