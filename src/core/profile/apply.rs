//! One event into the profile. Comes in: an event and the config that says which facet a topic belongs to and
//! what an event weighs. Whatever comes in, the profile stays within its bounds.

use super::gazetteer::larger_places;
use super::{
    Booking, Counts, FacetCounters, FamilySeen, Feedback, MAX_BOOKINGS, MAX_FACETS, MAX_FAMILIES,
    MAX_OFFERS, MAX_TOPICS, MAX_TRIPS, OfferSeen, Profile, TopicCounter, Trip, TripStep,
};
use crate::core::base::decayed_mass::Mass;
use crate::core::base::hash::{Namespace, mix};
use crate::core::base::time::DAY_S;
use crate::core::config::season;
use crate::core::config::{Config, Facet};
use crate::core::event::{Event, EventKind};

/// More than one event a minute, for as long as a half-life remembers, no history makes.
const MOST_EVENTS_A_DAY: f64 = 1440.0;
/// Two mentions of a destination are one trip if their departures are at most so far apart.
pub(crate) const SAME_TRIP_DAYS: u16 = 7;

impl Profile {
    /// Takes one event in.
    pub fn apply(&mut self, event: &Event, config: &Config) {
        if event.is_of_message() {
            return self.take_message(event);
        }
        if event.is_told_by_others() {
            self.last_s = self.last_s.max(event.at_s);
        } else {
            self.enter_visit(event.at_s, config.policy().visit_gap_s);
        }
        self.counts.add(event.kind);
        self.add_topics(event, config);
        match event.kind {
            EventKind::OfferImpression => self.add_exposure(event, config),
            EventKind::OfferClick => self.add_click(event, config),
            EventKind::OfferLess => self.take_feedback(event, config, Feedback::Less),
            EventKind::OfferBooked => self.take_feedback(event, config, Feedback::Booked),
            EventKind::OfferNever => self.take_feedback(event, config, Feedback::Never),
            EventKind::Search => self.add_trip(event, config, TripStep::Searched),
            EventKind::QuoteStart | EventKind::QuoteStep => {
                self.add_trip(event, config, TripStep::QuoteStarted)
            }
            EventKind::QuoteSubmit => self.add_trip(event, config, TripStep::QuoteSubmitted),
            EventKind::Booking | EventKind::BookingCancel => self.add_booking(event, config),
            EventKind::Declare => {
                self.take_fact(event);
                self.forget_denied();
            }
            _ => {}
        }
        self.take_timing(event, config);
        self.settle(event);
    }

    fn enter_visit(&mut self, at_s: u32, gap_s: u32) {
        if self.first_s == 0 || at_s < self.first_s {
            self.first_s = at_s;
        }
        if self.counts.visits == 0 || at_s > self.last_s.saturating_add(gap_s) {
            self.counts.visits = self.counts.visits.saturating_add(1);
            self.visit_s = at_s;
        }
        self.last_s = self.last_s.max(at_s);
    }

    /// Moves back what a clock in the future has written to a latest time: masses that no history could have made are
    /// cut, the others keep what they read as.
    pub fn mend_clock(&mut self, now_s: u32) {
        if self.last_s <= now_s {
            return;
        }
        for facet in &mut self.facets {
            let (taste_h, intent_h) = (facet.taste_half_life_s, facet.intent_half_life_s);
            for topic in &mut facet.topics {
                topic.taste = plausible(topic.taste, now_s, taste_h);
                topic.intent = plausible(topic.intent, now_s, intent_h);
            }
        }
        self.last_s = now_s;
        self.visit_s = self.visit_s.min(now_s);
        self.first_s = self.first_s.min(now_s);
        for offer in &mut self.offers {
            offer
                .exposed_min
                .iter_mut()
                .for_each(|at| *at = (*at).min(now_s / 60));
        }
        self.families
            .iter_mut()
            .for_each(|f| f.clicked_min = f.clicked_min.min(now_s / 60));
        self.trips
            .iter_mut()
            .for_each(|t| t.last_min = t.last_min.min(now_s / 60));
        self.bookings
            .iter_mut()
            .for_each(|b| b.at_min = b.at_min.min(now_s / 60));
        self.mend_customer(now_s);
        self.mend_timing(now_s);
        self.mend_settled(now_s);
    }

    fn add_topics(&mut self, event: &Event, config: &Config) {
        let learning = season::taste_weight(config, self.zone(config), event.at_s);
        let weight = config.event_weight(event.kind);
        // The larger places first: the latest topic is what the event itself names.
        for t in larger_places(&event.topics, config)
            .iter()
            .chain(&event.topics)
        {
            let Some(index) = config.index_of(Namespace::Topic, t.topic) else {
                continue;
            };
            if self.denied().any(|denied| denied == t.topic) {
                continue;
            }
            let facet = config.facet(config.topic(index).facet);
            let weight = weight * f64::from(t.sixteenths) / 16.0;
            if weight > 0.0
                && let Some(counters) = self.facet_of(&facet)
            {
                counters.add(t.topic, weight * learning, weight, event.at_s);
            }
        }
    }

    /// The counters of a facet, begun if there are none; re-expressed where the config has changed its half-lives.
    fn facet_of(&mut self, facet: &Facet) -> Option<&mut FacetCounters> {
        let at = match self.facets.binary_search_by_key(&facet.hash, |f| f.hash) {
            Ok(at) => at,
            Err(_) if self.facets.len() >= MAX_FACETS => return None,
            Err(at) => {
                self.facets.insert(at, FacetCounters::begin(facet));
                at
            }
        };
        let now_s = self.last_s;
        let counters = self.facets.get_mut(at)?;
        counters.retell(facet.taste_half_life_s, facet.intent_half_life_s, now_s);
        Some(counters)
    }

    fn add_exposure(&mut self, event: &Event, config: &Config) {
        let minute = event.at_s / 60;
        let Some(family) = self.offer_of(event, config).map(|o| o.family) else {
            return;
        };
        // Totals are kept where a cap may ask for them.
        let counted = u32::from(config.has_caps());
        if let Some(family) = self.family_of(family) {
            family.exposures = family.exposures.saturating_add(counted);
        }
        let placement = self.see_placement(event, config);
        let Some(offer) = self.offer_of(event, config) else {
            return;
        };
        offer.exposures = offer.exposures.saturating_add(1);
        offer.insert_exposure(minute, placement);
    }

    fn add_click(&mut self, event: &Event, config: &Config) {
        let minute = event.at_s / 60;
        let Some(family) = self.offer_of(event, config).map(|o| o.family) else {
            return;
        };
        if let Some(seen) = self.family_of(family) {
            seen.clicked_min = seen.clicked_min.max(minute);
            seen.clicks = seen.clicks.saturating_add(1);
        }
    }

    fn take_feedback(&mut self, event: &Event, config: &Config, feedback: Feedback) {
        if let Some(offer) = self.offer_of(event, config) {
            offer.feedback = feedback;
        }
    }

    /// The record of the event's offer; the least recently seen one without feedback makes room.
    fn offer_of(&mut self, event: &Event, config: &Config) -> Option<&mut OfferSeen> {
        let index = config.index_of(Namespace::Offer, event.offer)?;
        let family = config.family(config.offer(index).family).hash;
        let at = match self.offers.binary_search_by_key(&event.offer, |o| o.hash) {
            Ok(at) => at,
            Err(_) => {
                forget_least(&mut self.offers, MAX_OFFERS - 1, |o| {
                    (o.feedback, o.last_min(), o.hash)
                });
                let at = self.offers.partition_point(|o| o.hash < event.offer);
                self.offers.insert(at, OfferSeen::new(event.offer, family));
                at
            }
        };
        let offer = self.offers.get_mut(at)?;
        offer.family = family;
        Some(offer)
    }

    fn family_of(&mut self, hash: u32) -> Option<&mut FamilySeen> {
        let at = match self.families.binary_search_by_key(&hash, |f| f.hash) {
            Ok(at) => at,
            Err(_) => {
                forget_least(&mut self.families, MAX_FAMILIES - 1, |f| {
                    (f.clicked_min, f.hash)
                });
                let at = self.families.partition_point(|f| f.hash < hash);
                self.families.insert(
                    at,
                    FamilySeen {
                        hash,
                        clicked_min: 0,
                        clicks: 0,
                        exposures: 0,
                    },
                );
                at
            }
        };
        self.families.get_mut(at)
    }

    /// A search or quote belongs to the trip with the same destination and a near departure, else opens one. A quote
    /// that says nothing of the travel is for the trip last spoken of in this visit.
    fn add_trip(&mut self, event: &Event, config: &Config, step: TripStep) {
        if !event.travel.is_said() && step == TripStep::Searched {
            return;
        }
        let minute = event.at_s / 60;
        let age_s = config.timing().trip_age_s;
        let known = if event.travel.is_said() {
            self.trips.iter().position(|t| t.is_of(event, age_s))
        } else {
            let visit_min = self.visit_s / 60;
            let of_visit = (0..self.trips.len()).filter(|i| self.trips[*i].last_min >= visit_min);
            of_visit.max_by_key(|i| (self.trips[*i].last_min, self.trips[*i].id))
        };
        if let Some(trip) = known.and_then(|at| self.trips.get_mut(at)) {
            trip.step = trip.step.max(step);
            trip.last_min = trip.last_min.max(minute);
            trip.travel = event.travel.completed_by(&trip.travel);
            return;
        }
        forget_least(&mut self.trips, MAX_TRIPS - 1, |t| (t.last_min, t.id));
        let opened = mix(u64::from(event.at_s), u64::from(event.travel.destination));
        let id = (opened as u32 >> 8).max(1);
        if let Err(at) = self.trips.binary_search_by_key(&id, |t| t.id) {
            self.trips.insert(
                at,
                Trip {
                    id,
                    travel: event.travel,
                    step,
                    last_min: minute,
                },
            );
        }
    }

    /// A booking told again replaces what was told before, if the word is not older.
    fn add_booking(&mut self, event: &Event, config: &Config) {
        let age_s = config.timing().trip_age_s;
        let id = if event.booking == 0 {
            mix(u64::from(event.at_s), 1) as u32 | 1
        } else {
            event.booking
        };
        let booking = Booking {
            id,
            at_min: event.at_s / 60,
            cancelled: event.kind == EventKind::BookingCancel,
            travel: event.travel,
            value_cents: event.value_cents,
        };
        self.put_booking(booking);
        if !booking.cancelled {
            self.trips
                .iter_mut()
                .filter(|t| t.is_of(event, age_s))
                .for_each(|t| t.step = TripStep::Booked);
        }
    }

    fn put_booking(&mut self, mut booking: Booking) {
        match self.bookings.binary_search_by_key(&booking.id, |b| b.id) {
            Ok(at) => {
                booking = booking.latest_of(self.bookings[at]);
                self.bookings[at] = booking;
            }
            Err(_) => {
                forget_least(&mut self.bookings, MAX_BOOKINGS - 1, |b| (b.at_min, b.id));
                let at = self.bookings.partition_point(|b| b.id < booking.id);
                self.bookings.insert(at, booking);
            }
        }
        self.settle_booking(&booking);
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
}

impl FacetCounters {
    fn begin(facet: &Facet) -> Self {
        Self {
            hash: facet.hash,
            taste_half_life_s: facet.taste_half_life_s,
            intent_half_life_s: facet.intent_half_life_s,
            latest_topic: 0,
            topics: Vec::new(),
        }
    }

    /// The same content in other half-lives, as it reads at a time.
    pub(crate) fn retell(&mut self, taste_s: u32, intent_s: u32, now_s: u32) {
        for topic in &mut self.topics {
            topic.taste = topic.taste.told_in(now_s, self.taste_half_life_s, taste_s);
            topic.intent = topic
                .intent
                .told_in(now_s, self.intent_half_life_s, intent_s);
        }
        (self.taste_half_life_s, self.intent_half_life_s) = (taste_s, intent_s);
    }

    fn add(&mut self, hash: u32, taste: f64, intent: f64, at_s: u32) {
        self.latest_topic = hash;
        let taste = Mass::of(taste, at_s, self.taste_half_life_s);
        let intent = Mass::of(intent, at_s, self.intent_half_life_s);
        match self.topics.binary_search_by_key(&hash, |t| t.hash) {
            Ok(at) => self.topics[at].add(taste, intent),
            Err(_) => {
                forget_least(&mut self.topics, MAX_TOPICS - 1, |t| (t.taste, t.hash));
                let at = self.topics.partition_point(|t| t.hash < hash);
                self.topics.insert(
                    at,
                    TopicCounter {
                        hash,
                        taste,
                        intent,
                    },
                );
            }
        }
    }
}

impl TopicCounter {
    pub(crate) fn add(&mut self, taste: Mass, intent: Mass) {
        self.taste = self.taste.plus(taste);
        self.intent = self.intent.plus(intent);
    }
}

impl OfferSeen {
    fn new(hash: u32, family: u32) -> Self {
        Self {
            hash,
            family,
            feedback: Feedback::None,
            exposures: 0,
            exposed_min: Vec::new(),
            exposed_in: Vec::new(),
        }
    }

    /// When it was last seen, 0 if never.
    #[must_use]
    pub fn last_min(&self) -> u32 {
        self.exposed_min.last().copied().unwrap_or(0)
    }
}

impl Booking {
    /// The later word of two about the same booking; of two at the same minute a cancellation holds.
    #[must_use]
    pub fn latest_of(self, other: Self) -> Self {
        let key = |b: &Self| {
            (
                b.at_min,
                b.cancelled,
                b.value_cents,
                b.travel.destination,
                b.travel.start_day,
                b.travel.end_day,
            )
        };
        if key(&self) >= key(&other) {
            self
        } else {
            other
        }
    }
}

impl Trip {
    fn is_of(&self, event: &Event, age_s: u32) -> bool {
        let (mine, said) = (&self.travel, &event.travel);
        let near = match (mine.start_day, said.start_day) {
            // Without dates, who speaks of a place after the departure, or after a long silence, has another trip in mind.
            (0, _) => event.at_s < (self.last_min * 60).saturating_add(age_s),
            (start, 0) => event.at_s < (u32::from(start) + 1) * DAY_S,
            (start, other) => start.abs_diff(other) <= SAME_TRIP_DAYS,
        };
        mine.destination == said.destination && near
    }
}

/// Forgets the least by this order until at most `keep` are left.
pub(crate) fn forget_least<T, K: Ord>(list: &mut Vec<T>, keep: usize, key: impl Fn(&T) -> K) {
    while list.len() > keep {
        let Some(at) = (0..list.len()).min_by_key(|i| key(&list[*i])) else {
            return;
        };
        list.remove(at);
    }
}

/// A stream of `r` events a day settles at `r · H / ln 2`: a mass above that is one event's.
fn plausible(mass: Mass, now_s: u32, half_life_s: u32) -> Mass {
    let most =
        MOST_EVENTS_A_DAY * f64::from(half_life_s) / f64::from(DAY_S) / core::f64::consts::LN_2;
    if mass.at(now_s, half_life_s) <= most {
        mass
    } else {
        Mass::of(1.0, now_s, half_life_s)
    }
}
