//! Why an offer should not be shown now, whatever it is worth: it is enough, something was booked,
//! the visitor wishes so, its scenario is not due. Comes in: what is known at a time; goes out: a
//! reason for each offer, or none.

use super::caps::Caps;
use super::scenario;
use super::suppression::Suppression;
use crate::core::base::index::Index;
use crate::core::base::offer_kind::OfferKind;
use crate::core::config::{Config, Offer, Placement};
use crate::core::traits::facts::VisitorFacts;

/// Bonus of a scenario that is due in its offer's score, in doublings. It outranks nearly any other
/// offer.
pub const DUE: f64 = 8.0;

/// State that decides which offers are eligible at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Eligibility {
    /// Caps that are reached.
    pub caps: Caps,
    /// Effects of bookings.
    pub suppression: Suppression,
    /// The offers of scenarios to show, by their indices.
    pub due: Vec<Index<Offer>>,
    /// The offers of all scenarios.
    pub owned: Vec<Index<Offer>>,
    /// `true` if this blocks no offers but complements. That is the case for most visitors.
    is_idle: bool,
}

/// Reason for which an offer is ineligible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ineligible {
    /// The offer, its family, the placement or the whole has had its share.
    Capped,
    /// A booking was made lately.
    RestsAfterBooking,
    /// The visitor's own frequency.
    Preference,
    /// A booked trip makes it needless.
    Booked,
    /// A complement, and no booked trip is ahead.
    NoTripAhead,
    /// It belongs to a scenario that is not due.
    NotDue,
}

impl Eligibility {
    /// Reads what is known at the facts' time.
    #[must_use]
    pub fn read(config: &Config, facts: &VisitorFacts) -> Self {
        let mut eligibility = Self {
            caps: Caps::read(facts.profile, config, &facts.contacts, facts.now_s),
            suppression: Suppression::read(facts.profile, config, &facts.time, facts.now_s),
            due: scenario::offers(config, facts),
            owned: scenario::owned(config),
            is_idle: false,
        };
        eligibility.is_idle = eligibility.caps.is_idle()
            && eligibility.suppression.is_idle()
            && eligibility.due.is_empty()
            && eligibility.owned.is_empty();
        eligibility
    }

    /// Returns `true` if a placement has reached its cap. Nothing may be shown in it.
    #[must_use]
    pub fn is_full(&self, placement: &Placement) -> bool {
        self.caps.placements.contains(&placement.hash)
    }

    /// Returns the reason for which an offer is ineligible. `None` if it is eligible.
    #[must_use]
    pub fn reason_against(&self, config: &Config, offer: &Offer) -> Option<Ineligible> {
        if self.is_idle && offer.kind != OfferKind::Complement {
            return None;
        }
        let (caps, is_commercial) = (&self.caps, offer.kind.is_commercial());
        if is_commercial && caps.is_unwanted {
            return Some(Ineligible::Preference);
        }
        if caps.is_after_booking && offer.kind.rests_after_booking() {
            return Some(Ineligible::RestsAfterBooking);
        }
        if self.suppression.waits_for_a_trip(offer) {
            return Some(Ineligible::NoTripAhead);
        }
        if self.suppression.suppresses(config, offer) {
            return Some(Ineligible::Booked);
        }
        if (is_commercial && caps.is_all_capped) || caps.is_capped(config, offer) {
            return Some(Ineligible::Capped);
        }
        (self.owned.contains(&offer.index) && !self.is_due(offer)).then_some(Ineligible::NotDue)
    }

    /// Returns `true` if a scenario wants an offer shown now.
    #[must_use]
    pub fn is_due(&self, offer: &Offer) -> bool {
        !self.due.is_empty() && self.due.contains(&offer.index)
    }
}

impl Caps {
    /// Returns `true` if no offer is blocked.
    fn is_idle(&self) -> bool {
        let is_any = self.is_all_capped || self.is_after_booking || self.is_unwanted;
        !is_any && self.offers.is_empty() && self.families.is_empty()
    }

    /// Returns `true` if the offer or its family has reached its cap.
    fn is_capped(&self, config: &Config, offer: &Offer) -> bool {
        self.offers.contains(&offer.hash)
            || (!self.families.is_empty()
                && self.families.contains(&config.family(offer.family).hash))
    }
}
