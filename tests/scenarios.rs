//! Scenarios: due in their time, once per cause, shown though nothing else is known.

mod common;

use common::timed::{about_trip, any_intents, at, booked, timed, travel, with_events};
use common::{DAY_S, NOW_S, config, packed};
use escale::internals::base::time::Timestamp;
use escale::internals::decision::scenario::Owner;
use escale::internals::event::EventKind;
use escale::{Config, DecisionRequest, Engine, Event, Reason};
use proptest::prelude::*;

/// The timed config with the scenarios of the trigger list.
fn triggers() -> Config {
    let mut site: serde_json::Value =
        serde_json::from_str(include_str!("common/timed.json")).expect("JSON");
    site["scenarios"] = serde_json::from_str(include_str!("common/scenarios.json")).expect("JSON");
    config(&site.to_string())
}

fn due_names(engine: &Engine, now_s: u32) -> Vec<String> {
    let config = engine.config();
    let due = engine.due(Timestamp::new(now_s).unix_ms());
    due.iter()
        .map(|d| config.name(d.scenario).to_owned())
        .collect()
}

#[test]
fn the_trigger_list_is_due_in_its_time() {
    let (now, crete) = (
        at("2027-03-01"),
        travel("crete", "2027-06-05", "2027-06-12"),
    );
    let signup = with_events(triggers(), &[Event::new(EventKind::NewsletterSignup, now)]);
    assert_eq!(due_names(&signup, now), ["welcome"]);
    let customer = with_events(triggers(), &[booked(7, now, crete)]);
    for (date, due) in [
        ("2027-03-01", vec!["order-confirmation"]),
        ("2027-03-04", vec!["order-follow-up"]),
        ("2027-05-23", vec!["cross-sell"]),
        ("2027-05-29", vec!["before-departure", "cross-sell"]),
        ("2027-06-14", vec!["review-request"]),
        ("2028-05-10", vec!["a-year-after"]),
    ] {
        assert_eq!(due_names(&customer, at(date)), due, "{date}");
    }
    let hesitant = with_events(triggers(), &[Event::new(EventKind::AddToWishlist, now)]);
    assert_eq!(due_names(&hesitant, now + DAY_S), ["basket-follow-up"]);
    let left = with_events(triggers(), &[about_trip(EventKind::QuoteStart, now, crete)]);
    assert_eq!(due_names(&left, now + 4 * 3600), ["quote-follow-up"]);
    let back = with_events(
        triggers(),
        &[
            about_trip(EventKind::QuoteStart, now, crete),
            booked(8, now + 7200, crete),
        ],
    );
    assert!(!due_names(&back, now + 4 * 3600).contains(&"quote-follow-up".to_owned()));
}

#[test]
fn a_birthday_comes_every_year_and_fires_once_in_each() {
    let mut engine = Engine::new(triggers());
    let fields = packed(&[("birthday", "1985-05-02")]);
    let event = engine
        .track(
            Timestamp::new(at("2027-03-01")).unix_ms(),
            "declare",
            &fields,
        )
        .expect("a fact");
    engine.apply(&event);
    assert!(due_names(&engine, at("2027-05-01")).is_empty());
    let due = engine.due(Timestamp::new(at("2027-05-02")).unix_ms());
    assert_eq!((due.len(), due[0].owner), (1, Owner::Server));
    let mut fired = Vec::new();
    due[0]
        .event(engine.config(), at("2027-05-02"))
        .encode(&mut fired);
    engine.apply(&fired);
    engine.apply(&fired);
    assert_eq!(engine.known().fired.len(), 1);
    assert!(due_names(&engine, at("2027-05-03")).is_empty());
    assert_eq!(due_names(&engine, at("2028-05-03")), ["birthday"]);
}

#[test]
fn a_scenario_fires_when_its_offer_was_seen_and_its_block_stays_for_the_visit() {
    let now = at("2027-03-01");
    let mut engine = with_events(
        timed(),
        &[about_trip(
            EventKind::QuoteStart,
            now,
            travel("crete", "2027-06-05", ""),
        )],
    );
    let later = now + 2 * 3600;
    assert_eq!(due_names(&engine, later), ["quote-follow-up"]);
    let seen = packed(&[("offer", "come-back"), ("placement", "hero")]);
    let events = engine
        .track(Timestamp::new(later).unix_ms(), "offer_impression", &seen)
        .expect("an event");
    engine.apply(&events);
    assert!(due_names(&engine, later + 60).is_empty());
    let shows = |engine: &Engine, now_s| {
        let context = engine.context(Timestamp::new(now_s).unix_ms());
        context.eligibility.due.len()
    };
    assert_eq!(
        (shows(&engine, later + 60), shows(&engine, later + 60)),
        (1, 1)
    );
    let event = engine
        .track(Timestamp::new(later + 7200).unix_ms(), "page_view", "")
        .expect("an event");
    engine.apply(&event);
    assert_eq!(
        shows(&engine, later + 7200),
        0,
        "the next visit is another one"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_cause_fires_once_whatever_is_retried(events in any_intents(), days in prop::collection::vec(0u32..400, 1..6)) {
        let mut engine = with_events(triggers(), &events);
        let mut days = days;
        days.sort_unstable();
        let mut reported = Vec::new();
        for now_s in days.iter().map(|day| NOW_S + day * DAY_S) {
            for due in engine.due(Timestamp::new(now_s).unix_ms()) {
                reported.push((due.scenario, due.subject, due.ordinal));
                let mut fired = Vec::new();
                due.event(engine.config(), now_s).encode(&mut fired);
                engine.apply(&[fired.clone(), fired].concat());
            }
            prop_assert!(engine.due(Timestamp::new(now_s).unix_ms()).is_empty());
        }
        let count = reported.len();
        reported.sort_unstable();
        reported.dedup();
        prop_assert_eq!(count, reported.len());
    }
}

#[test]
fn what_is_called_for_needs_no_taste() {
    let mut site: serde_json::Value =
        serde_json::from_str(include_str!("common/timed.json")).expect("JSON");
    for placement in ["hero", "row"] {
        site["placements"][placement]["min_confidence"] = serde_json::json!(0.99);
    }
    let now = at("2027-03-01");
    let chosen = |events: &[Event], placement: &str, now_s: u32| {
        let engine = with_events(config(&site.to_string()), events);
        let placement = engine.placement(placement).expect("a placement");
        let decision = engine.choose(&DecisionRequest {
            now_ms: Timestamp::new(now_s).unix_ms(),
            placement,
            slot: 0,
            exclude: &[],
        });
        (
            decision.offer.map(|o| {
                engine
                    .config()
                    .text(engine.config().offer(o).name)
                    .to_owned()
            }),
            decision.reason,
        )
    };
    assert_eq!(
        chosen(&[Event::new(EventKind::PageView, now)], "hero", now),
        (None, Reason::NothingKnown)
    );
    let quote = about_trip(EventKind::QuoteStart, now, travel("lisbonne", "", ""));
    assert_eq!(
        chosen(&[quote], "hero", now + 3600),
        (Some("come-back".into()), Reason::Chosen)
    );
    let booking = booked(1, now, travel("crete", "2027-06-05", "2027-06-12"));
    assert_eq!(
        chosen(&[booking], "row", now + DAY_S),
        (Some("insurance".into()), Reason::Chosen)
    );
}
