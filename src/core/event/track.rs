//! A call of the site (`track("search", {…})`) as an event. Comes in: a name and packed fields; goes out: an event of
//! hashes and numbers, or what is wrong with it. Texts end here.

use super::classify::named_topics;
use super::context;
use super::declaration::{kind_told, said};
use super::{Event, EventKind, MAX_TOPICS, TopicWeight, Travel};
use crate::core::base::civil::Day;
use crate::core::base::error::TrackError;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::number::decimal;
use crate::core::config::{Config, NONE};

/// Between a field's key and its value.
pub const UNIT: char = '\u{1f}';
/// After each field.
pub const RECORD: char = '\u{1e}';

/// The value of a packed field.
#[must_use]
pub fn field<'a>(fields: &'a str, key: &str) -> Option<&'a str> {
    fields
        .split(RECORD)
        .filter_map(|f| f.split_once(UNIT))
        .find(|(k, _)| *k == key)
        .map(|(_, value)| value)
}

/// The event of a call. Errors: no event of that name; a field that cannot be read.
pub fn event_of_call(
    config: &Config,
    at_s: u32,
    name: &str,
    fields: &str,
) -> Result<Event, TrackError> {
    let kind = EventKind::of_name(name).ok_or(TrackError::UnknownEvent)?;
    let kind = kind_told(kind, |key| field(fields, key));
    let mut event = Event::bare(kind, at_s);
    event.travel = travel_of(config, fields)?;
    event.said = said(kind, config, |key| field(fields, key))?;
    if event.said.of == 0 {
        event.value_cents =
            number(fields, "value")?.map_or(0, |v| (v * 100.0 + 0.5).floor() as u32);
    }
    event.booking = match field(fields, "id") {
        Some(id) if matches!(kind, EventKind::Booking | EventKind::BookingCancel) => {
            name_hash(Namespace::Booking, id)
        }
        _ if kind == EventKind::ScenarioFired => context::cause(|key| field(fields, key))?,
        _ => 0,
    };
    event.mark = context::mark(kind, config, |key| field(fields, key))?;
    for list in ["topics", "interests"]
        .iter()
        .filter_map(|key| field(fields, key))
    {
        event.topics.extend(named_topics(config, list));
    }
    if let Some(topic) = known_place(config, fields).or_else(|| other_place(config, fields)) {
        event.topics.push(topic);
    }
    if let Some(offer) = field(fields, "offer") {
        let index = config
            .index_of_name(Namespace::Offer, offer)
            .ok_or(TrackError::BadField)?;
        take_offer(config, &mut event, index);
    }
    event.topics.truncate(MAX_TOPICS);
    Ok(event)
}

/// The offer's hash, and for a click its topics too: who clicks an offer likes what it is about.
fn take_offer(config: &Config, event: &mut Event, index: u16) {
    let offer = config.offer(index);
    event.offer = offer.hash;
    if event.kind == EventKind::OfferClick {
        let liked = config
            .topic_weights(offer.first_weight, offer.weights)
            .filter(|(_, weight)| *weight > 0.0);
        let topics = liked.map(|(t, weight)| TopicWeight {
            topic: config.topic(t).hash,
            sixteenths: (weight * 16.0) as u8,
        });
        event.topics.extend(topics);
    }
    let is_of_trip = matches!(
        event.kind,
        EventKind::Booking | EventKind::QuoteStart | EventKind::QuoteStep | EventKind::QuoteSubmit
    );
    if is_of_trip && event.travel.destination == 0 {
        let (place, _) = config.theme(index);
        event.travel.destination = if place == NONE {
            0
        } else {
            config.topic(place).hash
        };
    }
}

fn travel_of(config: &Config, fields: &str) -> Result<Travel, TrackError> {
    let day = |key| match field(fields, key) {
        None | Some("") => Ok(0),
        Some(date) => Day::parse(date).map(Day::get).ok_or(TrackError::BadField),
    };
    let count = |key| Ok(number(fields, key)?.map_or(0, |n| n.min(255.0) as u8));
    let place = known_place(config, fields).map(|t| t.topic);
    let other = || {
        field(fields, "destination")
            .filter(|d| !d.is_empty())
            .map(|d| name_hash(Namespace::Place, &plain(d)))
    };
    Ok(Travel {
        destination: place.or_else(other).unwrap_or(0),
        start_day: day("start_date")?,
        end_day: day("end_date")?,
        adults: count("adults")?,
        children: count("children")?,
    })
}

/// The destination as a topic, where the config knows it by this name or another spelling.
fn known_place(config: &Config, fields: &str) -> Option<TopicWeight> {
    let destination = plain(field(fields, "destination")?);
    let index = config.index_of_name(Namespace::Topic, &["destination.", &destination].concat())?;
    Some(TopicWeight {
        topic: config.topic(index).hash,
        sixteenths: 16,
    })
}

/// A destination that the config does not know is `other`, where it has such a topic.
fn other_place(config: &Config, fields: &str) -> Option<TopicWeight> {
    field(fields, "destination").filter(|d| !d.is_empty())?;
    let index = config.index_of_name(Namespace::Topic, "destination.other")?;
    Some(TopicWeight {
        topic: config.topic(index).hash,
        sixteenths: 16,
    })
}

fn plain(name: &str) -> String {
    name.trim_ascii().to_ascii_lowercase()
}

fn number(fields: &str, key: &str) -> Result<Option<f64>, TrackError> {
    match field(fields, key) {
        None | Some("") => Ok(None),
        Some(text) => decimal(text).map(Some).ok_or(TrackError::BadField),
    }
}
