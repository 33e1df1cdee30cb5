//! `POST /v1/reactions`, `/v1/bookings`, `/v1/facts`, `/v1/consents`. In: what the site's back end tells of its customers, one object,
//! a list or NDJSON. Out: what became of each. Never: takes a browser's word: it is for who holds the API key.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use utoipa::ToSchema;

use super::openapi::Fault;
use super::{NO_STORE, OurSite};
use crate::base::clock;
use crate::http::api_key::ApiKey;
use crate::http::app::App;
use crate::http::error::Refusal;
use crate::ingest::body::{self, ITEMS, Items};
use crate::ingest::schema::{Booking, Consent, Fact, Reaction};
use crate::ingest::take::{Outcome, take};
use crate::ingest::{Reader, Subject};

/// One or many.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "a description")]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// A path a subject: they differ in what they take and in nothing else.
macro_rules! paths {
    ($($path:literal, $name:ident, $subject:ident, $item:ty, $summary:literal;)*) => {$(
        #[doc = $summary]
        #[utoipa::path(
            post,
            path = $path,
            params(("site" = String, Query, description = "the site's name")),
            security(("api_key" = [])),
            request_body = OneOrMany<$item>,
            responses((status = 200, body = Outcome), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
        )]
        pub async fn $name(
            _: OurSite,
            app: State<Arc<App>>,
            headers: HeaderMap,
            body: Bytes,
        ) -> Result<Response, Refusal> {
            told(Subject::$subject, &app, &headers, &body).await
        }
    )*};
}

paths! {
    "/v1/reactions", reactions, Reactions, Reaction, "How messages were received: one, a list, or NDJSON";
    "/v1/bookings", bookings, Bookings, Booking, "Trips booked and cancelled: one, a list, or NDJSON";
    "/v1/facts", facts, Facts, Fact, "What is known of customers: one, a list, or NDJSON";
    "/v1/consents", consents, Consents, Consent, "What customers agreed to: one, a list, or NDJSON";
}

async fn told(
    subject: Subject,
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Refusal> {
    ApiKey::check(app.api_key.as_ref(), headers)?;
    let (items, is_alone) = match items(headers, body)? {
        Items::One(object) => (vec![Ok(object)], true),
        Items::Many(items) => (items, false),
    };
    if items.len() > ITEMS {
        return Err(Refusal::TooMany);
    }
    let served = app.config();
    let reader = Reader {
        site: &app.site,
        config: &served.config,
        now_ms: clock::now_ms() as f64,
    };
    let outcome = take(app.store.as_ref(), reader, subject, items).await?;
    match outcome.rejected.first() {
        Some(rejected) if is_alone => Err(Refusal::Malformed(rejected.why.clone())),
        _ => Ok((NO_STORE, Json(outcome)).into_response()),
    }
}

fn items(headers: &HeaderMap, body: &[u8]) -> Result<Items, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    let is_compressed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity");
    match kind.split(';').next().unwrap_or("").trim() {
        _ if is_compressed => Err(Refusal::MediaType),
        "application/json" => body::json(body).map_err(Refusal::Malformed),
        "application/x-ndjson" => Ok(body::ndjson(body)),
        _ => Err(Refusal::MediaType),
    }
}
