//! Stories: those of the demo come true. An error in one is reported. An expectation that did not
//! come true is explained.

mod common;

use escale::internals::base::index::Index;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::small_config;
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::story::{self, Outcome};
use escale::{Config, DecisionRequest, Engine, PageFacts, compile};
use serde_json::{Value, json};

fn result_of(story: &Value) -> Outcome {
    let config = small_config();
    let story =
        story::read(&story.to_string(), &config).unwrap_or_else(|errors| panic!("{errors:#?}"));
    story.run(&Engine::new(config))
}

fn errors(story: &Value) -> Vec<String> {
    let found = story::read(&story.to_string(), &small_config()).expect_err("errors");
    found.iter().map(ToString::to_string).collect()
}

/// Three city pages, and what should be seen then.
fn three_cities(then: &Value) -> Value {
    json!({
        "name": "three city pages",
        "steps": [
            { "at": "2026-11-21T10:00", "page": "/city-trips/a" },
            { "at": "+20s", "page": "/city-trips/b" },
            { "page": { "url": "/city-trips/c", "tokens": ["touristtype=city break"] } }
        ],
        "then": then,
    })
}

#[test]
fn the_stories_of_the_demo_come_true() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/demo");
    let json = std::fs::read_to_string(demo.join("escale.json")).expect("a config");
    let config = Config::from_bytes(compile(&json).expect("compiles").bytes).expect("opens");
    let (engine, mut ran, mut failed) = (Engine::new(config), 0, Vec::new());
    for entry in std::fs::read_dir(demo.join("stories")).expect("stories") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a story");
        let story = story::read(&text, engine.config())
            .unwrap_or_else(|f| panic!("{}: {f:#?}", path.display()));
        failed.extend(Some(story.run(&engine)).filter(|outcome| !outcome.is_met()));
        ran += 1;
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(ran >= 8, "only {ran} stories");
}

#[test]
fn shown_and_hidden_offers_are_distinguished() {
    let outcome = result_of(&three_cities(&json!([
        { "placement": "home-hero", "shows": { "family": "city" }, "in_draws": 100 },
        { "placement": "home-hero", "hides": { "offer": "bali" } },
        { "placement": "home-row", "shows": { "kind": "product" } },
        { "at": "+1h", "placement": "home-hero", "hides": { "default": true } }
    ])));
    assert!(outcome.is_met(), "{outcome:#?}");
    assert_eq!(outcome.verdicts[0].saw, "that for 100 of 100 visitors");
    assert_eq!(
        outcome.verdicts[0].expected,
        "`home-hero` should show an offer of the family `city`, for 90 in 100 of 100 visitors"
    );
}

#[test]
fn what_did_not_come_true_is_accounted_for() {
    let never = json!({ "track": "offer_never", "fields": { "offer": "bali" } });
    let mut story = three_cities(&json!([
        { "placement": "home-hero", "shows": { "offer": "bali" } },
        { "placement": "home-hero", "shows": { "offer": "summer-sale" } },
        { "placement": "home-hero", "shows": { "offer": "lisbonne" }, "in_draws": 200, "at_least": 0.99 },
        { "placement": "home-hero", "shows": { "family": "city" } }
    ]));
    story["steps"].as_array_mut().expect("steps").push(never);
    let outcome = result_of(&story);
    let met: Vec<bool> = outcome.verdicts.iter().map(|v| v.is_met).collect();
    assert_eq!(met, [false, false, false, true], "{outcome:#?}");
    let why = |i: usize| outcome.verdicts[i].why.join("\n");
    assert!(
        why(0).contains("`bali` is out: feedback") && why(0).contains("trip.city +"),
        "{}",
        why(0)
    );
    assert!(
        why(1).contains("no such offer may stand in this placement"),
        "{}",
        why(1)
    );
    assert!(
        why(2).contains("sees `porto`") && why(2).contains("`lisbonne` scores"),
        "{}",
        why(2)
    );
    assert_eq!(outcome.verdicts[3].why, Vec::<String>::new());
}

#[test]
fn nothing_known_says_what_would_help() {
    let outcome = result_of(&json!({
        "name": "a stranger", "steps": [{ "at": "2026-11-21", "page": "/" }],
        "then": [
            { "placement": "home-hero", "shows": { "default": true } },
            { "placement": "home-hero", "shows": { "family": "city" } }
        ]
    }));
    assert!(
        outcome.verdicts[0].is_met && !outcome.verdicts[1].is_met,
        "{outcome:#?}"
    );
    assert_eq!(
        outcome.verdicts[1].saw,
        "the page's own content (nothing_known)"
    );
    assert!(
        outcome.verdicts[1]
            .why
            .iter()
            .any(|line| line.contains("page(s) about one theme")),
        "{outcome:#?}"
    );
}

#[test]
fn seeing_without_clicking_counts_as_ignoring() {
    let mut story = three_cities(
        &json!([{ "placement": "home-hero", "shows": { "family": "exotic" }, "in_draws": 20 }]),
    );
    story["steps"]
        .as_array_mut()
        .expect("steps")
        .extend((0..3).map(|_| json!({ "wait": "2m", "see": "home-hero" })));
    let outcome = result_of(&story);
    assert!(outcome.is_met(), "{outcome:#?}");
}

/// The control group sees nothing of Escale's: a marketing plan's stories are not about it.
#[test]
fn the_control_group_is_left_out() {
    let json = include_str!("common/small.json").replace("\"holdout\": 0", "\"holdout\": 0.5");
    let config = common::config(&json);
    let then = json!([
        { "placement": "home-hero", "shows": { "family": "city" } },
        { "placement": "home-hero", "shows": { "family": "city" }, "in_draws": 100, "at_least": 1 }
    ]);
    let outcome = story::read(&three_cities(&then).to_string(), &config)
        .expect("a story")
        .run(&Engine::new(config));
    assert!(outcome.is_met(), "{outcome:#?}");
}

#[test]
fn every_error_is_reported_with_its_place_and_a_hint() {
    let found = errors(&json!({
        "name": "all wrong",
        "steps": [
            { "page": "/" },
            { "at": "yesterday", "page": "/" },
            { "at": "2026-11-21T10:00", "track": "serach" },
            { "track": "search", "fields": { "start_date": "soon", "adults": 2 } },
            { "track": "search", "fields": { "startdate": "2027-01-01" } },
            { "declare": { "fact": "trip", "value": "moon" } },
            { "see": "home-heroo", "page": "/" },
            { "see": "home-heroo" },
            { "at": "2026-11-20T10:00", "page": "/" },
            { "fields": { "adults": 2 } }
        ],
        "then": [
            { "placement": "home-heroo", "shows": { "offer": "lisbone" } },
            { "placement": "home-hero" },
            { "placement": "home-hero", "shows": { "family": "city", "default": true } }
        ]
    }));
    let expected = [
        "/steps/0: the story has no beginning. Write `\"at\": \"2026-11-21T10:00\"` in its first step",
        "/steps/1/at: `yesterday` is no time. ",
        "/steps/2/track: `serach` is no event. Did you mean `search`?",
        "/steps/3/fields/start_date: `search` cannot read this. ",
        "/steps/4/fields/startdate: `startdate` is no field. Did you mean `start_date`?",
        "/steps/5/declare/",
        "/steps/6: a step does one thing. ",
        "/steps/7/see: `home-heroo` is not in the config. Did you mean `home-hero`?",
        "/steps/8/at: this is before the step before it. ",
        "/steps/9/fields: these are no event's fields. ",
        "/then/0/placement: `home-heroo` is not in the config. Did you mean `home-hero`?",
        "/then/0/shows/offer: `lisbone` is not in the config. Did you mean `lisbonne`?",
        "/then/1: it says nothing, or too much. ",
        "/then/2/shows: it names nothing, or too much. ",
    ];
    for expected in expected {
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{expected} in {found:#?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn the_structure_is_checked_first() {
    let found = errors(
        &json!({ "name": "x", "step": [], "then": [{ "placement": "home-hero", "in_draws": 0 }] }),
    );
    let expected = [
        "/step: `step` is not known here. Did you mean `steps`?",
        "/then/0/in_draws: 0 is out",
        ": `steps` is missing",
    ];
    for expected in expected {
        assert!(
            found.iter().any(|error| error.starts_with(expected)),
            "{expected} in {found:#?}"
        );
    }
    assert!(
        story::read("{", &small_config()).unwrap_err()[0]
            .message
            .contains("not JSON")
    );
}

/// A city lover's replica, base64url, and a moment after it.
fn city_lover() -> String {
    let mut engine = Engine::new(small_config());
    for minute in 0..4 {
        let facts = PageFacts {
            explicit: "trip.city",
            ..PageFacts::default()
        };
        let event = engine.page(1_795_255_200_000.0 + f64::from(minute) * 60_000.0, &facts);
        engine.apply(&event);
    }
    URL_SAFE_NO_PAD.encode(engine.save())
}

#[test]
fn a_story_may_begin_with_what_is_known_already() {
    let story = |field: &str| {
        let mut story = json!({ "name": "what the inspector copied", "steps": [{ "at": "2026-11-21T12:00:30Z" }],
            "then": [{ "placement": "home-hero", "shows": { "family": "city" } }] });
        story[field] = city_lover().into();
        story
    };
    assert!(result_of(&story("replica")).is_met());
    assert!(
        result_of(&story("remote")).is_met(),
        "what other browsers know is known"
    );
    assert!(
        !result_of(&story("$schema")).is_met(),
        "and without it nobody is"
    );
}

#[test]
fn invalid_profile_is_rejected_with_its_path() {
    let story = |replica: &str| {
        json!({ "name": "a", "replica": replica, "steps": [{ "at": "2026-11-21T12:00" }],
        "then": [{ "placement": "home-hero", "shows": { "default": true } }] })
    };
    let good = city_lover();
    for wrong in [&good[1..], "not base64!", &good[..good.len() - 2]] {
        let found = errors(&story(wrong));
        assert!(
            found.len() == 1 && found[0].contains("/replica"),
            "{wrong}: {found:#?}"
        );
    }
    assert!(
        errors(
            &json!({ "name": "a", "remote": "_____w", "steps": [{ "at": "2026-11-21T12:00" }],
        "then": [{ "placement": "home-hero", "shows": { "default": true } }] })
        )[0]
        .contains("/remote")
    );
}

#[test]
fn as_if_of_a_persona_changes_what_conditions_see_and_nothing_that_is_kept() {
    let json = json!({ "version": 1, "facets": { "trip": { "topics": ["city"] } }, "families": { "f": {} }, "placements": { "p": { "min_confidence": 0 } },
        "policy": { "holdout": 0 }, "personas": { "couple": { "rules": [{ "when": { "visit.count": { "$gte": 99 } } }] } },
        "offers": [{ "id": "for-two", "family": "f", "placements": ["p"], "when": { "persona": "couple" }, "content": { "en": { "title": "For two" } } }] });
    let compiled = compile(&json.to_string()).expect("a good config");
    let mut engine = Engine::new(Config::from_bytes(compiled.bytes).expect("its own bytes"));
    let now_ms = 1_795_262_400_000.0;
    let event = engine.page(
        now_ms,
        &PageFacts {
            explicit: "trip.city",
            ..PageFacts::default()
        },
    );
    engine.apply(&event);
    let kept = engine.save();
    let request = DecisionRequest {
        now_ms,
        placement: Index::new(0),
        slot: 0,
        exclude: &[],
    };
    assert_eq!(engine.choose(&request).offer, None);
    engine.override_persona(Some(name_hash(Namespace::Persona, "couple")));
    assert_eq!(engine.choose(&request).offer, Some(Index::new(0)));
    assert_eq!(engine.save(), kept);
    engine.override_persona(None);
    assert_eq!(engine.choose(&request).offer, None);
}
