//! Evaluation of scenarios for customers who are not online. In: a pending evaluation. Out: fired
//! scenarios, calls, and the time of the next evaluation. Never: rules of its own; the engine is
//! the one that browsers run.

use escale::internals::base::time::{EPOCH_UNIX_S, Timestamp};
use escale::internals::decision::scenario::{Due, Owner};
use escale::internals::decision::scenario_schedule::next_evaluation_s;
use escale::{Config, Engine};

use super::message;
use crate::base::ids::{CustomerKey, IdHash, Site};
use crate::customers::canonical_id;
use crate::store::audience::HeldCustomer;
use crate::store::outbox::{Firing, Found, PendingEvaluation};
use crate::store::{ImportedEvent, Store, StoreError};
use crate::sync::replica;

/// Time of an evaluation, and the webhooks that have an address.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    pub now_ms: u64,
    pub webhooks: &'a [String],
}

/// Evaluates the scenarios of one customer.
pub async fn evaluate(
    store: &dyn Store,
    config: &Config,
    site: &Site,
    note: PendingEvaluation,
    at: Moment<'_>,
) -> Result<(), StoreError> {
    let named = CustomerKey {
        site: site.clone(),
        id: note.customer.clone(),
    };
    let of = canonical_id(store, &named).await?;
    let Some(held) = store.customer(of.clone()).await? else {
        return store.finish_evaluation(site.clone(), note).await;
    };
    let is_own = of.id == note.customer && of.bucket() == note.bucket;
    let mut found = found(config, &of, &held, at);
    found.evaluation = is_own.then(|| note.clone());
    store.fire(found).await?;
    // The customer's own note went with what was found, and the next one may be there already.
    if is_own {
        Ok(())
    } else {
        store.finish_evaluation(site.clone(), note).await
    }
}

fn found(config: &Config, of: &CustomerKey, held: &HeldCustomer, at: Moment<'_>) -> Found {
    let Moment { now_ms, webhooks } = at;
    let mut engine = Engine::new(config.clone());
    engine.take(replica::together(
        &held.states,
        &held.imported,
        config,
        now_ms,
    ));
    let has_receiver = |due: &Due| {
        let webhook = config.text(config.scenario(due.scenario).webhook);
        due.owner == Owner::Server && webhooks.iter().any(|name| name == webhook)
    };
    let due: Vec<Due> = engine
        .due(now_ms as f64)
        .into_iter()
        .filter(has_receiver)
        .collect();
    let firings: Vec<Firing> = due
        .iter()
        .map(|due| firing(&engine, of, due, now_ms))
        .collect();
    // What fires now is not to be looked for again.
    for firing in &firings {
        engine.apply(&firing.mark.event);
    }
    let next_s = next_evaluation_s(config, &engine.facts(now_ms as f64));
    Found {
        firings,
        next_s: next_s.map(|at_s| u64::from(at_s) + EPOCH_UNIX_S),
        day: (now_ms / 86_400_000) as u32,
        of: of.clone(),
        evaluation: None,
    }
}

fn firing(engine: &Engine, of: &CustomerKey, due: &Due, now_ms: u64) -> Firing {
    let config = engine.config();
    let scenario = config.scenario(due.scenario);
    let at_s = Timestamp::from_unix_ms(now_ms as f64).get();
    let mut event = Vec::new();
    due.event(config, at_s).encode(&mut event);
    let cause = format!("{:08x}/{:08x}/{}", scenario.hash, due.subject, due.ordinal);
    let mark = ImportedEvent {
        id: IdHash::of_imported(&of.site, "scenario_fired", &cause),
        day: (now_ms / 86_400_000) as u32,
        at_s,
        event,
    };
    // The same for the same cause of the same customer, for ever: the receiver drops what it has seen.
    let id = crate::base::ids::text(
        IdHash::of_imported(&of.site, "webhook", &format!("{}/{cause}", of.id)).bytes(),
    );
    Firing {
        mark,
        webhook: config.text(scenario.webhook).to_owned(),
        body: message::body(engine, of, &id, due, now_ms),
        id,
    }
}
