//! Who may speak for the site's back end. In: a request's headers. Out: whether they hold the key. Never: keeps the key
//! itself, nor compares it byte by byte: how long that takes would tell.

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::http::error::Refusal;

/// As long as the identity's secret.
const BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
#[error("it has fewer than 32 bytes. Make one with `openssl rand -base64 32`")]
pub struct Short;

/// The key's hash.
pub struct ApiKey([u8; 32]);

impl ApiKey {
    pub fn new(key: &[u8]) -> Result<Self, Short> {
        if key.len() < BYTES {
            Err(Short)
        } else {
            Ok(Self(Sha256::digest(key).into()))
        }
    }

    /// Refuses whoever does not send it as a bearer.
    pub fn check(key: Option<&Self>, headers: &HeaderMap) -> Result<(), Refusal> {
        Self::check_one_of([key, None], headers)
    }

    /// As [`Self::check`], where any of two keys will do.
    pub fn check_one_of(keys: [Option<&Self>; 2], headers: &HeaderMap) -> Result<(), Refusal> {
        if keys.iter().all(Option::is_none) {
            return Err(Refusal::NoApiKey);
        }
        let sent = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let (scheme, sent) = sent.split_once(' ').unwrap_or(("", ""));
        let sent = Sha256::digest(sent.trim());
        let is_it = keys.into_iter().flatten().any(|key| sent[..] == key.0);
        if scheme.eq_ignore_ascii_case("bearer") && is_it {
            Ok(())
        } else {
            Err(Refusal::ApiKey)
        }
    }
}
