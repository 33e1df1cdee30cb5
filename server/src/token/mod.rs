//! In: tokens signed by the site's back end. Out: whose customer id they vouch for. Never: a token of another
//! algorithm than the key's own, of another site, or without an end.

mod crypto;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::base::ids::{Site, customer_id};

/// HS256 keys have at least as many bytes as their hash (RFC 7518, section 3.2).
const SECRET_BYTES: usize = 32;
/// Two clocks are rarely further apart.
const LEEWAY_S: u64 = 30;
/// A customer has at most so many other ids in one token.
const ALSO: usize = 8;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the identity secret has fewer than 32 bytes. Make one with `openssl rand -base64 32`")]
    Short,
    #[error(
        "the identity key is not a public Ed25519 key in PEM. Make one with `openssl pkey -in key.pem -pubout`"
    )]
    NotEd25519,
}

/// The token says nothing that counts here.
#[derive(Debug)]
pub struct BadToken;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    exp: u64,
    /// Other ids of the same customer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
}

/// Whom a token vouches for.
pub struct Vouched {
    pub customer: String,
    /// The customer's other ids.
    pub also: Vec<String>,
}

/// Checks tokens, and signs them where the secret is shared (the demo site's back end).
pub struct Tokens {
    site: Site,
    key: DecodingKey,
    validation: Validation,
    signer: Option<EncodingKey>,
}

impl Tokens {
    /// HS256 with a secret shared with the site's back end.
    ///
    /// # Errors
    ///
    /// [`KeyError::Short`] if the secret is too short.
    pub fn shared(site: &Site, secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < SECRET_BYTES {
            return Err(KeyError::Short);
        }
        let signer = Some(EncodingKey::from_secret(secret));
        Ok(Self::new(
            site,
            DecodingKey::from_secret(secret),
            Algorithm::HS256,
            signer,
        ))
    }

    /// EdDSA (Ed25519) with the back end's public key.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotEd25519`] if the file holds no such key.
    pub fn public(site: &Site, pem: &[u8]) -> Result<Self, KeyError> {
        let key = DecodingKey::from_ed_pem(pem).map_err(|_| KeyError::NotEd25519)?;
        crypto::check_public(&key).map_err(|_| KeyError::NotEd25519)?;
        Ok(Self::new(site, key, Algorithm::EdDSA, None))
    }

    fn new(
        site: &Site,
        key: DecodingKey,
        algorithm: Algorithm,
        signer: Option<EncodingKey>,
    ) -> Self {
        crypto::install();
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[site.as_str()]);
        validation.set_required_spec_claims(&["exp", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY_S;
        Self {
            site: site.clone(),
            key,
            validation,
            signer,
        }
    }

    /// Returns the customer whom a token vouches for.
    ///
    /// # Errors
    ///
    /// [`BadToken`] if the signature, a claim or an id is invalid.
    pub fn customer(&self, token: &str) -> Result<Vouched, BadToken> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|_| BadToken)?
            .claims;
        if claims.also.len() > ALSO {
            return Err(BadToken);
        }
        let also = claims.also.iter().map(|id| customer_id(id));
        Ok(Vouched {
            customer: customer_id(&claims.sub).map_err(|_| BadToken)?,
            also: also.collect::<Result<_, _>>().map_err(|_| BadToken)?,
        })
    }

    /// A token for a customer of this site; `None` with a public key, which signs nothing.
    pub fn sign(&self, customer: &str, expires_s: u64) -> Option<String> {
        let claims = Claims {
            sub: customer.into(),
            aud: self.site.as_str().into(),
            exp: expires_s,
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
