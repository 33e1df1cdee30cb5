//! Import of a batch. In: objects. Out: the outcome of each, once all are durable. Never: two customers in one write.

use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Item;
use super::{Reader, Subject};
use crate::base::clock;
use crate::base::ids::CustomerKey;
use crate::config_source::has_scenarios;
use crate::customers::{canonical_id, move_over};
use crate::store::{CustomerEvents, ImportedEvent, IngestOutcome, Store, StoreError};

/// Customers written concurrently, so that the store can commit them together.
const CONCURRENT_CUSTOMERS: usize = 64;

/// Numbers of records by outcome.
#[derive(Default, Serialize, ToSchema)]
pub struct ImportOutcome {
    pub stored: usize,
    pub unchanged: usize,
    /// A later record with the same id is held.
    pub superseded: usize,
    /// The customer was erased since.
    pub erased: usize,
    pub rejected: Vec<Rejected>,
}

#[derive(Serialize, ToSchema)]
pub struct Rejected {
    /// Position among the records that were sent, from 0.
    pub item: usize,
    pub reason: String,
}

impl ImportOutcome {
    fn count(&mut self, outcome: IngestOutcome) {
        match outcome {
            IngestOutcome::Stored => self.stored += 1,
            IngestOutcome::Unchanged => self.unchanged += 1,
            IngestOutcome::Superseded => self.superseded += 1,
            IngestOutcome::Erased => self.erased += 1,
        }
    }
}

/// Imports the valid records; the outcome lists the others.
///
/// # Errors
/// A store that cannot be used.
pub async fn import(
    store: &dyn Store,
    reader: Reader<'_>,
    subject: Subject,
    items: Vec<Item>,
) -> Result<ImportOutcome, StoreError> {
    let (groups, rejected) = read(reader, subject, items);
    let mut outcome = ImportOutcome {
        rejected,
        ..ImportOutcome::default()
    };
    let (day, triggers_evaluation) = (clock::today(), has_scenarios(reader.config));
    let writes = groups.into_iter().map(|(customer, all)| {
        store_events(
            store,
            CustomerEvents {
                customer,
                all,
                day,
                triggers_evaluation,
            },
        )
    });
    let outcomes: Vec<Vec<IngestOutcome>> = futures_util::stream::iter(writes)
        .buffered(CONCURRENT_CUSTOMERS)
        .try_collect()
        .await?;
    outcomes
        .into_iter()
        .flatten()
        .for_each(|one| outcome.count(one));
    Ok(outcome)
}

/// Stores the events of a customer under its canonical id, even if the id becomes an alias meanwhile.
async fn store_events(
    store: &dyn Store,
    mut events: CustomerEvents,
) -> Result<Vec<IngestOutcome>, StoreError> {
    events.customer = canonical_id(store, &events.customer).await?;
    let (customer, day) = (events.customer.clone(), events.day);
    let outcomes = store.ingest(events).await?;
    move_over(store, &customer, day).await?;
    Ok(outcomes)
}

/// Reads records and groups them by customer, in their order. Returns the groups and the rejected records.
pub fn read(
    reader: Reader<'_>,
    subject: Subject,
    items: Vec<Item>,
) -> (Vec<(CustomerKey, Vec<ImportedEvent>)>, Vec<Rejected>) {
    let mut groups: Vec<(CustomerKey, Vec<ImportedEvent>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    let mut rejected = Vec::new();
    for (item, object) in items.into_iter().enumerate() {
        match object.and_then(|object| reader.read(subject, object)) {
            Ok((customer, imported)) => {
                let at = *places.entry(customer.id.clone()).or_insert_with(|| {
                    groups.push((customer, Vec::new()));
                    groups.len() - 1
                });
                groups[at].1.push(imported);
            }
            Err(reason) => rejected.push(Rejected { item, reason }),
        }
    }
    (groups, rejected)
}
