//! Declarations: facts about the visitor, denied topics, the wanted frequency. In: the fields of a
//! `declare` call. Out: hashes and numbers. Never: a text of the visitor.

use super::fields::{Fields, hundredths};
use crate::core::base::civil::Date;
use crate::core::base::enums::{Frequency, Source};
use crate::core::base::error::TrackError;
use crate::core::base::hash::{Namespace, denial_of, name_hash};
use crate::core::base::number::decimal;
use crate::core::config::{Config, FactName, Topic, Zone};

/// The facts that a field of their own name declares.
const FIELD_FACTS: [&str; 2] = ["zone", "birthday"];

/// The payload of a `declare` event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declaration {
    /// The declared fact. `None` if only topics or a frequency are declared.
    pub fact: Option<DeclaredFact>,
    /// The declaring party.
    pub source: Source,
    /// The frequency that the visitor wants.
    pub frequency: Frequency,
}

/// A fact and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredFact {
    /// The fact's hash ([`Namespace::Fact`]), or [`denial_of`] a topic.
    pub fact: u32,
    /// A topic's hash, a number's hundredths plus one, or 0 for a declined answer.
    pub value: u32,
}

impl Declaration {
    /// Parses the fields of a `declare` call.
    ///
    /// # Errors
    ///
    /// [`TrackError::BadField`] if a fact, topic, source, frequency or value is unknown.
    pub(super) fn parse(config: &Config, fields: &Fields) -> Result<Self, TrackError> {
        let source = match fields.text("source") {
            None => Source::Visitor,
            Some(name) => Source::of_name(name).ok_or(TrackError::BadField)?,
        };
        Ok(Self {
            fact: DeclaredFact::parse(config, fields)?,
            source,
            frequency: frequency(fields)?,
        })
    }
}

/// Parses the field `frequency`.
///
/// # Errors
///
/// [`TrackError::BadField`] if there is no such frequency.
pub(super) fn frequency(fields: &Fields) -> Result<Frequency, TrackError> {
    match fields.text("frequency") {
        None => Ok(Frequency::Unsaid),
        Some(name) => Frequency::of_name(name).ok_or(TrackError::BadField),
    }
}

impl DeclaredFact {
    fn parse(config: &Config, fields: &Fields) -> Result<Option<Self>, TrackError> {
        if let Some(topic) = fields.get("deny") {
            return Self::of_topic(config, topic, true).map(Some);
        }
        if let Some(topic) = fields.get("allow") {
            return Self::of_topic(config, topic, false).map(Some);
        }
        if let Some(fact) = fields.get("fact") {
            let value = fields.get("value").unwrap_or("").trim_ascii();
            return Self::of_fact(config, fact, value).map(Some);
        }
        for fact in FIELD_FACTS {
            if let Some(value) = fields.get(fact) {
                return Self::of_fact(config, fact, value).map(Some);
            }
        }
        Ok(None)
    }

    /// A denied or allowed topic.
    fn of_topic(config: &Config, topic: &str, is_denied: bool) -> Result<Self, TrackError> {
        let index = config
            .find_name::<Topic>(topic)
            .ok_or(TrackError::BadField)?;
        let hash = config.topic(index).hash;
        Ok(Self {
            fact: denial_of(hash),
            value: if is_denied { hash } else { 0 },
        })
    }

    fn of_fact(config: &Config, name: &str, text: &str) -> Result<Self, TrackError> {
        let fact = name_hash(Namespace::Fact, name);
        let value = match name {
            "zone" => zone(config, text),
            "birthday" => birthday(text),
            _ => match config.find::<FactName>(fact) {
                None => None,
                Some(_) if text.is_empty() => Some(0),
                Some(fact) if config.facet_of(fact).is_some() => topic(config, name, text),
                Some(_) => decimal(text).map(|number| hundredths(number).saturating_add(1)),
            },
        };
        Ok(Self {
            fact,
            value: value.ok_or(TrackError::BadField)?,
        })
    }
}

/// Returns a zone's hash. `None` if the config has no such zone.
fn zone(config: &Config, name: &str) -> Option<u32> {
    let hash = name_hash(Namespace::Zone, name);
    config.find::<Zone>(hash).map(|_| hash)
}

/// Returns a birthday as `32·month + day`: `MM-DD`, or a date whose year is dropped.
fn birthday(date: &str) -> Option<u32> {
    let month_day = date.get(date.len().saturating_sub(5)..).unwrap_or("");
    // A leap year has every birthday.
    let date = Date::parse(&["2020-", month_day].concat())?;
    Some(date.month_day().pack())
}

/// Returns the hash of a facet's topic, named `city` or in full `trip.city`.
fn topic(config: &Config, facet: &str, answer: &str) -> Option<u32> {
    let within = [facet, ".", answer].concat();
    let is_full = answer
        .strip_prefix(facet)
        .is_some_and(|rest| rest.starts_with('.'));
    let name = if is_full { answer } else { &within };
    config
        .find_name::<Topic>(name)
        .map(|index| config.topic(index).hash)
}
