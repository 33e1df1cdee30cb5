//! Events that the site's back end imported. In: an event, and the one held. Out: which of them stays. Never: SQL.

use crate::base::ids::{CustomerKey, IdHash};

/// Imported events that count for a customer, the newest first.
pub const EVENTS_PER_CUSTOMER: usize = 1000;

/// One event that the site's back end imported, under a hash of the id that it gave.
#[derive(Clone)]
pub struct ImportedEvent {
    pub id: IdHash,
    pub day: u32,
    pub at_s: u32,
    pub event: Vec<u8>,
}

/// Imported events of one customer.
pub struct CustomerEvents {
    pub customer: CustomerKey,
    pub all: Vec<ImportedEvent>,
    pub day: u32,
    /// `true` if the server has scenarios to evaluate for the customer.
    pub triggers_evaluation: bool,
}

/// Result of importing one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IngestOutcome {
    /// The event is new, or later than the one held.
    Stored,
    /// The same event is held already.
    Unchanged,
    /// A later event is held under the same id.
    Superseded,
    /// The customer was erased on that day or later.
    Erased,
}

/// Compares an event with the one held under its id. The later one wins.
pub fn judge(held: Option<(u32, &[u8])>, imported: &ImportedEvent) -> IngestOutcome {
    match held {
        None => IngestOutcome::Stored,
        Some((_, event)) if event == imported.event => IngestOutcome::Unchanged,
        Some(held) if (imported.at_s, imported.event.as_slice()) > held => IngestOutcome::Stored,
        Some(_) => IngestOutcome::Superseded,
    }
}

/// Plans the import of one event. `held` are the time and bytes stored under its id.
///
/// Events of days up to `erased_day` are refused, so that an old import does not bring an erased customer back.
pub fn plan_event(
    erased_day: Option<u32>,
    held: Option<(u32, &[u8])>,
    imported: &ImportedEvent,
) -> IngestOutcome {
    match erased_day {
        Some(day) if imported.day <= day => IngestOutcome::Erased,
        _ => judge(held, imported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::Site;

    #[test]
    fn judge_two_events_of_one_id_keeps_the_later_in_any_order() {
        let event_at = |at_s: u32, event: u8| {
            let site = Site::new("demo");
            ImportedEvent {
                id: IdHash::of_imported(&site, "booking", "B1"),
                day: 0,
                at_s,
                event: vec![event],
            }
        };
        assert_eq!(
            plan_event(Some(0), None, &event_at(5, 1)),
            IngestOutcome::Erased
        );
        assert_eq!(
            plan_event(None, None, &event_at(5, 1)),
            IngestOutcome::Stored
        );
        assert_eq!(
            judge(Some((5, &[1])), &event_at(5, 1)),
            IngestOutcome::Unchanged
        );
        assert_eq!(
            judge(Some((5, &[1])), &event_at(6, 0)),
            IngestOutcome::Stored
        );
        assert_eq!(
            judge(Some((5, &[1])), &event_at(4, 2)),
            IngestOutcome::Superseded
        );
        assert_ne!(
            judge(Some((5, &[1])), &event_at(5, 2)),
            judge(Some((5, &[2])), &event_at(5, 1))
        );
    }
}
