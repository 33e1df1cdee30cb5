//! The names of a compiled config, for conditions that are asked of it later: whom an audience is
//! of. Comes in: a config; goes out: the attribute tree that its own conditions were compiled by.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Config, Facet, FactName, Family, Named, Persona, Season, Segment, Topic};
use crate::core::attribute::{AttributeTree, CustomerNames};
use crate::core::base::validation_error::ValidationError;
use crate::core::condition::compile::compile;
use crate::core::condition::encode::Condition;

/// Names that conditions may use.
pub struct AttributeNames {
    topics: BTreeMap<String, u16>,
    facets: Vec<String>,
    customer: CustomerNames,
    seasons: Vec<String>,
    families: Vec<String>,
}

impl AttributeNames {
    /// Reads the names back.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let facets: Vec<String> = names::<Facet>(config);
        let customer = CustomerNames {
            segments: names::<Segment>(config),
            personas: names::<Persona>(config),
            numbers: names::<FactName>(config).split_off(facets.len()),
            experiments: experiments(config),
        };
        let topics = names::<Topic>(config).into_iter().zip(0..).collect();
        Self {
            topics,
            facets,
            customer,
            seasons: names::<Season>(config),
            families: names::<Family>(config),
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
            families,
        } = self;
        let mut errors = Vec::new();
        let code = compile(
            condition,
            &AttributeTree {
                topics,
                facets,
                customer,
                seasons,
                families,
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

fn names<T: Named>(config: &Config) -> Vec<String> {
    config.names::<T>().map(str::to_owned).collect()
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
    use crate::core::base::index::Index;
    use crate::core::condition::bytecode::Answers;
    use crate::core::config::compile as compile_config;
    use crate::core::engine::Engine;
    use crate::core::event::classify::PageFacts;

    /// Every condition of the demo is true for the same visitors, compiled with the config or after
    /// it.
    #[test]
    fn a_condition_means_the_same_with_the_config_and_after_it() {
        let json = include_str!("../../../www/demo/escale.json");
        let config = Config::from_bytes(compile_config(json).unwrap().bytes).unwrap();
        let vocabulary = AttributeNames::of(&config);
        let site: Value = serde_json::from_str(json).unwrap();
        let mut all = Vec::new();
        for index in config.indices() {
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
                    config.offer(Index::new(index as u16)).condition,
                    vocabulary.condition(when).unwrap(),
                ));
            }
        }
        assert!(all.len() > 8, "{}", all.len());
        let mut met = 0;
        for engine in visitors(&config) {
            let facts = engine.facts(1_795_262_400_000.0);
            for (start, condition) in &all {
                let conditions = config.conditions();
                let is_met = condition.is_met(&facts);
                assert_eq!(
                    conditions.evaluate(*start, &facts, &Answers::default()),
                    is_met
                );
                met += u32::from(is_met);
            }
        }
        assert!(met > 8, "{met}");
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
