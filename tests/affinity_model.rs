//! Score tables of a model: what a profile keeps for them, how replicas merge, and the predictions.

mod common;

use common::{NOW_MS, NOW_S, batch, config, packed, profile_with, view};
use escale::internals::config::Topic;
use escale::internals::config::source::customer::TableConfig;
use escale::internals::config::table_codec::encode_cells;
use escale::internals::config::tables::Feature;
use escale::internals::profile::{TopicSteps, merged};
use escale::internals::traits::affinity::Affinity;
use escale::{Config, Engine, Event, Profile, compile};
use serde_json::{Value, json};

const TOPICS: [&str; 3] = ["city", "beach", "ski"];

fn table(by: &[Feature], cells: &[i8]) -> Value {
    let table = TableConfig {
        by: by.iter().map(|feature| feature.name().to_owned()).collect(),
        bits: 8,
        shift: 0,
        golomb: 2,
        cells: encode_cells(cells, 2),
    };
    serde_json::to_value(table).expect("a table")
}

fn site(model_topics: &[&str], tables: &[Value]) -> Value {
    json!({
        "version": 1,
        "facets": { "trip": { "topics": TOPICS }, "stay": { "topics": ["short", "long"] } },
        "families": {}, "placements": {}, "offers": [],
        "model": { "affinity": { "trip": { "topics": model_topics, "tables": tables } } },
    })
}

/// After topic `a` comes `b`, as the model says: a doubling a pair.
fn after(a: usize, b: usize) -> Vec<i8> {
    let mut cells = vec![0; 16];
    cells[a * 4 + b] = 64;
    cells
}

fn model_config(a: usize, b: usize) -> Config {
    let by = [Feature::Latest, Feature::Topic];
    config(&site(&TOPICS, &[table(&by, &after(a, b))]).to_string())
}

fn views(topics: &[&str]) -> Vec<Event> {
    let first_s = NOW_S - 60 * topics.len() as u32;
    let at = |(n, topic): (usize, &&str)| view(&format!("trip.{topic}"), first_s + 60 * n as u32);
    topics.iter().enumerate().map(at).collect()
}

fn probabilities(profile: &Profile, config: &Config) -> Vec<f64> {
    let affinity = Affinity::read(profile, config, NOW_S);
    let of = |topic: &str| {
        config
            .find_name::<Topic>(&format!("trip.{topic}"))
            .expect("known")
    };
    TOPICS
        .iter()
        .map(|topic| affinity.topics[of(topic).position()].probability)
        .collect()
}

#[test]
fn table_of_latest_and_topic_doubles_the_next_topic() {
    let config = model_config(0, 2);
    let p = probabilities(&profile_with(&config, &views(&["beach", "city"])), &config);
    assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{p:?}");
    assert!((p[2] / p[1] - 2.0).abs() < 1e-9, "{p:?}");
    let p = probabilities(&profile_with(&config, &views(&["city", "beach"])), &config);
    assert!(
        (p[2] / p[0] - 1.0).abs() < 1e-9,
        "the table speaks of `city` alone: {p:?}"
    );
}

#[test]
fn model_topics_in_another_order_give_the_same_prediction() {
    let (same, other) = (model_config(0, 2), ["ski", "beach", "city"]);
    let by = [Feature::Latest, Feature::Topic];
    let turned = config(&site(&other, &[table(&by, &after(2, 0))]).to_string());
    let events = views(&["beach", "city"]);
    assert_eq!(
        probabilities(&profile_with(&same, &events), &same),
        probabilities(&profile_with(&turned, &events), &turned)
    );
}

#[test]
fn topic_that_the_model_lacks_is_a_warning_and_counts_nothing() {
    let cells = vec![9; 9];
    let json = site(
        &["city", "beach"],
        &[table(&[Feature::Latest, Feature::Topic], &cells)],
    );
    let compiled = compile(&json.to_string()).expect("a config");
    let warnings: Vec<String> = compiled.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|w| w.contains("`ski`")), "{warnings:?}");
}

#[test]
fn table_that_cannot_be_read_is_an_error_with_its_place() {
    let good = table(&[Feature::Rank], &[0; 8]);
    for (field, value, reason) in [
        ("by", json!(["rank", "mood"]), "`mood` is not a feature"),
        ("by", json!([]), "1 to 4 features"),
        ("bits", json!(5), "4 or 8 bits"),
        ("cells", json!("AAAA"), "cannot be read"),
        ("cells", json!("!"), "cannot be read"),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let errors = compile(&site(&TOPICS, &[bad]).to_string()).expect_err(reason);
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(text.join("\n").contains(reason), "{text:?}");
        assert!(
            text.join("\n").contains("/model/affinity/trip/tables/0"),
            "{text:?}"
        );
    }
}

#[test]
fn steps_are_kept_only_in_facets_with_tables() {
    let config = model_config(0, 1);
    let mut events = views(&["city", "city", "beach"]);
    events.push(view("stay.short", NOW_S));
    let profile = profile_with(&config, &events);
    let kept: Vec<bool> = profile
        .facets
        .iter()
        .map(|facet| facet.has_steps())
        .collect();
    assert_eq!(kept.iter().filter(|kept| **kept).count(), 1);
    assert_eq!(Profile::decode(&profile.encode()), Ok(profile.clone()));
    assert_eq!(profile.encode()[0], 2);
    let without = common::config(&site(&TOPICS, &[]).to_string());
    assert_eq!(
        profile_with(&without, &events).encode()[0],
        1,
        "an earlier release reads it"
    );
}

#[test]
fn steps_of_two_replicas_take_the_latest_time_and_add_up() {
    let config = model_config(0, 1);
    let events = views(&["city", "beach", "city", "ski", "city"]);
    let [early, late] = [&events[..3], &events[3..]].map(|part| profile_with(&config, part));
    let (whole, joined) = (profile_with(&config, &events), merged(&[late, early]));
    let steps = |profile: &Profile| -> Vec<TopicSteps> {
        let topics = profile.facets.iter().flat_map(|facet| &facet.topics);
        topics.map(|topic| topic.steps).collect()
    };
    assert_eq!(steps(&joined), steps(&whole));
    assert_eq!(steps(&whole).iter().map(|steps| steps.views).sum::<u8>(), 5);
    assert_eq!(
        probabilities(&joined, &config),
        probabilities(&whole, &config)
    );
}

#[test]
fn topic_that_the_visitor_removed_has_no_share() {
    let config = model_config(0, 2);
    let mut engine = Engine::new(config.clone());
    engine.apply(&batch(&views(&["ski", "city"])));
    let denial = packed(&[("deny", "trip.ski")]);
    let event = engine.track(NOW_MS, "declare", &denial).expect("a denial");
    engine.apply(&event);
    let p = probabilities(engine.known(), &config);
    assert_eq!(p[2], 0.0);
    assert!((p[0] + p[1] - 1.0).abs() < 1e-12, "{p:?}");
}
