//! The attribute tree of one config, for the compiler of conditions. In: the names that the config
//! gives. Out: attributes, their values and the hashes of these.

use std::collections::BTreeMap;

use super::ATTRIBUTES;
use crate::core::base::enums::{Channel, Frequency, Moment, Stage, TripStep, ValueClass};
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::condition::schema::{Attribute, Kind, Schema};

/// Declaration of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The code in compiled configs.
    pub code: u16,
    /// The name; `{}` stands for the parameter.
    pub name: &'static str,
    /// The kind of value.
    pub kind: Kind,
    /// The parameter in the name.
    pub parameter: Parameter,
    /// The set of values.
    pub values: Values,
}

/// The part of a name that chooses one attribute out of many, such as the topic in
/// `affinity.trip.city`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// The name has no parameter.
    None,
    /// A topic, by index.
    Topic,
    /// A facet, by index.
    Facet,
    /// A persona, by index.
    Persona,
    /// A family of offers, by index.
    Family,
    /// A channel, by number.
    Channel,
    /// An experiment, by hash.
    Experiment,
    /// A declared fact that is a number, by hash.
    NumberFact,
    /// A declared fact that is a topic of the facet of that name, by hash.
    TopicFact,
}

/// The set of values that a name or the members of a list come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Not a name.
    None,
    /// Stages of the customer lifecycle.
    Stages,
    /// Classes of customer value.
    ValueClasses,
    /// Channels.
    Channels,
    /// Contact frequencies.
    Frequencies,
    /// Moments of a trip.
    Moments,
    /// Steps of a trip.
    TripSteps,
    /// Topics of the config.
    Topics,
    /// Topics of the facet `destination`.
    Destinations,
    /// Segments of the config.
    Segments,
    /// Personas of the config.
    Personas,
    /// Seasons of the config.
    Seasons,
    /// Topics of the facet that the fact is about.
    TopicsOfFact,
    /// Arms of the experiment.
    ArmsOfExperiment,
}

/// Names that a config gives to segments, personas, facts and experiments.
#[derive(Clone, Debug, Default)]
pub struct CustomerNames {
    /// Segments, by index.
    pub segments: Vec<String>,
    /// Personas, by index.
    pub personas: Vec<String>,
    /// Declared facts that are numbers.
    pub numbers: Vec<String>,
    /// Experiments, and the arms of each.
    pub experiments: BTreeMap<String, Vec<String>>,
}

/// The attribute tree of one config.
pub struct AttributeTree<'a> {
    /// Topics by name, with their indices.
    pub topics: &'a BTreeMap<String, u16>,
    /// Facets, by index.
    pub facets: &'a [String],
    /// Segments, personas, facts and experiments.
    pub customer: &'a CustomerNames,
    /// Seasons, by index.
    pub seasons: &'a [String],
    /// Families of offers, by index.
    pub families: &'a [String],
}

impl Declaration {
    /// Returns the declaration of an attribute.
    fn of(attribute: Attribute) -> Option<&'static Self> {
        ATTRIBUTES.iter().find(|known| known.code == attribute.id)
    }

    /// Returns the name up to the parameter, and the parameter in `name`. `None` if `name` is
    /// another attribute.
    fn parameter_in<'n>(&self, name: &'n str) -> Option<&'n str> {
        match self.name.split_once("{}") {
            Some((prefix, suffix)) => name.strip_prefix(prefix)?.strip_suffix(suffix),
            None => (name == self.name).then_some(""),
        }
    }
}

impl AttributeTree<'_> {
    fn argument(&self, parameter: Parameter, name: &str) -> Option<u32> {
        let index = |list: &[String]| list.iter().position(|n| n == name).map(|i| i as u32);
        let fact = || name_hash(Namespace::Fact, name);
        match parameter {
            Parameter::None => Some(0),
            Parameter::Topic => self.topics.get(name).map(|index| u32::from(*index)),
            Parameter::Facet => index(self.facets),
            Parameter::Persona => index(&self.customer.personas),
            Parameter::Family => index(self.families),
            Parameter::Channel => Channel::of_name(name).map(|channel| channel as u32),
            Parameter::Experiment => {
                let is_known = self.customer.experiments.contains_key(name);
                is_known.then(|| name_hash(Namespace::Experiment, name))
            }
            Parameter::NumberFact => index(&self.customer.numbers).map(|_| fact()),
            Parameter::TopicFact => index(self.facets).map(|_| fact()),
        }
    }

    fn arguments(&self, parameter: Parameter) -> Vec<String> {
        match parameter {
            Parameter::None => vec![String::new()],
            Parameter::Topic => self.topics.keys().cloned().collect(),
            Parameter::Facet | Parameter::TopicFact => self.facets.to_vec(),
            Parameter::Persona => self.customer.personas.clone(),
            Parameter::Family => self.families.to_vec(),
            Parameter::Channel => names(Channel::ALL, Channel::name),
            Parameter::Experiment => self.customer.experiments.keys().cloned().collect(),
            Parameter::NumberFact => self.customer.numbers.clone(),
        }
    }

    fn facet_of_fact(&self, hash: u32) -> Option<&String> {
        let mut facets = self.facets.iter();
        facets.find(|facet| name_hash(Namespace::Fact, facet) == hash)
    }

    fn experiment(&self, hash: u32) -> Option<(&String, &Vec<String>)> {
        let mut experiments = self.customer.experiments.iter();
        experiments.find(|(name, _)| name_hash(Namespace::Experiment, name) == hash)
    }

    /// Returns the number that stands for a value: of closed sets the value's number, else the hash
    /// of the name.
    fn value_hash(&self, values: Values, argument: u32, value: &str) -> Option<u32> {
        match values {
            Values::None => None,
            Values::Stages => Stage::of_name(value).map(|v| v as u32),
            Values::ValueClasses => ValueClass::of_name(value).map(|v| v as u32),
            Values::Channels => Channel::of_name(value).map(|v| v as u32),
            Values::Frequencies => Frequency::of_name(value).map(|v| v as u32),
            Values::Moments => Moment::of_name(value).map(|v| v as u32),
            Values::TripSteps => TripStep::of_name(value).map(|v| v as u32),
            Values::Topics | Values::Destinations => Some(name_hash(Namespace::Topic, value)),
            Values::Segments => Some(name_hash(Namespace::Segment, value)),
            Values::Personas => Some(name_hash(Namespace::Persona, value)),
            Values::Seasons => Some(name_hash(Namespace::Season, value)),
            Values::TopicsOfFact => {
                let facet = self.facet_of_fact(argument)?;
                Some(name_hash(Namespace::Topic, &format!("{facet}.{value}")))
            }
            Values::ArmsOfExperiment => {
                let (experiment, _) = self.experiment(argument)?;
                Some(name_hash(Namespace::Arm, &format!("{experiment}.{value}")))
            }
        }
    }

    fn value_names(&self, values: Values, argument: u32) -> Option<Vec<String>> {
        Some(match values {
            Values::None => return None,
            Values::Stages => names(Stage::ALL, Stage::name),
            Values::ValueClasses => names(ValueClass::ALL, ValueClass::name),
            Values::Channels => names(Channel::ALL, Channel::name),
            Values::Frequencies => names(Frequency::ALL, Frequency::name),
            Values::Moments => names(Moment::ALL, Moment::name),
            Values::TripSteps => names(TripStep::ALL, TripStep::name),
            Values::Topics => self.topics.keys().cloned().collect(),
            Values::Destinations => {
                let topics = self.topics.keys();
                topics
                    .filter(|t| t.starts_with("destination."))
                    .cloned()
                    .collect()
            }
            Values::Segments => self.customer.segments.clone(),
            Values::Personas => self.customer.personas.clone(),
            Values::Seasons => self.seasons.to_vec(),
            Values::TopicsOfFact => {
                let prefix = format!("{}.", self.facet_of_fact(argument)?);
                let topics = self.topics.keys();
                let own = topics.filter_map(|t| t.strip_prefix(&prefix));
                own.map(str::to_owned).collect()
            }
            Values::ArmsOfExperiment => self.experiment(argument)?.1.clone(),
        })
    }
}

impl Schema for AttributeTree<'_> {
    fn resolve(&self, name: &str) -> Option<Attribute> {
        ATTRIBUTES.iter().find_map(|known| {
            let argument = self.argument(known.parameter, known.parameter_in(name)?)?;
            Some(Attribute {
                id: known.code,
                argument,
                kind: known.kind,
            })
        })
    }

    fn names(&self) -> Vec<String> {
        let all = ATTRIBUTES.iter().flat_map(|known| {
            let arguments = self.arguments(known.parameter).into_iter();
            arguments.map(|argument| known.name.replace("{}", &argument))
        });
        all.collect()
    }

    fn hash(&self, attribute: Attribute, value: &str) -> u32 {
        Declaration::of(attribute)
            .and_then(|known| self.value_hash(known.values, attribute.argument, value))
            .unwrap_or_else(|| name_hash(Namespace::Topic, value))
    }

    fn values(&self, attribute: Attribute) -> Option<Vec<String>> {
        let values = Declaration::of(attribute)?.values;
        self.value_names(values, attribute.argument)
    }
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<String> {
    all.iter().map(|one| name(*one).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_codes_of_their_own() {
        let mut codes: Vec<u16> = ATTRIBUTES.iter().map(|known| known.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ATTRIBUTES.len());
    }

    #[test]
    fn names_and_lists_declare_their_values() {
        for known in ATTRIBUTES {
            let has_values = known.values != Values::None;
            let is_name = matches!(known.kind, Kind::Name | Kind::List);
            assert_eq!(has_values, is_name, "{}", known.name);
            let has_parameter = known.parameter != Parameter::None;
            assert_eq!(known.name.contains("{}"), has_parameter, "{}", known.name);
        }
    }
}
