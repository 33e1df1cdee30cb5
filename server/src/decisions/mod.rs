//! Decisions off the site. In: customers or a segment, a placement, a channel, a time. Out: one line for each customer and
//! slot, by the engine that browsers run. Never: a decision that ignores a cap, a rest, the holdout or a withdrawn consent.

mod decide;
mod line;
pub mod person;
pub mod summary;
pub mod table;
mod wanted;

use std::sync::Arc;

use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::audience;
use crate::base::clock;
use crate::base::ids::{CustomerKey, Site};
use crate::ingest::import::import;
use crate::ingest::normalise::Conventions;
use crate::ingest::{Reader, Subject};
use crate::store::{Store, StoreError};
pub use line::DecisionLine;
pub use wanted::{DecisionsBody, Wanted, WantedError, Whom};

/// Customers read and decided for concurrently, so that the store can commit their records together.
const CONCURRENT_CUSTOMERS: usize = 64;

/// Returns the lines, in the order of the customers. An error ends the stream.
pub fn stream<'a>(
    store: &'a dyn Store,
    site: &'a Site,
    wanted: &'a Arc<Wanted>,
) -> impl Stream<Item = Result<Vec<DecisionLine>, StoreError>> + 'a {
    customers(store, site, wanted)
        .map_ok(move |customer| lines_of(store, site, wanted, customer))
        .try_buffered(CONCURRENT_CUSTOMERS)
}

/// Returns the ids of the customers that are meant.
fn customers<'a>(
    store: &'a dyn Store,
    site: &'a Site,
    wanted: &'a Wanted,
) -> BoxStream<'a, Result<String, StoreError>> {
    match &wanted.whom {
        Whom::Customers(ids) => {
            futures_util::stream::iter(ids.iter().map(|id| Ok(id.clone()))).boxed()
        }
        Whom::Audience(audience) => audience::stream(store, site, audience)
            .map_ok(|chunk| futures_util::stream::iter(ids_in(&chunk).into_iter().map(Ok)))
            .try_flatten()
            .boxed(),
    }
}

/// Returns the customers in lines of an audience.
fn ids_in(chunk: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Member {
        customer: String,
    }
    let lines = chunk.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice::<Member>(line).ok())
        .map(|member| member.customer)
        .collect()
}

async fn lines_of(
    store: &dyn Store,
    site: &Site,
    wanted: &Wanted,
    customer: String,
) -> Result<Vec<DecisionLine>, StoreError> {
    let Ok(key) = CustomerKey::parse(site, &customer) else {
        let message = "that is not a customer id";
        return Ok(vec![DecisionLine::error(
            customer,
            "customer_id",
            message.into(),
        )]);
    };
    let Some(person) = person::read(store, &key).await? else {
        let message = "the server holds nothing of this customer";
        return Ok(vec![DecisionLine::error(
            customer,
            "unknown_customer",
            message.into(),
        )]);
    };
    let mut lines = decide::lines(wanted, &customer, &person);
    if let (Some(send), Some(first)) = (&wanted.recorded_send, lines.first_mut())
        && first.offer.is_some()
    {
        record(store, site, wanted, (send, first)).await?;
    }
    Ok(lines)
}

/// Records the message of a decision, so that caps and rests count it from now on.
async fn record(
    store: &dyn Store,
    site: &Site,
    wanted: &Wanted,
    (send, line): (&str, &mut DecisionLine),
) -> Result<(), StoreError> {
    let now_ms = clock::now_ms();
    let reader = Reader {
        site,
        config: &wanted.config,
        now_ms: now_ms as f64,
        conventions: &Conventions::default(),
    };
    let text = |text: &str| Value::String(text.to_owned());
    let channel = wanted.channel.map_or("email", |channel| channel.name());
    let fields = [
        ("customer", text(&line.customer)),
        ("id", text(send)),
        ("at", wanted.at_ms.min(now_ms).into()),
        ("channel", text(channel)),
        ("reaction", text("sent")),
        ("offer", text(line.offer.as_deref().unwrap_or_default())),
    ];
    let object: Map<String, Value> = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let outcome = import(store, reader, Subject::Reactions, vec![Ok(object)]).await?;
    line.recorded = Some(outcome.stored + outcome.unchanged + outcome.superseded == 1);
    Ok(())
}
