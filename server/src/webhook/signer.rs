//! Signatures of Standard Webhooks. In: the lines of a secret's file. Out: the header `webhook-signature`.
//! Never: a secret that the libraries of receivers read as other bytes than the server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Sign before a secret; the libraries of receivers accept it with and without.
const PREFIX: &str = "whsec_";
/// Lengths of a key in bytes, as the specification has them.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Keys of one receiver: the new one and the former one.
const MOST_KEYS: usize = 2;

/// A secret that cannot sign.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error(
        "the secret is not base64, which the libraries of receivers expect. Make one with `openssl rand -base64 32`"
    )]
    NotBase64,
    #[error(
        "the secret has {0} bytes after base64; 24 to 64 are allowed. Make one with `openssl rand -base64 32`"
    )]
    Length(usize),
    #[error("the file has {0} lines with a secret; one is allowed, or a new and a former one")]
    Count(usize),
}

/// Keys of one receiver. While one replaces the other, both sign.
#[derive(Clone)]
pub struct Signer(Vec<Vec<u8>>);

impl Signer {
    /// Reads one secret a line, the new one first.
    ///
    /// # Errors
    /// A line that is not base64 of 24 to 64 bytes; no line, or more than two.
    pub fn new(lines: &str) -> Result<Self, SecretError> {
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Vec<Vec<u8>> = lines.map(key).collect::<Result<_, _>>()?;
        match keys.len() {
            1..=MOST_KEYS => Ok(Self(keys)),
            count => Err(SecretError::Count(count)),
        }
    }

    /// Signs `id.timestamp.body` with every key.
    pub fn sign(&self, id: &str, at_s: u64, body: &str) -> String {
        let signed = format!("{id}.{at_s}.{body}");
        let signatures = self.0.iter().filter_map(|key| signature(key, &signed));
        signatures.collect::<Vec<_>>().join(" ")
    }
}

fn key(line: &str) -> Result<Vec<u8>, SecretError> {
    let encoded = line.strip_prefix(PREFIX).unwrap_or(line);
    let key = STANDARD
        .decode(encoded)
        .map_err(|_| SecretError::NotBase64)?;
    if KEY_BYTES.contains(&key.len()) {
        Ok(key)
    } else {
        Err(SecretError::Length(key.len()))
    }
}

/// HMAC-SHA256 takes a key of any length, so there is always a signature.
fn signature(key: &[u8], signed: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(signed.as_bytes());
    let code = mac.finalize().into_bytes();
    Some(format!("v1,{}", STANDARD.encode(code)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;

    /// Example of the specification, https://www.standardwebhooks.com.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn sign(lines: &str) -> String {
        let signer = Signer::new(lines).unwrap();
        signer.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        )
    }

    #[test]
    fn signature_is_that_of_the_specification_with_and_without_the_prefix() {
        assert_eq!(sign(SECRET), SIGNATURE);
        assert_eq!(sign(&SECRET["whsec_".len()..]), SIGNATURE);
        assert_eq!(sign(&format!("\n  {SECRET}\r\n\n")), SIGNATURE);
    }

    #[test]
    fn two_secrets_sign_both_the_new_one_first() {
        let new = STANDARD.encode([7; 32]);
        let both = sign(&format!("{new}\n{SECRET}\n"));
        assert_eq!(both, format!("{} {SIGNATURE}", sign(&new)));
    }

    #[test]
    fn secret_that_receivers_would_read_otherwise_is_rejected() {
        let error = |lines: &str| Signer::new(lines).err();
        for text in ["a secret of plain words, long enough", "whsec_!!"] {
            assert_eq!(error(text), Some(SecretError::NotBase64), "{text}");
        }
        assert_eq!(error("c2hvcnQ="), Some(SecretError::Length(5)));
        let long = STANDARD.encode([1; 65]);
        assert_eq!(error(&long), Some(SecretError::Length(65)));
        assert_eq!(error(""), Some(SecretError::Count(0)));
        let three = [SECRET; 3].join("\n");
        assert_eq!(error(&three), Some(SecretError::Count(3)));
    }
}
