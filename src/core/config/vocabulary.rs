//! The names of a compiled config, for conditions that are asked of it later: whom an audience is
//! of. Comes in: a config; goes out: the attribute tree that its own conditions were compiled by.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Config;
use super::layout::Section;
use crate::core::attribute::{AttributeTree, CustomerNames};
use crate::core::base::validation_error::ValidationError;
use crate::core::condition::compile::compile;
use crate::core::condition::encode::Condition;

/// Names that conditions may use.
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
            (0..config.count(section) as u16)
                .map(|i| config.text(name(i)).to_owned())
                .collect()
        };
        let facets = names(Section::Facets, &|i| config.facet(i).name);
        let facts =
            (0..config.count(Section::Facts) as u16).map(|i| config.fact_name(i).to_owned());
        let customer = CustomerNames {
            segments: names(Section::Segments, &|i| config.segment(i).name),
            personas: names(Section::Personas, &|i| config.persona(i).name),
            numbers: facts.skip(facets.len()).collect(),
            experiments: experiments(config),
        };
        let topics = names(Section::Topics, &|i| config.topic(i).name);
        let topics = topics
            .into_iter()
            .enumerate()
            .map(|(i, name)| (name, i as u16))
            .collect();
        Self {
            topics,
            facets,
            customer,
            seasons: names(Section::Seasons, &|i| config.season(i).name),
        }
    }

    /// Compiles a condition.
    ///
    /// # Errors
    ///
    /// Every error at once, each with its JSON path and a hint.
    pub fn condition(&self, condition: &Value) -> Result<Condition, Vec<ValidationError>> {
        let Self {
            topics,
            facets,
            customer,
            seasons,
        } = self;
        let mut errors = Vec::new();
        let code = compile(
            condition,
            &AttributeTree {
                topics,
                facets,
                customer,
                seasons,
            },
            "",
            &mut errors,
        );
        if errors.is_empty() {
            Ok(Condition::of(code))
        } else {
            Err(errors)
        }
    }

    /// Names of the config's segments.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.customer.segments
    }
}

fn experiments(config: &Config) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for arm in config.arms() {
        let arms = all
            .entry(config.text(arm.experiment_name).to_owned())
            .or_default();
        arms.push(config.text(arm.name).to_owned());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::condition::bytecode::Answers;
    use crate::core::config::compile as compile_config;
    use crate::core::engine::Engine;
    use crate::core::event::classify::PageFacts;

    /// Every condition of the demo holds for the same visitors, compiled with the config or after
    /// it.
    #[test]
    fn a_condition_means_the_same_with_the_config_and_after_it() {
        let json = include_str!("../../../www/demo/escale.json");
        let config = Config::from_bytes(compile_config(json).unwrap().bytes).unwrap();
        let vocabulary = Vocabulary::of(&config);
        let site: Value = serde_json::from_str(json).unwrap();
        let mut all = Vec::new();
        for index in 0..config.count(Section::Segments) as u16 {
            let segment = config.segment(index);
            all.push((
                segment.condition,
                vocabulary
                    .condition(&site["segments"][config.text(segment.name)])
                    .unwrap(),
            ));
        }
        for (index, offer) in site["offers"].as_array().unwrap().iter().enumerate() {
            if let Some(when) = offer.get("when") {
                all.push((
                    config.offer(index as u16).condition,
                    vocabulary.condition(when).unwrap(),
                ));
            }
        }
        assert!(all.len() > 8, "{}", all.len());
        let mut held = 0;
        for engine in visitors(&config) {
            engine.with_facts(1_795_262_400_000.0, |facts| {
                for (start, condition) in &all {
                    let holds = condition.holds(facts);
                    assert_eq!(
                        config.conditions().hold(*start, facts, &Answers::default()),
                        holds
                    );
                    held += u32::from(holds);
                }
            });
        }
        assert!(held > 8, "{held}");
        assert!(
            vocabulary
                .condition(&serde_json::json!({ "stagee": "new" }))
                .is_err()
        );
    }

    /// Some who like this or that, and some who booked.
    fn visitors(config: &Config) -> Vec<Engine> {
        let lived = |(topics, booking): (&str, &str)| {
            let mut engine = Engine::new(config.clone());
            for _ in 0..3 {
                let event = engine.page(
                    1_795_262_000_000.0,
                    &PageFacts {
                        explicit: topics,
                        ..PageFacts::default()
                    },
                );
                engine.apply(&event);
            }
            let event = engine
                .track(1_795_262_300_000.0, "booking", booking)
                .unwrap_or_default();
            engine.apply(&event);
            engine
        };
        let booked = "id\u{1f}1\u{1e}value\u{1f}4000\u{1e}children\u{1f}2\u{1e}";
        let likes = [
            "trip.city,party.couple",
            "party.family,trip.family",
            "trip.ski",
            "trip.exotic",
        ];
        likes
            .into_iter()
            .flat_map(|topics| [(topics, ""), (topics, booked)])
            .map(lived)
            .collect()
    }
}
