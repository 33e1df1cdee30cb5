//! Detection of conditions that nobody can meet. Comes in: a condition that compiles; goes out: the
//! place of a test that nothing can pass, or none. Sound, not complete: it takes the condition for
//! possible where it cannot follow. Those places are `$not`, `$nor`, regexes, and two `$or` that
//! only contradict each other.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::domain::{Bounds, Domain};
use super::part;
use crate::core::attribute::{AttributeTree, NameAttribute, NumberAttribute};
use crate::core::condition::interpreter::value_matches_unknown;
use crate::core::condition::schema::{Attribute, Kind, Schema};
use crate::core::config::source::SiteConfig;

/// Values that lists and names never have in this config, by attribute.
pub type Never = BTreeMap<&'static str, Vec<String>>;

/// Why a condition holds for no one.
#[derive(Debug)]
pub struct Impossible {
    pub path: String,
    pub message: String,
    pub hint: String,
}

/// Inputs for judging conditions.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    pub site: &'a SiteConfig,
    pub tree: &'a AttributeTree<'a>,
    pub never: &'a Never,
    /// `true` if the condition belongs to an offer that sells. Such offers are always withheld from
    /// some visitors.
    pub is_commercial: bool,
}

type Domains = BTreeMap<String, Domain>;

impl Judge<'_> {
    /// The test that nothing can pass.
    pub fn impossible(&self, condition: &Value, path: &str) -> Option<Impossible> {
        self.all(condition.as_object()?, path, Domains::new())
    }

    /// All members of a condition, after what was asked around it.
    fn all(
        &self,
        members: &Map<String, Value>,
        path: &str,
        mut domains: Domains,
    ) -> Option<Impossible> {
        let mut choices = Vec::new();
        if let Some(found) = self.narrow(members, path, &mut domains, &mut choices) {
            return Some(found);
        }
        let mut impossible = choices.into_iter().filter(|(_, list)| {
            list.iter().all(|one| {
                one.as_object()
                    .is_some_and(|one| self.all(one, path, domains.clone()).is_some())
            })
        });
        impossible.next().map(|(path, _)| Impossible {
            path,
            message: "none of these alternatives can hold".into(),
            hint: "Loosen one of them, or what is asked beside them".into(),
        })
    }

    /// Takes what must hold together; alternatives are put aside for later.
    fn narrow<'v>(
        &self,
        members: &'v Map<String, Value>,
        path: &str,
        domains: &mut Domains,
        choices: &mut Vec<(String, &'v Vec<Value>)>,
    ) -> Option<Impossible> {
        for (key, operand) in members {
            let path = format!("{path}/{}", part(key));
            let found = match (key.as_str(), operand) {
                ("$and", Value::Array(list)) => list.iter().enumerate().find_map(|(i, one)| {
                    one.as_object()
                        .and_then(|one| self.narrow(one, &format!("{path}/{i}"), domains, choices))
                }),
                ("$or", Value::Array(list)) => {
                    choices.push((path, list));
                    None
                }
                (name, _) if name.starts_with('$') => None,
                (name, _) => self.attribute(name, operand, &path, domains),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn attribute(
        &self,
        name: &str,
        asked: &Value,
        path: &str,
        domains: &mut Domains,
    ) -> Option<Impossible> {
        let fresh = self.domain(name, self.tree.resolve(name)?);
        let domain = domains
            .entry(name.to_owned())
            .or_insert_with(|| fresh.clone());
        narrow(domain, asked);
        if !domain.is_empty() {
            return None;
        }
        let (message, hint) = match fresh.bounds() {
            _ if !has_empty_test(&fresh, asked) => (
                format!("no value of `{name}` passes all that is asked of it"),
                "Loosen one of the tests, or put them into `$or`".to_owned(),
            ),
            Some(Bounds { low, high }) if high.is_finite() => (
                format!("`{name}` is never so: it lies from {low} to {high}"),
                "Ask for a value in between".to_owned(),
            ),
            Some(Bounds { low, .. }) => (
                format!("`{name}` is never so"),
                format!("Ask for a number from {low} on"),
            ),
            None => (format!("`{name}` is never so here"), self.hint(name)),
        };
        Some(Impossible {
            path: path.to_owned(),
            message,
            hint,
        })
    }

    fn hint(&self, name: &str) -> String {
        match name {
            "page.topics" => {
                "Give the topic by a rule in `pages` or `json_ld`, or ask for another".into()
            }
            "segments" => "Mend that segment, or ask for another".into(),
            "persona" => "Ask for a persona that is not negative and whose rules can hold".into(),
            "persona.negative" | "pressure.frequency" if self.is_commercial => {
                "Use an editorial kind, or ask for something else: such visitors are sold nothing"
                    .into()
            }
            "persona.negative" => "Ask for a persona that is negative".into(),
            _ => "Loosen the test".into(),
        }
    }

    /// Returns all values that an attribute can have in this config.
    fn domain(&self, name: &str, attribute: Attribute) -> Domain {
        let number = NumberAttribute::of_code(attribute.id);
        let bounds = number.map_or(Bounds::COUNT, |n| self.bounds(n, attribute.argument));
        let mut domain = Domain::of(attribute.kind, bounds);
        domain.may_be_unknown &= !number.is_some_and(is_always_known);
        if attribute.kind == Kind::Name
            && let Some(names) = self.tree.values(attribute)
        {
            domain.keep_names(names);
        }
        domain.drop_names(self.never.get(name).into_iter().flatten().cloned());
        match NameAttribute::of_code(attribute.id) {
            Some(NameAttribute::Persona) => domain.keep_names(self.personas(false)),
            Some(NameAttribute::PersonaNegative) => {
                domain.keep_names(self.personas(true));
                domain.may_be_known &= !self.is_commercial;
            }
            Some(NameAttribute::PressureFrequency) if self.is_commercial => {
                domain.drop_names(["never".to_owned()]);
            }
            _ => {}
        }
        domain
    }

    fn personas(&self, negative: bool) -> impl Iterator<Item = String> {
        let all = self.site.personas.iter();
        all.filter(move |(_, persona)| persona.negative == negative)
            .map(|(name, _)| name.clone())
    }

    /// Returns the least and the greatest value of a number.
    fn bounds(&self, attribute: NumberAttribute, argument: u32) -> Bounds {
        use NumberAttribute as A;
        match attribute {
            A::PersonaScore => self.persona_points(argument),
            A::Affinity | A::Confidence | A::ChannelRate => Bounds::new(0.0, 1.0),
            A::RfmRecency | A::RfmFrequency | A::RfmMonetary => Bounds::new(1.0, 5.0),
            A::RfmScore => Bounds::new(3.0, 15.0),
            // A departure may lie in the past.
            A::DaysToDeparture => Bounds::ALL,
            A::Lift
            | A::Mass
            | A::Visits
            | A::PageViews
            | A::Searches
            | A::DaysSinceFirst
            | A::QuoteStarts
            | A::QuoteSubmits
            | A::Bookings
            | A::BookingsValue
            | A::DaysSinceBooking
            | A::TripAdults
            | A::TripChildren
            | A::Trips
            | A::TripNights
            | A::TripDaysSinceLast
            | A::DaysSinceReturn
            | A::DeclaredNumber
            | A::PressureDay
            | A::FamilyIgnored
            | A::PressureWeek => Bounds::COUNT,
        }
    }

    /// Returns the least and the greatest sum of a persona's points.
    fn persona_points(&self, index: u32) -> Bounds {
        let persona = self.site.personas.values().nth(index as usize);
        let rules = persona.map_or(&[][..], |p| &p.rules);
        let sum = |best: fn(f64, f64) -> f64| rules.iter().map(|r| best(r.points, 0.0)).sum();
        Bounds::new(sum(f64::min), sum(f64::max))
    }
}

/// Narrows a domain by a value, or by an object of operators.
fn narrow(domain: &mut Domain, asked: &Value) {
    domain.may_be_unknown &= value_matches_unknown(asked);
    match asked {
        Value::Object(operators) => operators
            .iter()
            .for_each(|(operator, operand)| domain.narrow(operator, operand)),
        plain => domain.narrow("$eq", plain),
    }
}

/// Returns `true` if one operator alone leaves an empty domain.
fn has_empty_test(fresh: &Domain, asked: &Value) -> bool {
    let leaves_nothing = |one: &Value| {
        let mut domain = fresh.clone();
        narrow(&mut domain, one);
        domain.is_empty()
    };
    match asked {
        Value::Object(operators) => operators
            .iter()
            .any(|(o, v)| leaves_nothing(&Value::from_iter([(&**o, v.clone())]))),
        plain => leaves_nothing(plain),
    }
}

/// Returns true if every visitor has the number, possibly as zero.
fn is_always_known(attribute: NumberAttribute) -> bool {
    use NumberAttribute as A;
    matches!(
        attribute,
        A::Affinity
            | A::Lift
            | A::Mass
            | A::Confidence
            | A::Visits
            | A::PageViews
            | A::Searches
            | A::QuoteStarts
            | A::QuoteSubmits
            | A::Bookings
            | A::BookingsValue
            | A::PressureDay
            | A::PressureWeek
    )
}
