//! Calls. In: rows of the outbox. Out: signed requests; rows that were acknowledged are gone, others wait longer each time.
//! Never: follows a redirect; logs an address, a body or an id.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rustls::pki_types::CertificateDer;
use sha2::Sha256;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::base::clock;
use crate::base::tls;
use crate::store::StoreError;
use crate::store::outbox::Call;
use crate::webhook::Dispatcher;

/// Calls at once.
const AT_ONCE: usize = 8;
/// The last attempt is about two days after the first.
const ATTEMPTS: u32 = 16;
/// No two attempts lie further apart.
const LONGEST_MS: u64 = 6 * 3_600_000;
/// A server that died in the midst of a call holds it for so long beyond the call's own time.
const GRACE_S: u64 = 20;

/// Receivers of webhooks, and the client that calls them.
pub struct Receivers {
    addresses: BTreeMap<String, String>,
    signer: Option<Signer>,
    agent: ureq::Agent,
    within: Duration,
    first_retry_ms: u64,
}

/// Means by which server and receiver trust each other.
#[derive(Default)]
pub struct Trust {
    /// Signs the calls. `None` leaves them unsigned.
    pub signer: Option<Signer>,
    /// Certificates that sign the receivers' ones. `None` stands for those of the system.
    pub roots: Option<Vec<CertificateDer<'static>>>,
}

/// Signs as Standard Webhooks has it: HMAC-SHA256 over id, time and body.
pub struct Signer(Vec<u8>);

impl Signer {
    /// A secret of at least 24 bytes; after `whsec_` it is base64.
    pub fn new(secret: &[u8]) -> Result<Self, String> {
        let key = match secret.strip_prefix(b"whsec_") {
            Some(encoded) => STANDARD
                .decode(encoded)
                .map_err(|_| "what follows whsec_ is no base64".to_owned())?,
            None => secret.to_vec(),
        };
        if key.len() < 24 {
            return Err(
                "it has fewer than 24 bytes. Make one with `openssl rand -base64 32`".into(),
            );
        }
        Ok(Self(key))
    }

    fn sign(&self, id: &str, at_s: u64, body: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{at_s}.{body}").as_bytes());
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    }
}

impl Receivers {
    pub fn new(
        addresses: BTreeMap<String, String>,
        trust: Trust,
        within: Duration,
        first_retry_ms: u64,
    ) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(within))
            .tls_config(trusting(trust.roots))
            .user_agent("escale");
        Self {
            addresses,
            signer: trust.signer,
            agent: config.build().new_agent(),
            within,
            first_retry_ms,
        }
    }

    /// The webhooks that have an address.
    pub fn names(&self) -> Vec<String> {
        self.addresses.keys().cloned().collect()
    }

    /// The next attempt, later each time, and never at the same moment for all that failed together.
    fn next_s(&self, attempts: u32, now_ms: u64) -> Option<u64> {
        let mut random = [0; 4];
        // Without randomness they are tried together, which is no reason not to try.
        let _ = getrandom::fill(&mut random);
        let wait_ms = self
            .first_retry_ms
            .saturating_mul(1 << (attempts - 1).min(20))
            .min(LONGEST_MS);
        let jittered_ms =
            wait_ms / 2 + wait_ms * u64::from(u32::from_le_bytes(random)) / u64::from(u32::MAX);
        (attempts < ATTEMPTS).then_some((now_ms + jittered_ms).div_ceil(1000))
    }
}

/// Receivers whose certificates were signed by these, or by whom the system trusts.
fn trusting(roots: Option<Vec<CertificateDer<'static>>>) -> TlsConfig {
    let roots = roots.map_or(RootCerts::PlatformVerifier, |roots| {
        RootCerts::from(
            roots
                .iter()
                .map(|root| Certificate::from_der(root).to_owned()),
        )
    });
    TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(tls::provider())
        .build()
}

/// Answer of a receiver.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Acknowledged,
    /// It wants no more of it.
    Gone,
    Nothing,
}

/// Calls until nothing is due.
pub async fn call_all(dispatcher: &Dispatcher<'_>) -> Result<(), StoreError> {
    loop {
        let now_s = clock::now_ms() / 1000;
        let until_s = now_s + dispatcher.receivers.within.as_secs() + GRACE_S;
        let calls = dispatcher
            .store
            .claim(dispatcher.site.clone(), now_s, until_s, AT_ONCE)
            .await?;
        if calls.is_empty() {
            return Ok(());
        }
        futures_util::future::try_join_all(calls.into_iter().map(|call| attempt(dispatcher, call)))
            .await?;
    }
}

async fn attempt(dispatcher: &Dispatcher<'_>, call: Call) -> Result<(), StoreError> {
    let site = dispatcher.site.clone();
    let reply = match request(dispatcher.receivers, &call) {
        // It blocks for as long as the receiver takes.
        Some(send) => tokio::task::spawn_blocking(send)
            .await
            .unwrap_or(Said::Nothing),
        None => Said::Nothing,
    };
    match reply {
        Said::Acknowledged => dispatcher.store.delivered(site, call).await,
        Said::Gone => dispatcher.store.postpone(site, call, None).await,
        Said::Nothing => {
            let next_s = dispatcher.receivers.next_s(call.attempts, clock::now_ms());
            tracing::warn!(
                attempts = call.attempts,
                given_up = next_s.is_none(),
                "a webhook was not acknowledged"
            );
            dispatcher.store.postpone(site, call, next_s).await
        }
    }
}

/// `None` where the config names a webhook that has no address any more.
fn request(receivers: &Receivers, call: &Call) -> Option<impl FnOnce() -> Said + Send + 'static> {
    let at_s = clock::now_ms() / 1000;
    let mut request = receivers
        .agent
        .post(receivers.addresses.get(&call.webhook)?)
        .header("content-type", "application/json")
        .header("webhook-id", &call.id)
        .header("webhook-timestamp", at_s.to_string());
    if let Some(signer) = &receivers.signer {
        request = request.header(
            "webhook-signature",
            signer.sign(&call.id, at_s, &call.body)?,
        );
    }
    let body = call.body.clone();
    Some(move || match request.send(body.as_bytes()) {
        Ok(answer) if answer.status().is_success() => Said::Acknowledged,
        Ok(answer) if answer.status().as_u16() == 410 => Said::Gone,
        _ => Said::Nothing,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        // The example of the specification, https://www.standardwebhooks.com.
        let signer = Signer::new(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signed = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(
            signed.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
        assert!(Signer::new(b"short").is_err() && Signer::new(b"whsec_!!").is_err());
    }

    #[test]
    fn attempts_lie_further_and_further_apart_and_end() {
        let receivers = Receivers::new(
            BTreeMap::new(),
            Trust::default(),
            Duration::from_secs(1),
            30_000,
        );
        let wait = |attempts| receivers.next_s(attempts, 0);
        for attempts in 1..ATTEMPTS {
            let usual_s = (30 << (attempts - 1)).min(LONGEST_MS / 1000);
            let next_s = wait(attempts).unwrap();
            assert!(
                (usual_s / 2..=usual_s * 3 / 2 + 1).contains(&next_s),
                "{attempts}: {next_s}"
            );
        }
        assert_eq!(wait(ATTEMPTS), None);
        let all: std::collections::BTreeSet<_> = (0..20).map(|_| wait(12)).collect();
        assert!(all.len() > 1, "they would all come at once");
    }
}
