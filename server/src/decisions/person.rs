//! Everything held of one customer, read by id. In: an id. Out: profiles, imported events and arms. Never: a second
//! reading of what the engine decides.

use std::cmp::Reverse;

use crate::base::ids::{CustomerKey, VisitorKey};
use crate::customers::canonical_id;
use crate::statistics::person::Arm;
use crate::statistics::visitor::Visitor;
use crate::store::{
    EVENTS_PER_CUSTOMER, Found, ImportedEvent, Store, StoreError, Taken, VISITORS_PER_CUSTOMER,
    VisitorRecord,
};

/// Everything held of one customer.
pub struct HeldPerson {
    /// The customer that the id names.
    pub key: CustomerKey,
    pub identifiers: Vec<String>,
    /// The newest events that the back end imported.
    pub events: Vec<ImportedEvent>,
    pub visitors: Vec<VisitorRecord>,
}

/// Reads a customer. `None` if nothing is held.
///
/// # Errors
/// A store that cannot be used.
pub async fn read(
    store: &dyn Store,
    named: &CustomerKey,
) -> Result<Option<HeldPerson>, StoreError> {
    let key = canonical_id(store, named).await?;
    let Some(mut records) = store.customer_records(key.clone()).await? else {
        return Ok(None);
    };
    records
        .events
        .sort_by_key(|event| (Reverse(event.at_s), event.id.0));
    records.events.truncate(EVENTS_PER_CUSTOMER);
    records.links.sort_by_key(|(id, day)| (Reverse(*day), id.0));
    records.links.truncate(VISITORS_PER_CUSTOMER);
    let mut visitors = Vec::new();
    for (id, _) in records.links {
        let visitor = VisitorKey {
            site: key.site.clone(),
            id,
        };
        if let Found::Known(record) = store.visitor(visitor).await? {
            visitors.push(record);
        }
    }
    Ok(Some(HeldPerson {
        key,
        identifiers: records.identifiers,
        events: records.events,
        visitors,
    }))
}

impl HeldPerson {
    /// States of all browsers.
    pub fn states(&self) -> Vec<Taken> {
        let replicas = self.visitors.iter().flat_map(|visitor| &visitor.replicas);
        let states = replicas.map(|replica| Taken {
            state: replica.taken.state.clone(),
            day: replica.taken.day,
        });
        states.collect()
    }

    /// Bytes of the imported events.
    pub fn imported(&self) -> Vec<Vec<u8>> {
        self.events
            .iter()
            .map(|event| event.event.clone())
            .collect()
    }

    /// Arms of the visitor known for the longest time. Empty for a customer without a browser.
    pub fn arms(&self) -> Vec<Arm> {
        let counted = self.visitors.iter().filter_map(|v| v.counted.as_deref());
        let facts = counted.map(|bytes| Visitor::of(Some(bytes)).facts);
        let earliest = facts.min_by_key(|facts| facts.since_day);
        earliest.map_or_else(Vec::new, |facts| facts.arms)
    }
}
