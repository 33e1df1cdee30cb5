//! `GET /v1/me` and `DELETE /v1/me`. In: a visitor's secret (to erase: or the erase-only token). Out: everything the
//! server holds, as JSON, or an erasure. Never: a difference between a wrong secret and an unknown visitor.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use escale::internals::base::civil::Date;
use escale::internals::profile::Bounded;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::NO_STORE;
use crate::base::ids::CustomerKey;
use crate::base::{clock, ids};
use crate::customers;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{QueryParams, RequestedSite, SiteParam, VisitorSecret};
use crate::http::state::AppState;
use crate::ingest::consent::{Consent, ConsentExport};
use crate::statistics::visitor::Visitor;
use crate::store::{Erasure, Found, ReplicaRecord, VisitorRecord};
use crate::sync::consent_receipt::Receipt;
use crate::sync::replica;

/// Complete export of a visitor, readable without this program.
#[derive(Serialize, ToSchema)]
pub struct VisitorExport {
    site: String,
    created_day: String,
    synced_day: String,
    customer: Option<String>,
    /// Latest consent that the browser sent.
    consent: Option<Receipt>,
    /// Other ids of the customer.
    identifiers: Vec<String>,
    replicas: Vec<ReplicaExport>,
    /// Data that the site's back end imported.
    imported: Option<ImportedExport>,
    /// Data that the site's report counts of the visitor: decisions, outcomes, arms. Names and ids are hashes.
    #[schema(value_type = Option<Object>)]
    counted: Option<Value>,
}

/// Imported data of a customer.
#[derive(Serialize, ToSchema)]
pub struct ImportedExport {
    events: usize,
    consents: Vec<ConsentExport>,
    state: String,
    #[schema(value_type = Object)]
    profile: Value,
}

/// One browser's profile.
#[derive(Serialize, ToSchema)]
pub struct ReplicaExport {
    replica: String,
    version: u64,
    /// Stored bytes, base64url, so that another browser can import them.
    state: String,
    /// The same profile as JSON; null if the bytes cannot be read.
    #[schema(value_type = Option<Object>)]
    profile: Value,
}

/// Export everything that the server holds of a visitor
#[utoipa::path(
    get,
    path = "/v1/me",
    operation_id = "export_visitor",
    tag = "visitors",
    params(SiteParam),
    security(("visitor" = [])),
    responses(
        (status = 200, description = "the export", body = VisitorExport),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn export(
    _: RequestedSite,
    VisitorSecret(secret): VisitorSecret,
    State(state): State<Arc<AppState>>,
) -> Result<impl IntoResponse, ApiError> {
    let visitor = secret.visitor(&state.site);
    state.check_rate(&visitor)?;
    match state.store.visitor(visitor).await? {
        Found::Unknown => Err(ApiError::UnknownVisitor),
        Found::Erased => Err(ApiError::Erased),
        Found::Known(record) => Ok((NO_STORE, Json(exported_visitor(&state, record).await?))),
    }
}

pub async fn exported_visitor(
    state: &AppState,
    record: VisitorRecord,
) -> Result<VisitorExport, ApiError> {
    Ok(VisitorExport {
        identifiers: identifiers(state, record.customer.as_ref()).await?,
        site: state.site.as_str().to_owned(),
        created_day: Date::from_unix_day(record.created_day).to_string(),
        synced_day: Date::from_unix_day(record.synced_day).to_string(),
        customer: record.customer,
        consent: record.consent,
        imported: exported_imports(state, &record.imported),
        counted: record
            .counted
            .map(|bytes| Visitor::of(Some(&bytes)).export()),
        replicas: record
            .replicas
            .into_iter()
            .map(|replica| exported_replica(state, replica))
            .collect(),
    })
}

async fn identifiers(state: &AppState, customer: Option<&String>) -> Result<Vec<String>, ApiError> {
    let Some(id) = customer else {
        return Ok(Vec::new());
    };
    let customer = CustomerKey {
        site: state.site.clone(),
        id: id.clone(),
    };
    Ok(state
        .store
        .customer_records(customer)
        .await?
        .map_or_else(Vec::new, |held| held.identifiers))
}

/// `None` if nothing was imported.
pub fn exported_imports(state: &AppState, events: &[Vec<u8>]) -> Option<ImportedExport> {
    if events.is_empty() {
        return None;
    }
    let served = state.config();
    let config = &served.config;
    let bytes = replica::profile_of_imports(events, Bounded::default(), config).encode();
    let profile = replica::export(&bytes, config, clock::now_ms());
    let consents = events
        .iter()
        .filter_map(|bytes| Consent::decode(bytes))
        .map(Consent::export)
        .collect();
    Some(ImportedExport {
        events: events.len(),
        consents,
        state: ids::text(&bytes),
        profile,
    })
}

fn exported_replica(state: &AppState, record: ReplicaRecord) -> ReplicaExport {
    let bytes = &record.taken.state;
    ReplicaExport {
        replica: record.replica.to_text(),
        version: record.version,
        state: ids::text(bytes),
        profile: replica::export(bytes, &state.config().config, clock::now_ms()),
    }
}

/// Step of the time that an erasure takes, above what a database needs for it.
const ERASURE_STEP_MS: u128 = 100;

/// Extent of an erasure.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EraseParams {
    /// `visitor`, which is the default, or `customer`.
    #[serde(default)]
    #[param(required = false)]
    scope: String,
}

/// Erase a visitor; 204 even if the visitor is unknown, so that a guess learns nothing
///
/// A browser that withdraws consent erases its own visitor. With `scope=customer` and the visitor's own secret, the linked
/// customer is erased on all devices, with the imported data.
#[utoipa::path(
    delete,
    path = "/v1/me",
    operation_id = "erase_visitor",
    tag = "visitors",
    params(SiteParam, EraseParams),
    security(("visitor" = [])),
    responses(
        (status = 204, description = "erased"),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn erase(
    _: RequestedSite,
    VisitorSecret(secret): VisitorSecret,
    State(state): State<Arc<AppState>>,
    QueryParams(EraseParams { scope }): QueryParams<EraseParams>,
) -> Result<impl IntoResponse, ApiError> {
    let is_of_customer = match scope.as_str() {
        "" | "visitor" => false,
        "customer" => true,
        _ => return Err(ApiError::Scope),
    };
    let visitor = secret.visitor(&state.site);
    state.check_erasures(&visitor)?;
    let erasure = Erasure {
        visitor,
        erase: secret.erase(&state.site),
        day: clock::today(),
    };
    let begun = Instant::now();
    let is_known = erase_all(&state, erasure, is_of_customer).await;
    wait_alike(begun).await;
    if !is_known? {
        state.check_unknown_erasures()?;
    }
    Ok((NO_STORE, StatusCode::NO_CONTENT))
}

async fn erase_all(
    state: &AppState,
    erasure: Erasure,
    is_of_customer: bool,
) -> Result<bool, ApiError> {
    let store = state.store.as_ref();
    if is_of_customer && let Some((id, _)) = store.pointer(erasure.visitor.clone()).await? {
        let site = state.site.clone();
        customers::forget(store, &CustomerKey { site, id }, erasure.day).await?;
        customers::erase_visitor(store, erasure).await?;
        return Ok(true);
    }
    Ok(customers::erase_visitor(store, erasure).await?)
}

/// Waits until the next whole step of time, so that a known and an unknown visitor take alike.
async fn wait_alike(begun: Instant) {
    let steps = begun.elapsed().as_millis() / ERASURE_STEP_MS + 1;
    let until = begun + Duration::from_millis((steps * ERASURE_STEP_MS) as u64);
    tokio::time::sleep_until(until).await;
}
