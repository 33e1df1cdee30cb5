//! In: what is served. Out: no visitor who was silent for 25 months. Never: holds up a hand-in: a bucket at a time, a
//! visitor at a time.

use std::time::Duration;

use crate::base::clock;
use crate::base::ids::BUCKETS;
use crate::customers;
use crate::http::app::App;

/// Twenty-five months, in days.
const KEPT_DAYS: u32 = 760;
const A_DAY: Duration = Duration::from_secs(86_400);

/// Once at the start and then daily, for as long as the store is open.
pub async fn keep(app: &App) {
    loop {
        once(app).await;
        tokio::time::sleep(A_DAY).await;
    }
}

async fn once(app: &App) {
    let before_day = clock::today().saturating_sub(KEPT_DAYS);
    let mut gone = 0;
    for bucket in 0..BUCKETS {
        match app.store.expire(app.site.clone(), bucket, before_day).await {
            Ok(visitors) => gone += visitors,
            // Tomorrow is another day.
            Err(error) => {
                tracing::warn!(bucket, %error, "the retention of this bucket was not looked after")
            }
        }
    }
    if let Err(error) = customers::finish_interrupted(app.store.as_ref()).await {
        tracing::warn!(%error, "erasures that were cut short are left for tomorrow");
    }
    tracing::info!(gone, "visitors silent for 25 months were removed");
}
