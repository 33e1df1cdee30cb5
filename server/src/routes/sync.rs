//! `POST /v1/sync`. In: one replica's state. Out: whether it was taken, and what the visitor's other replicas know.
//! Never: answers 200 before the state is durable; reads the profile beyond checking that it is one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use escale::core::arm::{self, is_held_out};
use escale::core::config::Config;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NO_STORE;
use super::openapi::Fault;
use crate::app::App;
use crate::body;
use crate::refusal::Refusal;
use crate::statistics::person::{Arm, HOLDOUT};
use crate::store::{HandIn, HandedIn};
use crate::{clock, ids, replica, store};

/// The largest whole number that JavaScript counts exactly.
const MAX_VERSION: u64 = (1 << 53) - 1;

#[derive(Deserialize, ToSchema)]
#[schema(as = HandIn)]
pub struct Request {
    site: String,
    visitor: String,
    erase: String,
    replica: String,
    version: u64,
    state: String,
    #[serde(default)]
    seen: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HandedIn)]
struct Answer {
    accepted: bool,
    conflict: bool,
    /// With a conflict: the version held. A late duplicate of an older state is no roll-back for a browser that has
    /// since gone on to this version itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    others: Option<Others>,
    config: String,
    now_ms: u64,
}

#[derive(Serialize, ToSchema)]
struct Others {
    seq: u64,
    state: String,
}

/// Hand in a replica, and take what the others know
#[utoipa::path(
    post,
    path = "/v1/sync",
    request_body = Request,
    responses((status = 200, body = Answer), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn hand_in(
    State(app): State<Arc<App>>,
    body::Json(request): body::Json<Request>,
) -> Result<impl IntoResponse, Refusal> {
    app.check_site(&request.site)?;
    let hand_in = read(&app, &request)?;
    let (visitor, replica) = (hand_in.visitor.clone(), hand_in.replica);
    let mut is_news = true;
    let held = match app.store.hand_in(hand_in).await? {
        HandedIn::Accepted { is_alone } => {
            is_news = !is_alone || request.seen != 0;
            None
        }
        HandedIn::Conflict { held_version } => Some(held_version),
        HandedIn::Erased => return Err(Refusal::Erased),
        HandedIn::TooMuch => return Err(Refusal::Growth),
        HandedIn::TooManyReplicas => return Err(Refusal::TooManyReplicas),
    };
    let now_ms = clock::now_ms();
    let others = match held {
        None if is_news => app.store.others(visitor, replica, request.seen).await?,
        _ => None,
    };
    let combined = |o: &store::Others| ids::text(&replica::combined(o, &app.config.config, now_ms));
    let others = others.map(|o| Others { seq: o.seq, state: combined(&o) });
    let config = app.config.version.clone();
    Ok((NO_STORE, Json(Answer { accepted: held.is_none(), conflict: held.is_some(), held, others, config, now_ms })))
}

fn read(app: &App, request: &Request) -> Result<HandIn, Refusal> {
    let visitor = ids::Secret::parse(&request.visitor).ok_or(Refusal::MalformedField("visitor"))?;
    let erase = ids::Secret::parse(&request.erase).ok_or(Refusal::MalformedField("erase"))?;
    let replica = ids::ReplicaId::parse(&request.replica).ok_or(Refusal::MalformedField("replica"))?;
    let state = ids::bytes(&request.state).ok_or(Refusal::MalformedField("state"))?;
    if request.version > MAX_VERSION {
        return Err(Refusal::MalformedField("version"));
    }
    let visitor_key = visitor.visitor(&app.site);
    app.check_pace(&visitor_key)?;
    Ok(HandIn {
        visitor: visitor_key,
        profile: replica::check(&state)?,
        erase: erase.erase(&app.site),
        replica,
        version: request.version,
        state,
        day: clock::today(),
        arms: arms(&app.config.config, visitor.draws()),
        wakes: app.wakes,
    })
}

/// The arms that a visitor is in: that of the holdout, and one of each experiment.
fn arms(config: &Config, draws: u64) -> Vec<Arm> {
    let held_out = Arm { experiment: HOLDOUT, arm: u8::from(is_held_out(config, draws)) };
    let tried = arm::all(config, draws).map(|(experiment, arm)| Arm { experiment, arm });
    std::iter::once(held_out).chain(tried).collect()
}
