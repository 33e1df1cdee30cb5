//! Webhooks: what the server calls by itself. In: the clock, and what is held. Out: signed calls, at least once each, and no
//! more until someone asks where a receiver never acknowledges. Never: a call without its mark that the scenario fired.

pub mod arguments;
mod deliver;
pub mod evaluation;
mod message;
mod signer;

use std::time::Duration;

use crate::base::clock;
use crate::base::ids::Site;
use crate::config_source::LiveConfig;
use crate::store::{Store, StoreError};
pub use deliver::Receivers;

/// Inputs of the webhook loop.
pub struct Dispatcher<'a> {
    pub store: &'a dyn Store,
    pub site: &'a Site,
    pub config: &'a LiveConfig,
    pub receivers: &'a Receivers,
}

/// Interval between two rounds.
const TICK: Duration = Duration::from_secs(1);
/// Evaluations of one round at most.
const EVALUATIONS_PER_ROUND: usize = 64;

/// For as long as the store is open: looks at whom something happened to, or is due; calls whom it concerns.
pub async fn watch(dispatcher: &Dispatcher<'_>) {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        let looking = async {
            while evaluate_due(dispatcher).await? == EVALUATIONS_PER_ROUND {}
            Ok::<(), StoreError>(())
        };
        let (looked, called) = tokio::join!(looking, deliver::call_all(dispatcher));
        if let Err(error) = looked.and(called) {
            tracing::warn!(%error, "webhooks wait for the store");
        }
    }
}

/// Answers whom it looked at.
async fn evaluate_due(dispatcher: &Dispatcher<'_>) -> Result<usize, StoreError> {
    let now_ms = clock::now_ms();
    let notes = dispatcher
        .store
        .due_evaluations(
            dispatcher.site.clone(),
            now_ms / 1000,
            EVALUATIONS_PER_ROUND,
        )
        .await?;
    let all = notes.len();
    let (names, served) = (dispatcher.receivers.names(), dispatcher.config.current());
    for note in notes {
        evaluation::evaluate(
            dispatcher.store,
            &served.config,
            dispatcher.site,
            note,
            evaluation::Moment {
                now_ms,
                webhooks: &names,
            },
        )
        .await?;
    }
    Ok(all)
}
