//! `POST /demo/login`: the demo site's own back end. In: an e-mail typed into its form. Out: a token that vouches for
//! the account. Never: keeps the e-mail; the account's id is a hash of it. A real site checks a password first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::NO_STORE;
use crate::base::{clock, ids};
use crate::http::app::App;
use crate::http::body;
use crate::http::error::Refusal;

/// Long enough for the page to hand it on, short enough to be worth nothing later.
const TOKEN_S: u64 = 300;

#[derive(Deserialize)]
pub struct Login {
    email: String,
}

#[derive(Serialize)]
struct Answer {
    token: String,
}

pub async fn login(
    State(app): State<Arc<App>>,
    body::Json(login): body::Json<Login>,
) -> Result<impl IntoResponse, Refusal> {
    let email = login.email.trim().to_lowercase();
    let looks_like_one = email.len() <= 254
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !looks_like_one {
        return Err(Refusal::Malformed(
            "`email` is not an e-mail address".into(),
        ));
    }
    let account = format!("demo-{}", ids::text(&Sha256::digest(email)[..9]));
    let expires_s = clock::now_ms() / 1000 + TOKEN_S;
    let token = app
        .tokens
        .as_ref()
        .and_then(|tokens| tokens.sign(&account, expires_s))
        .ok_or(Refusal::NoIdentity)?;
    Ok((NO_STORE, Json(Answer { token })))
}
