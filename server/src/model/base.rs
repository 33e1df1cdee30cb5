//! Base rates out of sums: how visitors' interest is shared among the topics of a facet. In: visitors and parts by topic.
//! Out: each topic's share, by its name. Never: the share of a topic that too few visitors look at: such topics have the
//! prior's share, which tells nothing of anyone.

use std::collections::{BTreeMap, BTreeSet};

use escale::Config;
use escale::internals::base::index::Index;
use escale::internals::config::{Facet, Topic};
use serde_json::{Map, Value};

use crate::statistics::change::TasteSums;
use crate::statistics::tastes::PARTS;

/// The shares of all facets in which at least one topic has a group: those of one facet add up to 1.
pub fn fit(
    tastes: &BTreeMap<u32, TasteSums>,
    config: &Config,
    least_group: u32,
) -> BTreeMap<String, f64> {
    config
        .indices()
        .flat_map(|facet| facet_rates(tastes, config, facet, least_group))
        .collect()
}

/// So many visitors of the least group are added who like all topics alike: with few visitors the shares are drawn together.
fn facet_rates(
    tastes: &BTreeMap<u32, TasteSums>,
    config: &Config,
    facet: Index<Facet>,
    least_group: u32,
) -> Vec<(String, f64)> {
    let row = config.facet(facet);
    let first = row.first_topic.number();
    let topics: Vec<Index<Topic>> = (first..first + row.topics).map(Index::new).collect();
    let visitors = |topic: &Index<Topic>| match tastes.get(&config.topic(*topic).hash) {
        Some([visitors, parts]) if *visitors >= i64::from(least_group) => {
            *parts as f64 / PARTS as f64
        }
        _ => 0.0,
    };
    let all: f64 = topics.iter().map(visitors).sum();
    if all <= 0.0 {
        return Vec::new();
    }
    let prior = f64::from(least_group);
    let share =
        |topic: &Index<Topic>| (visitors(topic) + prior / topics.len() as f64) / (all + prior);
    topics
        .iter()
        .map(|topic| (config.name(*topic).to_owned(), rounded(share(topic))))
        .collect()
}

/// Rounds down, so that shares which add up to 1 still do not exceed it. The step is so fine that
/// no share becomes 0, however large the site.
fn rounded(share: f64) -> f64 {
    (share * 1e12).floor() / 1e12
}

/// Puts what was learned of a facet in the place of everything that people's config says of its base rates. A facet whose
/// topics are others by now keeps what people say: it is learned anew.
pub fn put_into(learned: &BTreeMap<String, f64>, config: &mut Value) {
    let names: BTreeSet<&str> = learned
        .keys()
        .filter_map(|topic| Some(topic.split_once('.')?.0))
        .collect();
    let is_as_learned = |facet: &&str| {
        topics_of(config, facet).is_some_and(|now| now == learned_of(learned, facet))
    };
    let facets: BTreeSet<String> = names
        .into_iter()
        .filter(is_as_learned)
        .map(str::to_owned)
        .collect();
    let learned = learned.iter().filter(|(topic, _)| {
        topic
            .split_once('.')
            .is_some_and(|(facet, _)| facets.contains(facet))
    });
    let learned: BTreeMap<&String, &f64> = learned.collect();
    let Some(config) = config.as_object_mut().filter(|_| !learned.is_empty()) else {
        return;
    };
    let model = config
        .entry("model")
        .or_insert_with(|| Value::Object(Map::new()));
    // What is of another kind the compiler tells of.
    let Some(model) = model.as_object_mut() else {
        return;
    };
    let rates = model
        .entry("base_rates")
        .or_insert_with(|| Value::Object(Map::new()));
    let Some(rates) = rates.as_object_mut() else {
        return;
    };
    rates.extend(
        learned
            .into_iter()
            .map(|(topic, rate)| (topic.clone(), (*rate).into())),
    );
}

/// The topics of a facet that something was learned of, by their own names.
fn learned_of<'a>(learned: &'a BTreeMap<String, f64>, facet: &str) -> BTreeSet<&'a str> {
    let own = |topic: &'a String| {
        topic
            .split_once('.')
            .filter(|(of, _)| *of == facet)
            .map(|(_, name)| name)
    };
    learned.keys().filter_map(own).collect()
}

/// The topics of a facet as people's config has them: a name each, or an object with one.
fn topics_of<'a>(config: &'a Value, facet: &str) -> Option<BTreeSet<&'a str>> {
    let topics = config
        .get("facets")?
        .get(facet)?
        .get("topics")?
        .as_array()?;
    let name = |topic: &'a Value| topic.as_str().or_else(|| topic.get("name")?.as_str());
    topics.iter().map(name).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]
mod tests {
    use escale::compile;
    use escale::internals::base::hash::{Namespace, name_hash};

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

    fn fitted(counted: &[(&str, i64, i64)]) -> BTreeMap<String, f64> {
        let tastes = counted.iter().map(|(topic, visitors, parts)| {
            (
                name_hash(Namespace::Topic, topic) & 0xff_ffff,
                [*visitors, *parts],
            )
        });
        fit(&tastes.collect(), &compiled(&people()), 50)
    }

    #[test]
    fn shares_are_of_visitors_and_small_groups_tell_nothing() {
        let rates = fitted(&[
            ("trip.city", 9_000, 14 * 10_000),
            ("trip.far", 5_000, 2 * 10_000),
            ("trip.rare", 49, 300),
        ]);
        let of = |topic: &str| rates[topic];
        assert!(
            (of("trip.city") - 0.875).abs() < 0.01 && (of("trip.far") - 0.125).abs() < 0.01,
            "{rates:?}"
        );
        let without = fitted(&[
            ("trip.city", 9_000, 14 * 10_000),
            ("trip.far", 5_000, 2 * 10_000),
        ]);
        assert_eq!(rates, without, "whether the 49 are there or not");
        assert!(rates.values().sum::<f64>() <= 1.0 && of("trip.rare") > 0.0);
        assert!(
            !rates.contains_key("stay.short"),
            "of which nothing is known"
        );
        assert!(fitted(&[("trip.city", 49, 49 * 16)]).is_empty());
    }

    #[test]
    fn what_is_learned_of_a_facet_takes_the_place_of_all_that_was_said_of_it() {
        let rates = fitted(&[
            ("trip.city", 9_000, 14 * 10_000),
            ("trip.far", 5_000, 2 * 10_000),
        ]);
        let mut config = people();
        put_into(&rates, &mut config);
        let config = compiled(&config);
        let base_rate = |topic: &str| {
            config
                .topic(config.find_name::<Topic>(topic).unwrap())
                .base_rate
        };
        for topic in ["trip.city", "trip.far", "trip.rare"] {
            assert!((base_rate(topic) - rates[topic]).abs() < 1e-6, "{topic}");
        }
        assert_eq!(base_rate("stay.short"), 0.5);
    }

    #[test]
    fn a_facet_whose_topics_are_others_by_now_keeps_what_people_say() {
        let rates = fitted(&[
            ("trip.city", 9_000, 14 * 10_000),
            ("stay.long", 9_000, 9_000 * 16),
        ]);
        for topics in [
            serde_json::json!(["city", "rare"]),
            serde_json::json!(["city", "far", "rare", { "name": "new", "base_rate": 0.4 }]),
        ] {
            let mut config = people();
            config["facets"]["trip"]["topics"] = topics;
            let configured = config["model"]["base_rates"].clone();
            put_into(&rates, &mut config);
            let mut now = config["model"]["base_rates"].as_object().unwrap().clone();
            assert!(
                now.remove("stay.long").is_some() && now.remove("stay.short").is_some(),
                "of the other facet it is put in"
            );
            assert_eq!(Value::Object(now), configured);
            compiled(&config);
        }
    }

    #[test]
    fn on_a_site_of_any_size_no_share_is_none() {
        let rates = fitted(&[("trip.city", 1_000_000_000, 16_000_000_000)]);
        assert!(
            rates.values().all(|rate| *rate > 0.0) && rates.values().sum::<f64>() <= 1.0,
            "{rates:?}"
        );
    }
}
