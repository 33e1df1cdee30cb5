//! Token that links a visitor to a customer, signed by a back end in Rust.
//! Crates: base64, getrandom, hmac, serde_json and sha2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

/// `None` if the clock is before 1970, or the machine has no random numbers.
pub fn customer_token(secret: &[u8], site: &str, customer: &str, also: &[&str]) -> Option<String> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).ok()?;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?
        .as_secs();
    let claims = json!({ "sub": customer, "also": also, "aud": site,
        "iat": now, "exp": now + 300, "jti": URL_SAFE_NO_PAD.encode(id) });
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!(
        "{}.{}",
        part(json!({ "alg": "HS256", "typ": "JWT" })),
        part(claims)
    );
    let mut sign = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    sign.update(unsigned.as_bytes());
    Some(format!(
        "{unsigned}.{}",
        URL_SAFE_NO_PAD.encode(sign.finalize().into_bytes())
    ))
}
