//! In: objects. Out: what became of each, once all is durable. Never: two customers in one write; an answer before the
//! last of them is kept.

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Item;
use super::{Reader, Subject};
use crate::base::clock;
use crate::base::ids::CustomerKey;
use crate::customers::{canonical_id, move_over};
use crate::store::{CustomerEvents, ImportedEvent, IngestOutcome, Store, StoreError};
use crate::webhook::evaluation::has_scenarios;

/// Customers written at once: enough for the store to commit them together.
const AT_ONCE: usize = 64;

/// What became of a batch.
#[derive(Default, Serialize, ToSchema)]
pub struct Outcome {
    pub taken: usize,
    pub unchanged: usize,
    /// A later word is held under the same id.
    pub older: usize,
    /// Told of someone who has been erased since.
    pub erased: usize,
    pub rejected: Vec<Rejected>,
}

#[derive(Serialize, ToSchema)]
pub struct Rejected {
    /// Its place among those that were sent, from 0.
    pub item: usize,
    pub why: String,
}

impl Outcome {
    fn count(&mut self, told: IngestOutcome) {
        match told {
            IngestOutcome::Stored => self.taken += 1,
            IngestOutcome::Unchanged => self.unchanged += 1,
            IngestOutcome::Superseded => self.older += 1,
            IngestOutcome::Erased => self.erased += 1,
        }
    }
}

/// Reads all of them, and keeps those that can be read.
pub async fn take(
    store: &dyn Store,
    reader: Reader<'_>,
    subject: Subject,
    items: Vec<Item>,
) -> Result<Outcome, StoreError> {
    let (groups, rejected) = read(reader, subject, items);
    let mut outcome = Outcome {
        rejected,
        ..Outcome::default()
    };
    let (day, triggers_evaluation) = (clock::today(), has_scenarios(reader.config));
    let writes = groups.into_iter().map(|(customer, all)| {
        tell(
            store,
            CustomerEvents {
                customer,
                all,
                day,
                triggers_evaluation,
            },
        )
    });
    let told: Vec<Vec<IngestOutcome>> = futures_util::stream::iter(writes)
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    told.into_iter()
        .flatten()
        .for_each(|told| outcome.count(told));
    Ok(outcome)
}

/// Under whatever name the customer is told of; who became another's other name meanwhile is moved over.
async fn tell(
    store: &dyn Store,
    mut events: CustomerEvents,
) -> Result<Vec<IngestOutcome>, StoreError> {
    events.customer = canonical_id(store, &events.customer).await?;
    let (customer, day) = (events.customer.clone(), events.day);
    let told = store.ingest(events).await?;
    move_over(store, &customer, day).await?;
    Ok(told)
}

/// Those of one customer together, in the order in which they came; those that cannot be read, with the reason.
pub fn read(
    reader: Reader<'_>,
    subject: Subject,
    items: Vec<Item>,
) -> (Vec<(CustomerKey, Vec<ImportedEvent>)>, Vec<Rejected>) {
    let mut groups: Vec<(CustomerKey, Vec<ImportedEvent>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    let mut rejected = Vec::new();
    for (item, object) in items.into_iter().enumerate() {
        match object.and_then(|object| reader.read(subject, &object)) {
            Ok((customer, imported)) => {
                let at = *places.entry(customer.id.clone()).or_insert_with(|| {
                    groups.push((customer, Vec::new()));
                    groups.len() - 1
                });
                groups[at].1.push(imported);
            }
            Err(why) => rejected.push(Rejected { item, why }),
        }
    }
    (groups, rejected)
}
