//! The state of a customer, in names: scores, stage, segments, personas, channels, declared facts.
//! Comes in: a customer at a moment; goes out: the customer's part of `knowledge`. Only things that
//! the config can name are in it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::base::enums::Channel;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::time::Timestamp;
use crate::core::config::{Config, FactName, Persona, Topic, Zone};
use crate::core::profile::Fact;
use crate::core::profile::Profile;
use crate::core::traits::customer::Customer;

/// Facts that every config has: where the visitor's school holidays are, and the month and day of
/// birth.
const ZONE: &str = "zone";
const BIRTHDAY: &str = "birthday";

/// The state of a customer.
#[derive(Clone, Debug, Serialize)]
pub struct CustomerKnowledge {
    /// Stage of the customer life cycle.
    pub stage: &'static str,
    /// The rule that gave the stage.
    pub stage_because: &'static str,
    /// Absent where nothing was bought.
    pub rfm: Option<RfmKnowledge>,
    /// Class of the value of all bookings.
    pub value_class: &'static str,
    /// Names of the segments.
    pub segments: Vec<String>,
    /// Name of the persona.
    pub persona: Option<String>,
    /// The points of each persona.
    pub persona_scores: BTreeMap<String, f64>,
    /// The persona that sees no commercial offers, if one is in force.
    pub negative_persona: Option<String>,
    /// The channel that works best.
    pub channel: Option<&'static str>,
    /// Reactions by channel.
    pub channels: BTreeMap<&'static str, ChannelKnowledge>,
    /// `true` for an advocate of the site.
    pub advocate: bool,
    /// Declared facts.
    pub declared: Vec<FactKnowledge>,
    /// Topics that the visitor removed.
    pub denied: Vec<DeniedKnowledge>,
}

/// Scores of purchases, 1 to 5.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RfmKnowledge {
    /// Score of days since the latest booking, 1 to 5.
    pub recency: u8,
    /// Score of the number of bookings, 1 to 5.
    pub frequency: u8,
    /// Score of the value of all bookings, 1 to 5.
    pub monetary: u8,
    /// Their sum.
    pub score: u8,
}

/// A channel.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ChannelKnowledge {
    /// Messages sent.
    pub messages: f64,
    /// Reactions to them.
    pub reactions: f64,
    /// The smoothed rate, 0 to 1.
    pub rate: f64,
}

/// A declared fact.
#[derive(Clone, Debug, Serialize)]
pub struct FactKnowledge {
    /// Name of the fact.
    pub fact: String,
    /// A topic's name, a zone's, a day of the year (`MM-DD`) or a number. `None` if the visitor
    /// declined to answer.
    pub value: Option<FactValue>,
    /// Source of the declaration.
    pub source: &'static str,
    /// Time of the declaration, in milliseconds since the Unix epoch.
    pub at_ms: f64,
}

/// A topic that the visitor removed.
#[derive(Clone, Debug, Serialize)]
pub struct DeniedKnowledge {
    /// Name of the topic.
    pub topic: String,
    /// Source of the denial.
    pub source: &'static str,
    /// Time of the denial, in milliseconds since the Unix epoch.
    pub at_ms: f64,
}

/// The value of a declared fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Name of a topic or zone.
    Name(String),
    /// A number.
    Number(f64),
}

impl CustomerKnowledge {
    /// Describes a customer in the config's names.
    #[must_use]
    pub fn of(customer: &Customer, profile: &Profile, config: &Config) -> Self {
        let persona_name = |hash: u32| name_of_persona(config, hash);
        let rfm = customer.rfm.score().map(|score| RfmKnowledge {
            recency: customer.rfm.recency,
            frequency: customer.rfm.frequency,
            monetary: customer.rfm.monetary,
            score,
        });
        let segments = config.indices().map(|index| config.segment(index));
        let scores = config.names::<Persona>().zip(&customer.scores);
        Self {
            stage: customer.stage.stage.name(),
            stage_because: customer.stage.because.name(),
            rfm,
            value_class: customer.rfm.value_class.name(),
            segments: segments
                .filter(|s| customer.segments.contains(&s.hash))
                .map(|s| config.text(s.name).to_owned())
                .collect(),
            persona: customer.persona.and_then(persona_name),
            persona_scores: scores
                .map(|(name, score)| (name.to_owned(), *score))
                .collect(),
            negative_persona: customer.negative_persona.and_then(persona_name),
            channel: customer.channel.map(Channel::name),
            channels: channels(customer),
            advocate: customer.is_advocate,
            declared: profile
                .facts
                .iter()
                .filter_map(|fact| declared(fact, config))
                .collect(),
            denied: profile
                .facts
                .iter()
                .filter_map(|fact| denied(fact, config))
                .collect(),
        }
    }
}

fn name_of_persona(config: &Config, hash: u32) -> Option<String> {
    let index = config.find::<Persona>(hash)?;
    Some(config.name(index).to_owned())
}

fn channels(customer: &Customer) -> BTreeMap<&'static str, ChannelKnowledge> {
    let named = Channel::ALL
        .iter()
        .zip(&customer.channels)
        .map(|(channel, reading)| {
            let known = ChannelKnowledge {
                messages: reading.messages,
                reactions: reading.reactions,
                rate: reading.rate,
            };
            (channel.name(), known)
        });
    named.collect()
}

/// A removed topic that the config knows.
fn denied(fact: &Fact, config: &Config) -> Option<DeniedKnowledge> {
    let topic = config.find::<Topic>(fact.denied()?)?;
    Some(DeniedKnowledge {
        topic: config.name(topic).to_owned(),
        source: fact.source.name(),
        at_ms: Timestamp::new(fact.at_s).unix_ms(),
    })
}

/// A fact that the config knows.
fn declared(fact: &Fact, config: &Config) -> Option<FactKnowledge> {
    let known = config.find::<FactName>(fact.hash);
    let built_in = || {
        [ZONE, BIRTHDAY]
            .into_iter()
            .find(|name| name_hash(Namespace::Fact, name) == fact.hash)
    };
    let name = known.map(|index| config.name(index)).or_else(built_in)?;
    let value = match known {
        None if name == ZONE => {
            let zone = config.find::<Zone>(fact.value);
            zone.map(|z| FactValue::Name(config.name(z).to_owned()))
        }
        None => fact
            .answer()
            .map(|day| FactValue::Name(format!("{:02}-{:02}", day / 32, day % 32))),
        Some(index) if config.facet_of(index).is_some() => {
            let topic = fact.answer().and_then(|hash| config.find::<Topic>(hash));
            topic.map(|t| FactValue::Name(config.name(t).to_owned()))
        }
        Some(_) => fact.number().map(FactValue::Number),
    };
    Some(FactKnowledge {
        fact: name.to_owned(),
        value,
        source: fact.source.name(),
        at_ms: Timestamp::new(fact.at_s).unix_ms(),
    })
}
