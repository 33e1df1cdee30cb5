//! What tests of journeys share: a config in which time matters, and ways to make trips, bookings and histories.

use escale::core::base::civil::Day;
use escale::core::base::hash::{Namespace, name_hash};
use escale::core::config::Config;
use escale::core::engine::Engine;
use escale::core::event::{Event, EventKind, Travel};
use escale::core::profile::Profile;
use proptest::prelude::*;

use super::{DAY_S, NOW_S, batch, config};

pub const PLACES: [&str; 6] = ["", "europe", "portugal", "lisbonne", "crete", "bali"];

pub fn timed() -> Config {
    config(include_str!("timed.json"))
}

pub fn at(date: &str) -> u32 {
    u32::from(Day::parse(date).map(Day::get).expect("a date")) * DAY_S + 12 * 3600
}

pub fn topic(name: &str) -> u32 {
    name_hash(Namespace::Topic, name)
}

pub fn travel(place: &str, from: &str, until: &str) -> Travel {
    let day = |date: &str| Day::parse(date).map(Day::get).unwrap_or(0);
    let destination = if place.is_empty() {
        0
    } else {
        topic(&format!("destination.{place}"))
    };
    Travel {
        destination,
        start_day: day(from),
        end_day: day(until),
        adults: 2,
        children: 0,
    }
}

pub fn told(kind: EventKind, at_s: u32, travel: Travel) -> Event {
    Event {
        travel,
        ..Event::bare(kind, at_s)
    }
}

pub fn booked(id: u32, at_s: u32, travel: Travel) -> Event {
    Event {
        booking: id,
        value_cents: 50_000,
        ..told(EventKind::Booking, at_s, travel)
    }
}

pub fn profile_of(events: &[Event], config: &Config) -> Profile {
    let mut profile = Profile::default();
    events.iter().for_each(|e| profile.apply(e, config));
    profile
}

pub fn with_events(config: Config, events: &[Event]) -> Engine {
    let mut engine = Engine::new(config);
    let told = batch(events);
    engine.apply(&told);
    engine
}

/// Any searches, quotes and bookings of the last weeks.
pub fn any_intents() -> impl Strategy<Value = Vec<Event>> {
    let one = (
        0..4usize,
        0..PLACES.len(),
        0u16..60,
        0u16..15,
        0..40 * DAY_S,
        1u32..5,
    );
    let kinds = [
        EventKind::Search,
        EventKind::QuoteStart,
        EventKind::QuoteSubmit,
        EventKind::Booking,
    ];
    let intent = one.prop_map(move |(kind, place, start, nights, ago_s, id)| {
        let start_day = if start == 0 {
            0
        } else {
            (NOW_S / DAY_S) as u16 - 20 + start
        };
        let end_day = if nights == 0 { 0 } else { start_day + nights };
        let travel = Travel {
            start_day,
            end_day,
            ..travel(PLACES[place], "", "")
        };
        let booking = if kinds[kind] == EventKind::Booking {
            id
        } else {
            0
        };
        Event {
            booking,
            ..told(kinds[kind], NOW_S - ago_s, travel)
        }
    });
    prop::collection::vec(intent, 0..12)
}
