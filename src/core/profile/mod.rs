//! What one browser (or several together) knows of a visitor: counters, counts and bounded lists. Only hashes,
//! times and numbers; one writer at a time; every list says what it forgets first.

mod apply;
pub mod customer;
mod customer_wire;
pub mod denied;
mod gazetteer;
pub mod merge;
pub mod settled;
mod settled_wire;
pub mod timing;
mod timing_wire;

pub(crate) use apply::{SAME_TRIP_DAYS, forget_least};
mod wire;

pub use wire::VERSION;

use super::base::decayed_mass::Mass;
use super::event::Travel;
pub use crate::core::base::enums::{Feedback, TripStep};
use customer::{Fact, Message, PersonaKept};
use settled::Settled;
use timing::{Fired, Latest, PlacementSeen, Preference};

/// At most so many facets, the last of them by hash going first.
pub const MAX_FACETS: usize = 16;
/// At most so many topics in a facet; the smallest taste is forgotten first, ties by hash.
pub const MAX_TOPICS: usize = 32;
/// At most so many offers; the one not seen for longest is forgotten first.
pub const MAX_OFFERS: usize = 48;
/// At most so many families; see [`MAX_OFFERS`].
pub const MAX_FAMILIES: usize = 15;
/// At most so many trips; the one not spoken of for longest is forgotten first.
pub const MAX_TRIPS: usize = 6;
/// At most so many bookings; the oldest is forgotten first.
pub const MAX_BOOKINGS: usize = 24;
/// The newest exposures of an offer whose times are kept.
pub const MAX_EXPOSURES: usize = 8;

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// When the first and the last event happened, in seconds since the landmark.
    pub first_s: u32,
    pub last_s: u32,
    /// When the present visit began.
    pub visit_s: u32,
    pub counts: Counts,
    /// Sorted by hash.
    pub facets: Vec<FacetCounters>,
    /// Sorted by hash.
    pub families: Vec<FamilySeen>,
    /// Sorted by hash.
    pub offers: Vec<OfferSeen>,
    /// Sorted by id.
    pub trips: Vec<Trip>,
    /// Sorted by id.
    pub bookings: Vec<Booking>,
    /// What was declared, sorted by hash.
    pub facts: Vec<Fact>,
    /// What was sent by all channels, sorted by id.
    pub messages: Vec<Message>,
    /// Negative personas in force, sorted by hash.
    pub personas: Vec<PersonaKept>,
    /// Sorted by hash.
    pub placements: Vec<PlacementSeen>,
    /// How often the visitor wants to hear.
    pub preference: Preference,
    /// Sorted by kind.
    pub latest: Vec<Latest>,
    /// Sorted by cause.
    pub fired: Vec<Fired>,
    /// Decisions of the last month and what came of them, sorted by id.
    pub settled: Vec<Settled>,
}

/// How often things happened, saturating.
#[cfg_attr(feature = "full", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub visits: u32,
    pub page_views: u32,
    pub searches: u32,
    pub quote_starts: u32,
    pub quote_submits: u32,
    /// Reviews, shares and referrals: what advocates do.
    pub advocacy: u32,
}

/// The topics of one facet, with the half-lives their masses were written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounters {
    pub hash: u32,
    pub taste_half_life_s: u32,
    pub intent_half_life_s: u32,
    /// The hash of the topic of the latest event, 0 if it has been forgotten.
    pub latest_topic: u32,
    /// Sorted by hash.
    pub topics: Vec<TopicCounter>,
}

/// One topic's slow taste and fast intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicCounter {
    pub hash: u32,
    pub taste: Mass,
    pub intent: Mass,
}

/// One offer's exposures. Minutes since the landmark: a cap asks for no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferSeen {
    pub hash: u32,
    /// The hash of its family when it was last seen.
    pub family: u32,
    pub feedback: Feedback,
    /// Viewable exposures in all.
    pub exposures: u32,
    /// The newest of them, ascending, at most [`MAX_EXPOSURES`]: exactly `min(exposures, 8)`.
    pub exposed_min: Vec<u32>,
    /// The hash of the placement of each of them, 0 if it is not known.
    pub exposed_in: Vec<u32>,
}

/// One family's latest click, which ends "ignored".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilySeen {
    pub hash: u32,
    /// Minutes since the landmark; 0 = never.
    pub clicked_min: u32,
    pub clicks: u32,
    /// Viewable exposures of its offers in all, where the config has caps.
    pub exposures: u32,
}

/// A trip the visitor has in mind: opened by a search or a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Hash of what opened it, unique in the profile.
    pub id: u32,
    pub travel: Travel,
    pub step: TripStep,
    /// When it was last spoken of, in minutes since the landmark.
    pub last_min: u32,
}

/// A booking, by the hash of its teller's id; the latest word about an id wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    pub id: u32,
    /// When it was made (or cancelled), in minutes since the landmark.
    pub at_min: u32,
    pub cancelled: bool,
    pub travel: Travel,
    pub value_cents: u32,
}

impl Profile {
    /// Whether nothing has ever happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last_s == 0 && self.bookings.is_empty() && self.messages.is_empty()
    }

    /// A time that may be read at: never before the last event.
    #[must_use]
    pub fn reading_s(&self, now_s: u32) -> u32 {
        now_s.max(self.last_s)
    }

    /// A facet's counters.
    #[must_use]
    pub fn facet(&self, hash: u32) -> Option<&FacetCounters> {
        self.facets
            .binary_search_by_key(&hash, |f| f.hash)
            .ok()
            .map(|i| &self.facets[i])
    }

    /// An offer's exposures.
    #[must_use]
    pub fn offer(&self, hash: u32) -> Option<&OfferSeen> {
        self.offers
            .binary_search_by_key(&hash, |o| o.hash)
            .ok()
            .map(|i| &self.offers[i])
    }

    /// A family's clicks.
    #[must_use]
    pub fn family(&self, hash: u32) -> Option<&FamilySeen> {
        self.families
            .binary_search_by_key(&hash, |f| f.hash)
            .ok()
            .map(|i| &self.families[i])
    }
}
