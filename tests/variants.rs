//! Variants of offers: their audience, their texts, and the errors they report.

mod common;

use common::{NOW_MS, config};
use escale::internals::base::index::Index;
use escale::{Compiled, DecisionRequest, Engine, PageFacts, ValidationError, compile, explain};

/// A config with one offer that has these variants.
fn json_with(variants: &str) -> String {
    format!(
        r#"{{"version": 1, "facets": {{"trip": {{"topics": ["city", "beach"]}}}}, "families": {{"city": {{}}}},
        "placements": {{"hero": {{}}}}, "policy": {{"holdout": 0, "exploration": 0}},
        "offers": [{{"id": "seville", "family": "city", "placements": ["hero"], "topics": {{"trip.city": 1}},
          "content": {{"en": {{"title": "Seville", "text": "Three nights", "url": "/seville"}},
                       "fr": {{"title": "Séville", "text": "Trois nuits", "url": "/seville"}}}},
          "variants": {variants}}}]}}"#
    )
}

const TONES: &str = r#"[
  {"id": "keen", "when": {"visit.page_views": {"$gte": 3}}, "content": {"en": {"title": "Seville again?"}}},
  {"id": "second", "when": {"visit.page_views": {"$gte": 2}}, "content": {"fr": {"badge": "Guide"}}}]"#;

fn after_pages(count: u32) -> (Engine, DecisionRequest<'static>) {
    let mut engine = Engine::new(config(&json_with(TONES)));
    for i in 0..count {
        let event = engine.page(
            NOW_MS + f64::from(i),
            &PageFacts {
                explicit: "trip.city",
                ..PageFacts::default()
            },
        );
        engine.apply(&event);
    }
    let placement = engine.placement("hero").expect("a placement");
    (
        engine,
        DecisionRequest {
            now_ms: NOW_MS + 1000.0,
            placement,
            slot: 0,
            exclude: &[],
        },
    )
}

fn texts_of(engine: &Engine, variant: u8, language: &str) -> Vec<(String, String)> {
    engine
        .content(Index::new(0), variant, language)
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .collect()
}

fn errors(variants: &str) -> Vec<ValidationError> {
    compile(&json_with(variants)).expect_err("errors")
}

#[track_caller]
fn rejected(variants: &str, path: &str) {
    let paths: Vec<String> = errors(variants)
        .into_iter()
        .map(|error| error.path)
        .collect();
    assert_eq!(paths, [path]);
}

#[test]
fn the_first_variant_that_is_meant_is_taken() {
    for (pages, variant) in [(1, 0), (2, 2), (3, 1), (9, 1)] {
        let (engine, request) = after_pages(pages);
        let decision = engine.choose(&request);
        assert_eq!(
            (decision.offer, decision.variant),
            (Some(Index::new(0)), variant),
            "after {pages} pages"
        );
    }
}

#[test]
fn variant_replaces_only_the_texts_that_it_has() {
    let (engine, _) = after_pages(0);
    let own = [
        ("text", "Three nights"),
        ("title", "Seville"),
        ("url", "/seville"),
    ]
    .map(|(k, t)| (k.into(), t.into()));
    assert_eq!(texts_of(&engine, 0, "en"), own);
    let keen = [
        ("text", "Three nights"),
        ("title", "Seville again?"),
        ("url", "/seville"),
    ];
    assert_eq!(
        texts_of(&engine, 1, "en"),
        keen.map(|(k, t)| (k.into(), t.into()))
    );
    // Nothing else was written in English. A variant that does not exist shows the offer's own
    // texts.
    assert_eq!(texts_of(&engine, 2, "en"), own);
    assert_eq!(texts_of(&engine, 200, "en"), own);
    assert_eq!(
        texts_of(&engine, 2, "fr")[0],
        ("badge".to_owned(), "Guide".to_owned())
    );
}

#[test]
fn an_explanation_names_the_variant() {
    let name = |pages| {
        let (engine, request) = after_pages(pages);
        explain(&engine, &request).variant
    };
    assert_eq!(
        (name(1), name(2), name(3)),
        (None, Some("second".into()), Some("keen".into()))
    );
}

#[test]
fn errors_are_reported_at_their_places() {
    let text = r#"{"en": {"title": "T"}}"#;
    rejected(
        &format!(r#"[{{"id": "a", "when": {{"stag": "new"}}, "content": {text}}}]"#),
        "/offers/0/variants/0/when/stag",
    );
    rejected(
        &format!(r#"[{{"id": "a", "content": {text}}}, {{"id": "a", "content": {text}}}]"#),
        "/offers/0/variants/1/id",
    );
    rejected(
        r#"[{"id": "a", "content": {"it": {"title": "T"}}}]"#,
        "/offers/0/variants/0/content/it",
    );
    rejected(
        r#"[{"id": "a", "content": {"en": {"url": "javascript:x"}}}]"#,
        "/offers/0/variants/0/content/en/url",
    );
    rejected(
        r#"[{"id": "a", "content": {}}]"#,
        "/offers/0/variants/0/content",
    );
    rejected(
        &format!(r#"[{{"id": "", "content": {text}}}]"#),
        "/offers/0/variants/0/id",
    );
    rejected(
        &format!(r#"[{{"id": "a", "content": {text}, "whn": {{}}}}]"#),
        "/offers/0/variants/0/whn",
    );
}

#[test]
fn at_most_fifteen_variants() {
    let list: Vec<String> = (0..16)
        .map(|i| format!(r#"{{"id": "v{i}", "when": {{"stage": "new"}}, "content": {{"en": {{"title": "T"}}}}}}"#))
        .collect();
    rejected(&format!("[{}]", list.join(",")), "/offers/0/variants");
}

#[test]
fn variants_that_nobody_gets_are_warned_of() {
    let text = r#"{"en": {"title": "T"}}"#;
    let variants = format!(
        r#"[{{"id": "a", "when": {{"visit.count": {{"$lt": 0}}}}, "content": {text}}},
            {{"id": "b", "content": {text}}}, {{"id": "c", "when": {{"stage": "new"}}, "content": {text}}}]"#
    );
    let Compiled { warnings, .. } = compile(&json_with(&variants)).expect("a config");
    let paths: Vec<&str> = warnings
        .iter()
        .map(|w| w.path.as_str())
        .filter(|p| p.contains("variants"))
        .collect();
    assert_eq!(
        paths,
        [
            "/offers/0/variants/0/when/visit.count",
            "/offers/0/variants/2"
        ]
    );
}

#[test]
fn a_condition_of_a_variant_may_ask_about_the_page() {
    let variants = r#"[{"id": "a", "when": {"page.topics": {"$in": ["trip.city"]}}, "content": {"en": {"title": "T"}}}]"#;
    assert!(config(&json_with(variants)).policy().asks_for_page);
    assert!(!config(&json_with(TONES)).policy().asks_for_page);
}
