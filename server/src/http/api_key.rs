//! Keys of back ends and report readers. In: a request's headers. Out: an error unless they hold a key.
//! Never: keeps a key itself; compares it byte by byte, because the time taken would reveal a prefix.

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::base::file::secret_lines;
use crate::http::error::ApiError;

/// Least length of a key in bytes, as of the identity secret.
const LEAST_BYTES: usize = 32;

/// Keys of one kind: the new one and the former one.
const MOST_KEYS: usize = 2;

/// Error for keys that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key has fewer than 32 bytes. Make one with `openssl rand -base64 32`")]
    Short,
    #[error("there are {0} lines with a key; one is allowed, or a new and a former one")]
    Count(usize),
}

/// SHA-256 hashes of a key and, while it is replaced, of the former one.
pub struct ApiKey(Vec<[u8; 32]>);

impl ApiKey {
    /// Hashes the keys, one a line.
    ///
    /// # Errors
    /// A key of fewer than 32 bytes; no key, or more than two.
    pub fn new(lines: &[u8]) -> Result<Self, KeyError> {
        let keys = secret_lines(lines);
        if !(1..=MOST_KEYS).contains(&keys.len()) {
            return Err(KeyError::Count(keys.len()));
        }
        if keys.iter().any(|key| key.len() < LEAST_BYTES) {
            return Err(KeyError::Short);
        }
        let hashes = keys.into_iter().map(|key| Sha256::digest(key).into());
        Ok(Self(hashes.collect()))
    }

    fn contains(&self, hash: &[u8]) -> bool {
        self.0.iter().any(|own| own == hash)
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
        let is_known = keys.into_iter().flatten().any(|key| key.contains(&sent));
        if scheme.eq_ignore_ascii_case("bearer") && is_known {
            Ok(())
        } else {
            Err(ApiError::ApiKey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "a new key of this test, 32 bytes....";
    const FORMER: &str = "a former key of this test, 32 bytes.";

    fn is_accepted(key: &ApiKey, sent: &str) -> bool {
        let mut headers = HeaderMap::new();
        let value = format!("Bearer {sent}").parse();
        headers.extend(value.ok().map(|value| (header::AUTHORIZATION, value)));
        ApiKey::check([Some(key), None], &headers).is_ok()
    }

    #[test]
    fn key_that_is_replaced_opens_beside_the_new_one() {
        let lines = format!("{NEW}\r\n{FORMER}\n");
        let both = ApiKey::new(lines.as_bytes());
        assert!(both.is_ok_and(|keys| {
            is_accepted(&keys, NEW)
                && is_accepted(&keys, FORMER)
                && !is_accepted(&keys, lines.trim())
                && !is_accepted(&keys, "")
        }));
        let one = ApiKey::new(NEW.as_bytes());
        assert!(one.is_ok_and(|keys| is_accepted(&keys, NEW) && !is_accepted(&keys, FORMER)));
    }

    #[test]
    fn key_without_enough_bytes_is_rejected_beside_a_good_one() {
        let error = |lines: &str| ApiKey::new(lines.as_bytes()).err();
        assert_eq!(error(&format!("{NEW}\nshort")), Some(KeyError::Short));
        assert_eq!(error(" \n "), Some(KeyError::Count(0)));
        let three = format!("{NEW}\n{FORMER}\n{NEW}");
        assert_eq!(error(&three), Some(KeyError::Count(3)));
    }
}
