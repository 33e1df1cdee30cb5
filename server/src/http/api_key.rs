//! Keys of back ends and report readers. In: a request's headers. Out: an error unless they hold a key.
//! Never: keeps a key itself; compares it byte by byte, because the time taken would reveal a prefix.

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::http::error::ApiError;

/// Least length of a key in bytes, as of the identity secret.
const LEAST_BYTES: usize = 32;

/// Error for a key that is too short.
#[derive(Debug, thiserror::Error)]
#[error("the key has fewer than 32 bytes. Make one with `openssl rand -base64 32`")]
pub struct TooShort;

/// SHA-256 hash of a key.
pub struct ApiKey([u8; 32]);

impl ApiKey {
    /// Hashes a key.
    ///
    /// # Errors
    /// `TooShort` if it has fewer than 32 bytes.
    pub fn new(key: &[u8]) -> Result<Self, TooShort> {
        if key.len() < LEAST_BYTES {
            Err(TooShort)
        } else {
            Ok(Self(Sha256::digest(key).into()))
        }
    }

    /// Checks that the headers carry one of the keys as a bearer.
    ///
    /// # Errors
    /// `NoApiKey` if there is no key to compare with; `ApiKey` if none of them was sent.
    pub fn check(keys: [Option<&Self>; 2], headers: &HeaderMap) -> Result<(), ApiError> {
        if keys.iter().all(Option::is_none) {
            return Err(ApiError::NoApiKey);
        }
        let sent = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let (scheme, sent) = sent.split_once(' ').unwrap_or(("", ""));
        let sent = Sha256::digest(sent.trim());
        let is_known = keys.into_iter().flatten().any(|key| sent[..] == key.0);
        if scheme.eq_ignore_ascii_case("bearer") && is_known {
            Ok(())
        } else {
            Err(ApiError::ApiKey)
        }
    }
}
