//! The names of pressure, journeys and seasons in the attribute tree, for the strict compiler of conditions.

use std::collections::BTreeMap;

use super::Id;
use crate::core::base::enums::Frequency;
use crate::core::base::enums::Moment;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::condition::schema::{Attribute, Kind};

/// How far a trip has come, in the order of `profile::TripStep`.
pub const STEPS: [&str; 4] = ["searched", "quote_started", "quote_submitted", "booked"];

/// Attributes without an argument: name, small integer, kind. The guide's table goes on with this list.
pub const OF_TIME: [(&str, Id, Kind); 13] = [
    // The leading trip: under way, else next to depart, else last spoken of, else last to return.
    ("trip.moment", Id::TripMoment, Kind::Name),
    ("trip.step", Id::TripStep, Kind::Name),
    ("trip.destination", Id::TripDestination, Kind::Name),
    // Its destination and all places that contain it.
    ("trip.places", Id::TripPlaces, Kind::List),
    ("trip.nights", Id::TripNights, Kind::Number),
    ("trip.days_since_last", Id::TripDaysSinceLast, Kind::Number),
    // Of all trips that are going on.
    ("journey.moments", Id::JourneyMoments, Kind::List),
    (
        "journey.days_since_return",
        Id::DaysSinceReturn,
        Kind::Number,
    ),
    ("quote.abandoned", Id::QuoteAbandoned, Kind::Flag),
    // Several may be in force at once.
    ("season", Id::Season, Kind::List),
    ("pressure.frequency", Id::PressureFrequency, Kind::Name),
    // Exposures and messages of the last 24 hours and seven days.
    ("pressure.day", Id::PressureDay, Kind::Number),
    ("pressure.week", Id::PressureWeek, Kind::Number),
];

pub(super) fn resolve(name: &str) -> Option<Attribute> {
    let (_, id, kind) = OF_TIME.iter().find(|(plain, ..)| *plain == name)?;
    Some(Attribute {
        id: *id as u16,
        argument: 0,
        kind: *kind,
    })
}

/// How the facts hold a value: closed sets by their small integers, the config's names by their hashes.
pub(super) fn hash(attribute: Attribute, value: &str) -> Option<u32> {
    match attribute.id {
        id if id == Id::TripMoment as u16 || id == Id::JourneyMoments as u16 => {
            Moment::of_name(value).map(|m| m as u32)
        }
        id if id == Id::TripStep as u16 => STEPS.iter().position(|s| *s == value).map(|i| i as u32),
        id if id == Id::PressureFrequency as u16 => Frequency::of_name(value).map(|f| f as u32),
        id if id == Id::Season as u16 => Some(name_hash(Namespace::Season, value)),
        _ => None,
    }
}

pub(super) fn values(
    attribute: Attribute,
    topics: &BTreeMap<String, u16>,
    seasons: &[String],
) -> Option<Vec<String>> {
    match attribute.id {
        id if id == Id::TripMoment as u16 || id == Id::JourneyMoments as u16 => {
            named(Moment::ALL, Moment::name)
        }
        id if id == Id::TripStep as u16 => named(&STEPS, |step| step),
        id if id == Id::PressureFrequency as u16 => named(Frequency::ALL, Frequency::name),
        id if id == Id::Season as u16 => Some(seasons.to_vec()),
        id if id == Id::TripDestination as u16 || id == Id::TripPlaces as u16 => Some(
            topics
                .keys()
                .filter(|t| t.starts_with("destination."))
                .cloned()
                .collect(),
        ),
        _ => None,
    }
}

fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Option<Vec<String>> {
    Some(all.iter().map(|one| name(*one).to_owned()).collect())
}
