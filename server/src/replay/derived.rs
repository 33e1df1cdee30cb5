//! Config made from a log. In: the events. Out: an `escale.json` with one facet a group of topics, one offer a topic and
//! one URL pattern a section. Never: more entries than an engine can load.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::log::Log;
use super::presets::slug;
use super::{Action, RecordedEvent};
use crate::base::record::{RECORD_SEPARATOR, UNIT_SEPARATOR};

/// Name of the only placement.
pub const PLACEMENT: &str = "replay";
const MAX_TOPICS: usize = 48;
const MAX_FACETS: usize = 8;
const MAX_OFFERS: usize = 100;
/// Facet of a page's section, for logs with URLs only.
const SECTION: &str = "section";

type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// Returns the config as JSON; `None` if the log has no topics.
pub fn config(log: &Log) -> Option<String> {
    let mut counts = Counts::new();
    let events = log.visitors.iter().flat_map(|visitor| &visitor.events);
    events.for_each(|event| count(event, &mut counts));
    let facets: BTreeMap<String, Vec<(String, f64)>> = counts
        .into_iter()
        .take(MAX_FACETS)
        .map(|(facet, topics)| (facet, most_frequent(topics)))
        .collect();
    let mut all: Vec<(&String, &String, f64)> = facets
        .iter()
        .flat_map(|(facet, topics)| {
            topics
                .iter()
                .map(move |(topic, rate)| (facet, topic, *rate))
        })
        .collect();
    if all.is_empty() {
        return None;
    }
    all.sort_by(|a, b| {
        b.2.total_cmp(&a.2)
            .then_with(|| (a.0, a.1).cmp(&(b.0, b.1)))
    });
    let offers: Vec<Value> = all
        .iter()
        .take(MAX_OFFERS)
        .map(|(facet, topic, _)| offer(facet, topic))
        .collect();
    let families: BTreeMap<&String, Value> =
        facets.keys().map(|facet| (facet, json!({}))).collect();
    let document = json!({
        "version": 1,
        "facets": facets.iter().map(|(facet, topics)| (facet.clone(), described(topics))).collect::<BTreeMap<_, _>>(),
        "pages": sections(&facets),
        "families": families,
        "placements": { PLACEMENT: {} },
        "offers": offers,
    });
    Some(document.to_string())
}

/// Topics of an event, each as `facet.topic`.
pub fn topics(event: &RecordedEvent) -> Vec<String> {
    let list = match &event.action {
        Action::Page { topics, url, .. } if topics.is_empty() => {
            return section(url)
                .map(|name| format!("{SECTION}.{name}"))
                .into_iter()
                .collect();
        }
        Action::Page { topics, .. } => Some(topics.as_str()),
        Action::Call { fields, .. } => fields
            .split(RECORD_SEPARATOR)
            .filter_map(|field| field.split_once(UNIT_SEPARATOR))
            .find(|(key, _)| *key == "topics")
            .map(|(_, list)| list),
    };
    list.into_iter()
        .flat_map(|list| list.split(','))
        .map(|topic| {
            topic
                .split(':')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .collect()
}

fn count(event: &RecordedEvent, counts: &mut Counts) {
    for topic in topics(event) {
        if let Some((facet, name)) = topic.split_once('.')
            && !facet.is_empty()
            && !name.is_empty()
        {
            *counts
                .entry(facet.to_owned())
                .or_default()
                .entry(name.to_owned())
                .or_default() += 1;
        }
    }
}

/// First folder of a URL; `None` if it needs escaping in a pattern.
fn section(url: &str) -> Option<&str> {
    let (first, _) = url.strip_prefix('/')?.split_once('/')?;
    (!first.is_empty() && slug(first) == first).then_some(first)
}

fn most_frequent(topics: BTreeMap<String, u64>) -> Vec<(String, f64)> {
    let total: u64 = topics.values().sum();
    let mut topics: Vec<(String, u64)> = topics.into_iter().collect();
    topics.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    topics.truncate(MAX_TOPICS);
    topics
        .into_iter()
        .map(|(topic, n)| (topic, n as f64 / total.max(1) as f64))
        .collect()
}

fn described(topics: &[(String, f64)]) -> Value {
    let topics: Vec<Value> = topics
        .iter()
        .map(|(name, rate)| json!({ "name": name, "base_rate": rate }))
        .collect();
    json!({ "topics": topics })
}

fn sections(facets: &BTreeMap<String, Vec<(String, f64)>>) -> Vec<Value> {
    let sections = facets.get(SECTION).into_iter().flatten();
    sections
        .map(|(name, _)| json!({ "match": format!("/{name}/*"), "topics": { (format!("{SECTION}.{name}")): 1 } }))
        .collect()
}

fn offer(facet: &str, topic: &str) -> Value {
    let about = format!("{facet}.{topic}");
    json!({
        "id": about, "family": facet, "placements": [PLACEMENT],
        "topics": { (about.clone()): 1 },
        "content": { "en": { "title": about } },
    })
}
