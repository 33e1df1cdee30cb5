//! The test kit for journeys: a config with seasons and scenarios, and constructors of trips,
//! bookings and histories.

use escale::internals::base::civil::Day;
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::event::{EventKind, Travel};
use escale::{Config, Engine, Event, Profile};
use proptest::prelude::*;

use super::{DAY_S, NOW_S, batch, booking, config, profile_with, trip_event};

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

pub fn about_trip(kind: EventKind, at_s: u32, travel: Travel) -> Event {
    trip_event(kind, travel, at_s)
}

pub fn booked(id: u32, at_s: u32, travel: Travel) -> Event {
    booking(EventKind::Booking, id, travel, 50_000, at_s)
}

pub fn profile_of(events: &[Event], config: &Config) -> Profile {
    profile_with(config, events)
}

pub fn with_events(config: Config, events: &[Event]) -> Engine {
    let mut engine = Engine::new(config);
    engine.apply(&batch(events));
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
        match kinds[kind] {
            EventKind::Booking => booking(EventKind::Booking, id, travel, 0, NOW_S - ago_s),
            kind => trip_event(kind, travel, NOW_S - ago_s),
        }
    });
    prop::collection::vec(intent, 0..12)
}
