//! Who is meant: the customers of a segment, or of any condition. In: a bucket of customers as they are held. Out: those who
//! fit, by the engine that browsers run, as lines of NDJSON or CSV. Never: more than a page of customers in memory; a
//! customer without the consent that was asked for.

mod lines;
mod wanted;

use std::sync::Arc;

use axum::body::Bytes;
use escale::Engine;
use escale::internals::decision::caps;
use escale::internals::traits::facts::VisitorFacts;
use futures_util::{Stream, StreamExt as _};

use crate::base::ids::{BUCKETS, Site};
use crate::ingest::consent::{Consent, consent_in_force, is_withdrawn};
use crate::store::audience::HeldCustomer;
use crate::store::{Store, StoreError};
use crate::sync::replica;
pub use lines::Format;
use lines::Member;
pub use wanted::{Wanted, Whom, Wish};

/// All lines, in the order of buckets and within one of ids. An error ends it: what came before is not the whole.
pub fn stream<'a>(
    store: &'a dyn Store,
    site: &'a Site,
    wanted: &'a Arc<Wanted>,
) -> impl Stream<Item = Result<Bytes, StoreError>> + 'a {
    // As many buckets at once as there are cores: evaluating is what takes the time.
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let header = futures_util::stream::iter(lines::header(wanted.format).map(Ok));
    let buckets = futures_util::stream::iter(0..BUCKETS);
    let lines = buckets
        .map(move |number| bucket(store, site, wanted.clone(), number))
        .buffered(at_once);
    header.chain(lines)
}

/// The lines of one bucket.
pub async fn bucket(
    store: &dyn Store,
    site: &Site,
    wanted: Arc<Wanted>,
    number: u16,
) -> Result<Bytes, StoreError> {
    let (mut lines, mut after) = (Vec::new(), String::new());
    loop {
        let page = store.customers(site.clone(), number, after).await?;
        let Some(last) = page.last().map(|held| held.customer.clone()) else {
            return Ok(lines.into());
        };
        after = last;
        let wanted = wanted.clone();
        let found = tokio::task::spawn_blocking(move || {
            let mut engine = Engine::new(wanted.config.clone());
            let mut lines = Vec::new();
            page.iter()
                .for_each(|held| consider(&mut engine, &wanted, held, &mut lines));
            lines
        });
        lines.extend(found.await.map_err(|_| StoreError::Unavailable)?);
    }
}

fn consider(engine: &mut Engine, wanted: &Wanted, held: &HeldCustomer, lines: &mut Vec<u8>) {
    if !agreed(wanted, &held.imported) {
        return;
    }
    engine.take(replica::together(
        &held.states,
        &held.imported,
        &wanted.config,
        wanted.now_ms,
    ));
    let facts = engine.facts(wanted.now_ms as f64);
    if is_meant(wanted, &facts) {
        let member = Member {
            customer: &held.customer,
            channel: facts.customer.channel,
            pressure_left: caps::left(facts.profile, &wanted.config, facts.now_s),
            frequency: facts.profile.preference.frequency,
        };
        lines::write(wanted.format, &member, lines);
    }
}

/// Returns `true` if the customer may be contacted. A purpose needs consent; a channel must not be withdrawn.
fn agreed(wanted: &Wanted, events: &[Vec<u8>]) -> bool {
    if wanted.channel.is_none() && wanted.purpose.is_none() {
        return true;
    }
    let all: Vec<Consent> = events
        .iter()
        .filter_map(|bytes| Consent::decode(bytes))
        .collect();
    let has_agreed =
        |purpose: &String| consent_in_force(&all, purpose, wanted.channel) == Some(true);
    wanted.purpose.as_ref().is_none_or(has_agreed)
        && !wanted
            .channel
            .is_some_and(|channel| is_withdrawn(&all, channel))
}

fn is_meant(wanted: &Wanted, facts: &VisitorFacts<'_>) -> bool {
    use escale::internals::base::enums::Frequency;
    // Who unsubscribed is not to be written to, by whatever channel.
    let is_unwanted =
        wanted.channel.is_some() && facts.profile.preference.frequency == Frequency::Never;
    let fits = match &wanted.whom {
        Whom::Segment(hash) => facts.customer.segments.contains(hash),
        Whom::Condition(condition) => condition.is_met(facts),
    };
    fits && !is_unwanted
}
