//! Syncs through the store, without HTTP: a given number at a time, each answered once it is
//! durable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use escale_server::store::{Store, SyncOutcome};

use crate::stopwatch::{Figures, Laps, Start};
use crate::work::Work;

/// Hands in until the time is over or, without a time, until everyone has been once.
pub async fn sync(
    store: &Arc<dyn Store>,
    work: &Arc<Work>,
    at_once: usize,
    within: Option<Duration>,
) -> Figures {
    let begun = Arc::new(Start::now());
    let mut runners = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (store, work, begun) = (store.clone(), work.clone(), begun.clone());
        runners.spawn(async move {
            let mut laps = Laps::default();
            while within.map_or_else(|| !work.is_round(), |within| begun.elapsed() < within) {
                let (visitor, version) = work
                    .next()
                    .expect("more visitors are needed for so long a run");
                let request = work.sync_request(visitor, version);
                let started = Instant::now();
                let done = store.sync(request).await.unwrap();
                laps.add(started.elapsed());
                assert!(
                    matches!(done, SyncOutcome::Accepted { .. }),
                    "version {version} was not taken"
                );
            }
            laps
        });
    }
    let mut all = Laps::default();
    while let Some(laps) = runners.join_next().await {
        all.join(laps.unwrap());
    }
    all.figures(&begun)
}
