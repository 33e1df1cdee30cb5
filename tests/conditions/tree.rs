//! A small attribute tree, and facts read from a visitor's JSON, for the tests: names are those of
//! the lenient form's paths, so that both forms can be asked about the same visitor.

use escale::internals::base::hash::fnv1a;
use escale::internals::condition::bytecode::{Answers, ConditionIndex, Facts};
use escale::internals::condition::encode::{Pool, Step};
use escale::internals::condition::schema::{Attribute, Kind, Schema};
use serde_json::Value;

pub const STAGE: u16 = 1;
pub const SEGMENTS: u16 = 2;
pub const AFFINITY: u16 = 300;
pub const STAGES: [&str; 3] = ["dreaming", "planning", "booked"];

/// Name, id, argument, kind.
pub const ATTRIBUTES: [(&str, u16, u32, Kind); 7] = [
    ("stage", STAGE, 0, Kind::Name),
    ("segments", SEGMENTS, 0, Kind::List),
    ("trip.days_to_departure", 3, 0, Kind::Number),
    ("visit.is_first", 4, 0, Kind::Flag),
    ("page.path", 5, 0, Kind::Text),
    ("app.version", 6, 0, Kind::Text),
    ("affinity.trip.city", AFFINITY, 1, Kind::Number),
];

pub struct Tree;

impl Schema for Tree {
    fn resolve(&self, name: &str) -> Option<Attribute> {
        let found = ATTRIBUTES.iter().find(|(known, ..)| *known == name)?;
        Some(Attribute {
            id: found.1,
            argument: found.2,
            kind: found.3,
        })
    }

    fn names(&self) -> Vec<String> {
        ATTRIBUTES
            .iter()
            .map(|(name, ..)| (*name).to_owned())
            .collect()
    }

    fn hash(&self, attribute: Attribute, value: &str) -> u32 {
        fnv1a(u32::from(attribute.id), value.as_bytes())
    }

    fn values(&self, attribute: Attribute) -> Option<Vec<String>> {
        (attribute.id == STAGE).then(|| STAGES.map(str::to_owned).to_vec())
    }
}

/// Returns `true` if a compiled condition is met.
pub fn is_met(code: Vec<Step>, facts: &impl Facts) -> bool {
    let mut pool = Pool::default();
    let start = Some(ConditionIndex::new(pool.keep(code)));
    let answers = Answers::of(pool.conditions().tests.len());
    let first = pool.conditions().evaluate(start, facts, &answers);
    assert_eq!(
        pool.conditions().evaluate(start, facts, &answers),
        first,
        "what is remembered is what was answered"
    );
    assert_eq!(
        pool.conditions()
            .evaluate(start, facts, &Answers::default()),
        first,
        "it needs no memory"
    );
    first
}

/// The facts of a visitor written as JSON.
pub struct Visitor<'a>(pub &'a Value);

impl Visitor<'_> {
    fn at(&self, attribute: u16, argument: u32) -> Option<&Value> {
        let found = ATTRIBUTES
            .iter()
            .find(|(_, id, of, _)| (*id, *of) == (attribute, argument))?;
        found
            .0
            .split('.')
            .try_fold(self.0, |value, part| value.get(part))
    }

    fn members(&self, attribute: u16, argument: u32) -> impl Iterator<Item = &str> {
        self.at(attribute, argument)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }
}

impl Facts for Visitor<'_> {
    fn number(&self, attribute: u16, argument: u32) -> Option<f64> {
        self.at(attribute, argument)?.as_f64()
    }

    fn text(&self, attribute: u16, argument: u32) -> Option<&str> {
        self.at(attribute, argument)?.as_str()
    }

    fn name(&self, attribute: u16, argument: u32) -> Option<u32> {
        self.text(attribute, argument)
            .map(|name| fnv1a(u32::from(attribute), name.as_bytes()))
    }

    fn flag(&self, attribute: u16, argument: u32) -> Option<bool> {
        self.at(attribute, argument)?.as_bool()
    }

    fn list_contains(&self, attribute: u16, argument: u32, hash: u32) -> bool {
        self.members(attribute, argument)
            .any(|name| fnv1a(u32::from(attribute), name.as_bytes()) == hash)
    }

    fn list_len(&self, attribute: u16, argument: u32) -> u32 {
        u32::try_from(self.members(attribute, argument).count()).unwrap()
    }
}
