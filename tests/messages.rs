//! Messages of all channels: reactions teach, ignored messages rest a family, events drive
//! scenarios.

mod common;

use common::{DAY_S, NOW_MS, config, packed};
use escale::internals::base::enums::Stage;
use escale::{Engine, Profile, compile, snapshot};
use serde_json::{Value, json};

const DAY_MS: f64 = DAY_S as f64 * 1000.0;
const MINUTE_MS: f64 = 60_000.0;

fn site() -> Value {
    serde_json::from_str(include_str!("common/small.json")).expect("JSON")
}

fn engine_of(site: &Value) -> Engine {
    Engine::new(config(&site.to_string()))
}

fn engine() -> Engine {
    engine_of(&site())
}

fn report(engine: &mut Engine, now_ms: f64, name: &str, fields: &[(&str, &str)]) {
    let fields = packed(fields);
    let event = engine.track(now_ms, name, &fields).expect("a known event");
    engine.apply(&event);
}

fn send(engine: &mut Engine, now_ms: f64, id: &str, family: &str) {
    let fields = [("id", id), ("channel", "email"), ("family", family)];
    report(engine, now_ms, "message_sent", &fields);
}

fn mass(engine: &Engine, now_ms: f64, topic: &str) -> f64 {
    let known = snapshot(engine, now_ms);
    let topics = known.facets.iter().flat_map(|facet| &facet.topics);
    let mut found = topics.filter(|known| known.name == topic);
    found.next().map_or(0.0, |known| known.mass)
}

fn fits(engine: &Engine, now_ms: f64, condition: &Value) -> bool {
    let names = escale::internals::config::attribute_names::AttributeNames::of(engine.config());
    let condition = names.condition(condition).expect("a condition");
    condition.is_met(&engine.facts(now_ms))
}

#[test]
fn click_on_a_message_teaches_the_topics_of_its_family_once() {
    let mut engine = engine();
    let click = [("id", "n1"), ("channel", "email")];
    send(&mut engine, NOW_MS, "n1", "city");
    assert!(mass(&engine, NOW_MS, "trip.city") < 1e-9);
    report(&mut engine, NOW_MS + MINUTE_MS, "message_clicked", &click);
    let once = mass(&engine, NOW_MS + DAY_MS, "trip.city");
    assert!(once > 0.5, "{once}");
    // Half of the offers of the family are in Lisbon, with a half.
    let lisbon = mass(&engine, NOW_MS + DAY_MS, "destination.lisbonne");
    assert!(lisbon > 0.0 && lisbon < once / 2.0, "{lisbon}");
    report(
        &mut engine,
        NOW_MS + 2.0 * MINUTE_MS,
        "message_clicked",
        &click,
    );
    assert!((mass(&engine, NOW_MS + DAY_MS, "trip.city") - once).abs() < 1e-9);
}

#[test]
fn open_teaches_less_than_a_click_and_a_machine_nothing() {
    let after = |name: &str, machine: &str| {
        let mut engine = engine();
        let fields = [
            ("id", "n1"),
            ("channel", "email"),
            ("family", "city"),
            ("machine", machine),
        ];
        report(&mut engine, NOW_MS, name, &fields);
        mass(&engine, NOW_MS + MINUTE_MS, "trip.city")
    };
    let (opened, clicked) = (after("message_opened", ""), after("message_clicked", ""));
    assert!(opened > 0.0 && clicked > 3.0 * opened, "{opened} {clicked}");
    assert!(after("message_opened", "true") < 1e-9);
    assert!(after("message_clicked", "1") < 1e-9);
}

#[test]
fn weight_of_a_click_is_that_of_the_config() {
    let mut heavy = site();
    heavy["events"] = json!({ "message_clicked": { "weight": 6 } });
    let click = [("id", "n1"), ("channel", "sms"), ("offer", "bali")];
    let (mut usual, mut heavy) = (engine(), engine_of(&heavy));
    for engine in [&mut usual, &mut heavy] {
        report(engine, NOW_MS, "message_clicked", &click);
    }
    let of = |engine: &Engine| mass(engine, NOW_MS + MINUTE_MS, "trip.exotic");
    assert!((of(&heavy) / of(&usual) - 3.0).abs() < 1e-3);
}

#[test]
fn customer_known_by_mail_alone_has_a_stage_and_tastes() {
    let mut engine = engine();
    send(&mut engine, NOW_MS, "n1", "city");
    assert_eq!(engine.customer(NOW_MS).stage.stage, Stage::Unknown);
    for (id, stage) in [("n1", Stage::Visitor), ("n2", Stage::Prospect)] {
        let click = [("id", id), ("channel", "email"), ("family", "city")];
        report(&mut engine, NOW_MS + MINUTE_MS, "message_clicked", &click);
        assert_eq!(engine.customer(NOW_MS).stage.stage, stage);
    }
    let bytes = engine.save();
    let read = Profile::decode(&bytes).expect("a profile");
    engine.take(read);
    assert!(mass(&engine, NOW_MS + DAY_MS, "trip.city") > 1.0);
    assert_eq!(engine.known().counts.visits, 0);
}

#[test]
fn page_after_a_click_on_a_message_begins_a_visit() {
    let mut engine = engine();
    let page = |engine: &mut Engine, now_ms| {
        let event = engine.page(now_ms, &escale::PageFacts::default());
        engine.apply(&event);
    };
    page(&mut engine, NOW_MS);
    let click = [("id", "n1"), ("channel", "email"), ("family", "city")];
    report(&mut engine, NOW_MS + DAY_MS, "message_clicked", &click);
    page(&mut engine, NOW_MS + DAY_MS + 1000.0);
    assert_eq!(engine.known().counts.visits, 2);
}

#[test]
fn reaction_that_the_server_has_reported_teaches_nothing_again() {
    let click = [("id", "n1"), ("channel", "email"), ("family", "city")];
    let mut server = engine();
    report(&mut server, NOW_MS, "message_clicked", &click);
    let mut browser = engine();
    browser.load_with(&[], &server.save()).expect("profiles");
    let before = mass(&browser, NOW_MS + DAY_MS, "trip.city");
    report(&mut browser, NOW_MS + MINUTE_MS, "message_clicked", &click);
    assert!((mass(&browser, NOW_MS + DAY_MS, "trip.city") - before).abs() < 1e-9);
}

#[test]
fn three_ignored_messages_rest_a_family_and_a_click_ends_the_rest() {
    let mut engine = engine();
    for (at, id) in [(0.0, "n1"), (7.0, "n2"), (14.0, "n3")] {
        send(&mut engine, NOW_MS + at * DAY_MS, id, "city");
    }
    let resting = json!({ "family.city.resting": true, "family.exotic.next": true });
    let at = |days: f64| NOW_MS + days * DAY_MS;
    assert!(fits(
        &engine,
        at(16.9),
        &json!({ "family.city.ignored": 2 })
    ));
    assert!(
        !fits(&engine, at(16.9), &resting),
        "the third may still be read"
    );
    assert!(fits(&engine, at(17.1), &resting));
    assert!(!fits(&engine, at(24.1), &resting), "a rest ends");
    let click = [("id", "n2"), ("channel", "email")];
    report(&mut engine, at(18.0), "message_clicked", &click);
    assert!(!fits(&engine, at(18.1), &resting));
    assert!(fits(
        &engine,
        at(18.1),
        &json!({ "family.city.ignored": 0 })
    ));
}

#[test]
fn read_message_is_not_ignored_and_channels_have_their_own_days() {
    let mut site = site();
    site["channels"] = json!({ "reaction_days": { "mail": 14 } });
    let mut engine = engine_of(&site);
    for (id, channel) in [("n1", "email"), ("n2", "mail"), ("n3", "sms")] {
        let fields = [("id", id), ("channel", channel), ("family", "city")];
        report(&mut engine, NOW_MS, "message_sent", &fields);
    }
    let ignored = |engine: &Engine, days: f64, n: u32| {
        fits(
            engine,
            NOW_MS + days * DAY_MS,
            &json!({ "family.city.ignored": n }),
        )
    };
    assert!(ignored(&engine, 1.0, 0) && ignored(&engine, 4.0, 2));
    let open = [("id", "n1"), ("channel", "email"), ("family", "city")];
    report(&mut engine, NOW_MS + DAY_MS, "message_opened", &open);
    assert!(ignored(&engine, 4.0, 1) && ignored(&engine, 15.0, 2));
}

#[test]
fn reaction_days_of_an_unknown_channel_or_number_are_rejected() {
    for (days, path) in [
        (json!({ "emial": 3 }), "/channels/reaction_days/emial"),
        (json!({ "email": -1 }), "/channels/reaction_days/email"),
    ] {
        let mut site = site();
        site["channels"] = json!({ "reaction_days": days });
        let errors = compile(&site.to_string()).expect_err("an error");
        assert!(errors.iter().any(|e| e.path == path), "{errors:?}");
    }
}

fn with_scenario(scenario: Value) -> Engine {
    let mut site = site();
    site["scenarios"] = json!([scenario]);
    engine_of(&site)
}

fn is_due(engine: &Engine, days: f64) -> bool {
    !engine.due(NOW_MS + days * DAY_MS).is_empty()
}

#[test]
fn scenario_waits_for_each_event_of_messages() {
    for on in ["message_sent", "message_opened", "message_clicked"] {
        let mut engine = with_scenario(
            json!({ "name": "s", "on": on, "after": { "days": 1 }, "then": { "webhook": "crm" } }),
        );
        assert!(!is_due(&engine, 2.0));
        let fields = [("id", "n1"), ("channel", "email"), ("family", "city")];
        report(&mut engine, NOW_MS, on, &fields);
        assert!(!is_due(&engine, 0.5) && is_due(&engine, 1.5), "{on}");
    }
    let mut engine =
        with_scenario(json!({ "name": "s", "on": "unsubscribed", "then": { "webhook": "crm" } }));
    report(&mut engine, NOW_MS, "unsubscribe", &[]);
    assert!(is_due(&engine, 0.5));
}

#[test]
fn scenario_is_held_back_by_a_click_and_counts_a_click_as_an_open() {
    for unless in ["message_clicked", "message_opened"] {
        let mut engine = with_scenario(
            json!({ "name": "s", "on": "newsletter_signup", "after": { "days": 3 }, "unless": [unless], "then": { "webhook": "crm" } }),
        );
        report(&mut engine, NOW_MS, "newsletter_signup", &[]);
        assert!(is_due(&engine, 4.0));
        let click = [("id", "n1"), ("channel", "email")];
        report(&mut engine, NOW_MS + DAY_MS, "message_clicked", &click);
        assert!(!is_due(&engine, 4.0), "{unless}");
    }
}

#[test]
fn scenario_on_an_event_that_it_never_sees_is_rejected() {
    for (key, value) in [
        ("on", json!("scenario_fired")),
        ("unless", json!(["scenario_fired"])),
    ] {
        let mut site = site();
        site["scenarios"] = json!([{ "name": "s", "on": "booking", "then": { "webhook": "crm" } }]);
        site["scenarios"][0][key] = value;
        assert!(compile(&site.to_string()).is_err(), "{key}");
    }
}
