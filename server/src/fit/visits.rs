//! Paths of visitors through the topics of one facet. In: a log. Out: the topics of each visit, by
//! visitor. Never: a topic twice in one visit.

use std::collections::{BTreeMap, HashMap};

use crate::replay::derived::topics;
use crate::replay::log::Log;
use crate::replay::{LogKind, Visitor};

/// Topics of one page view, or of one day of a log of days.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub at_ms: f64,
    /// Positions in the facet, without repetition.
    pub topics: Vec<u16>,
}

/// Visits of one visitor, in order of time.
#[derive(Clone, Debug, Default)]
pub struct VisitorPath {
    pub visits: Vec<Visit>,
}

/// Paths through one facet.
pub struct Paths {
    pub facet: String,
    /// Names of the topics, without the facet's.
    pub topics: Vec<String>,
    pub visitors: Vec<VisitorPath>,
    /// `true` if a visit has several topics, as in logs of days.
    pub by_day: bool,
}

impl Paths {
    /// Returns the paths through a facet. `known` topics come first, in their order.
    pub fn of(log: &Log, facet: &str, known: &[String]) -> Self {
        let mut paths = Self {
            facet: facet.to_owned(),
            topics: known.to_vec(),
            visitors: Vec::new(),
            by_day: log.kind == LogKind::Tafeng,
        };
        let mut positions: HashMap<String, u16> = known
            .iter()
            .enumerate()
            .map(|(at, topic)| (topic.clone(), at as u16))
            .collect();
        for topic in all_topics(log, facet) {
            let next = positions.len() as u16;
            positions.entry(topic.clone()).or_insert_with(|| {
                paths.topics.push(topic);
                next
            });
        }
        for visitor in &log.visitors {
            let path = paths.path(visitor, &positions);
            paths.visitors.push(path);
        }
        paths
    }

    fn path(&self, visitor: &Visitor, positions: &HashMap<String, u16>) -> VisitorPath {
        let mut path = VisitorPath::default();
        for event in &visitor.events {
            let names = topics(event);
            let own = names.iter().filter_map(|topic| {
                let (facet, name) = topic.split_once('.')?;
                positions.get(name).copied().filter(|_| facet == self.facet)
            });
            let mut own = own.peekable();
            if own.peek().is_none() {
                continue;
            }
            let is_same_visit =
                self.by_day && path.visits.last().is_some_and(|v| v.at_ms == event.at_ms);
            if !is_same_visit {
                path.visits.push(Visit {
                    at_ms: event.at_ms,
                    topics: Vec::new(),
                });
            }
            if let Some(visit) = path.visits.last_mut() {
                own.for_each(|topic| {
                    if !visit.topics.contains(&topic) {
                        visit.topics.push(topic);
                    }
                });
            }
        }
        path
    }

    /// Returns each topic's share of all steps.
    pub fn base_rates(&self) -> Vec<f64> {
        let mut counts = vec![1.0; self.topics.len()];
        let visits = self.visitors.iter().flat_map(|path| &path.visits);
        for topic in visits.flat_map(|visit| &visit.topics) {
            counts[usize::from(*topic)] += 1.0;
        }
        let sum: f64 = counts.iter().sum();
        // Rounded down, so that the shares never exceed 1.
        counts
            .iter()
            .map(|count| (count / sum * 1e6).floor() / 1e6)
            .collect()
    }

    /// Splits the visitors by a hash of their position: one of `parts` is taken.
    pub fn part(&self, parts: u64, taken: impl Fn(u64) -> bool) -> Vec<&VisitorPath> {
        use escale::internals::base::hash::mix;
        self.visitors
            .iter()
            .enumerate()
            .filter(|(at, _)| taken(mix(*at as u64, 0x00e5_ca1e) % parts))
            .map(|(_, path)| path)
            .collect()
    }
}

/// Facets of a log, with the number of events about them.
pub fn facets(log: &Log) -> BTreeMap<String, u64> {
    let mut facets = BTreeMap::new();
    for event in log.visitors.iter().flat_map(|visitor| &visitor.events) {
        for topic in topics(event) {
            if let Some((facet, _)) = topic.split_once('.') {
                *facets.entry(facet.to_owned()).or_default() += 1;
            }
        }
    }
    facets
}

/// Topics of a facet, sorted by their names.
fn all_topics(log: &Log, facet: &str) -> Vec<String> {
    let mut all = std::collections::BTreeSet::new();
    for event in log.visitors.iter().flat_map(|visitor| &visitor.events) {
        for topic in topics(event) {
            if let Some((of, name)) = topic.split_once('.')
                && of == facet
            {
                all.insert(name.to_owned());
            }
        }
    }
    all.into_iter().collect()
}
