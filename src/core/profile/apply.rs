//! Applying one event. In: an event, and the config with the facets of topics and the weights of
//! events. Out: a changed profile. Never: a list above its limit, whatever the event.

use super::Profile;
use super::attributed_decision::{AttributedDecision, Click};
use super::facts::Fact;
use super::messages::{Message, topics_of_family};
use super::offers::{FamilySeen, Feedback, OfferSeen, PlacementSeen};
use super::personas::NegativePersona;
use super::places::larger_places;
use super::timing::{FiredScenario, LatestEvent, Preference, cause_id};
use super::topics::FacetCounters;
use super::trips::{Booking, Trip, TripStep};
use crate::core::base::enums::{Frequency, MessageStep};
use crate::core::base::event_kind::EventKind;
use crate::core::base::hash::mix;
use crate::core::config::{Config, Facet, Family, Offer, Placement, Scope, Topic, season};
use crate::core::event::declaration::Declaration;
use crate::core::event::message::MessageRef;
use crate::core::event::offer::{OfferAction, OfferEvent};
use crate::core::event::{BookingEvent, Event, Payload, ScenarioFired, TopicWeight, Travel};

/// The bits of a fact's or a family's hash.
const HASH_MASK: u32 = 0xff_ffff;

impl Profile {
    /// Applies one event. A reaction to a message teaches its topics once for each step.
    pub fn apply(&mut self, event: &Event, config: &Config) {
        let at_s = event.at_s;
        if let Payload::Message(message) = &event.payload {
            if self.add_message(message, at_s) {
                self.add_message_topics(event, message, config);
            }
            return;
        }
        if event.is_by_third_party() {
            self.last_s = self.last_s.max(at_s);
        } else {
            self.enter_visit(at_s, config.policy().visit_gap_s);
        }
        let kind = event.kind();
        self.counts.add(kind);
        self.add_topics(event, &event.topics, config);
        match &event.payload {
            Payload::Activity(activity) => {
                if let Some(step) = TripStep::of_kind(kind) {
                    self.add_trip(&activity.details.travel, step, at_s, config);
                }
                if kind == EventKind::QuoteSubmit {
                    self.decisions.attribute_quote(at_s / 60);
                }
            }
            Payload::Booking(booking) => self.add_booking(booking, at_s, config),
            Payload::Offer(offer) => self.add_offer_event(offer, at_s, config),
            Payload::Declaration(declaration) => self.add_declaration(declaration, at_s),
            Payload::Subscription(subscription) => self.prefer(subscription.frequency, at_s),
            Payload::ScenarioFired(fired) => self.add_fired(fired, at_s),
            Payload::Message(_) => {}
        }
        if config.is_remembered(kind) {
            self.latest.insert(LatestEvent {
                kind: kind as u8,
                at_min: at_s / 60,
            });
        }
        self.decisions.expire(self.last_s / 60);
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

    fn add_topics(&mut self, event: &Event, topics: &[TopicWeight], config: &Config) {
        let learning = season::taste_weight(config, self.zone(config), event.at_s);
        let weight = config.event_weight(event.kind());
        // The larger places first: the latest topic is one that the event itself names.
        let larger = larger_places(topics, config);
        for t in larger.iter().chain(topics) {
            let Some(index) = config.find::<Topic>(t.topic) else {
                continue;
            };
            if self.denied().any(|denied| denied == t.topic) {
                continue;
            }
            let of = config.topic(index).facet;
            let facet = config.facet(of);
            let weight = weight * f64::from(t.sixteenths) / 16.0;
            if weight > 0.0
                && let Some(counters) = self.counters_of(&facet)
            {
                let before = counters.latest_topic;
                counters.add(t.topic, weight * learning, weight, event.at_s);
                if config.tables(of).is_some() {
                    counters.add_step(before, event.at_s);
                }
            }
        }
    }

    /// Returns the counters of a facet, in the half-lives of the config. `None` if the list is full
    /// without it.
    fn counters_of(&mut self, facet: &Facet) -> Option<&mut FacetCounters> {
        if self.facets.find(facet.hash).is_none() && self.facets.is_full() {
            return None;
        }
        let now_s = self.last_s;
        let new = || FacetCounters::new(facet);
        let counters = self.facets.find_or_insert(facet.hash, new)?;
        counters.rescale(facet.taste_half_life_s, facet.intent_half_life_s, now_s);
        Some(counters)
    }

    fn add_offer_event(&mut self, event: &OfferEvent, at_s: u32, config: &Config) {
        if let Some(offer) = event.offer.and_then(|hash| self.offer_mut(hash, config)) {
            let family = offer.family;
            match event.action {
                OfferAction::Impression => self.add_exposure(event, at_s, config),
                OfferAction::Click => {
                    if let Some(seen) = self.family_mut(family) {
                        seen.clicked_min = seen.clicked_min.max(at_s / 60);
                        seen.clicks = seen.clicks.saturating_add(1);
                    }
                }
                OfferAction::Less => offer.feedback = Feedback::Less,
                OfferAction::Booked => offer.feedback = Feedback::Booked,
                OfferAction::Never => offer.feedback = Feedback::Never,
            }
        }
        self.add_decision(event, at_s / 60);
    }

    fn add_exposure(&mut self, event: &OfferEvent, at_s: u32, config: &Config) {
        let placement = self.see_placement(event.placement, config);
        let Some(offer) = event.offer.and_then(|hash| self.offers.find_mut(hash)) else {
            return;
        };
        offer.exposures = offer.exposures.saturating_add(1);
        offer.insert_exposure(at_s / 60, placement);
        let family = offer.family;
        // Totals are kept only if a cap may ask for them.
        let counted = u32::from(config.has_caps());
        if let Some(family) = self.family_mut(family) {
            family.exposures = family.exposures.saturating_add(counted);
        }
    }

    /// Counts an exposure for its placement. Returns the placement's hash, 0 if no cap asks for it.
    fn see_placement(&mut self, placement: Option<u32>, config: &Config) -> u32 {
        let Some(hash) = placement else { return 0 };
        let index = config.find::<Placement>(hash);
        if index.is_none_or(|index| {
            config
                .caps(Scope::Placement, index.number())
                .next()
                .is_none()
        }) {
            return 0;
        }
        self.placements.insert(PlacementSeen { hash, exposures: 1 });
        if self.placements.is_full() {
            self.forget_evicted_placements();
        }
        self.placements.find(hash).map_or(0, |_| hash)
    }

    /// Removes evicted placements from the exposures.
    pub(super) fn forget_evicted_placements(&mut self) {
        for offer in self.offers.iter_mut() {
            for placement in &mut offer.exposed_in {
                if self.placements.find(*placement).is_none() {
                    *placement = 0;
                }
            }
        }
    }

    /// Returns the entry of an offer, with its family of today. `None` if the config does not have
    /// the offer.
    fn offer_mut(&mut self, hash: u32, config: &Config) -> Option<&mut OfferSeen> {
        let index = config.find::<Offer>(hash)?;
        let family = config.family(config.offer(index).family).hash;
        let new = || OfferSeen::new(hash, family);
        let offer = self.offers.find_or_insert(hash, new)?;
        offer.family = family;
        Some(offer)
    }

    fn family_mut(&mut self, hash: u32) -> Option<&mut FamilySeen> {
        self.families.find_or_insert(hash, || FamilySeen::new(hash))
    }

    fn add_decision(&mut self, event: &OfferEvent, at_min: u32) {
        let (Some(decision), true) = (event.decision, event.action.has_decision()) else {
            return;
        };
        let is_click = event.action == OfferAction::Click;
        self.decisions.insert(AttributedDecision {
            decision,
            placement: event.placement.unwrap_or(0),
            offer: event.offer.unwrap_or(0),
            at_min,
            is_viewed: !is_click,
            click: is_click.then_some(Click::new(at_min)),
        });
    }

    /// Adds a search or a quote to the trip with the same destination and a near departure. Opens a
    /// new trip if there is none.
    ///
    /// A quote without any detail is for the trip mentioned last in this visit.
    fn add_trip(&mut self, travel: &Travel, step: TripStep, at_s: u32, config: &Config) {
        if !travel.is_known() && step == TripStep::Searched {
            return;
        }
        let last_min = at_s / 60;
        if let Some(at) = self.trip_of(travel, at_s, config)
            && let Some(trip) = self.trips.at_mut(at)
        {
            trip.step = trip.step.max(step);
            trip.last_min = trip.last_min.max(last_min);
            trip.travel = travel.completed_by(&trip.travel);
            return;
        }
        let opened = mix(u64::from(at_s), u64::from(travel.destination));
        self.trips.make_room();
        self.trips.insert_new(Trip {
            id: (opened as u32 >> 8).max(1),
            travel: *travel,
            step,
            last_min,
        });
    }

    fn trip_of(&self, travel: &Travel, at_s: u32, config: &Config) -> Option<usize> {
        if travel.is_known() {
            let age_s = config.timing().trip_age_s;
            return self
                .trips
                .iter()
                .position(|t| t.matches(travel, at_s, age_s));
        }
        let visit_min = self.visit_s / 60;
        let of_visit = (0..self.trips.len()).filter(|at| self.trips[*at].last_min >= visit_min);
        of_visit.max_by_key(|at| (self.trips[*at].last_min, self.trips[*at].id))
    }

    /// Adds a booking or replaces an earlier state of it.
    fn add_booking(&mut self, event: &BookingEvent, at_s: u32, config: &Config) {
        let unnamed = || mix(u64::from(at_s), 1) as u32 | 1;
        let travel = event.details.travel;
        let booking = Booking {
            id: event.id.unwrap_or_else(unnamed),
            at_min: at_s / 60,
            cancelled: event.is_cancelled,
            travel,
            value_cents: event.details.value_cents,
        };
        if let Some(held) = self.bookings.find_or_insert(booking.id, || booking) {
            *held = booking.latest_of(*held);
            let latest = *held;
            self.decisions.attribute_booking(&latest);
        }
        if !booking.cancelled {
            let age_s = config.timing().trip_age_s;
            for trip in self.trips.iter_mut() {
                if trip.matches(&travel, at_s, age_s) {
                    trip.step = TripStep::Booked;
                }
            }
        }
    }

    /// Adds a declared fact. The counters of denied topics are forgotten.
    fn add_declaration(&mut self, declaration: &Declaration, at_s: u32) {
        if let Some(fact) = declaration.fact
            && fact.fact & HASH_MASK != 0
        {
            self.facts.declare(Fact {
                hash: fact.fact & HASH_MASK,
                value: fact.value,
                source: declaration.source,
                at_s,
            });
        }
        let Self { facts, facets, .. } = self;
        for topic in facts.denied() {
            for facet in facets.iter_mut() {
                facet.topics.retain(|t| t.hash != topic);
            }
        }
        self.prefer(declaration.frequency, at_s);
    }

    /// Adds a report of a message. Returns `true` if it is the first report of a reaction.
    pub fn add_message(&mut self, message: &MessageRef, at_s: u32) -> bool {
        let unnamed = || mix(u64::from(at_s), message.channel as u64) as u32 | 1;
        let id = message.id.unwrap_or_else(unnamed);
        let known = self.messages.find(id).map_or(MessageStep::Sent, |m| m.step);
        self.messages.insert(Message {
            id,
            channel: message.channel,
            family: message.family.unwrap_or(0) & HASH_MASK,
            step: message.step,
            sent_min: at_s / 60,
            at_min: at_s / 60,
        });
        message.step > known
    }

    /// Adds the topics of a reaction: those that it names, else those of the message's family.
    fn add_message_topics(&mut self, event: &Event, message: &MessageRef, config: &Config) {
        // Masses are written as they read at the last event. A reaction is no visit: the page that
        // follows it still begins one.
        let before_s = event.at_s.saturating_sub(config.policy().visit_gap_s + 1);
        self.last_s = self.last_s.max(before_s);
        if !event.topics.is_empty() {
            return self.add_topics(event, &event.topics, config);
        }
        let known = message.id.and_then(|id| self.messages.find(id));
        let family = message.family.or(known.map(|known| known.family));
        if let Some(family) = family.and_then(|hash| config.find::<Family>(hash)) {
            self.add_topics(event, &topics_of_family(config, family), config);
        }
    }

    fn prefer(&mut self, frequency: Frequency, at_s: u32) {
        if frequency != Frequency::Unsaid {
            self.preference = self.preference.max(Preference {
                at_min: at_s / 60,
                frequency,
            });
        }
    }

    fn add_fired(&mut self, fired: &ScenarioFired, at_s: u32) {
        if fired.scenario != 0 {
            self.fired.insert_new(FiredScenario {
                id: cause_id(fired.scenario, fired.cause, fired.ordinal),
                scenario: fired.scenario,
                at_min: at_s / 60,
            });
        }
    }

    /// Keeps a negative persona until the end of a day. Returns true if that changes the profile.
    pub fn keep_persona(&mut self, hash: u32, until_day: u16) -> bool {
        let held = self.personas.find(hash);
        if held.is_some_and(|persona| persona.until_day >= until_day) {
            return false;
        }
        self.personas.insert(NegativePersona { hash, until_day });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::base::enums::{Channel, MessageStep, Source};
    use crate::core::event::declaration::DeclaredFact;

    #[test]
    fn message_is_no_visit_and_lists_keep_their_limits() {
        let mut profile = Profile::default();
        for i in 1..200u32 {
            let message = MessageRef {
                step: MessageStep::Sent,
                id: Some(i),
                family: None,
                channel: Channel::Email,
            };
            profile.add_message(&message, i * 60);
            let fact = Some(DeclaredFact { fact: i, value: 0 });
            let declaration = Declaration {
                fact,
                source: Source::Shop,
                frequency: Frequency::Unsaid,
            };
            profile.add_declaration(&declaration, i * 60);
            profile.keep_persona(i, i as u16);
        }
        assert_eq!(
            (
                profile.messages.len(),
                profile.facts.len(),
                profile.personas.len()
            ),
            (32, 24, 8)
        );
        assert_eq!((profile.counts.visits, profile.last_s), (0, 0));
        assert!(profile.messages.iter().all(|m| m.sent_min > 160));
    }
}
