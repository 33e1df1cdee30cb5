//! The model file and the gazetteer: base rates, tables of what comes next, and that no place lies
//! in itself.

use std::collections::BTreeMap;

use super::Compiler;
use crate::core::config::layout::Section;
use crate::core::config::source::customer::ModelConfig;
use crate::core::config::source::{FacetConfig, SiteConfig, TopicDetail};
use crate::core::config::{MAX_PARENTS, NONE};

/// Frequency of the next topic after each topic of one facet.
type Table = BTreeMap<String, BTreeMap<String, f64>>;

/// The model's base rates in place of the topics' own.
pub(super) fn rated(
    model: &ModelConfig,
    facet: &str,
    mut topics: Vec<TopicDetail>,
) -> Vec<TopicDetail> {
    for topic in &mut topics {
        let rate = model
            .base_rates
            .get(&format!("{facet}.{}", topic.name))
            .copied();
        topic.base_rate = rate.or(topic.base_rate);
    }
    topics
}

impl Compiler {
    pub(super) fn model(&mut self, site: &SiteConfig) {
        let model = &site.model;
        for (topic, rate) in &model.base_rates {
            let path = format!("/model/base_rates/{topic}");
            self.known(topic, &path);
            self.check_rate(*rate, &path);
        }
        let facets = self.facets.clone();
        for facet in model.transitions.keys() {
            self.position(&facets, facet, &format!("/model/transitions/{facet}"));
        }
        for facet in model.affinity.keys() {
            self.position(&facets, facet, &format!("/model/affinity/{facet}"));
        }
        for (name, facet) in &site.facets {
            let table = model.transitions.get(name);
            let first = table.map_or(u32::MAX, |_| self.out.rows(Section::Transitions) as u32);
            self.out.put(Section::Models, &first.to_le_bytes());
            self.out
                .put(Section::Models, &(model.lambda as f32).to_le_bytes());
            self.score_tables(name, facet, model);
            if let Some(table) = table {
                self.table(name, facet, table, model);
            }
        }
        (0..self.parents.len()).for_each(|topic| self.check_parents(topic));
    }

    fn table(&mut self, name: &str, facet: &FacetConfig, table: &Table, model: &ModelConfig) {
        let path = format!("/model/transitions/{name}");
        let pairs = table
            .iter()
            .flat_map(|(from, row)| row.keys().map(move |to| (from, to)));
        for (from, to) in pairs {
            self.known(&format!("{name}.{from}"), &format!("{path}/{from}"));
            self.known(&format!("{name}.{to}"), &format!("{path}/{from}/{to}"));
        }
        let topics = rated(model, name, facet.details());
        let unsaid = BTreeMap::new();
        for from in &topics {
            let row = table.get(&from.name).unwrap_or(&unsaid);
            let path = format!("{path}/{}", from.name);
            row.values().for_each(|p| self.check_rate(*p, &path));
            let sum: f64 = row.values().sum();
            if sum > 1.000_001 {
                self.error(
                    path,
                    format!("the shares add up to {sum}"),
                    "Let them add up to at most 1".into(),
                );
            }
            for p in completed(row, &topics) {
                self.out
                    .put(Section::Transitions, &(p as f32).to_le_bytes());
            }
        }
    }

    /// A place lies in another, and that in another, but never in itself.
    fn check_parents(&mut self, topic: usize) {
        let (mut at, mut depth) = (self.parents[topic], 0);
        while at != NONE && depth <= MAX_PARENTS {
            (at, depth) = (
                self.parents.get(usize::from(at)).copied().unwrap_or(NONE),
                depth + 1,
            );
        }
        if depth > MAX_PARENTS {
            let name = self
                .topics
                .iter()
                .find(|(_, i)| usize::from(**i) == topic)
                .map_or("", |(name, _)| name);
            let path = format!("/facets/{}/parent", name.replacen('.', "/topics/", 1));
            let message = format!("`{name}` lies in a circle of places, or too deep");
            self.error(
                path,
                message,
                format!("Let places lie in each other at most {MAX_PARENTS} deep"),
            );
        }
    }
}

/// Returns a share for every topic: the given ones, and the rest of 1 by the base rates of the
/// other topics.
fn completed(row: &BTreeMap<String, f64>, topics: &[TopicDetail]) -> Vec<f64> {
    let rated: f64 = topics.iter().filter_map(|t| t.base_rate).sum();
    let unrated = topics
        .iter()
        .filter(|t| t.base_rate.is_none())
        .count()
        .max(1) as f64;
    let base = |t: &TopicDetail| t.base_rate.unwrap_or((1.0 - rated).max(0.0) / unrated);
    let rest = (1.0 - row.values().sum::<f64>()).max(0.0);
    let unsaid: f64 = topics
        .iter()
        .filter(|t| !row.contains_key(&t.name))
        .map(base)
        .sum();
    let share = |t: &TopicDetail| match row.get(&t.name) {
        // Where every topic was spoken of, the rest goes to all of them in proportion.
        Some(p) if unsaid <= 0.0 && rest < 1.0 => p / (1.0 - rest),
        Some(p) => *p,
        None if unsaid > 0.0 => rest * base(t) / unsaid,
        None => 0.0,
    };
    topics.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up_to_one() {
        let topics = ["a", "b", "c"].map(|name| TopicDetail {
            name: name.into(),
            ..TopicDetail::default()
        });
        for row in [
            "{}",
            r#"{"a": 1}"#,
            r#"{"a": 0.5}"#,
            r#"{"a": 0.25, "b": 0.25, "c": 0.25}"#,
            r#"{"a": 0}"#,
        ] {
            let shares = completed(&serde_json::from_str(row).unwrap(), &topics);
            assert!(
                (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9,
                "{row}: {shares:?}"
            );
        }
    }
}
