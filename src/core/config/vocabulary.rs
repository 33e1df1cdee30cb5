//! The names of a compiled config, for conditions that are asked of it later: whom an audience is of. Comes in: a config;
//! goes out: the attribute tree that its own conditions were compiled by.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Config;
use super::layout::Section;
use crate::core::attribute::{AttributeTree, CustomerNames};
use crate::core::condition::compile::compile;
use crate::core::issue::Issue;

/// What conditions may name.
pub struct Vocabulary {
    topics: BTreeMap<String, u16>,
    facets: Vec<String>,
    customer: CustomerNames,
    seasons: Vec<String>,
}

impl Vocabulary {
    /// Reads the names back.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let names = |section: Section, name: &dyn Fn(u16) -> u32| -> Vec<String> {
            (0..config.count(section) as u16).map(|i| config.text(name(i)).to_owned()).collect()
        };
        let facets = names(Section::Facets, &|i| config.facet(i).name);
        let facts = (0..config.count(Section::Facts) as u16).map(|i| config.fact_name(i).to_owned());
        let customer = CustomerNames {
            segments: names(Section::Segments, &|i| config.segment(i).name),
            personas: names(Section::Personas, &|i| config.persona(i).name),
            numbers: facts.skip(facets.len()).collect(),
        };
        let topics = names(Section::Topics, &|i| config.topic(i).name);
        let topics = topics.into_iter().enumerate().map(|(i, name)| (name, i as u16)).collect();
        Self { topics, facets, customer, seasons: names(Section::Seasons, &|i| config.season(i).name) }
    }

    /// Compiles a condition. Errors: everything that is wrong with it, each at its JSON path.
    pub fn condition(&self, condition: &Value) -> Result<Vec<u8>, Vec<Issue>> {
        let Self { topics, facets, customer, seasons } = self;
        let mut issues = Vec::new();
        let code = compile(condition, &AttributeTree { topics, facets, customer, seasons }, "", &mut issues);
        if issues.is_empty() { Ok(code) } else { Err(issues) }
    }

    /// What the config calls its segments.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.customer.segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::config::compile as compile_config;

    /// Every condition of the demo means the same, compiled with the config or after it.
    #[test]
    fn a_condition_means_the_same_with_the_config_and_after_it() {
        let json = include_str!("../../../www/demo/escale.json");
        let config = Config::from_bytes(compile_config(json).unwrap().bytes).unwrap();
        let vocabulary = Vocabulary::of(&config);
        let site: Value = serde_json::from_str(json).unwrap();
        let segments = site["segments"].as_object().unwrap();
        for index in 0..config.count(Section::Segments) as u16 {
            let segment = config.segment(index);
            let code = vocabulary.condition(&segments[config.text(segment.name)]).unwrap();
            assert_eq!(config.condition_at(segment.condition), Some(code.as_slice()));
        }
        let offers = site["offers"].as_array().unwrap().iter().enumerate();
        let mut compared = segments.len();
        for (index, when) in offers.filter_map(|(i, offer)| Some((i, offer.get("when")?))) {
            let code = vocabulary.condition(when).unwrap();
            assert_eq!(config.condition_at(config.offer(index as u16).condition), Some(code.as_slice()), "{when}");
            compared += 1;
        }
        assert!(compared > 8, "{compared}");
        assert!(vocabulary.condition(&serde_json::json!({ "stagee": "new" })).is_err());
    }
}
