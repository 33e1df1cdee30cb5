//! The profile: the knowledge of one browser, or of several together, about a visitor. In: events.
//! Out: counters, counts and bounded lists. Never: a name or a text; only hashes, times and
//! numbers.

mod apply;
mod attributed_decision;
mod attributed_wire;
mod bounded;
mod facts;
mod messages;
mod offers;
mod personas;
mod places;
mod timing;
mod topics;
mod trips;
mod wire;

use super::base::civil::MonthDay;
use super::base::event_kind::EventKind;
use super::base::hash::{Namespace, name_hash};
use super::base::index::Index;
use super::config::{Config, Zone};
pub use attributed_decision::{AttributedBooking, AttributedDecision, Click, Outcome};
pub use bounded::{Bounded, Entry, Merge};
pub use facts::Fact;
pub use messages::Message;
pub use offers::{FamilySeen, Feedback, MAX_EXPOSURES, OfferSeen, PlacementSeen};
pub use personas::{MAX_PERSONA_DAYS, NegativePersona};
pub use timing::{FiredScenario, LatestEvent, Preference, cause_id};
pub use topics::{FacetCounters, TopicCounter, TopicSteps};
pub(crate) use trips::SAME_TRIP_DAYS;
pub use trips::{Booking, Trip, TripStep};
pub use wire::VERSION;

/// The knowledge about a visitor.
///
/// ```
/// use escale::Profile;
/// let profile = Profile::default();
/// let bytes = profile.encode();
/// assert_eq!(Profile::decode(&bytes), Ok(profile));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The first event, in seconds since the epoch.
    pub first_s: u32,
    /// The last event, in seconds since the epoch.
    pub last_s: u32,
    /// The begin of the present visit, in seconds since the epoch.
    pub visit_s: u32,
    /// Numbers of events.
    pub counts: Counts,
    /// Counters of topics, by facet. The facets of the largest hashes are evicted first.
    pub facets: Bounded<FacetCounters>,
    /// Families seen. The one clicked longest ago is evicted first.
    pub families: Bounded<FamilySeen>,
    /// Offers seen. The one seen longest ago is evicted first, those with feedback last.
    pub offers: Bounded<OfferSeen>,
    /// Trips in mind. The one mentioned longest ago is evicted first.
    pub trips: Bounded<Trip>,
    /// Bookings. The oldest is evicted first.
    pub bookings: Bounded<Booking>,
    /// Declared facts. The oldest is evicted first.
    pub facts: Bounded<Fact>,
    /// Messages of all channels. The oldest is evicted first.
    pub messages: Bounded<Message>,
    /// Negative personas in force. The one that ends first is evicted first.
    pub personas: Bounded<NegativePersona>,
    /// Placements seen. The one least often seen is evicted first.
    pub placements: Bounded<PlacementSeen>,
    /// The frequency that the visitor wants.
    pub preference: Preference,
    /// Latest events that scenarios ask for. The oldest is evicted first.
    pub latest: Bounded<LatestEvent>,
    /// Fired scenarios. The oldest is evicted first.
    pub fired: Bounded<FiredScenario>,
    /// Decisions of the last thirty days and their outcomes. The oldest is evicted first.
    pub decisions: Bounded<AttributedDecision>,
}

/// Numbers of events, saturating.
#[cfg_attr(feature = "full", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Visits.
    pub visits: u32,
    /// Page views.
    pub page_views: u32,
    /// Searches.
    pub searches: u32,
    /// Started quotes.
    pub quote_starts: u32,
    /// Submitted quotes.
    pub quote_submits: u32,
    /// Reviews, shares and referrals.
    pub advocacy: u32,
}

/// Returns the profile of several replicas together.
///
/// They are merged in the order of their bytes, so that their own order has no effect.
///
/// ```
/// use escale::Profile;
/// use escale::internals::profile::merged;
/// let (a, b) = (Profile::default(), Profile { last_s: 9, ..Profile::default() });
/// assert_eq!(merged(&[a.clone(), b.clone()]).encode(), merged(&[b, a]).encode());
/// ```
#[must_use]
pub fn merged(profiles: &[Profile]) -> Profile {
    let mut sorted: Vec<(Vec<u8>, &Profile)> = profiles.iter().map(|p| (p.encode(), p)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut whole = Profile::default();
    sorted.iter().for_each(|(_, profile)| whole.merge(profile));
    whole
}

impl Profile {
    /// Returns true if nothing has ever happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last_s == 0 && self.bookings.is_empty() && self.messages.is_empty()
    }

    /// Returns the time to read counters at: `now_s`, but never before the last event.
    #[must_use]
    pub fn read_time(&self, now_s: u32) -> u32 {
        now_s.max(self.last_s)
    }

    /// Merges another replica into this one.
    ///
    /// One browser alone writes a replica, so that no event is counted in two of them: masses and
    /// counts add up. Of other state the latest is kept.
    pub fn merge(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        if other.is_empty() {
            return;
        }
        let (now_s, is_later) = (self.last_s.max(other.last_s), other.last_s > self.last_s);
        // A replica that only holds messages has no first event yet.
        let firsts = [self.first_s, other.first_s].into_iter();
        self.first_s = firsts.filter(|at_s| *at_s > 0).min().unwrap_or(0);
        self.last_s = now_s;
        self.visit_s = self.visit_s.max(other.visit_s);
        self.counts.merge(&other.counts);
        for facet in &other.facets {
            match self.facets.find_mut(facet.hash) {
                Some(held) => held.merge(facet, now_s, is_later),
                None => self.facets.insert_new(facet.clone()),
            }
        }
        for facet in self.facets.iter_mut() {
            facet.check_latest_topic();
        }
        self.families.merge(&other.families);
        self.offers.merge(&other.offers);
        self.trips.merge(&other.trips);
        self.bookings.merge(&other.bookings);
        self.facts.merge(&other.facts);
        self.messages.merge(&other.messages);
        self.personas.merge(&other.personas);
        self.placements.merge(&other.placements);
        self.forget_evicted_placements();
        self.latest.merge(&other.latest);
        self.fired.merge(&other.fired);
        self.preference = self.preference.max(other.preference);
        self.decisions.merge(&other.decisions);
        self.decisions.expire(now_s / 60);
    }

    /// Moves times after `now_s` back to it: a clock was in the future.
    ///
    /// Masses that no history can have made are cut. The others keep what they read as.
    pub fn clamp_to_clock(&mut self, now_s: u32) {
        if self.last_s <= now_s {
            return;
        }
        self.facets.clamp_to(now_s);
        self.last_s = now_s;
        self.visit_s = self.visit_s.min(now_s);
        self.first_s = self.first_s.min(now_s);
        self.offers.clamp_to(now_s);
        self.families.clamp_to(now_s);
        self.trips.clamp_to(now_s);
        self.bookings.clamp_to(now_s);
        self.facts.clamp_to(now_s);
        self.messages.clamp_to(now_s);
        self.personas.clamp_to(now_s);
        self.latest.clamp_to(now_s);
        self.fired.clamp_to(now_s);
        self.preference.clamp_to(now_s);
        self.decisions.clamp_to(now_s);
    }

    /// Iterates over the topics that the visitor denied.
    pub fn denied(&self) -> impl Iterator<Item = u32> {
        self.facts.denied()
    }

    /// Returns the visitor's zone of school holidays: the declared one, else the config's default.
    #[must_use]
    pub fn zone(&self, config: &Config) -> Option<Index<Zone>> {
        let declared = self.facts.find(name_hash(Namespace::Fact, "zone"));
        let known = declared.and_then(|fact| config.find(fact.value));
        known.or(config.timing().default_zone)
    }

    /// Returns month and day of the visitor's birthday, if it was declared.
    #[must_use]
    pub fn birthday(&self) -> Option<MonthDay> {
        let value = self
            .facts
            .find(name_hash(Namespace::Fact, "birthday"))?
            .value;
        MonthDay::unpack(value)
    }

    /// Returns the time of the latest event of a kind, in seconds since the epoch. `None` if no
    /// scenario asks for it.
    ///
    /// Messages are their own record. An opened message that was clicked counts as clicked only.
    #[must_use]
    pub fn latest_s(&self, kind: EventKind) -> Option<u32> {
        let mut at_min = 0;
        for event in &self.latest {
            if event.kind == kind as u8 {
                at_min = event.at_min;
            }
        }
        for message in &self.messages {
            at_min = at_min.max(message.minute_of(kind));
        }
        (at_min > 0).then_some(at_min * 60)
    }

    /// Returns true if a scenario fired for a cause.
    #[must_use]
    pub fn has_fired(&self, cause: u32) -> bool {
        self.fired.find(cause).is_some()
    }
}

impl Counts {
    fn add(&mut self, kind: EventKind) {
        let count = match kind {
            EventKind::PageView => &mut self.page_views,
            EventKind::Search => &mut self.searches,
            EventKind::QuoteStart => &mut self.quote_starts,
            EventKind::QuoteSubmit => &mut self.quote_submits,
            EventKind::Review | EventKind::Share | EventKind::Referral => &mut self.advocacy,
            _ => return,
        };
        *count = count.saturating_add(1);
    }

    fn merge(&mut self, other: &Self) {
        self.visits = self.visits.saturating_add(other.visits);
        self.page_views = self.page_views.saturating_add(other.page_views);
        self.searches = self.searches.saturating_add(other.searches);
        self.quote_starts = self.quote_starts.saturating_add(other.quote_starts);
        self.quote_submits = self.quote_submits.saturating_add(other.quote_submits);
        self.advocacy = self.advocacy.saturating_add(other.advocacy);
    }
}
