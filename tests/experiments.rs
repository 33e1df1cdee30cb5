//! Experiments: visitors are split as the shares say, the same way everywhere, and offers and
//! variants may ask for the arm.

mod common;

use common::config;
use escale::internals::base::hash::{Namespace, mix, name_hash};
use escale::internals::story;
use escale::internals::traits::experiment;
use escale::{DecisionRequest, Engine, compile, snapshot};

const NOW_MS: f64 = 1_795_262_400_000.0;

fn json_with(experiments: &str, when: &str) -> String {
    format!(
        r#"{{"version": 1, "facets": {{"trip": {{"topics": ["city"]}}}}, "families": {{"city": {{}}}},
        "placements": {{"hero": {{"min_confidence": 0}}}}, "policy": {{"holdout": 0, "exploration": 0}},
        "experiments": {experiments},
        "offers": [{{"id": "seville", "family": "city", "placements": ["hero"],
          "content": {{"en": {{"title": "Seville", "url": "/seville"}}}},
          "variants": [{{"id": "other", "when": {when}, "content": {{"en": {{"title": "Seville?"}}}}}}]}}]}}"#
    )
}

const TONES: &str = r#"{"tone": {"arms": {"formal": 1, "friendly": 3}}}"#;
const FRIENDLY: &str = r#"{"arm.tone": "friendly"}"#;

fn visitors() -> impl Iterator<Item = u64> {
    (0..20_000).map(|i| mix(i, 7))
}

#[test]
fn shares_are_those_of_the_config_and_experiments_do_not_depend_on_each_other() {
    let two = r#"{"tone": {"arms": {"formal": 1, "friendly": 3}}, "order": {"arms": {"a": 50, "b": 50}}}"#;
    let config = config(&json_with(two, FRIENDLY));
    let [tone, order] = ["tone", "order"].map(|name| name_hash(Namespace::Experiment, name));
    let is_in = |experiment: u32, arm: &str, visitor: u64| {
        experiment::of(&config, experiment, visitor)
            .is_some_and(|a| a.hash == name_hash(Namespace::Arm, arm))
    };
    let friendly: Vec<u64> = visitors()
        .filter(|v| is_in(tone, "tone.friendly", *v))
        .collect();
    assert!(
        (14_700..15_300).contains(&friendly.len()),
        "{}",
        friendly.len()
    );
    let both = friendly
        .iter()
        .filter(|v| is_in(order, "order.a", **v))
        .count();
    assert!((7_200..7_800).contains(&both), "{both}");
    assert!(
        visitors().all(|v| experiment::of(&config, tone, v).is_some()),
        "everyone is in an arm"
    );
    assert_eq!(experiment::of(&config, 1, 1), None);
}

#[test]
fn a_variant_goes_to_its_arm_and_the_account_of_a_visitor_names_it() {
    let mut engine = Engine::new(config(&json_with(TONES, FRIENDLY)));
    let placement = engine.placement("hero").expect("a placement");
    let request = DecisionRequest {
        now_ms: NOW_MS,
        placement,
        slot: 0,
        exclude: &[],
    };
    let mut seen = [0, 0];
    for visitor in visitors().take(200) {
        engine.set_visitor(visitor);
        let decision = engine.choose(&request);
        let arm = &snapshot(&engine, NOW_MS).arms["tone"];
        assert_eq!(decision.variant == 1, arm == "friendly");
        seen[usize::from(decision.variant)] += 1;
    }
    assert!(seen[0] > 20 && seen[1] > 100, "{seen:?}");
}

#[test]
fn a_story_may_say_which_arm_it_is_about() {
    let only = json_with(TONES, FRIENDLY).replace(
        r#""content": {"en": {"title": "Seville", "#,
        r#""when": {"arm.tone": "friendly"}, "content": {"en": {"title": "Seville", "#,
    );
    let engine = Engine::new(config(&only));
    for (arm, is_shown) in [("friendly", true), ("formal", false)] {
        let (key, other) = if is_shown {
            ("shows", "hides")
        } else {
            ("hides", "shows")
        };
        let is_met = |key: &str| {
            let text = format!(
                r#"{{"name": "tone", "arms": {{"tone": "{arm}"}}, "steps": [{{"at": "2026-11-21T10:00", "page": "/"}}],
                "then": [{{"placement": "hero", "{key}": {{"offer": "seville", "variant": "other"}}, "in_draws": 50, "at_least": 1}}]}}"#
            );
            story::read(&text, engine.config())
                .expect("a story")
                .run(&engine)
                .is_met()
        };
        assert!(is_met(key) && !is_met(other), "{arm}");
    }
}

#[test]
fn a_story_about_no_arm_is_reported() {
    let config = config(&json_with(TONES, FRIENDLY));
    for (field, path, hint) in [
        (
            r#""arms": {"tone": "rude"}"#,
            "/arms/tone",
            "Use one of formal, friendly",
        ),
        (
            r#""arms": {"size": "big"}"#,
            "/arms/size",
            "Define it in `experiments` first",
        ),
        (
            r#""visitor": "ada", "arms": {"tone": "formal"}"#,
            "/arms",
            "Leave `visitor` out: one in these arms is found",
        ),
    ] {
        let text = format!(
            r#"{{"name": "tone", {field}, "steps": [{{"at": "2026-11-21T10:00", "page": "/"}}],
            "then": [{{"placement": "hero", "shows": {{"offer": "seville"}}}}]}}"#
        );
        let errors = story::read(&text, &config).expect_err("an error");
        assert_eq!(
            (errors[0].path.as_str(), errors[0].hint.as_str()),
            (path, hint)
        );
    }
}

#[test]
fn a_story_about_a_missing_variant_is_reported() {
    let config = config(&json_with(TONES, FRIENDLY));
    for (shows, path, hint) in [
        (
            r#"{"offer": "seville", "variant": "othre"}"#,
            "/then/0/shows/variant",
            "Did you mean `other`?",
        ),
        (
            r#"{"family": "city", "variant": "other"}"#,
            "/then/0/shows/variant",
            "Name the `offer` too",
        ),
    ] {
        let text = format!(
            r#"{{"name": "words", "steps": [{{"at": "2026-11-21T10:00", "page": "/"}}],
            "then": [{{"placement": "hero", "shows": {shows}}}]}}"#
        );
        let errors = story::read(&text, &config).expect_err("an error");
        assert_eq!(
            (errors[0].path.as_str(), errors[0].hint.as_str()),
            (path, hint)
        );
    }
}

#[test]
fn a_story_about_an_arm_that_nobody_is_in_is_not_met() {
    let engine = Engine::new(config(&json_with(
        r#"{"tone": {"arms": {"formal": 1, "friendly": 1e12}}}"#,
        FRIENDLY,
    )));
    let text = r#"{"name": "tone", "arms": {"tone": "formal"}, "steps": [{"at": "2026-11-21T10:00", "page": "/"}],
        "then": [{"placement": "hero", "hides": {"offer": "seville", "variant": "other"}, "in_draws": 50}]}"#;
    let outcome = story::read(text, engine.config())
        .expect("a story")
        .run(&engine);
    assert!(!outcome.is_met());
    assert!(
        outcome.verdicts[0]
            .saw
            .starts_with("nobody in the story's arms"),
        "{outcome:?}"
    );
}

#[test]
fn nobody_is_in_an_arm_before_the_visitor_is_set() {
    let segments = json_with(TONES, FRIENDLY).replace(
        r#""families""#,
        r#""segments": {"formal": {"arm.tone": "formal"}, "friendly": {"arm.tone": "friendly"}}, "families""#,
    );
    let mut engine = Engine::new(config(&segments));
    let shown = snapshot(&engine, NOW_MS);
    assert!(
        shown.arms.is_empty() && shown.customer.segments.is_empty(),
        "{shown:?}"
    );
    engine.set_visitor(0);
    let shown = snapshot(&engine, NOW_MS);
    assert_eq!(shown.customer.segments, [shown.arms["tone"].clone()]);
}

#[test]
fn arms_without_a_distinct_name_are_rejected() {
    let dotted = r#"{"a": {"arms": {"b.c": 1, "d": 1}}, "a.b": {"arms": {"c": 1, "d": 1}}}"#;
    let errors = compile(&json_with(dotted, "{}")).expect_err("an error");
    assert_eq!(errors[0].path, "/experiments/a.b/arms/c");
    let unnamed =
        compile(&json_with(r#"{"tone": {"arms": {"": 1, "b": 1}}}"#, "{}")).expect_err("an error");
    assert_eq!(unnamed[0].path, "/experiments/tone/arms/");
}

#[test]
fn what_splits_nobody_and_what_nobody_asks_for_is_reported() {
    for arms in [
        r#"{"only": 1}"#,
        "{}",
        r#"{"a": 1, "b": 0}"#,
        r#"{"a": 2, "b": -1}"#,
        r#"{"a": 1e308, "b": 1e308}"#,
    ] {
        let errors = compile(&json_with(
            &format!(r#"{{"tone": {{"arms": {arms}}}}}"#),
            "{}",
        ))
        .expect_err("an error");
        assert_eq!(errors[0].path, "/experiments/tone/arms", "{arms}");
    }
    let unknown = compile(&json_with(TONES, r#"{"arm.tone": "freindly"}"#)).expect_err("an error");
    assert_eq!(unknown[0].hint, "Did you mean `friendly`?");
    let unknown = compile(&json_with(TONES, r#"{"arm.tune": "friendly"}"#)).expect_err("an error");
    assert_eq!(unknown[0].hint, "Did you mean `arm.tone`?");
    let idle = compile(&json_with(TONES, r#"{"visit.count": 2}"#)).expect("compiles");
    assert!(
        idle.warnings
            .iter()
            .any(|warning| warning.path == "/experiments/tone"),
        "{:?}",
        idle.warnings
    );
    let asked = compile(&json_with(TONES, FRIENDLY)).expect("compiles");
    assert!(
        asked
            .warnings
            .iter()
            .all(|warning| warning.path != "/experiments/tone"),
        "{:?}",
        asked.warnings
    );
}
