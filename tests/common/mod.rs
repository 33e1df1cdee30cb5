//! The test kit: a small config, and constructors of events, batches and packed fields.
#![allow(dead_code)]

pub mod timed;

use std::sync::OnceLock;

use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::event::fields::{RECORD, UNIT};
use escale::internals::event::offer::{OfferAction, OfferEvent};
use escale::internals::event::{Activity, BookingEvent, Details, EventKind, Payload, Travel};
use escale::{Config, Event, Profile, compile};

/// 2026-11-21T12:00:00Z in milliseconds since the Unix epoch. `NOW_S` is the same in seconds since
/// the epoch of stored times.
pub const NOW_MS: f64 = 1_795_262_400_000.0;
pub const NOW_S: u32 = 217_425_600;
pub const DAY_S: u32 = 86_400;

pub fn config(json: &str) -> Config {
    let compiled = compile(json).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Config::from_bytes(compiled.bytes).expect("compiled bytes open")
}

pub fn small_config() -> Config {
    // Compiled once: property tests ask for it thousands of times.
    static SMALL: OnceLock<Config> = OnceLock::new();
    SMALL
        .get_or_init(|| config(include_str!("small.json")))
        .clone()
}

pub fn view(topic: &str, at_s: u32) -> Event {
    Event::new(EventKind::PageView, at_s).about(topic, 16)
}

pub fn batch(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    events.iter().for_each(|e| e.encode(&mut bytes));
    bytes
}

/// Packs the fields of a call as the SDK does.
pub fn packed<V: AsRef<str>>(fields: &[(&str, V)]) -> String {
    fields
        .iter()
        .map(|(key, value)| format!("{key}{UNIT}{}{RECORD}", value.as_ref()))
        .collect()
}

/// Applies events to an empty profile.
pub fn profile_with(config: &Config, events: &[Event]) -> Profile {
    let mut profile = Profile::default();
    events.iter().for_each(|e| profile.apply(e, config));
    profile
}

/// An action on an offer of no placement, by the offer's name.
pub fn offer_event(action: OfferAction, offer: &str, at_s: u32) -> Event {
    let payload = OfferEvent {
        action,
        offer: Some(name_hash(Namespace::Offer, offer)),
        placement: None,
        decision: None,
    };
    Event::with(Payload::Offer(payload), at_s)
}

/// A booking, or its cancellation.
pub fn booking(kind: EventKind, id: u32, travel: Travel, value_cents: u32, at_s: u32) -> Event {
    let payload = BookingEvent {
        id: Some(id),
        is_cancelled: kind == EventKind::BookingCancel,
        details: Details {
            travel,
            value_cents,
            ..Details::default()
        },
    };
    Event::with(Payload::Booking(payload), at_s)
}

/// An activity about a trip.
pub fn trip_event(kind: EventKind, travel: Travel, at_s: u32) -> Event {
    let details = Details {
        travel,
        ..Details::default()
    };
    Event::with(Payload::Activity(Activity { kind, details }), at_s)
}
