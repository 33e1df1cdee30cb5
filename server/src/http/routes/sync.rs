//! `POST /v1/sync`. In: one replica's state. Out: whether it was taken, and what the visitor's other replicas know.
//! Never: answers 200 before the state is durable; reads the profile beyond checking that it is one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use escale::core::config::Config;
use escale::core::profile::Profile;
use escale::core::traits::experiment::{self, is_held_out};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NO_STORE;
use super::openapi::Fault;
use crate::base::ids::{IdHash, ReplicaId, Site, VisitorKey};
use crate::base::{clock, ids};
use crate::http::app::App;
use crate::http::body;
use crate::http::error::Refusal;
use crate::statistics::person::{Arm, HOLDOUT};
use crate::store::{RemoteState, SyncOutcome, SyncRequest};
use crate::sync::consent_receipt::Receipt;
use crate::sync::replica;

/// No browser commits so often; sums of versions stay far below what a database, or JavaScript, counts exactly.
const MAX_VERSION: u64 = u32::MAX as u64;

/// A profile of one page.
const EXAMPLE: &str = "ARnrTYEAAAgBMMViyCCaBNBIpK7uAAAYAABYoJPwAAAYcfEM";

#[derive(Deserialize, ToSchema)]
#[schema(as = SyncRequest)]
pub struct Request {
    #[schema(example = "demo")]
    site: String,
    /// The visitor's secret: 16 bytes, base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
        example = "AQEBAQEBAQEBAQEBAQEBAQ"
    )]
    visitor: String,
    /// The erase-only token: 16 bytes, base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
        example = "AgICAgICAgICAgICAgICAg"
    )]
    erase: String,
    /// 8 bytes, base64url.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]$",
        example = "AwMDAwMDAwM"
    )]
    replica: String,
    #[schema(maximum = 4294967295u64, example = 1)]
    version: u64,
    /// The profile's bytes, base64url. Empty, with version 0: nothing is stored, the remote state is read.
    #[schema(pattern = "^[A-Za-z0-9_-]*$", example = json!(EXAMPLE))]
    state: String,
    /// The `seq` of the last `remote` state that the browser took.
    #[serde(default)]
    #[schema(example = 0)]
    seen: u64,
    /// The receipt of the visitor's consent; without one, what is held stays.
    consent: Option<Receipt>,
}

impl Request {
    /// A replica that holds nothing yet has nothing to store, and everything to ask.
    fn asks(&self) -> bool {
        self.version == 0 && self.state.is_empty()
    }

    /// Its fields as what they stand for; whether the state is a profile is not looked at yet. Errors: a field is none.
    pub fn said(&self, site: &Site, now_ms: u64) -> Result<Said, Refusal> {
        let visitor =
            ids::Secret::parse(&self.visitor).ok_or(Refusal::MalformedField("visitor"))?;
        let erase = ids::Secret::parse(&self.erase).ok_or(Refusal::MalformedField("erase"))?;
        let replica =
            ids::ReplicaId::parse(&self.replica).ok_or(Refusal::MalformedField("replica"))?;
        let state = ids::bytes(&self.state).ok_or(Refusal::MalformedField("state"))?;
        if self.version > MAX_VERSION {
            return Err(Refusal::MalformedField("version"));
        }
        let consent = self
            .consent
            .clone()
            .map(|receipt| receipt.checked(now_ms))
            .transpose();
        let consent = consent.map_err(Refusal::Malformed)?;
        let (draws, visitor, erase) = (visitor.draws(), visitor.visitor(site), erase.erase(site));
        Ok(Said {
            visitor,
            draws,
            erase,
            replica,
            state,
            consent,
        })
    }
}

/// The parsed fields of a sync request.
pub struct Said {
    pub visitor: VisitorKey,
    pub draws: u64,
    pub erase: IdHash,
    pub replica: ReplicaId,
    pub state: Vec<u8>,
    pub consent: Option<Receipt>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SyncResponse)]
struct Answer {
    accepted: bool,
    conflict: bool,
    /// With a conflict: the version held. A late duplicate of an older state is no roll-back for a browser that has
    /// since gone on to this version itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    remote: Option<Remote>,
    config: String,
    now_ms: u64,
}

#[derive(Serialize, ToSchema)]
struct Remote {
    seq: u64,
    state: String,
}

/// Sync a replica, and read the merged state of the visitor's other devices
#[utoipa::path(
    post,
    path = "/v1/sync",
    request_body = Request,
    responses((status = 200, body = Answer), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn sync(
    State(app): State<Arc<App>>,
    body::Json(request): body::Json<Request>,
) -> Result<impl IntoResponse, Refusal> {
    app.check_site(&request.site)?;
    let asks = request.asks();
    let sync = read(&app, &request, clock::now_ms())?;
    let (visitor, replica) = (sync.visitor.clone(), sync.replica);
    let (held, is_news) = if asks {
        (None, true)
    } else {
        store(&app, sync, request.seen).await?
    };
    let now_ms = clock::now_ms();
    let remote = match held {
        None if is_news => {
            app.store
                .remote_state(visitor, replica, request.seen)
                .await?
        }
        _ => None,
    };
    let served = app.config();
    let remote = remote.map(|remote: RemoteState| Remote {
        seq: remote.seq,
        state: ids::text(&replica::combined(&remote, &served.config, now_ms)),
    });
    let config = served.version.clone();
    Ok((
        NO_STORE,
        Json(Answer {
            accepted: held.is_none() && !asks,
            conflict: held.is_some(),
            held,
            remote,
            config,
            now_ms,
        }),
    ))
}

/// Stores a state. Returns the version held if that is another one, and `true` if the remote state may have changed.
async fn store(app: &App, sync: SyncRequest, seen: u64) -> Result<(Option<u64>, bool), Refusal> {
    match app.store.sync(sync).await? {
        SyncOutcome::Accepted { is_alone } => Ok((None, !is_alone || seen != 0)),
        SyncOutcome::Conflict { held_version } => Ok((Some(held_version), true)),
        SyncOutcome::Erased => Err(Refusal::Erased),
        SyncOutcome::TooMuch => Err(Refusal::Growth),
        SyncOutcome::TooManyReplicas => Err(Refusal::TooManyReplicas),
    }
}

fn read(app: &App, request: &Request, now_ms: u64) -> Result<SyncRequest, Refusal> {
    let said = request.said(&app.site, now_ms)?;
    app.check_pace(&said.visitor)?;
    Ok(SyncRequest {
        profile: if request.asks() {
            Profile::default()
        } else {
            replica::check(&said.state)?
        },
        visitor: said.visitor,
        erase: said.erase,
        replica: said.replica,
        version: request.version,
        state: said.state,
        day: clock::today(),
        consent: said.consent,
        arms: arms(&app.config().config, said.draws),
        triggers_evaluation: app.triggers_evaluation,
    })
}

/// The arms that a visitor is in: that of the holdout, and one of each experiment.
fn arms(config: &Config, draws: u64) -> Vec<Arm> {
    let held_out = Arm {
        experiment: HOLDOUT,
        arm: u8::from(is_held_out(config, draws)),
    };
    let tried = experiment::all(config, draws).map(|(experiment, arm)| Arm { experiment, arm });
    std::iter::once(held_out).chain(tried).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_interface_can_be_handed_in() {
        let state = ids::bytes(EXAMPLE).unwrap_or_default();
        assert!(replica::check(&state).is_ok());
    }
}
