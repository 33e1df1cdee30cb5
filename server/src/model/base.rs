//! Base rates out of sums: how visitors' interest is shared among the topics of a facet. In: visitors and parts by topic.
//! Out: each topic's share, by its name. Never: the share of a topic that too few visitors look at: such topics have the
//! prior's share, which tells nothing of anyone.

use std::collections::BTreeMap;

use escale::core::config::Config;
use escale::core::config::layout::Section;
use serde_json::{Map, Value};

use crate::statistics::change::TasteSums;
use crate::statistics::tastes::PARTS;

/// The shares of all facets in which at least one topic has a group: those of one facet add up to 1.
pub fn fit(tastes: &BTreeMap<u32, TasteSums>, config: &Config, least_group: u32) -> BTreeMap<String, f64> {
    (0..config.count(Section::Facets) as u16)
        .flat_map(|facet| facet_rates(tastes, config, facet, least_group))
        .collect()
}

/// So many visitors of the least group are added who like all topics alike: with few visitors the shares are drawn together.
fn facet_rates(tastes: &BTreeMap<u32, TasteSums>, config: &Config, facet: u16, least_group: u32) -> Vec<(String, f64)> {
    let row = config.facet(facet);
    let topics: Vec<u16> = (row.first_topic..row.first_topic + row.topics).collect();
    let visitors = |topic: &u16| match tastes.get(&config.topic(*topic).hash) {
        Some([visitors, parts]) if *visitors >= i64::from(least_group) => *parts as f64 / PARTS as f64,
        _ => 0.0,
    };
    let all: f64 = topics.iter().map(visitors).sum();
    if all <= 0.0 {
        return Vec::new();
    }
    let prior = f64::from(least_group);
    let share = |topic: &u16| (visitors(topic) + prior / topics.len() as f64) / (all + prior);
    topics.iter().map(|topic| (config.text(config.topic(*topic).name).to_owned(), rounded(share(topic)))).collect()
}

/// Down to a millionth, so that shares which add up to 1 still do not exceed it.
fn rounded(share: f64) -> f64 {
    (share * 1e6).floor() / 1e6
}

/// Puts what was learned of a facet in the place of everything that people's config says of its base rates.
pub fn put_into(learned: &BTreeMap<String, f64>, config: &mut Value) {
    let Some(config) = config.as_object_mut().filter(|_| !learned.is_empty()) else { return };
    let model = config.entry("model").or_insert_with(|| Value::Object(Map::new()));
    // What is of another kind the compiler tells of.
    let Some(model) = model.as_object_mut() else { return };
    let rates = model.entry("base_rates").or_insert_with(|| Value::Object(Map::new()));
    let Some(rates) = rates.as_object_mut() else { return };
    rates.extend(learned.iter().map(|(topic, rate)| (topic.clone(), (*rate).into())));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use escale::core::config::compile;
    use escale::core::hash::{Namespace, name_hash};

    use super::*;

    fn people() -> Value {
        serde_json::json!({ "version": 1, "families": { "f": {} }, "placements": { "home": {} },
            "facets": { "trip": { "topics": ["city", { "name": "far", "base_rate": 0.9 }, "rare"] }, "stay": { "topics": ["short", "long"] } },
            "model": { "base_rates": { "trip.rare": 0.05 } },
            "offers": [{ "id": "o", "family": "f", "placements": ["home"], "content": { "en": { "title": "o" } } }] })
    }

    fn compiled(people: &Value) -> Config {
        Config::from_bytes(compile(&people.to_string()).unwrap().bytes).unwrap()
    }

    fn fitted(told: &[(&str, i64, i64)]) -> BTreeMap<String, f64> {
        let tastes = told
            .iter()
            .map(|(topic, visitors, parts)| (name_hash(Namespace::Topic, topic) & 0xff_ffff, [*visitors, *parts]));
        fit(&tastes.collect(), &compiled(&people()), 50)
    }

    #[test]
    fn shares_are_of_visitors_and_small_groups_tell_nothing() {
        let rates =
            fitted(&[("trip.city", 9_000, 14 * 10_000), ("trip.far", 5_000, 2 * 10_000), ("trip.rare", 49, 300)]);
        let of = |topic: &str| rates[topic];
        assert!((of("trip.city") - 0.875).abs() < 0.01 && (of("trip.far") - 0.125).abs() < 0.01, "{rates:?}");
        let without = fitted(&[("trip.city", 9_000, 14 * 10_000), ("trip.far", 5_000, 2 * 10_000)]);
        assert_eq!(rates, without, "whether the 49 are there or not");
        assert!(rates.values().sum::<f64>() <= 1.0 && of("trip.rare") > 0.0);
        assert!(!rates.contains_key("stay.short"), "of which nothing is known");
        assert!(fitted(&[("trip.city", 49, 49 * 16)]).is_empty());
    }

    #[test]
    fn what_is_learned_of_a_facet_takes_the_place_of_all_that_was_said_of_it() {
        let rates = fitted(&[("trip.city", 9_000, 14 * 10_000), ("trip.far", 5_000, 2 * 10_000)]);
        let mut config = people();
        put_into(&rates, &mut config);
        let config = compiled(&config);
        let base_rate = |topic: &str| config.topic(config.index_of_name(Namespace::Topic, topic).unwrap()).base_rate;
        for topic in ["trip.city", "trip.far", "trip.rare"] {
            assert!((base_rate(topic) - rates[topic]).abs() < 1e-6, "{topic}");
        }
        assert_eq!(base_rate("stay.short"), 0.5);
    }
}
