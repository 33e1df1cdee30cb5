//! Laws that hold for any history: of counters, of replicas, of bytes.

mod common;

use common::{DAY_S, NOW_S, batch, small_config, view};
use escale::internals::base::decayed_mass::Mass;
use escale::internals::base::enums::{Channel, Frequency, MessageStep, Source};
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::event::decision_record::{DecisionRecord, Levels, Propensity};
use escale::internals::event::declaration::DeclaredFact;
use escale::internals::event::{Details, EventKind, Payload, Travel};
use escale::internals::profile::merged;
use escale::internals::traits::affinity::Affinity;
use escale::{Engine, Event, PageFacts, Profile, WireError};
use proptest::prelude::*;

const TOPICS: [&str; 6] = [
    "trip.city",
    "trip.exotic",
    "trip.beach",
    "stay.short",
    "stay.week",
    "destination.bali",
];
const FACTS: [&str; 3] = ["trip", "stay", "unheard of"];
const OFFERS: [&str; 4] = ["lisbonne", "porto", "bali", "crete"];

/// The numbers from which the payload of any kind is made.
#[derive(Clone, Debug)]
struct Draws {
    offer: usize,
    travel: (u32, u16, u16, u8, u8),
    booking: u32,
    fact: usize,
    topic: usize,
    source: u8,
    placement: usize,
    scenario: u32,
    frequency: u8,
}

fn any_draws() -> impl Strategy<Value = Draws> {
    let travel = (0u32..3, 2500u16..2600, 0u16..20, 0u8..5, 0u8..4);
    let declared = (0..FACTS.len(), 0..TOPICS.len(), 0u8..6);
    let context = (0usize..3, 0u32..3, 0u8..6);
    (0..OFFERS.len(), travel, 0u32..6, declared, context).prop_map(
        |(offer, travel, booking, (fact, topic, source), (placement, scenario, frequency))| Draws {
            offer,
            travel,
            booking,
            fact,
            topic,
            source,
            placement,
            scenario,
            frequency,
        },
    )
}

fn any_event() -> impl Strategy<Value = Event> {
    let topics = prop::collection::vec((0..TOPICS.len(), 1u8..=64), 0..4);
    (
        0..EventKind::ALL.len(),
        0u32..90 * DAY_S,
        topics,
        any_draws(),
    )
        .prop_map(|(kind, ago_s, topics, draws)| {
            let payload = draws.payload(EventKind::ALL[kind]);
            let mut event = Event::with(payload, NOW_S - ago_s);
            for (topic, sixteenths) in topics {
                event = event.about(TOPICS[topic], sixteenths);
            }
            // A reaction teaches once, so that repeated reports of one do not add up.
            if let Payload::Message(message) = &mut event.payload
                && message.step > MessageStep::Sent
            {
                message.id = Some((event.at_s << 8) | u32::from(event.topics.len() as u8));
            }
            event
        })
}

impl Draws {
    fn payload(&self, kind: EventKind) -> Payload {
        let mut payload = Payload::new(kind);
        match &mut payload {
            Payload::Activity(activity) => activity.details = self.details(),
            Payload::Booking(booking) => {
                booking.id = (self.booking > 0).then_some(self.booking);
                booking.details = self.details();
            }
            Payload::Offer(event) => {
                event.offer = self.details().offer;
                if event.action.has_decision() {
                    event.placement = ["home-hero", "home-row"]
                        .get(self.placement)
                        .map(|name| name_hash(Namespace::Placement, name));
                    event.decision = self.decision();
                }
            }
            Payload::Declaration(declaration) => {
                declaration.fact = Some(DeclaredFact {
                    fact: name_hash(Namespace::Fact, FACTS[self.fact]),
                    value: name_hash(Namespace::Topic, TOPICS[self.topic]),
                });
                declaration.source = Source::of_number(self.source % 3).expect("3 sources");
                declaration.frequency = self.frequency();
            }
            Payload::Message(message) => {
                message.id = Some(self.topic as u32 + 1);
                message.family = (self.fact > 0).then_some(self.fact as u32);
                message.channel = Channel::of_number(self.source).expect("6 channels");
            }
            Payload::Subscription(subscription) => subscription.frequency = self.frequency(),
            Payload::ScenarioFired(fired) => {
                fired.scenario = self.scenario;
                fired.cause = self.booking;
                fired.ordinal = self.scenario as u16;
            }
        }
        payload
    }

    fn details(&self) -> Details {
        let (destination, start_day, nights, adults, children) = self.travel;
        Details {
            offer: Some(name_hash(Namespace::Offer, OFFERS[self.offer])),
            travel: Travel {
                destination,
                start_day,
                end_day: start_day + nights,
                adults,
                children,
            },
            value_cents: self.booking * 12_345,
        }
    }

    /// One of a few decisions, or none.
    fn decision(&self) -> Option<DecisionRecord> {
        let offer = name_hash(Namespace::Offer, OFFERS[self.offer]);
        let propensity = Propensity::of(f64::from(self.booking) / 8.0)?;
        Some(DecisionRecord {
            id: offer ^ self.booking,
            config: self.booking % 2,
            propensity,
            variant: self.booking as u8 % 3,
            arm: 0,
            levels: Levels::of([self.booking as u8; 8]),
        })
    }

    fn frequency(&self) -> Frequency {
        Frequency::of_number(self.frequency).expect("6 frequencies")
    }
}

fn history(most: usize) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(any_event(), 0..most)
}

fn profile_of(events: &[Event]) -> Profile {
    common::profile_with(&small_config(), events)
}

fn masses(profile: &Profile, at_s: u32) -> Vec<f64> {
    Affinity::read(profile, &small_config(), at_s)
        .topics
        .iter()
        .map(|t| t.mass)
        .collect()
}

fn nearly(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| (a - b).abs() <= 1e-4 * a.abs().max(*b).max(1e-6))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_events_does_not_matter_to_masses(events in history(40), seed in any::<u64>()) {
        let mut shuffled = events.clone();
        shuffled.sort_by_key(|e| escale::internals::base::hash::mix(seed, u64::from(e.at_s)));
        prop_assert!(nearly(&masses(&profile_of(&events), NOW_S), &masses(&profile_of(&shuffled), NOW_S)));
    }

    #[test]
    fn the_rhythm_of_writing_does_not_matter(events in history(40), cuts in prop::collection::vec(0usize..40, 0..5)) {
        let config = small_config();
        let mut stored = Profile::default();
        for (i, event) in events.iter().enumerate() {
            if cuts.contains(&i) {
                stored = Profile::decode(&stored.encode()).expect("own bytes");
            }
            stored.apply(event, &config);
        }
        prop_assert!(nearly(&masses(&stored, NOW_S), &masses(&profile_of(&events), NOW_S)));
    }

    #[test]
    fn mass_only_decays(events in history(40), later in 0u32..400 * DAY_S) {
        let profile = profile_of(&events);
        let (now, then) = (masses(&profile, NOW_S), masses(&profile, NOW_S + later));
        prop_assert!(now.iter().zip(&then).all(|(now, then)| then <= now));
    }

    #[test]
    fn replicas_add_up_to_what_one_would_have_known(events in history(60), owner in prop::collection::vec(0usize..3, 60)) {
        let mut parts = vec![Vec::new(); 3];
        for (event, owner) in events.iter().zip(&owner) {
            parts[*owner].push(event.clone());
        }
        let replicas: Vec<Profile> = parts.iter().map(|p| profile_of(p)).collect();
        let (whole, merged_replicas) = (profile_of(&events), merged(&replicas));
        prop_assert!(nearly(&masses(&whole, NOW_S), &masses(&merged_replicas, NOW_S)));
        prop_assert_eq!(whole.counts.page_views, merged_replicas.counts.page_views);
        prop_assert_eq!(whole.counts.quote_starts, merged_replicas.counts.quote_starts);
        for (a, b) in whole.offers.iter().zip(&merged_replicas.offers) {
            prop_assert_eq!((a.hash, a.exposures, &a.exposed_min), (b.hash, b.exposures, &b.exposed_min));
        }
        let ids = |p: &Profile| p.bookings.iter().filter(|b| b.id < 6).map(|b| (b.id, b.at_min)).collect::<Vec<_>>();
        prop_assert_eq!(ids(&whole), ids(&merged_replicas));
        prop_assert_eq!(&whole.facts, &merged_replicas.facts);
        prop_assert_eq!(&whole.messages, &merged_replicas.messages);
    }

    /// Tags: f44.
    #[test]
    fn combining_is_the_same_in_any_order(parts in prop::collection::vec(history(20), 1..5), turn in 0usize..5) {
        let replicas: Vec<Profile> = parts.iter().map(|p| profile_of(p)).collect();
        let mut turned = replicas.clone();
        turned.rotate_left(turn % replicas.len());
        prop_assert_eq!(merged(&replicas).encode(), merged(&turned).encode());
    }

    #[test]
    fn stored_bytes_give_the_same_profile(events in history(120)) {
        let bytes = profile_of(&events).encode();
        let read = Profile::decode(&bytes).expect("own bytes");
        prop_assert_eq!(read.encode(), bytes);
        prop_assert_eq!(read.offers, profile_of(&events).offers);
        prop_assert_eq!(read.bookings, profile_of(&events).bookings);
        prop_assert_eq!(read.decisions, profile_of(&events).decisions);
    }

    /// Tags: f41.
    #[test]
    fn any_bytes_are_a_profile_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Profile::decode(&bytes);
    }

    #[test]
    fn bytes_with_a_right_check_sum_are_read_or_rejected(mut bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        bytes[0] = 1;
        let sum = escale::internals::base::hash::crc32(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        if let Ok(profile) = Profile::decode(&bytes) {
            prop_assert!(Profile::decode(&profile.encode()).is_ok());
            let mut engine = Engine::new(small_config());
            prop_assert!(engine.load(&bytes).is_ok());
            engine.apply(&batch(&[view("trip.city", NOW_S)]));
            prop_assert!(Profile::decode(&engine.save()).is_ok());
        }
    }

    /// Tags: f06, f41.
    #[test]
    fn every_flipped_bit_and_every_cut_is_found(events in history(60), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let bytes = profile_of(&events).encode();
        let mut flipped = bytes.clone();
        let at = at.index(bytes.len());
        flipped[at] ^= 1 << bit;
        prop_assert!(Profile::decode(&flipped).is_err());
        prop_assert!(at == 0 || Profile::decode(&bytes[..at]).is_err());
    }
}

#[test]
fn bookings_reported_twice_count_once_and_can_be_cancelled() {
    let booking = |kind, at_s| common::booking(kind, 77, Travel::default(), 50_000, at_s);
    let from_here = profile_of(&[booking(EventKind::Booking, NOW_S)]);
    let from_shop = profile_of(&[booking(EventKind::Booking, NOW_S + 60)]);
    let both = merged(&[from_here.clone(), from_shop]);
    assert_eq!(both.bookings.len(), 1);
    let cancelled = profile_of(&[booking(EventKind::BookingCancel, NOW_S + 120)]);
    let after = merged(&[cancelled, both]);
    assert_eq!(
        (after.bookings.len(), after.bookings[0].cancelled),
        (1, true)
    );
}

/// Tags: f38.
#[test]
fn a_clock_that_was_in_the_future_is_survived() {
    let mut engine = Engine::new(small_config());
    engine
        .load(
            &profile_of(&[
                view("trip.city", NOW_S),
                view("trip.exotic", NOW_S + 3000 * DAY_S),
            ])
            .encode(),
        )
        .expect("own bytes");
    let event = engine.page(
        common::NOW_MS,
        &PageFacts {
            explicit: "trip.city",
            ..PageFacts::default()
        },
    );
    engine.apply(&event);
    let read = Affinity::read(engine.known(), &small_config(), NOW_S + 120);
    assert!(
        read.topics
            .iter()
            .all(|t| t.mass.is_finite() && t.mass < 4.0),
        "{:?}",
        read.topics
    );
    assert_eq!(engine.known().last_s, NOW_S);
    assert_eq!(Profile::decode(&engine.save()).as_ref(), Ok(engine.known()));
}

/// Tags: f37.
#[test]
fn a_clock_that_goes_back_reads_at_the_last_event() {
    let profile = profile_of(&[view("trip.city", NOW_S)]);
    assert_eq!(masses(&profile, 0), masses(&profile, NOW_S));
}

#[test]
fn changed_half_lives_keep_what_is_read_now() {
    let before = profile_of(&[view("trip.city", NOW_S - DAY_S), view("trip.city", NOW_S)]);
    let json = include_str!("common/small.json").replace(
        "\"taste_half_life_days\": 60",
        "\"taste_half_life_days\": 10",
    );
    let other = common::config(&json);
    let mut after = before.clone();
    after.apply(&view("trip.exotic", NOW_S), &other);
    let city = |p: &Profile, c| {
        Affinity::read(p, c, NOW_S)
            .topics
            .iter()
            .map(|t| t.mass)
            .fold(0.0, f64::max)
    };
    assert!((city(&before, &small_config()) - city(&after, &other)).abs() < 1e-4);
}

/// Tags: f05.
#[test]
fn lists_keep_their_bounds() {
    let config = small_config();
    let mut profile = Profile::default();
    for i in 0..5_000u32 {
        let travel = Travel {
            destination: i,
            start_day: i as u16,
            ..Travel::default()
        };
        let booking = common::booking(EventKind::Booking, i + 1, travel, 0, NOW_S + i);
        profile.apply(&booking, &config);
        let search = common::trip_event(EventKind::Search, travel, NOW_S + i);
        profile.apply(&search, &config);
    }
    assert!(profile.bookings.len() <= 24 && profile.trips.len() <= 6);
    assert!(profile.encode().len() < 1024);
}

/// Tags: f07.
#[test]
fn a_later_release_differs_from_damage() {
    let mut bytes = profile_of(&[view("trip.city", NOW_S)]).encode();
    bytes[0] = 200;
    assert_eq!(Profile::decode(&bytes), Err(WireError::Newer(200)));
    assert_eq!(Profile::decode(&[1, 2]), Err(WireError::Truncated));
    assert_eq!(Profile::decode(&[]), Ok(Profile::default()));
}

#[test]
fn masses_of_a_hundred_thousand_small_events_add_up() {
    let mut mass = Mass::ZERO;
    for i in 0..100_000 {
        mass = mass.plus(Mass::of(0.0625, NOW_S + i / 1000, 60 * DAY_S));
    }
    assert!((mass.at(NOW_S + 100, 60 * DAY_S) / 6250.0 - 1.0).abs() < 0.01);
}
