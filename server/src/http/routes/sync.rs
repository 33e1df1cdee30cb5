//! `POST /v1/sync`. In: the state of one replica. Out: acceptance, and the merged state of the visitor's other devices.
//! Never: 200 before the state is durable; a reading of the profile beyond its validity.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use escale::Profile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NO_STORE;
use crate::base::ids::{IdHash, ReplicaId, Site, VisitorKey};
use crate::base::{clock, ids};
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::state::AppState;
use crate::statistics::person::arms;
use crate::store::{RemoteState, SyncOutcome, SyncRequest};
use crate::sync::consent_receipt::Receipt;
use crate::sync::replica;

/// Largest version. No browser commits so often, and sums of versions stay exact in a database and in JavaScript.
const MAX_VERSION: u64 = u32::MAX as u64;

/// Profile of one page view, base64url.
const EXAMPLE_STATE: &str = "ARnrTYEAAAgBMMViyCCaBNBIpK7uAAAYAABYoJPwAAAYcfEM";

#[derive(Deserialize, ToSchema)]
pub struct SyncBody {
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
    erase: String,
    /// Id of the replica: 8 bytes, base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]$",
        example = "AwMDAwMDAwM"
    )]
    replica: String,
    #[schema(maximum = 4294967295u64, example = 1)]
    version: u64,
    /// Bytes of the profile, base64url. Empty, with version 0, if the browser only asks for the other devices' state.
    #[schema(pattern = "^[A-Za-z0-9_-]*$", example = json!(EXAMPLE_STATE))]
    state: String,
    /// `seq` of the last `remote` state that the browser merged.
    #[serde(default)]
    #[schema(example = 0)]
    seen: u64,
    /// Receipt of the visitor's consent; without one, the held receipt stays.
    consent: Option<Receipt>,
}

impl SyncBody {
    /// True for a replica without data, which only asks for the other devices' state.
    fn is_query(&self) -> bool {
        self.version == 0 && self.state.is_empty()
    }

    /// Parses the fields. The state is not checked here.
    ///
    /// # Errors
    /// The first field that cannot be read.
    pub fn parse(&self, site: &Site, now_ms: u64) -> Result<ParsedSync, ApiError> {
        let visitor =
            ids::Secret::parse(&self.visitor).ok_or(ApiError::MalformedField("visitor"))?;
        let erase = ids::Secret::parse(&self.erase).ok_or(ApiError::MalformedField("erase"))?;
        let replica =
            ids::ReplicaId::parse(&self.replica).ok_or(ApiError::MalformedField("replica"))?;
        let state = ids::bytes(&self.state).ok_or(ApiError::MalformedField("state"))?;
        if self.version > MAX_VERSION {
            return Err(ApiError::MalformedField("version"));
        }
        let consent = self
            .consent
            .clone()
            .map(|receipt| receipt.checked(now_ms))
            .transpose();
        let consent = consent.map_err(ApiError::Malformed)?;
        let (draws, visitor, erase) = (visitor.draws(), visitor.visitor(site), erase.erase(site));
        Ok(ParsedSync {
            visitor,
            draws,
            erase,
            replica,
            state,
            consent,
        })
    }
}

/// Parsed fields of a sync.
pub struct ParsedSync {
    pub visitor: VisitorKey,
    pub draws: u64,
    pub erase: IdHash,
    pub replica: ReplicaId,
    pub state: Vec<u8>,
    pub consent: Option<Receipt>,
}

/// Result of a sync.
#[derive(Serialize, ToSchema)]
pub struct SyncResponse {
    accepted: bool,
    conflict: bool,
    /// Held version, with a conflict. A browser that has reached this version itself ignores a late duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    remote: Option<RemoteExport>,
    /// Version of the config.
    config: String,
    /// Clock of the server, in milliseconds since 1970.
    now_ms: u64,
}

/// Merged state of the visitor's other devices.
#[derive(Serialize, ToSchema)]
pub struct RemoteExport {
    /// Number of this merged state.
    seq: u64,
    /// Bytes of the merged profile, base64url.
    state: String,
}

/// Sync a replica, and get the merged state of the visitor's other devices
#[utoipa::path(
    post,
    path = "/v1/sync",
    operation_id = "sync",
    tag = "visitors",
    request_body = SyncBody,
    responses(
        (status = 200, description = "the state is durable", body = SyncResponse),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn sync(
    State(state): State<Arc<AppState>>,
    body::Json(request): body::Json<SyncBody>,
) -> Result<impl IntoResponse, ApiError> {
    state.check_site(&request.site)?;
    let is_query = request.is_query();
    let sync = read(&state, &request, clock::now_ms())?;
    let (visitor, replica) = (sync.visitor.clone(), sync.replica);
    let own = sync.profile.clone();
    let (held, may_have_news) = if is_query {
        (None, true)
    } else {
        store(&state, sync, request.seen).await?
    };
    let now_ms = clock::now_ms();
    let remote = match held {
        None if may_have_news => {
            state
                .store
                .remote_state(visitor, replica, request.seen)
                .await?
        }
        _ => None,
    };
    let served = state.config();
    let remote = remote.map(|remote: RemoteState| RemoteExport {
        seq: remote.seq,
        state: ids::text(&replica::merged_state(
            &remote,
            &own,
            &served.config,
            now_ms,
        )),
    });
    let config = served.version.clone();
    Ok((
        NO_STORE,
        Json(SyncResponse {
            accepted: held.is_none() && !is_query,
            conflict: held.is_some(),
            held,
            remote,
            config,
            now_ms,
        }),
    ))
}

/// Stores the state. Returns the held version on a conflict, and true if other devices may have news.
async fn store(
    state: &AppState,
    sync: SyncRequest,
    seen: u64,
) -> Result<(Option<u64>, bool), ApiError> {
    match state.store.sync(sync).await? {
        SyncOutcome::Accepted { is_alone } => Ok((None, !is_alone || seen != 0)),
        SyncOutcome::Conflict { held_version } => Ok((Some(held_version), true)),
        SyncOutcome::Erased => Err(ApiError::Erased),
        SyncOutcome::TooMuch => Err(ApiError::Growth),
        SyncOutcome::TooManyReplicas => Err(ApiError::TooManyReplicas),
    }
}

fn read(state: &AppState, request: &SyncBody, now_ms: u64) -> Result<SyncRequest, ApiError> {
    let parsed = request.parse(&state.site, now_ms)?;
    state.check_rate(&parsed.visitor)?;
    Ok(SyncRequest {
        profile: if request.is_query() {
            Profile::default()
        } else {
            replica::check(&parsed.state)?
        },
        visitor: parsed.visitor,
        erase: parsed.erase,
        replica: parsed.replica,
        version: request.version,
        state: parsed.state,
        day: clock::today(),
        consent: parsed.consent,
        arms: arms(&state.config().config, parsed.draws),
        triggers_evaluation: state.config.current().has_scenarios,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_state_is_a_valid_profile() {
        let state = ids::bytes(EXAMPLE_STATE).unwrap_or_default();
        assert!(replica::check(&state).is_ok());
    }
}
