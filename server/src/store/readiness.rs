//! Readiness. In: the store. Out: whether a write and a read went through it a moment ago. Never: a write that a caller triggers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::base::clock;
use crate::base::ids::Site;
use crate::store::Store;

/// Pause between two checks.
const INTERVAL: Duration = Duration::from_secs(2);
/// Time after which a check has failed.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Result of the last check.
#[derive(Default)]
pub struct Readiness(AtomicBool);

impl Readiness {
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Checks the store once.
    pub async fn check(&self, store: &dyn Store, site: &Site) {
        let now_s = clock::now_ms() / 1000;
        let checked = tokio::time::timeout(TIMEOUT, store.ready(site.clone(), now_s)).await;
        let is_ready = matches!(checked, Ok(Ok(())));
        let was_ready = self.0.swap(is_ready, Ordering::Relaxed);
        match (was_ready, is_ready) {
            (true, false) => {
                tracing::error!(
                    code = "not_ready",
                    "the database cannot be read and written"
                );
            }
            (false, true) => {
                tracing::info!(code = "ready", "the database can be read and written");
            }
            _ => {}
        }
    }

    /// Checks the store at an interval; never returns.
    pub async fn run(&self, store: &dyn Store, site: &Site) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            self.check(store, site).await;
        }
    }
}
