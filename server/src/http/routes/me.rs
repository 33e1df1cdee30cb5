//! `GET /v1/me` and `DELETE /v1/me`. In: a visitor's secret (to erase: or the erase-only token). Out: everything held,
//! as JSON, or nothing left. Never: tells a wrong secret from an absent visitor.

use escale::core::base::civil::Date;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::openapi::Fault;
use super::{Asked, NO_STORE, OurSite};
use crate::base::{clock, ids};
use crate::customers;
use crate::http::app::App;
use crate::http::error::Refusal;
use crate::ingest::consent::{Consent, ConsentExport};
use crate::store::{Erasure, Found, ReplicaRecord};
use crate::sync::consent_receipt::Receipt;
use crate::sync::replica;

/// The export: complete, and readable without this program.
#[derive(Serialize, ToSchema)]
struct Export {
    site: String,
    created_day: String,
    synced_day: String,
    customer: Option<String>,
    /// What the visitor agreed to, as their browser told it last.
    consent: Option<Receipt>,
    /// The customer's other ids.
    identifiers: Vec<String>,
    replicas: Vec<ReplicaExport>,
    /// Events of the customer that the site's back end imported.
    imported: Option<ImportedExport>,
}

#[derive(Serialize, ToSchema)]
struct ImportedExport {
    events: usize,
    consents: Vec<ConsentExport>,
    state: String,
    profile: Value,
}

#[derive(Serialize, ToSchema)]
struct ReplicaExport {
    replica: String,
    version: u64,
    /// The stored bytes, so that an export can be taken in again.
    state: String,
    profile: Value,
}

/// Everything held of a visitor
#[utoipa::path(
    get,
    path = "/v1/me",
    params(("site" = String, Query, description = "the site's name")),
    security(("visitor" = [])),
    responses((status = 200, body = Export), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn export(
    _: OurSite,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let secret = bearer(&headers)?;
    let visitor = secret.visitor(&app.site);
    app.check_pace(&visitor)?;
    match app.store.visitor(visitor).await? {
        Found::Unknown => Err(Refusal::UnknownVisitor),
        Found::Erased => Err(Refusal::Erased),
        Found::Known(record) => Ok((
            NO_STORE,
            Json(Export {
                identifiers: identifiers(&app, record.customer.as_ref()).await?,
                site: app.site.as_str().to_owned(),
                created_day: Date::from_unix_day(record.created_day).to_string(),
                synced_day: Date::from_unix_day(record.synced_day).to_string(),
                customer: record.customer,
                consent: record.consent,
                imported: imported(&record.imported, &app),
                replicas: record
                    .replicas
                    .into_iter()
                    .map(|replica| exported(replica, &app))
                    .collect(),
            }),
        )),
    }
}

async fn identifiers(app: &App, customer: Option<&String>) -> Result<Vec<String>, Refusal> {
    let Some(id) = customer else {
        return Ok(Vec::new());
    };
    let of = ids::CustomerKey {
        site: app.site.clone(),
        id: id.clone(),
    };
    Ok(app
        .store
        .customer_records(of)
        .await?
        .map_or_else(Vec::new, |held| held.identifiers))
}

fn imported(events: &[Vec<u8>], app: &App) -> Option<ImportedExport> {
    let served = app.config();
    let config = &served.config;
    let state = replica::profile_of_imports(events, config).encode();
    let profile = replica::export(&state, config, clock::now_ms());
    let consents = events
        .iter()
        .filter_map(|bytes| Consent::decode(bytes))
        .map(Consent::export)
        .collect();
    (!events.is_empty()).then(|| ImportedExport {
        events: events.len(),
        consents,
        state: ids::text(&state),
        profile,
    })
}

fn exported(of: ReplicaRecord, app: &App) -> ReplicaExport {
    ReplicaExport {
        replica: of.replica.to_text(),
        version: of.version,
        state: ids::text(&of.taken.state),
        profile: replica::export(&of.taken.state, &app.config().config, clock::now_ms()),
    }
}

/// How much an erasure is about.
#[derive(Deserialize)]
pub struct Scope {
    #[serde(default)]
    scope: String,
}

/// 204 whether or not there was anyone: a repeated erasure, and a guess, learn nothing.
///
/// A browser that withdraws erases its own visitor. With `scope=customer`, and the visitor's own secret, the whole customer
/// that it is linked to goes, on all devices, with what the back end told.
#[utoipa::path(
    delete,
    path = "/v1/me",
    params(
        ("site" = String, Query, description = "the site's name"),
        ("scope" = Option<String>, Query, description = "visitor, unless customer")
    ),
    security(("visitor" = [])),
    responses((status = 204), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn erase(
    _: OurSite,
    State(app): State<Arc<App>>,
    Asked(Scope { scope }): Asked<Scope>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let (secret, day) = (bearer(&headers)?, clock::today());
    let erasure = Erasure {
        visitor: secret.visitor(&app.site),
        erase: secret.erase(&app.site),
        day,
    };
    let store = app.store.as_ref();
    match scope.as_str() {
        "" | "visitor" => {}
        "customer" => {
            if let Some((id, _)) = store.pointer(erasure.visitor.clone()).await? {
                customers::forget(
                    store,
                    &ids::CustomerKey {
                        site: app.site.clone(),
                        id,
                    },
                    day,
                )
                .await?;
            }
        }
        _ => return Err(Refusal::Scope),
    }
    customers::erase_visitor(store, erasure).await?;
    Ok((NO_STORE, StatusCode::NO_CONTENT))
}

pub fn bearer(headers: &HeaderMap) -> Result<ids::Secret, Refusal> {
    let text = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .ok_or(Refusal::NoBearer)?;
    let (scheme, secret) = text.split_once(' ').ok_or(Refusal::NoBearer)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoBearer);
    }
    ids::Secret::parse(secret.trim()).ok_or(Refusal::NoBearer)
}
