//! `POST /v1/reactions`, `/v1/bookings`, `/v1/facts`, `/v1/consents`. In: the API key; records of customers, as one
//! object, a list or NDJSON. Out: the result of each record. Never: records from a browser.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::NO_STORE;
use crate::base::clock;
use crate::http::body::{Whole, is_compressed, media_type};
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{BackEnd, RequestedSite, SiteParam};
use crate::http::state::AppState;
use crate::ingest::body::{self, Items, MAX_ITEMS};
use crate::ingest::import::{ImportOutcome, import};
use crate::ingest::normalise::Conventions;
use crate::ingest::records::{Booking, ConsentRecord, Fact, Reaction};
use crate::ingest::{Reader, Subject};

/// Declares a path for each kind of record. They differ only in the records that they accept. The description has the list
/// alone: generators cannot express one record or a list of the same type.
macro_rules! import_routes {
    ($($path:literal, $operation:literal, $name:ident, $subject:ident, $item:ty, $summary:literal;)*) => {$(
        #[doc = $summary]
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            tag = "imports",
            params(SiteParam),
            security(("api_key" = [])),
            request_body(content(
                (Vec<$item> = "application/json"),
                (String = "application/x-ndjson")
            )),
            responses(
                (status = 200, description = "the result of each record", body = ImportOutcome),
                (status = "4XX", description = "an error of the request", body = ErrorBody),
                (status = "5XX", description = "an error of the server", body = ErrorBody)
            )
        )]
        pub async fn $name(
            _: RequestedSite,
            _: BackEnd,
            State(state): State<Arc<AppState>>,
            headers: HeaderMap,
            Whole(body): Whole,
        ) -> Result<Response, ApiError> {
            respond(&state, Subject::$subject, items(&headers, &body)?).await
        }
    )*};
}

import_routes! {
    "/v1/reactions", "import_reactions", reactions, Reactions, Reaction, "Import reactions to messages: one, a list, or NDJSON";
    "/v1/bookings", "import_bookings", bookings, Bookings, Booking, "Import bookings and cancellations: one, a list, or NDJSON";
    "/v1/facts", "import_facts", facts, Facts, Fact, "Import facts about customers: one, a list, or NDJSON";
    "/v1/consents", "import_consents", consents, Consents, ConsentRecord, "Import consents of customers: one, a list, or NDJSON";
}

/// Imports the records. A lone invalid record is an error of the request itself.
async fn respond(state: &AppState, subject: Subject, items: Items) -> Result<Response, ApiError> {
    let (items, is_alone) = match items {
        Items::One(object) => (vec![Ok(object)], true),
        Items::Many(items) => (items, false),
    };
    if items.len() > MAX_ITEMS {
        return Err(ApiError::TooMany);
    }
    let served = state.config();
    let reader = Reader {
        site: &state.site,
        config: &served.config,
        now_ms: clock::now_ms() as f64,
        conventions: &Conventions::default(),
    };
    let outcome = import(state.store.as_ref(), reader, subject, items).await?;
    match outcome.rejected.first() {
        Some(rejected) if is_alone => Err(ApiError::Malformed(rejected.reason.clone())),
        _ => Ok((NO_STORE, Json(outcome)).into_response()),
    }
}

fn items(headers: &HeaderMap, body: &[u8]) -> Result<Items, ApiError> {
    match media_type(headers).as_str() {
        _ if is_compressed(headers) => Err(ApiError::MediaType),
        "application/json" => body::json(body).map_err(ApiError::Malformed),
        "application/x-ndjson" => Ok(body::ndjson(body)),
        _ => Err(ApiError::MediaType),
    }
}
