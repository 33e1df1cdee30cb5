//! Explanations say what the decision looked at, in both languages, and what would have changed it.

mod common;

use common::{NOW_MS, small_config};
use escale::{DecisionRequest, Engine, PageFacts, explain, snapshot};

fn after_pages(urls: &[&str]) -> Engine {
    let mut engine = Engine::new(small_config());
    engine.set_visitor(42);
    for (i, url) in urls.iter().enumerate() {
        let event = engine.page(
            NOW_MS + i as f64 * 1000.0,
            &PageFacts {
                url,
                ..PageFacts::default()
            },
        );
        engine.apply(&event);
    }
    engine
}

fn hero(engine: &Engine) -> DecisionRequest<'static> {
    let placement = engine.placement("home-hero").expect("a placement");
    DecisionRequest {
        now_ms: NOW_MS + 60_000.0,
        placement,
        slot: 0,
        exclude: &[],
    }
}

#[test]
fn a_choice_is_explained_by_its_own_inputs() {
    let engine = after_pages(&[
        "/city-trips/a",
        "/city-trips/b",
        "/city-trips/c",
        "/exotic/x",
    ]);
    let explained = explain(&engine, &hero(&engine));
    assert_eq!(explained.reason, "chosen");
    assert_eq!(
        explained.offer.as_deref(),
        Some(explained.candidates[0].offer.as_str())
    );
    let first = &explained.candidates[0];
    let topics: f64 = first.topics.iter().map(|t| t.adds).sum();
    assert!(
        (first.base + first.promotion + first.history + first.similarity + topics - first.score)
            .abs()
            < 1e-9
    );
    let [french, english] = &explained.texts[..] else {
        panic!("two languages")
    };
    assert!(
        french.reasons[0].contains("« trip.city »"),
        "{}",
        french.reasons[0]
    );
    assert!(
        english.reasons[0].contains("“trip.city”"),
        "{}",
        english.reasons[0]
    );
    assert!(
        english.would_change.contains("“Bali”"),
        "{}",
        english.would_change
    );
}

#[test]
fn nothing_known_says_what_is_missing() {
    let engine = after_pages(&[]);
    let explained = explain(&engine, &hero(&engine));
    assert_eq!((explained.offer, explained.reason), (None, "nothing_known"));
    assert!(
        explained.texts[1]
            .would_change
            .starts_with("Another 1 page"),
        "{}",
        explained.texts[1].would_change
    );
}

#[test]
fn exclusions_are_named() {
    let mut engine = after_pages(&["/city-trips/a", "/city-trips/b"]);
    let fields = "offer\u{1f}lisbonne\u{1e}";
    let event = engine
        .track(NOW_MS, "offer_never", fields)
        .expect("an event");
    engine.apply(&event);
    let explained = explain(&engine, &hero(&engine));
    let whys: Vec<(&str, &str)> = explained
        .excluded
        .iter()
        .map(|e| (e.offer.as_str(), e.why))
        .collect();
    assert_eq!(whys, [("lisbonne", "feedback")]);
}

#[test]
fn a_snapshot_names_what_is_known() {
    let mut engine = after_pages(&["/city-trips/a", "/city-trips/b"]);
    let fields =
        "destination\u{1f}Denpasar\u{1e}start_date\u{1f}2027-02-01\u{1e}adults\u{1f}2\u{1e}";
    let event = engine.track(NOW_MS, "search", fields).expect("an event");
    engine.apply(&event);
    let known = snapshot(&engine, NOW_MS + 1000.0);
    let trip = known
        .facets
        .iter()
        .find(|f| f.name == "trip")
        .expect("the facet");
    assert_eq!(trip.topics[0].name, "trip.city");
    assert!(trip.topics[0].lift > 2.0 && trip.confidence > 0.5);
    assert_eq!(
        known.trips[0].destination.as_deref(),
        Some("destination.bali")
    );
    assert_eq!(known.trips[0].start_date.as_deref(), Some("2027-02-01"));
    assert_eq!((known.counts.page_views, known.counts.searches), (2, 1));
}
