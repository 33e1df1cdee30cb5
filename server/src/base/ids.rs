//! In: the secrets and ids that callers send. Out: fixed-size hashes of them, and the bucket each belongs to.
//! Never: keeps, prints or logs a secret; `Debug` of these types shows nothing of their bytes.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use escale::internals::base::hash::fnv1a;
use sha2::{Digest, Sha256};

/// Keys are spread over this many buckets; a bucket never spans two machines.
pub const BUCKETS: u16 = 1024;

/// A customer's id has at most so many bytes.
pub const CUSTOMER_BYTES: usize = 128;

/// The name of a site, shared by every key of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Site(Arc<str>);

impl Site {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 over the site, the kind of id and the id itself: the same secret on two sites gives unrelated hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdHash(pub [u8; 32]);

impl IdHash {
    fn of(site: &Site, kind: &str, id: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [site.as_str().as_bytes(), kind.as_bytes(), id] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Hash of an event that the site's back end imports under an id of its own.
    pub fn of_imported(site: &Site, event: &str, id: &str) -> Self {
        Self::of(site, &["telling ", event].concat(), id.as_bytes())
    }

    /// Hash of a token's own id.
    pub fn of_token(site: &Site, id: &str) -> Self {
        Self::of(site, "token", id.as_bytes())
    }

    /// As a column holds it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// From a column; nothing else has its length.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn bucket(&self) -> u16 {
        u16::from_be_bytes([self.0[0], self.0[1]]) % BUCKETS
    }
}

impl fmt::Debug for IdHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdHash(…)")
    }
}

/// A 128-bit secret. Its bearer is a visitor, or holds an erase-only token.
#[derive(Clone)]
pub struct Secret([u8; 16]);

impl Secret {
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).and_then(|b| b.try_into().ok()).map(Self)
    }

    /// The hash from which the browser's draws and arm follow: what it makes of the secret as text (`www/sdk/base/hash.ts`).
    pub fn draws(&self) -> u64 {
        let text = text(&self.0);
        u64::from(fnv1a(0x811c_9dc5, text.as_bytes())) << 32
            | u64::from(fnv1a(0x9e37_79b9, text.as_bytes()))
    }

    pub fn visitor(&self, site: &Site) -> VisitorKey {
        VisitorKey {
            site: site.clone(),
            id: IdHash::of(site, "visitor", &self.0),
        }
    }

    pub fn erase(&self, site: &Site) -> IdHash {
        IdHash::of(site, "erase", &self.0)
    }
}

/// Key of a visitor's rows.
#[derive(Clone)]
pub struct VisitorKey {
    pub site: Site,
    pub id: IdHash,
}

/// A customer is known by the id that the site's own back end gave it.
#[derive(Clone)]
pub struct CustomerKey {
    pub site: Site,
    pub id: String,
}

/// Error for a text that is no customer id. The message never shows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("is empty")]
    Empty,
    #[error("has more than {CUSTOMER_BYTES} bytes")]
    TooLong,
    #[error("has a control character")]
    Control,
}

impl CustomerKey {
    /// Reads an id from a body, a path, a token or a file: the one rule for all of them.
    ///
    /// White space at the ends is removed. Control characters are refused, because PostgreSQL cannot store all of them.
    ///
    /// # Errors
    /// A text that is empty, too long, or has a control character.
    pub fn parse(site: &Site, text: &str) -> Result<Self, IdError> {
        let site = site.clone();
        customer_id(text).map(|id| Self { site, id })
    }

    /// Hash of the id, which a tombstone keeps in place of the id.
    pub fn hash(&self) -> IdHash {
        IdHash::of(&self.site, "customer", self.id.as_bytes())
    }

    pub fn bucket(&self) -> u16 {
        self.hash().bucket()
    }
}

/// Checks an id by the rule of [`CustomerKey::parse`], and returns it without white space at the ends.
///
/// # Errors
/// A text that is empty, too long, or has a control character.
pub fn customer_id(text: &str) -> Result<String, IdError> {
    let id = text.trim();
    match id.len() {
        0 => Err(IdError::Empty),
        _ if id.len() > CUSTOMER_BYTES => Err(IdError::TooLong),
        _ if id.chars().any(char::is_control) => Err(IdError::Control),
        _ => Ok(id.to_owned()),
    }
}

/// One browser of one visitor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReplicaId(pub [u8; 8]);

impl ReplicaId {
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).and_then(|b| b.try_into().ok()).map(Self)
    }

    /// As a column holds it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// From a column; nothing else has its length.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn to_text(self) -> String {
        text(&self.0)
    }
}

/// Base64url without padding to bytes.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Bytes to base64url without padding.
pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_exactly_128_bits() {
        assert!(Secret::parse("AAAAAAAAAAAAAAAAAAAAAA").is_some());
        for wrong in [
            "",
            "AAAA",
            "AAAAAAAAAAAAAAAAAAAAAA==",
            "AAAAAAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAA+/",
        ] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn customer_id_from_anywhere_is_trimmed_and_free_of_control_characters() {
        assert_eq!(customer_id("c-1"), Ok("c-1".into()));
        assert_eq!(customer_id(" \u{a0}Zoé 1\t\n"), Ok("Zoé 1".into()));
        assert_eq!(customer_id(" \u{3000} "), Err(IdError::Empty));
        assert_eq!(customer_id(&"c".repeat(129)), Err(IdError::TooLong));
        assert_eq!(customer_id(&"é".repeat(64)), Ok("é".repeat(64)));
        for control in ["a\0", "\0", "a\tb", "a\nb", "\u{7f}", "a\u{85}b", "a\u{9f}"] {
            assert_eq!(customer_id(control), Err(IdError::Control), "{control:?}");
        }
    }

    #[test]
    fn draws_are_those_of_the_browser() {
        let Some(secret) = Secret::parse("AAECAwQFBgcICQoLDA0ODw") else {
            panic!("a valid secret")
        };
        assert_eq!(secret.draws(), 0x71e7_e01f_af5e_4263);
    }

    #[test]
    fn hashes_of_one_secret_differ_by_site_and_by_kind() {
        let Some(secret) = Secret::parse("AAAAAAAAAAAAAAAAAAAAAA") else {
            panic!("a valid secret")
        };
        let (a, b) = (Site::new("a"), Site::new("b"));
        assert_ne!(secret.visitor(&a).id, secret.visitor(&b).id);
        assert_ne!(secret.visitor(&a).id, secret.erase(&a));
        assert!(secret.visitor(&a).id.bucket() < BUCKETS);
        assert_eq!(format!("{:?}", secret.erase(&a)), "IdHash(…)");
    }
}
