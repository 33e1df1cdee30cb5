//! In: tokens signed by the site's back end. Out: whose customer id they vouch for. Never: a token of another
//! algorithm than the key's own, of another site, or without an end.

mod crypto;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, TokenData, Validation};
use serde::{Deserialize, Serialize};

use crate::base::file::secret_lines;
use crate::base::ids::{IdHash, Site, customer_id};
use crate::base::{clock, ids};

/// HS256 keys have at least as many bytes as their hash (RFC 7518, section 3.2).
const SECRET_BYTES: usize = 32;
/// Two clocks are rarely further apart.
const LEEWAY_S: u64 = 30;
/// A token is valid for a day at most: it is made for one visit.
const FURTHEST_S: u64 = 86_400;
/// Bytes of a token's own id at most.
const TOKEN_ID_BYTES: usize = 128;
/// Keys at once: the new one and the former one.
const MOST_KEYS: usize = 2;
/// A customer has at most so many other ids in one token.
const ALSO: usize = 8;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the identity secret has fewer than 32 bytes. Make one with `openssl rand -base64 32`")]
    Short,
    #[error("there are {0} identity keys; one is allowed, or a new and a former one")]
    Count(usize),
    #[error(
        "the identity key is not a public Ed25519 key in PEM. Make one with `openssl pkey -in key.pem -pubout`"
    )]
    NotEd25519,
}

/// The token says nothing that counts here.
#[derive(Debug)]
pub struct BadToken;

/// Claims that are read. The validation reads `aud`, as a text or a list, and `nbf`.
#[derive(Deserialize)]
struct ReadClaims {
    sub: String,
    /// Seconds, with or without a fraction.
    exp: f64,
    #[serde(default)]
    also: Vec<String>,
    /// Seconds at which it was issued, with or without a fraction.
    iat: Option<f64>,
    /// Id of the token itself.
    jti: Option<String>,
}

/// Reason of a rejection, without a value of the token.
fn reason(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidSignature => "the signature is of another key".into(),
        ErrorKind::ExpiredSignature => "`exp` is over".into(),
        ErrorKind::ImmatureSignature => "`nbf` is in the future".into(),
        ErrorKind::InvalidAudience => "`aud` does not name the site".into(),
        ErrorKind::MissingRequiredClaim(claim) => format!("`{claim}` is missing"),
        ErrorKind::InvalidClaimFormat(claim) => format!("`{claim}` has another type"),
        ErrorKind::Json(_) => {
            "a claim is missing or has another type: `sub` is a text, `exp` a number".into()
        }
        ErrorKind::InvalidAlgorithm | ErrorKind::MissingAlgorithm => {
            "`alg` is not that of the key".into()
        }
        _ => "it is no JWT: three parts in base64url without padding".into(),
    }
}

/// Splits a PEM file into its blocks.
fn pem_blocks(pem: &[u8]) -> Vec<String> {
    const BEGIN: &str = "-----BEGIN ";
    let text = String::from_utf8_lossy(pem);
    let blocks = text.split(BEGIN).skip(1);
    blocks.map(|block| format!("{BEGIN}{block}")).collect()
}

#[derive(Serialize)]
struct Claims {
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    jti: String,
    /// Other ids of the same customer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
}

/// Whom a token vouches for.
pub struct Vouched {
    pub customer: String,
    /// The customer's other ids.
    pub also: Vec<String>,
    pub token: TokenUse,
}

/// Use of an identity token for a login. Times are seconds since 1970.
#[derive(Clone)]
pub struct TokenUse {
    /// Hash of the token's own id (`jti`). With it the token serves one visitor only.
    pub id: Option<IdHash>,
    /// Earliest time at which it may have been issued.
    pub issued_s: u64,
    pub expires_s: u64,
}

/// Checks tokens, and signs them where the secret is shared (the demo site's back end).
pub struct Tokens {
    site: Site,
    /// The new key first; a former one is accepted beside it.
    keys: Vec<DecodingKey>,
    validation: Validation,
    signer: Option<EncodingKey>,
}

impl Tokens {
    /// HS256 with a secret shared with the site's back end. A second line has the former secret.
    ///
    /// # Errors
    ///
    /// [`KeyError::Short`] if a secret is too short, [`KeyError::Count`] if there are more than two.
    pub fn shared(site: &Site, lines: &[u8]) -> Result<Self, KeyError> {
        Self::of_secrets(site, &secret_lines(lines))
    }

    /// HS256 with a secret of this process.
    ///
    /// # Errors
    ///
    /// [`KeyError::Short`] if the secret is too short.
    pub fn own(site: &Site, secret: &[u8]) -> Result<Self, KeyError> {
        Self::of_secrets(site, &[secret])
    }

    fn of_secrets(site: &Site, secrets: &[&[u8]]) -> Result<Self, KeyError> {
        if secrets.iter().any(|secret| secret.len() < SECRET_BYTES) {
            return Err(KeyError::Short);
        }
        let keys = secrets.iter().copied().map(DecodingKey::from_secret);
        let signer = secrets.first().copied().map(EncodingKey::from_secret);
        Self::new(site, keys.collect(), Algorithm::HS256, signer)
    }

    /// EdDSA (Ed25519) with the back end's public key. A second PEM block has the former key.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotEd25519`] if a block is no such key, [`KeyError::Count`] if there are more than two.
    pub fn public(site: &Site, pem: &[u8]) -> Result<Self, KeyError> {
        let keys = pem_blocks(pem).into_iter().map(|block| {
            let key = DecodingKey::from_ed_pem(block.as_bytes()).ok()?;
            crypto::check_public(&key).ok()?;
            Some(key)
        });
        let keys: Vec<_> = keys.collect::<Option<_>>().ok_or(KeyError::NotEd25519)?;
        if keys.is_empty() {
            return Err(KeyError::NotEd25519);
        }
        Self::new(site, keys, Algorithm::EdDSA, None)
    }

    fn new(
        site: &Site,
        keys: Vec<DecodingKey>,
        algorithm: Algorithm,
        signer: Option<EncodingKey>,
    ) -> Result<Self, KeyError> {
        if !(1..=MOST_KEYS).contains(&keys.len()) {
            return Err(KeyError::Count(keys.len()));
        }
        crypto::install();
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[site.as_str()]);
        validation.set_required_spec_claims(&["exp", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY_S;
        Ok(Self {
            site: site.clone(),
            keys,
            validation,
            signer,
        })
    }

    /// Returns the customer whom a token vouches for.
    ///
    /// # Errors
    ///
    /// [`BadToken`] if the signature, a claim or an id is invalid.
    pub fn customer(&self, token: &str) -> Result<Vouched, BadToken> {
        self.read(token).map_err(|reason| {
            tracing::warn!(code = "bad_token", %reason, "an identity token was rejected");
            BadToken
        })
    }

    /// Reads a token. The reason of a rejection contains no value of the token.
    fn read(&self, token: &str) -> Result<Vouched, String> {
        let read = self.decode(token).map_err(|error| reason(error.kind()))?;
        if read.header.crit.is_some() {
            return Err("`crit` names an extension that is not known here".into());
        }
        let claims = read.claims;
        let furthest = clock::now_ms() / 1000 + FURTHEST_S + LEEWAY_S;
        if claims.exp > furthest as f64 {
            return Err("`exp` is more than a day ahead".into());
        }
        if claims.also.len() > ALSO {
            return Err(format!("`also` has more than {ALSO} ids"));
        }
        let token = self.token_use(&claims)?;
        let also = claims.also.iter().map(|id| customer_id(id));
        let also = also.collect::<Result<_, _>>();
        Ok(Vouched {
            customer: customer_id(&claims.sub).map_err(|_| "`sub` cannot be a customer's id")?,
            also: also.map_err(|_| "an id of `also` cannot be a customer's id")?,
            token,
        })
    }

    /// Reads the token's id and times. Without `iat` it may be as old as a token can be.
    fn token_use(&self, claims: &ReadClaims) -> Result<TokenUse, String> {
        let jti = claims.jti.as_deref();
        if jti.is_some_and(|id| id.is_empty() || id.len() > TOKEN_ID_BYTES) {
            return Err(format!("`jti` has 1 to {TOKEN_ID_BYTES} bytes"));
        }
        let expires_s = claims.exp as u64;
        let issued_s = match claims.iat {
            Some(iat) if iat > expires_s as f64 => return Err("`iat` is after `exp`".into()),
            Some(iat) => iat as u64,
            None => expires_s.saturating_sub(FURTHEST_S),
        };
        Ok(TokenUse {
            id: jti.map(|id| IdHash::of_token(&self.site, id)),
            issued_s,
            expires_s,
        })
    }

    /// Decodes a token by the key that signed it.
    fn decode(&self, token: &str) -> jsonwebtoken::errors::Result<TokenData<ReadClaims>> {
        let by = |key| jsonwebtoken::decode(token, key, &self.validation);
        let mut read = by(&self.keys[0]);
        for former in &self.keys[1..] {
            let is_of_another_key = |error: &Error| *error.kind() == ErrorKind::InvalidSignature;
            if read.as_ref().is_err_and(is_of_another_key) {
                read = by(former);
            }
        }
        read
    }

    /// A token for a customer of this site; `None` with a public key, which signs nothing.
    pub fn sign(&self, customer: &str, expires_s: u64) -> Option<String> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).ok()?;
        let claims = Claims {
            sub: customer.into(),
            aud: self.site.as_str().into(),
            exp: expires_s,
            iat: clock::now_ms() / 1000,
            jti: ids::text(&id),
            also: Vec::new(),
        };
        jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            self.signer.as_ref()?,
        )
        .ok()
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;
    use crate::base::clock::now_ms;

    const SECRET: &[u8] = b"a secret of this test, 32 bytes..";
    // The example key of RFC 8037, appendix A.
    const PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const PUBLIC: &[u8] = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

    fn private() -> EncodingKey {
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend(crate::base::ids::bytes(PRIVATE).unwrap_or_default());
        EncodingKey::from_ed_der(&der)
    }

    fn site() -> Site {
        Site::new("demo")
    }

    fn in_a_minute() -> u64 {
        now_ms() / 1000 + 60
    }

    fn signed(algorithm: Algorithm, claims: &serde_json::Value, key: &EncodingKey) -> String {
        crypto::install();
        jsonwebtoken::encode(&Header::new(algorithm), claims, key).unwrap_or_default()
    }

    #[track_caller]
    fn is_refused(claims: &serde_json::Value) {
        let token = signed(Algorithm::HS256, claims, &EncodingKey::from_secret(SECRET));
        let Ok(tokens) = Tokens::shared(&site(), SECRET) else {
            panic!("a good secret")
        };
        assert!(
            !token.is_empty() && tokens.customer(&token).is_err(),
            "{claims}"
        );
    }

    #[test]
    fn a_shared_secret_signs_and_checks() {
        let Ok(tokens) = Tokens::shared(&site(), SECRET) else {
            panic!("a good secret")
        };
        let Some(token) = tokens.sign("c-1", in_a_minute()) else {
            panic!("a token")
        };
        assert_eq!(
            tokens
                .customer(&token)
                .ok()
                .map(|vouched| vouched.customer)
                .as_deref(),
            Some("c-1")
        );
        assert!(tokens.customer(&token[..token.len() - 2]).is_err());
        assert!(matches!(
            Tokens::shared(&site(), b"short"),
            Err(KeyError::Short)
        ));
    }

    #[test]
    fn token_of_a_former_key_is_accepted_beside_the_new_one() {
        let new = "a new secret of this test, 32 bytes!";
        let claims = serde_json::json!({ "sub": "c", "aud": "demo", "exp": in_a_minute() });
        let of = |key: &[u8]| signed(Algorithm::HS256, &claims, &EncodingKey::from_secret(key));
        let lines = [new.as_bytes(), b"\n", SECRET].concat();
        let Ok(tokens) = Tokens::shared(&site(), &lines) else {
            panic!("two good secrets")
        };
        for token in [of(new.as_bytes()), of(SECRET)] {
            assert!(tokens.customer(&token).is_ok());
        }
        assert!(
            tokens
                .customer(&of(b"none of the two secrets, 32 bytes.."))
                .is_err()
        );
        assert!(tokens.sign("c", in_a_minute()).is_some_and(|token| {
            Tokens::shared(&site(), new.as_bytes()).is_ok_and(|new| new.customer(&token).is_ok())
        }));
        let three = [&lines[..], b"\n", &lines[..]].concat();
        assert!(matches!(
            Tokens::shared(&site(), &three),
            Err(KeyError::Count(4))
        ));
        let Ok(tokens) = Tokens::public(&site(), &[PUBLIC, PUBLIC].concat()) else {
            panic!("two good keys")
        };
        assert!(
            tokens
                .customer(&signed(Algorithm::EdDSA, &claims, &private()))
                .is_ok()
        );
    }

    #[test]
    fn audience_expiry_and_subject_count() {
        let exp = in_a_minute();
        is_refused(&serde_json::json!({ "sub": "c", "aud": "other", "exp": exp }));
        is_refused(&serde_json::json!({ "sub": "c", "aud": "demo", "exp": exp - 3600 }));
        is_refused(&serde_json::json!({ "sub": "c", "aud": "demo" }));
        is_refused(&serde_json::json!({ "aud": "demo", "exp": exp }));
        is_refused(&serde_json::json!({ "sub": "", "aud": "demo", "exp": exp }));
        is_refused(&serde_json::json!({ "sub": "c".repeat(129), "aud": "demo", "exp": exp }));
        is_refused(&serde_json::json!({ "sub": "c", "aud": "demo", "exp": exp, "also": [""] }));
        is_refused(
            &serde_json::json!({ "sub": "c", "aud": "demo", "exp": exp, "also": vec!["x"; 9] }),
        );
    }

    #[test]
    fn token_in_each_form_of_the_rfc_is_accepted() {
        let Ok(tokens) = Tokens::shared(&site(), SECRET) else {
            panic!("a good secret")
        };
        let exp = in_a_minute();
        for claims in [
            serde_json::json!({ "sub": "c", "aud": ["other", "demo"], "exp": exp }),
            serde_json::json!({ "sub": "c", "aud": "demo", "exp": exp as f64 + 0.25 }),
            serde_json::json!({ "sub": "c", "aud": "demo", "exp": exp, "iat": exp as f64 - 60.5, "nbf": exp as f64 - 60.5, "iss": "cms" }),
        ] {
            let token = signed(Algorithm::HS256, &claims, &EncodingKey::from_secret(SECRET));
            let read = tokens.read(&token).map(|vouched| vouched.customer);
            assert_eq!(read.as_deref(), Ok("c"), "{claims}");
        }
    }

    #[test]
    fn token_rejected_has_its_reason_without_a_value() {
        let Ok(tokens) = Tokens::shared(&site(), SECRET) else {
            panic!("a good secret")
        };
        let exp = in_a_minute();
        for (claims, part) in [
            (
                serde_json::json!({ "sub": 77042, "aud": "demo", "exp": exp }),
                "`sub` is a text",
            ),
            (
                serde_json::json!({ "sub": "77042", "aud": ["other"], "exp": exp }),
                "`aud`",
            ),
            (
                serde_json::json!({ "sub": "77042", "aud": "demo", "exp": exp - 3600 }),
                "`exp` is over",
            ),
            (
                serde_json::json!({ "sub": "77042", "aud": "demo", "exp": exp + 90_000 }),
                "a day ahead",
            ),
            (
                serde_json::json!({ "sub": "77042", "aud": "demo", "exp": 1e18 }),
                "a day ahead",
            ),
            (
                serde_json::json!({ "sub": "77042", "aud": "demo", "exp": exp, "nbf": exp + 600 }),
                "`nbf`",
            ),
        ] {
            let token = signed(Algorithm::HS256, &claims, &EncodingKey::from_secret(SECRET));
            let reason = tokens.read(&token).err().unwrap_or_default();
            assert!(
                reason.contains(part) && !reason.contains("77042"),
                "{claims}: {reason}"
            );
        }
        let mut header = Header::new(Algorithm::HS256);
        header.crit = Some(vec!["b64".into()]);
        let claims = serde_json::json!({ "sub": "c", "aud": "demo", "exp": exp });
        let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(SECRET));
        let reason = token.ok().and_then(|token| tokens.read(&token).err());
        assert!(reason.is_some_and(|reason| reason.contains("`crit`")));
        assert!(
            tokens
                .read("a.b")
                .is_err_and(|reason| reason.contains("no JWT"))
        );
    }

    #[test]
    fn a_public_key_checks_and_never_takes_another_algorithm() {
        let Ok(tokens) = Tokens::public(&site(), PUBLIC) else {
            panic!("a good key")
        };
        let claims = serde_json::json!({ "sub": "c-2", "aud": "demo", "exp": in_a_minute() });
        let token = signed(Algorithm::EdDSA, &claims, &private());
        assert_eq!(
            tokens
                .customer(&token)
                .ok()
                .map(|vouched| vouched.customer)
                .as_deref(),
            Some("c-2")
        );
        // The public key used as if it were a shared secret: the classic forgery.
        let forged = signed(Algorithm::HS256, &claims, &EncodingKey::from_secret(PUBLIC));
        assert!(tokens.customer(&forged).is_err());
        assert!(tokens.sign("c", 0).is_none());
        assert!(matches!(
            Tokens::public(&site(), b"nothing"),
            Err(KeyError::NotEd25519)
        ));
    }
}
