//! `POST /demo/login`: the demo site's back end. In: an e-mail address. Out: a signed token for the account.
//! Never: keeps the address; the account's id is a hash of it. A real site checks a password first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::NO_STORE;
use crate::base::{clock, ids};
use crate::http::body;
use crate::http::error::ApiError;
use crate::http::state::AppState;

/// Lifetime of a token: long enough for the page to forward it, too short to be reused later.
const TOKEN_LIFETIME_S: u64 = 300;

#[derive(Deserialize)]
/// Login form of the demo.
pub struct Login {
    email: String,
}

#[derive(Serialize)]
struct LoginResponse {
    token: String,
}

pub async fn login(
    State(state): State<Arc<AppState>>,
    body::Json(login): body::Json<Login>,
) -> Result<impl IntoResponse, ApiError> {
    let email = login.email.trim().to_lowercase();
    let is_address = email.len() <= 254
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !is_address {
        return Err(ApiError::Malformed(
            "`email` is not an e-mail address".into(),
        ));
    }
    let account = format!("demo-{}", ids::text(&Sha256::digest(email)[..9]));
    let expires_s = clock::now_ms() / 1000 + TOKEN_LIFETIME_S;
    let token = state
        .tokens
        .as_ref()
        .and_then(|tokens| tokens.sign(&account, expires_s))
        .ok_or(ApiError::NoIdentity)?;
    Ok((NO_STORE, Json(LoginResponse { token })))
}
