//! The page of ready scenarios: every entry compiles, and every story on the page comes true.

mod common;

use std::path::Path;

use common::config;
use escale::Engine;
use escale::internals::story;
use serde_json::{Value, json};

/// The page's blocks of JSON, in their order.
fn blocks() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let fenced = page
        .split("```json\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    fenced
        .map(|block| serde_json::from_str(block).unwrap_or_else(|e| panic!("{e} in {block}")))
        .collect()
}

/// A site with these scenarios, and an offer for each that shows one.
fn site_with(scenarios: &[Value]) -> String {
    let offer = |id: &str| {
        let content = json!({ "en": { "title": id, "url": "/x" } });
        json!({ "id": id, "family": "all", "kind": "editorial", "placements": ["home-hero"], "content": content })
    };
    let own = scenarios.iter().filter_map(|s| s["then"]["offer"].as_str());
    let offers: Vec<Value> = own.chain(["any-other"]).map(offer).collect();
    json!({
        "version": 1,
        "facets": { "trip": { "topics": ["city"] }, "destination": { "topics": ["lisbonne", "porto"] } },
        "pages": [{ "match": "/city-trips/*", "topics": { "trip.city": 1 } }],
        "families": { "all": {} },
        "placements": { "home-hero": {} },
        "policy": { "holdout": 0 },
        "offers": offers,
        "scenarios": scenarios,
    })
    .to_string()
}

#[test]
fn every_example_fires_when_the_page_says() {
    let (stories, scenarios): (Vec<Value>, Vec<Value>) =
        blocks().into_iter().partition(|b| b.get("steps").is_some());
    assert_eq!((scenarios.len(), stories.len()), (10, 10));
    let together = Engine::new(config(&site_with(&scenarios)));
    for (scenario, document) in scenarios.iter().zip(&stories) {
        // Alone, as on the page; and beside all others, where it need not be the one that shows,
        // but is as due.
        let alone = Engine::new(config(&site_with(std::slice::from_ref(scenario))));
        let read = |engine: &Engine, document: &Value| {
            story::read(&document.to_string(), engine.config())
                .unwrap_or_else(|errors| panic!("{errors:#?}"))
                .run(engine)
        };
        let outcome = read(&alone, document);
        assert!(outcome.is_met(), "{outcome:#?}");
        let mut dues = document.clone();
        for then in dues["then"].as_array_mut().expect("expectations") {
            let key = if then.get("shows").is_some() {
                "due"
            } else {
                "not_due"
            };
            if then.get("placement").is_some() {
                *then = json!({ "at": then["at"], key: scenario["name"] });
            }
        }
        let outcome = read(&together, &dues);
        assert!(outcome.is_met(), "{outcome:#?}");
    }
}

#[test]
fn a_story_that_expects_too_much_of_a_scenario_is_reported() {
    let (_, scenarios): (Vec<Value>, Vec<Value>) =
        blocks().into_iter().partition(|b| b.get("steps").is_some());
    let engine = Engine::new(config(&site_with(&scenarios)));
    let story = |then: Value| {
        let document = json!({ "name": "x", "steps": [{ "at": "2026-11-21T10:00", "page": "/" }], "then": [then] });
        story::read(&document.to_string(), engine.config())
    };
    let outcome = story(json!({ "due": "birthday" }))
        .expect("a story")
        .run(&engine);
    assert_eq!(outcome.verdicts[0].expected, "`birthday` should be due");
    assert_eq!(
        (outcome.is_met(), outcome.verdicts[0].saw.as_str()),
        (false, "no scenario due")
    );
    for (then, path) in [
        (json!({ "due": "birthdy" }), "/then/0/due"),
        (
            json!({ "due": "birthday", "not_due": "welcome" }),
            "/then/0",
        ),
        (
            json!({ "due": "birthday", "placement": "home-hero" }),
            "/then/0",
        ),
        (json!({ "shows": { "default": true } }), "/then/0/placement"),
    ] {
        assert_eq!(story(then).expect_err("an error")[0].path, path);
    }
}
