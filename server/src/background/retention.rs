//! Retention. In: the store. Out: visitors who were silent for 25 months are erased. Never: blocks a sync, because each
//! step takes one bucket. Never: erases more than a normal day's data because the clock jumped.

use std::time::Duration;

use crate::base::clock;
use crate::base::ids::{BUCKETS, Site};
use crate::customers;
use crate::store::{Expiry, Store};

/// Days without a sync after which a visitor is erased: 25 months.
const RETENTION_DAYS: u32 = 760;
/// Days after which no identity token is valid: one, and the rest of the day.
const TOKEN_DAYS: u32 = 2;
/// Pause between two runs.
const INTERVAL: Duration = Duration::from_secs(86_400);

/// Runs at the start and then daily; never returns.
pub async fn run(store: &dyn Store, site: &Site, trusts_clock: bool) {
    loop {
        expire_all(store, site, trusts_clock).await;
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn expire_all(store: &dyn Store, site: &Site, trusts_clock: bool) {
    let today = clock::today();
    let day = match store.retention_day(site.clone(), today, trusts_clock).await {
        Ok(day) => day,
        Err(error) => return tracing::warn!(%error, "retention waits for the next run"),
    };
    if day != today {
        let ahead = today - day;
        tracing::warn!(
            days = ahead,
            "the clock is ahead of the last run; retention goes on by one day (--trust-clock accepts the clock)"
        );
    }
    let expiry = Expiry {
        before_day: day.saturating_sub(RETENTION_DAYS),
        tokens_before_s: u64::from(day.saturating_sub(TOKEN_DAYS)) * 86_400,
    };
    let mut erased = 0;
    for bucket in 0..BUCKETS {
        match store.expire(site.clone(), bucket, expiry).await {
            Ok(visitors) => erased += visitors,
            // The next run repeats it.
            Err(error) => tracing::warn!(bucket, %error, "retention failed for this bucket"),
        }
    }
    if let Err(error) = customers::finish_interrupted(store).await {
        tracing::warn!(%error, "interrupted erasures wait for the next run");
    }
    tracing::info!(erased, "visitors silent for 25 months were erased");
}
