//! Knowing a customer, through the engine: declared facts, segments, personas, questions, channels,
//! what comes next.

mod common;

use common::{NOW_MS, NOW_S, config};
use escale::internals::base::civil::MonthDay;
use escale::internals::base::enums::{Channel, Stage};
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::base::index::Index;
use escale::internals::config::{Question, Topic};
use escale::internals::event::fields::{RECORD, UNIT};
use escale::internals::introspect::customer::FactValue;
use escale::internals::traits::affinity::Affinity;
use escale::{Engine, Knowledge, PageFacts, compile, snapshot};
use proptest::prelude::*;

const DAY_MS: f64 = 86_400_000.0;

/// The customer config with some text replaced.
fn engine_with(changes: &[(&str, &str)]) -> Engine {
    let json = changes.iter().fold(
        include_str!("common/customer.json").to_owned(),
        |json, (from, to)| {
            assert!(json.contains(from), "{from}");
            json.replace(from, to)
        },
    );
    Engine::new(config(&json))
}

fn engine() -> Engine {
    engine_with(&[])
}

fn track(engine: &mut Engine, now_ms: f64, name: &str, fields: &[(&str, &str)]) {
    let packed: String = fields
        .iter()
        .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
        .collect();
    let event = engine
        .track(now_ms, name, &packed)
        .expect("a call that is taken");
    engine.apply(&event);
}

fn view(engine: &mut Engine, now_ms: f64, topics: &str) {
    let event = engine.page(
        now_ms,
        &PageFacts {
            explicit: topics,
            ..PageFacts::default()
        },
    );
    engine.apply(&event);
}

fn probability(engine: &Engine, topic: &str) -> f64 {
    let affinity = Affinity::read(engine.known(), engine.config(), NOW_S);
    let index = engine.config().find_name::<Topic>(topic).expect("a topic");
    affinity.topics[index.position()].probability
}

fn known(engine: &Engine) -> Knowledge {
    snapshot(engine, NOW_MS)
}

#[test]
fn fact_declared_again_has_its_latest_value() {
    let mut engine = engine();
    track(
        &mut engine,
        NOW_MS,
        "declare",
        &[("fact", "trip"), ("value", "city")],
    );
    let before = probability(&engine, "trip.city");
    assert!(before > 0.6, "{before}");
    track(
        &mut engine,
        NOW_MS + 60_000.0,
        "declare",
        &[("fact", "trip"), ("value", "trip.beach"), ("source", "crm")],
    );
    assert!(probability(&engine, "trip.beach") > 0.6 && probability(&engine, "trip.city") < 0.2);
    let actual = &known(&engine).customer.declared;
    assert_eq!(actual.len(), 1);
    assert_eq!(
        (actual[0].value.clone(), actual[0].source),
        (Some(FactValue::Name("trip.beach".into())), "crm")
    );
}

#[test]
fn declaration_takes_no_topic_of_the_page_and_imports_are_no_visit() {
    let mut engine = engine();
    track(
        &mut engine,
        NOW_MS,
        "declare",
        &[("fact", "children"), ("value", "2"), ("source", "shop")],
    );
    assert_eq!(engine.known().counts.visits, 0);
    view(&mut engine, NOW_MS + 1000.0, "trip.city");
    let mass = |e: &Engine| Affinity::read(e.known(), e.config(), NOW_S + 10).facets[2].mass;
    let before = mass(&engine);
    track(
        &mut engine,
        NOW_MS + 2000.0,
        "declare",
        &[("fact", "children"), ("value", "0")],
    );
    assert_eq!(mass(&engine), before);
    assert_eq!(engine.known().counts.visits, 1);
    assert_eq!(
        known(&engine).customer.declared[0].value,
        Some(FactValue::Number(0.0))
    );
}

#[test]
fn unknown_fact_is_rejected() {
    let mut engine = engine();
    let fields = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(k, v)| format!("{k}{UNIT}{v}{RECORD}"))
            .collect::<String>()
    };
    for pairs in [
        [("fact", "shoe_size"), ("value", "41")],
        [("fact", "trip"), ("value", "moon")],
        [("fact", "children"), ("value", "many")],
        [("fact", "birthday"), ("value", "13-40")],
        [("fact", "birthday"), ("value", "é-12-é")],
        [("fact", "trip"), ("source", "rumour")],
    ] {
        assert!(
            engine.track(NOW_MS, "declare", &fields(&pairs)).is_err(),
            "{pairs:?}"
        );
    }
    assert!(
        engine
            .track(NOW_MS, "message_sent", &fields(&[("channel", "pigeon")]))
            .is_err()
    );
    assert!(engine.track(NOW_MS, "message_sent", "").is_err());
}

#[test]
fn a_birthday_has_no_year() {
    let mut engine = engine();
    track(
        &mut engine,
        NOW_MS,
        "declare",
        &[("fact", "birthday"), ("value", "1984-02-29")],
    );
    assert_eq!(
        engine.known().birthday(),
        Some(MonthDay { month: 2, day: 29 })
    );
    assert_eq!(
        known(&engine).customer.declared[0].value,
        Some(FactValue::Name("02-29".into()))
    );
}

#[test]
fn segments_rest_on_segments_and_personas_on_both() {
    let mut engine = engine();
    view(&mut engine, NOW_MS, "trip.city");
    assert_eq!(known(&engine).customer.segments, ["city"]);
    track(
        &mut engine,
        NOW_MS,
        "booking",
        &[("id", "A"), ("value", "2500"), ("destination", "lisbonne")],
    );
    let actual = known(&engine).customer;
    assert_eq!(actual.segments, ["city", "best-city"]);
    assert_eq!(actual.persona.as_deref(), Some("city-lover"));
    assert_eq!(actual.persona_scores["city-lover"], 3.0);
    assert_eq!(
        (
            actual.value_class,
            actual.rfm.map(|r| (r.recency, r.frequency, r.monetary))
        ),
        ("high", Some((5, 1, 4)))
    );
}

#[test]
fn circles_of_segments_are_named() {
    let json = include_str!("common/customer.json").replace(
        r#""city": { "affinity.trip.city": { "$gt": 0.4 } }"#,
        r#""city": { "segments": { "$in": ["best-city"] } }"#,
    );
    let errors = compile(&json).expect_err("a circle");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(
        errors[0].message.contains("best-city, city"),
        "{}",
        errors[0].message
    );
    let counting = include_str!("common/customer.json").replace(
        r#""city": { "affinity.trip.city": { "$gt": 0.4 } }"#,
        r#""city": { "segments": { "$size": 2 } }"#,
    );
    assert_eq!(
        compile(&counting).expect_err("a count")[0].path,
        "/segments/city"
    );
    let personal = include_str!("common/customer.json").replace(
        r#""city": { "affinity.trip.city": { "$gt": 0.4 } }"#,
        r#""city": { "persona": "staff" }"#,
    );
    assert!(
        compile(&personal).expect_err("a persona")[0]
            .message
            .contains("persona")
    );
}

#[test]
fn a_negative_persona_is_kept_until_it_expires() {
    let mut engine = engine();
    view(&mut engine, NOW_MS, "trip.city");
    assert_eq!(engine.customer(NOW_MS).negative_persona, None);
    track(
        &mut engine,
        NOW_MS,
        "declare",
        &[("fact", "badge"), ("value", "1")],
    );
    assert_eq!(known(&engine).negative_persona(), Some("staff"));
    track(
        &mut engine,
        NOW_MS + 60_000.0,
        "declare",
        &[("fact", "badge"), ("value", "0")],
    );
    let in_force = |days: f64| {
        engine
            .customer(NOW_MS + days * DAY_MS)
            .negative_persona
            .is_some()
    };
    assert!(in_force(0.1) && in_force(9.9));
    assert!(!in_force(11.1));
    let mut elsewhere = self::engine();
    elsewhere.load_with(&[], &engine.save()).expect("own bytes");
    assert!(
        elsewhere
            .customer(NOW_MS + DAY_MS)
            .negative_persona
            .is_some()
    );
}

#[test]
fn one_question_at_a_time_and_none_that_was_answered() {
    let mut engine = engine();
    let facet = |e: &Engine, q: Option<Index<Question>>| {
        q.map(|q| e.config().name(e.config().question(q).facet).to_owned())
    };
    view(&mut engine, NOW_MS, "trip.city,trip.city:4");
    assert_eq!(
        facet(&engine, engine.question(NOW_MS)).as_deref(),
        Some("trip")
    );
    track(
        &mut engine,
        NOW_MS,
        "declare",
        &[("fact", "trip"), ("value", "")],
    );
    assert_eq!(engine.question(NOW_MS + 6.9 * DAY_MS), None);
    assert_eq!(
        facet(&engine, engine.question(NOW_MS + 7.1 * DAY_MS)).as_deref(),
        Some("stay")
    );
    let later_ms = NOW_MS + 8.0 * DAY_MS;
    track(
        &mut engine,
        later_ms,
        "offer_impression",
        &[("offer", "ask")],
    );
    assert_eq!(engine.question(later_ms + DAY_MS), None);
    assert!(engine.question(later_ms + 7.1 * DAY_MS).is_some());
    let texts: Vec<_> = engine
        .config()
        .question_content(Index::new(0), "fr")
        .collect();
    assert_eq!(texts[0], ("text", "Quel voyage ?"));
    assert!(texts.contains(&("trip.city", "la ville")));
}

#[test]
fn a_message_is_heard_once_and_a_machine_opens_nothing() {
    let mut engine = engine();
    for (i, name) in ["message_sent", "message_opened", "message_opened"]
        .iter()
        .enumerate()
    {
        let fields = [
            ("id", "M-1"),
            ("channel", "email"),
            ("family", "city"),
            ("machine", "true"),
        ];
        track(
            &mut engine,
            NOW_MS + f64::from(i as u32) * 60_000.0,
            name,
            &fields,
        );
    }
    assert_eq!(engine.customer(NOW_MS).channel, None);
    track(
        &mut engine,
        NOW_MS + 300_000.0,
        "message_clicked",
        &[("id", "M-1"), ("channel", "email"), ("family", "city")],
    );
    let actual = known(&engine).customer;
    assert_eq!(
        (
            actual.channel,
            actual.channels["email"].messages,
            actual.channels["email"].reactions
        ),
        (Some("email"), 1.0, 1.0)
    );
    assert_eq!(
        engine.known().messages[0].family,
        name_hash(Namespace::Family, "city")
    );
    assert_eq!(engine.customer(NOW_MS).channel, Some(Channel::Email));
    assert_eq!(engine.known().counts.visits, 0);
}

#[test]
fn advocates_and_stages_are_reported() {
    let mut engine = engine();
    assert_eq!(engine.customer(NOW_MS).stage.stage, Stage::Unknown);
    view(&mut engine, NOW_MS, "trip.city");
    assert_eq!(engine.customer(NOW_MS).stage.stage, Stage::Visitor);
    engine.set_history_may_be_purged(true);
    assert_eq!(
        (
            known(&engine).customer.stage,
            known(&engine).customer.stage_because
        ),
        ("unknown", "history_uncertain")
    );
    track(&mut engine, NOW_MS, "review", &[]);
    assert!(!engine.customer(NOW_MS).is_advocate);
    track(&mut engine, NOW_MS, "referral", &[]);
    assert!(engine.customer(NOW_MS).is_advocate);
}

#[test]
fn a_place_lies_in_larger_ones_once_each() {
    let mut engine = engine();
    view(
        &mut engine,
        NOW_MS,
        "destination.lisbonne,destination.porto",
    );
    let affinity = Affinity::read(engine.known(), engine.config(), NOW_S);
    let mass = |topic: &str| {
        let index = engine.config().find_name::<Topic>(topic).expect("a topic");
        affinity.topics[index.position()].mass
    };
    for place in ["porto", "portugal", "europe"] {
        assert_eq!(
            mass(&format!("destination.{place}")),
            mass("destination.lisbonne"),
            "{place}"
        );
    }
    let facet = engine
        .known()
        .facets
        .find(name_hash(Namespace::Facet, "destination"))
        .expect("a facet");
    assert_eq!(
        facet.latest_topic,
        name_hash(Namespace::Topic, "destination.porto")
    );
    track(
        &mut engine,
        NOW_MS,
        "search",
        &[("destination", "Atlantis")],
    );
    assert!(probability(&engine, "destination.other") > 0.2);
}

#[test]
fn places_in_a_circle_are_rejected() {
    let json = include_str!("common/customer.json").replace(
        r#""name": "europe""#,
        r#""name": "europe", "parent": "lisbonne""#,
    );
    let errors = compile(&json).expect_err("a circle");
    assert!(
        errors[0].message.contains("circle of places"),
        "{errors:#?}"
    );
}

#[test]
fn the_model_s_successors_count_beside_the_own_history() {
    let table = r#""transitions": { "trip": { "city": { "beach": 1 } } }, "lambda": 0.25"#;
    let mut plain = engine();
    let mut modelled = engine_with(&[(r#""base_rates": {}"#, table)]);
    for engine in [&mut plain, &mut modelled] {
        view(engine, NOW_MS, "trip.city");
    }
    assert!(probability(&modelled, "trip.beach") > probability(&plain, "trip.beach") * 2.0);
    assert!(probability(&modelled, "trip.city") > probability(&modelled, "trip.ski"));
    let sum: f64 = ["city", "beach", "ski"]
        .iter()
        .map(|t| probability(&modelled, &format!("trip.{t}")))
        .sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    // Of a topic that the table does not speak of, the successors are as the base rates.
    view(&mut modelled, NOW_MS + 1000.0, "trip.ski");
    assert!(probability(&modelled, "trip.ski") > probability(&modelled, "trip.beach"));
}

#[test]
fn the_model_s_base_rates_replace_the_topics_own() {
    let engine = engine_with(&[(
        r#""base_rates": {}"#,
        r#""base_rates": { "trip.city": 0.5 }"#,
    )]);
    assert!((probability(&engine, "trip.city") - 0.5).abs() < 1e-6);
    assert!((probability(&engine, "trip.ski") - 0.25).abs() < 1e-6);
}

#[test]
fn boundaries_and_shares_are_checked() {
    let broken = include_str!("common/customer.json")
        .replace(r#""monetary": [300, 800, 2000, 5000]"#, r#""monetary": [300, 200, 2000, 5000]"#)
        .replace(
            r#""base_rates": {}"#,
            r#""base_rates": { "trip.moon": 2 }, "transitions": { "trip": { "city": { "beach": 0.9, "ski": 0.9 } } }"#,
        );
    let errors = compile(&broken).expect_err("errors");
    let paths: Vec<&str> = errors.iter().map(|i| i.path.as_str()).collect();
    for path in [
        "/rfm/monetary",
        "/model/base_rates/trip.moon",
        "/model/transitions/trip/city",
    ] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
}

/// A config whose segments rest on each other as the edges say. Each segment also requires an even
/// number.
fn config_of_segments(names: &[usize], edges: &[(usize, usize)]) -> String {
    let segments: Vec<String> = (0..names.len())
        .map(|i| {
            let under = edges.iter().filter(|(from, _)| *from == i);
            let parts: Vec<String> = under
                .map(|(_, to)| format!(r#"{{"segments": {{"$in": ["s{}"]}}}}"#, names[*to]))
                .collect();
            let own = format!(r#"{{"visit.count": {{"$gte": {}}}}}"#, names[i] % 2);
            format!(
                r#""s{}": {{"$and": [{own}{}]}}"#,
                names[i],
                parts.iter().map(|p| format!(",{p}")).collect::<String>()
            )
        })
        .collect();
    format!(
        r#"{{"version": 1, "facets": {{"trip": {{"topics": ["city"]}}}}, "families": {{}}, "placements": {{}}, "offers": [], "segments": {{{}}}}}"#,
        segments.join(",")
    )
}

/// Returns `true` if a segment matches, by going down its edges.
fn is_member(names: &[usize], edges: &[(usize, usize)], segment: usize) -> bool {
    names[segment].is_multiple_of(2)
        && edges
            .iter()
            .filter(|(from, _)| *from == segment)
            .all(|(_, to)| is_member(names, edges, *to))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn segments_without_a_circle_equal_a_walk(
        names in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle(), pairs in prop::collection::vec((0usize..6, 0usize..6), 0..10),
    ) {
        let downwards: Vec<(usize, usize)> = pairs.iter().copied().filter(|(from, to)| to < from).collect();
        let engine = Engine::new(config(&config_of_segments(&names, &downwards)));
        let actual = known(&engine).customer.segments;
        for (i, name) in names.iter().enumerate() {
            prop_assert_eq!(actual.contains(&format!("s{name}")), is_member(&names, &downwards, i), "s{}", name);
        }
    }

    #[test]
    fn segments_in_a_circle_are_always_found(
        names in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle(), pairs in prop::collection::vec((0usize..6, 0usize..6), 0..8), at in 0usize..6,
    ) {
        let mut edges = pairs;
        edges.extend([(at, (at + 1) % 6), ((at + 1) % 6, at)]);
        let errors = compile(&config_of_segments(&names, &edges)).expect_err("a circle");
        prop_assert!(errors[0].message.contains("circle"));
    }
}
