//! A customer's row: one person, however many browsers. In: facts of their visitors, and bookings
//! imported from the back end. Out: the updated row, and the changes of the sums. Never: a second
//! person of one customer.

use serde::{Deserialize, Serialize};

use super::change::Changes;
use super::person::{Booked, Counted, Facts};
use super::visitor::recount;
use super::{VISITORS_PER_CUSTOMER, pack, unpack};
use crate::base::ids::IdHash;

/// Row of a customer: everything that was counted of them.
#[derive(Default, Serialize, Deserialize)]
pub struct Customer {
    visitors: Vec<([u8; 32], Facts)>,
    counted: Option<Counted>,
    /// One of the visitors was erased: what was counted until then stays, and nothing is added to it, until one of the others
    /// goes elsewhere.
    is_closed: bool,
}

/// A change of a customer's row.
pub enum CustomerChange<'a> {
    /// A visitor's facts arrived.
    Propagate(IdHash, &'a Facts),
    /// The back end imported events.
    Recount,
    /// Visitors move to another customer, or to none.
    HandOver(&'a [IdHash]),
    /// A visitor was erased or expired.
    Leave(IdHash),
}

impl CustomerChange<'_> {
    /// `true` if the change depends on the bookings that the back end imported.
    pub fn needs_bookings(&self) -> bool {
        !matches!(self, Self::Leave(_))
    }
}

impl Customer {
    /// Applies a change. `None` if nothing was counted of the customer, and nothing is now.
    pub fn apply(&mut self, change: &CustomerChange<'_>, bookings: &[Booked]) -> Option<Changes> {
        if self.is_empty() && !matches!(change, CustomerChange::Propagate(..)) {
            return None;
        }
        Some(match change {
            CustomerChange::Propagate(visitor, facts) => {
                self.propagate(*visitor, (*facts).clone(), bookings)
            }
            CustomerChange::Recount => self.recount(bookings),
            CustomerChange::HandOver(visitors) => self.hand_over(visitors, bookings),
            CustomerChange::Leave(visitor) => {
                self.leave(*visitor);
                Changes::default()
            }
        })
    }

    /// A row's bytes; none, or those that cannot be read, are a customer of whom nothing was counted.
    pub fn of(bytes: Option<&[u8]>) -> Self {
        bytes.and_then(unpack).unwrap_or_default()
    }

    pub fn bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Returns `true` if nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.visitors.is_empty() && !self.is_closed
    }

    /// Takes what is known of a visitor.
    pub fn propagate(&mut self, visitor: IdHash, facts: Facts, bookings: &[Booked]) -> Changes {
        match self.visitors.iter().position(|(id, _)| *id == visitor.0) {
            Some(at) => self.visitors[at].1.join(facts),
            None if self.visitors.len() >= VISITORS_PER_CUSTOMER => {}
            None => self.visitors.push((visitor.0, facts)),
        }
        self.recount(bookings)
    }

    /// Counts the bookings imported from the back end.
    pub fn recount(&mut self, bookings: &[Booked]) -> Changes {
        let mut changes = Changes::default();
        if !self.is_closed {
            let now = Counted::of(self.visitors.iter().map(|(_, facts)| facts), bookings);
            recount(&mut self.counted, now, &mut changes);
        }
        changes
    }

    /// A visitor is no more.
    pub fn leave(&mut self, visitor: IdHash) {
        let before = self.visitors.len();
        self.visitors.retain(|(id, _)| *id != visitor.0);
        self.is_closed |= self.visitors.len() < before;
    }

    /// Visitors go to another customer, or become no one's: they are counted there, and not here. What was kept of an erased
    /// one holds theirs too, and cannot be taken apart: it goes, and those who stay are counted anew.
    pub fn hand_over(&mut self, visitors: &[IdHash], bookings: &[Booked]) -> Changes {
        let before = self.visitors.len();
        self.visitors
            .retain(|(id, _)| !visitors.iter().any(|gone| gone.0 == *id));
        self.is_closed &= self.visitors.len() == before;
        self.recount(bookings)
    }

    /// Returns the visitors whose clicks may be credited with a booking.
    pub fn visitors(&self) -> impl Iterator<Item = IdHash> {
        self.visitors.iter().map(|(id, _)| IdHash(*id))
    }
}
