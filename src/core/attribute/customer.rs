//! The names of customer knowledge in the attribute tree, for the strict compiler of conditions.

use std::collections::BTreeMap;

use super::Id;
use crate::core::base::enums::{Channel, Stage, ValueClass};
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::condition::schema::{Attribute, Kind};

/// What a config calls things that conditions may name.
#[derive(Clone, Debug, Default)]
pub struct CustomerNames {
    pub segments: Vec<String>,
    pub personas: Vec<String>,
    /// Declared facts that are numbers.
    pub numbers: Vec<String>,
    /// Experiments, and the arms of each.
    pub experiments: BTreeMap<String, Vec<String>>,
}

/// Attributes without an argument: name, small integer, kind. The guide's table goes on with this list.
pub const OF_CUSTOMER: [(&str, Id, Kind); 11] = [
    ("stage", Id::Stage, Kind::Name),
    ("segments", Id::Segments, Kind::List),
    ("persona", Id::Persona, Kind::Name),
    ("persona.negative", Id::PersonaNegative, Kind::Name),
    ("rfm.recency", Id::RfmRecency, Kind::Number),
    ("rfm.frequency", Id::RfmFrequency, Kind::Number),
    ("rfm.monetary", Id::RfmMonetary, Kind::Number),
    ("rfm.score", Id::RfmScore, Kind::Number),
    ("value_class", Id::ValueClass, Kind::Name),
    ("channel", Id::Channel, Kind::Name),
    ("advocate", Id::Advocate, Kind::Flag),
];

impl CustomerNames {
    pub(super) fn resolve(&self, name: &str, facets: &[String]) -> Option<Attribute> {
        if let Some((_, id, kind)) = OF_CUSTOMER.iter().find(|(plain, ..)| *plain == name) {
            return Some(Attribute {
                id: *id as u16,
                argument: 0,
                kind: *kind,
            });
        }
        let number = |id: Id, argument: u32| Attribute {
            id: id as u16,
            argument,
            kind: Kind::Number,
        };
        if let Some(persona) = name.strip_prefix("persona.score.") {
            return Some(number(Id::PersonaScore, place_of(&self.personas, persona)?));
        }
        if let Some(channel) = name.strip_prefix("channel.rate.") {
            return Some(number(Id::ChannelRate, Channel::of_name(channel)? as u32));
        }
        if let Some(experiment) = name.strip_prefix("arm.") {
            let argument = name_hash(Namespace::Experiment, experiment);
            let is_known = self.experiments.contains_key(experiment);
            return is_known.then_some(Attribute {
                id: Id::Arm as u16,
                argument,
                kind: Kind::Name,
            });
        }
        let fact = name.strip_prefix("declared.")?;
        let argument = name_hash(Namespace::Fact, fact);
        if self.numbers.iter().any(|n| n == fact) {
            return Some(number(Id::DeclaredNumber, argument));
        }
        place_of(facets, fact).map(|_| Attribute {
            id: Id::Declared as u16,
            argument,
            kind: Kind::Name,
        })
    }

    pub(super) fn attributes(&self, facets: &[String]) -> Vec<String> {
        let plain = OF_CUSTOMER.iter().map(|(name, ..)| (*name).to_owned());
        let scores = self.personas.iter().map(|p| format!("persona.score.{p}"));
        let rates = Channel::ALL
            .iter()
            .map(|c| format!("channel.rate.{}", c.name()));
        let facts = facets
            .iter()
            .chain(&self.numbers)
            .map(|f| format!("declared.{f}"));
        let arms = self.experiments.keys().map(|e| format!("arm.{e}"));
        plain
            .chain(scores)
            .chain(rates)
            .chain(facts)
            .chain(arms)
            .collect()
    }

    /// How the facts hold a value: closed sets by their small integers, the config's names by their hashes.
    pub(super) fn hash(&self, attribute: Attribute, value: &str, facets: &[String]) -> Option<u32> {
        match attribute.id {
            id if id == Id::Stage as u16 => Stage::of_name(value).map(|s| s as u32),
            id if id == Id::ValueClass as u16 => ValueClass::of_name(value).map(|v| v as u32),
            id if id == Id::Channel as u16 => Channel::of_name(value).map(|c| c as u32),
            id if id == Id::Segments as u16 => Some(name_hash(Namespace::Segment, value)),
            id if id == Id::Persona as u16 || id == Id::PersonaNegative as u16 => {
                Some(name_hash(Namespace::Persona, value))
            }
            id if id == Id::Arm as u16 => {
                let (experiment, _) = self.experiment(attribute.argument)?;
                Some(name_hash(Namespace::Arm, &format!("{experiment}.{value}")))
            }
            id if id == Id::Declared as u16 => {
                let facet = facet_of_fact(attribute.argument, facets)?;
                Some(name_hash(Namespace::Topic, &format!("{facet}.{value}")))
            }
            _ => None,
        }
    }

    /// The experiment of that hash.
    fn experiment(&self, hash: u32) -> Option<(&String, &Vec<String>)> {
        self.experiments
            .iter()
            .find(|(name, _)| name_hash(Namespace::Experiment, name) == hash)
    }

    pub(super) fn values(
        &self,
        attribute: Attribute,
        topics: &BTreeMap<String, u16>,
        facets: &[String],
    ) -> Option<Vec<String>> {
        match attribute.id {
            id if id == Id::Stage as u16 => {
                Some(Stage::ALL.iter().map(|s| s.name().to_owned()).collect())
            }
            id if id == Id::ValueClass as u16 => Some(
                ValueClass::ALL
                    .iter()
                    .map(|v| v.name().to_owned())
                    .collect(),
            ),
            id if id == Id::Channel as u16 => {
                Some(Channel::ALL.iter().map(|c| c.name().to_owned()).collect())
            }
            id if id == Id::Segments as u16 => Some(self.segments.clone()),
            id if id == Id::Persona as u16 || id == Id::PersonaNegative as u16 => {
                Some(self.personas.clone())
            }
            id if id == Id::Arm as u16 => Some(self.experiment(attribute.argument)?.1.clone()),
            id if id == Id::Declared as u16 => {
                let of_facet = format!("{}.", facet_of_fact(attribute.argument, facets)?);
                Some(
                    topics
                        .keys()
                        .filter_map(|t| t.strip_prefix(&of_facet))
                        .map(str::to_owned)
                        .collect(),
                )
            }
            _ => None,
        }
    }
}

fn place_of(list: &[String], name: &str) -> Option<u32> {
    list.iter().position(|n| n == name).map(|i| i as u32)
}

fn facet_of_fact(hash: u32, facets: &[String]) -> Option<&String> {
    facets
        .iter()
        .find(|facet| name_hash(Namespace::Fact, facet) == hash)
}
