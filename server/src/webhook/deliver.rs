//! Calls. In: rows of the outbox. Out: signed requests; rows that were acknowledged are gone, others wait longer each time.
//! Never: follows a redirect; logs an address, a body or an id.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::message::Attributes;
use super::signer::Signer;
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

/// Address of a receiver, and the keys that it shares with the server.
pub struct Endpoint {
    pub url: String,
    pub signer: Signer,
}

/// Time-out of a call, and the wait after its first failure.
pub struct Backoff {
    pub within: Duration,
    pub first_retry_ms: u64,
}

/// Receivers of webhooks, and the client that calls them.
pub struct Receivers {
    endpoints: BTreeMap<String, Endpoint>,
    agent: ureq::Agent,
    backoff: Backoff,
}

impl Receivers {
    /// Certificates of `roots` sign those of the receivers; `None` stands for those of the system.
    pub fn new(
        endpoints: BTreeMap<String, Endpoint>,
        roots: Option<Vec<CertificateDer<'static>>>,
        backoff: Backoff,
    ) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(backoff.within))
            .tls_config(trusting(roots))
            .user_agent("escale");
        Self {
            endpoints,
            agent: config.build().new_agent(),
            backoff,
        }
    }

    /// The webhooks that have an address.
    pub fn names(&self) -> Vec<String> {
        self.endpoints.keys().cloned().collect()
    }

    /// Returns the time of the next attempt: later each time, never at the same moment for all that failed together, and
    /// never before the receiver wants it. `None` gives the call up.
    fn next_s(&self, attempts: u32, not_before_s: Option<u64>, now_ms: u64) -> Option<u64> {
        let mut random = [0; 4];
        // Without randomness they are tried together, which is no reason not to try.
        let _ = getrandom::fill(&mut random);
        let wait_ms = self
            .backoff
            .first_retry_ms
            .saturating_mul(1 << (attempts - 1).min(20))
            .min(LONGEST_MS);
        let jittered_ms =
            wait_ms / 2 + wait_ms * u64::from(u32::from_le_bytes(random)) / u64::from(u32::MAX);
        let own_s = (now_ms + jittered_ms).div_ceil(1000);
        let latest_s = (now_ms + LONGEST_MS) / 1000;
        let asked_s = not_before_s.unwrap_or(0).min(latest_s);
        (attempts < ATTEMPTS).then_some(own_s.max(asked_s))
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

/// Outcome of a call.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Acknowledged,
    /// The receiver wants no more of it.
    Gone,
    Failed(Failure),
}

/// Reason why a call is repeated, for the log.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    reason: String,
    /// Earliest time of the next attempt, in seconds since 1970, if the receiver named one.
    not_before_s: Option<u64>,
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            not_before_s: None,
        }
    }
}

/// Calls until nothing is due.
pub async fn call_all(dispatcher: &Dispatcher<'_>) -> Result<(), StoreError> {
    loop {
        let now_s = clock::now_ms() / 1000;
        let until_s = now_s + dispatcher.receivers.backoff.within.as_secs() + GRACE_S;
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
    match outcome(dispatcher, &call).await {
        Outcome::Acknowledged => dispatcher.store.delivered(site, call).await,
        Outcome::Gone => {
            tracing::warn!(code = "webhook_given_up", webhook = %call.webhook, reason = "410 Gone", "a webhook call was given up");
            dispatcher.store.postpone(site, call, None).await
        }
        Outcome::Failed(failure) => {
            let next_s =
                dispatcher
                    .receivers
                    .next_s(call.attempts, failure.not_before_s, clock::now_ms());
            log_failure(&call, &failure.reason, next_s);
            dispatcher.store.postpone(site, call, next_s).await
        }
    }
}

/// Logs the webhook's name and the reason, never an address or an id.
fn log_failure(call: &Call, reason: &str, next_s: Option<u64>) {
    let (webhook, attempts) = (&call.webhook, call.attempts);
    match next_s {
        Some(next_s) => {
            tracing::warn!(code = "webhook_failed", %webhook, attempts, reason, next_s, "a webhook was not acknowledged");
        }
        None => {
            tracing::error!(code = "webhook_given_up", %webhook, attempts, reason, "a webhook call was given up: `escale webhooks` lists it");
        }
    }
}

async fn outcome(dispatcher: &Dispatcher<'_>, call: &Call) -> Outcome {
    match request(dispatcher.receivers, call) {
        // It blocks for as long as the receiver takes.
        Some(send) => tokio::task::spawn_blocking(send)
            .await
            .unwrap_or_else(|_| Outcome::Failed("the call ended early".into())),
        None => Outcome::Failed("it has no address: give --webhook".into()),
    }
}

/// `None` where the config names a webhook that has no address any more.
fn request(
    receivers: &Receivers,
    call: &Call,
) -> Option<impl FnOnce() -> Outcome + Send + 'static> {
    let endpoint = receivers.endpoints.get(&call.webhook)?;
    let at_s = clock::now_ms() / 1000;
    let mut request = receivers
        .agent
        .post(&endpoint.url)
        .header("content-type", "application/json")
        .header("webhook-id", &call.id)
        .header("webhook-timestamp", at_s.to_string())
        .header(
            "webhook-signature",
            endpoint.signer.sign(&call.id, at_s, &call.body),
        );
    for (name, value) in Attributes::of(call).headers() {
        request = request.header(name, value);
    }
    let body = call.body.clone();
    Some(move || match request.send(body.as_bytes()) {
        Ok(answer) => read(&answer, clock::now_ms() / 1000),
        Err(error) => Outcome::Failed(Failure::from(reason(&error).as_str())),
    })
}

fn read<Body>(answer: &Response<Body>, now_s: u64) -> Outcome {
    let status = answer.status();
    if status.is_success() {
        return Outcome::Acknowledged;
    }
    if status == StatusCode::GONE {
        return Outcome::Gone;
    }
    let value = answer.headers().get(header::RETRY_AFTER);
    let not_before_s = value.and_then(|value| retry_after_s(value.to_str().ok()?, now_s));
    Outcome::Failed(Failure {
        reason: status.to_string(),
        not_before_s,
    })
}

/// Reads the header `Retry-After`: a number of seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after_s(value: &str, now_s: u64) -> Option<u64> {
    if let Ok(wait_s) = value.trim().parse::<u64>() {
        return Some(now_s.saturating_add(wait_s));
    }
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    let since_1970 = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since_1970.as_secs())
}

/// Returns the reason of a failed call, without its address.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "the host was not found".to_owned(),
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) => {
            "the certificate is not trusted (--webhook-ca)".to_owned()
        }
        ureq::Error::TooManyRedirects | ureq::Error::RedirectFailed => "it redirects".to_owned(),
        ureq::Error::Io(error) => error.kind().to_string(),
        _ => "the connection failed".to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;

    fn receivers() -> Receivers {
        let backoff = Backoff {
            within: Duration::from_secs(1),
            first_retry_ms: 30_000,
        };
        Receivers::new(BTreeMap::new(), None, backoff)
    }

    #[test]
    fn attempts_lie_further_and_further_apart_and_end() {
        let receivers = receivers();
        let wait = |attempts| receivers.next_s(attempts, None, 0);
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

    #[test]
    fn retry_after_delays_the_next_attempt_by_six_hours_at_most() {
        let receivers = receivers();
        let now_s = 1_790_000_000;
        let next_s = |value: &str| {
            let not_before_s = retry_after_s(value, now_s);
            receivers.next_s(1, not_before_s, now_s * 1000).unwrap()
        };
        assert_eq!(next_s("600"), now_s + 600);
        assert_eq!(next_s("Mon, 21 Sep 2026 14:30:00 GMT"), 1_790_001_000);
        assert_eq!(next_s("999999999999"), now_s + LONGEST_MS / 1000);
        for without_effect in ["0", "soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"] {
            assert!(next_s(without_effect) <= now_s + 46, "{without_effect}");
        }
        assert_eq!(
            receivers.next_s(ATTEMPTS, Some(now_s + 60), now_s * 1000),
            None
        );
    }

    #[test]
    fn answers_acknowledge_end_or_repeat_a_call() {
        let answered = |status: u16, retry_after: &str| {
            let answer = Response::builder()
                .status(status)
                .header("retry-after", retry_after);
            read(&answer.body(()).unwrap(), 1_000)
        };
        for status in [200, 202, 204] {
            assert_eq!(answered(status, "60"), Outcome::Acknowledged);
        }
        assert_eq!(answered(410, "60"), Outcome::Gone);
        for (status, reason) in [
            (429, "429 Too Many Requests"),
            (502, "502 Bad Gateway"),
            (302, "302 Found"),
        ] {
            let failure = Failure {
                reason: reason.to_owned(),
                not_before_s: Some(1_060),
            };
            assert_eq!(answered(status, "60"), Outcome::Failed(failure));
        }
    }
}
