//! The policy linter: what it warns of, where, and that it lets pass what can happen.

use std::path::Path;

use escale::compile;
use serde_json::{Value, json};

/// A config that nobody has to warn of.
fn sound() -> Value {
    let offer = |id: &str, family: &str, places: &[&str]| json!({ "id": id, "family": family, "placements": places, "content": { "en": { "title": id } } });
    json!({
        "version": 1,
        "facets": { "trip": { "topics": ["city", "beach"] }, "mood": { "topics": ["calm", "lively"] } },
        "pages": [{ "match": "/city/*", "topics": { "trip.city": 1 } }],
        "json_ld": [{ "match": "touristtype=beach", "topics": { "trip.beach": 1 } }],
        "families": { "city": { "then": "beach" }, "beach": {}, "service": { "ignored_after": 0 } },
        "placements": { "hero": {}, "row": { "slots": 3 } },
        "zones": { "a": {}, "b": {}, "south": { "hemisphere": "south" } },
        "default_zone": "a",
        "segments": { "regulars": { "stage": "regular" } },
        "personas": {
            "couple": { "rules": [{ "when": { "segments": { "$in": ["regulars"] } } }] },
            "staff": { "negative": true, "rules": [{ "when": { "visit.count": { "$gte": 99 } } }] }
        },
        "offers": [
            offer("lisbon", "city", &["hero", "row"]),
            offer("crete", "beach", &["hero"]),
            offer("waiting", "service", &["row"]),
        ],
        "scenarios": [{ "name": "follow-up", "on": "quote_abandoned", "then": { "offer": "waiting" } }],
    })
}

/// Returns the places and messages of the linter's warnings after a change at one place.
fn warned(pointer: &str, value: Value) -> Vec<(String, String)> {
    let mut config = sound();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let key = key.replace("~1", "/");
    match config.pointer_mut(parent).expect("a parent") {
        Value::Object(object) => drop(object.insert(key, value)),
        Value::Array(list) => list.push(value),
        other => panic!("{other} has no members"),
    }
    warnings(&config)
}

fn warnings(config: &Value) -> Vec<(String, String)> {
    let compiled = compile(&config.to_string()).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let each = compiled.warnings.into_iter().map(|w| {
        assert!(
            !w.hint.is_empty() && !w.hint.ends_with('.') && !w.message.ends_with('.'),
            "{w}"
        );
        (w.path, w.message)
    });
    each.collect()
}

#[track_caller]
fn warns_once(pointer: &str, value: Value, (path, message): (&str, &str)) {
    let found = warned(pointer, value);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].0 == path && found[0].1.contains(message),
        "{found:#?}"
    );
}

#[test]
fn what_is_sound_is_let_pass() {
    assert_eq!(warnings(&sound()), []);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in [
        "www/demo/escale.json",
        "tests/common/small.json",
        "tests/common/timed.json",
    ] {
        let json: Value =
            serde_json::from_str(&std::fs::read_to_string(root.join(path)).expect(path))
                .expect("JSON");
        assert_eq!(warnings(&json), [], "{path}");
    }
}

/// Conditions over numbers that are false for every visitor: condition, path below it, part of the
/// message.
fn numbers_never_so() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (
            json!({ "visit.count": { "$lt": 1, "$gt": 2 } }),
            "/visit.count",
            "no value of `visit.count` passes all",
        ),
        (
            json!({ "visit.count": { "$gte": 3 }, "$and": [{ "visit.count": 2 }] }),
            "/$and/0/visit.count",
            "passes all",
        ),
        (
            json!({ "affinity.trip.city": { "$gt": 1 } }),
            "/affinity.trip.city",
            "lies from 0 to 1",
        ),
        (
            json!({ "confidence.trip": { "$gte": 30 } }),
            "/confidence.trip",
            "lies from 0 to 1",
        ),
        (
            json!({ "rfm.score": 20 }),
            "/rfm.score",
            "lies from 3 to 15",
        ),
        (
            json!({ "persona.score.couple": { "$gte": 2 } }),
            "/persona.score.couple",
            "lies from 0 to 1",
        ),
        (
            json!({ "bookings.count": { "$lt": 0 } }),
            "/bookings.count",
            "never so",
        ),
        (
            json!({ "$or": [{ "visit.count": -1 }, { "lift.trip.city": -1 }] }),
            "/$or",
            "none of these alternatives",
        ),
        (
            json!({ "visit.count": { "$gt": 5 }, "$or": [{ "visit.count": 1 }, { "visit.count": 2 }] }),
            "/$or",
            "none of",
        ),
    ]
}

/// Conditions over names that are false for every visitor, as above.
fn names_never_so() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (
            json!({ "stage": "new", "$and": [{ "stage": "lapsed" }] }),
            "/$and/0/stage",
            "passes all",
        ),
        (
            json!({ "stage": { "$in": ["new"], "$nin": ["new"] } }),
            "/stage",
            "passes all",
        ),
        (
            json!({ "segments": { "$in": ["regulars"], "$nin": ["regulars"] } }),
            "/segments",
            "passes all",
        ),
        (json!({ "persona": "staff" }), "/persona", "never so here"),
        (
            json!({ "persona.negative": "staff" }),
            "/persona.negative",
            "never so here",
        ),
        (
            json!({ "pressure.frequency": "never" }),
            "/pressure.frequency",
            "never so here",
        ),
    ]
}

#[test]
fn condition_without_a_visitor_warns() {
    for (when, below, message) in numbers_never_so().into_iter().chain(names_never_so()) {
        let found = warned("/offers/1/when", when);
        let is_it = found[0].0 == format!("/offers/1/when{below}") && found[0].1.contains(message);
        // It was its family's only offer.
        assert!(
            is_it && found.len() == 2 && found[1].0 == "/families/beach",
            "{found:#?}"
        );
    }
}

#[test]
fn condition_with_a_possible_visitor_passes() {
    for when in [
        json!({ "visit.count": { "$gt": 1, "$lt": 3 } }),
        json!({ "affinity.trip.city": { "$gte": 0, "$lte": 1 } }),
        // A visitor who bought nothing has no score, and unknown is less than one.
        json!({ "rfm.recency": { "$lt": 1 } }),
        json!({ "trip.days_to_departure": { "$lt": -3 } }),
        json!({ "stage": { "$nin": ["new", "lapsed"] } }),
        json!({ "$not": { "visit.count": -1 } }),
        json!({ "$nor": [{ "visit.count": -1 }] }),
        json!({ "$or": [{ "visit.count": -1 }, { "visit.count": 3 }] }),
        json!({ "segments": { "$size": 0 } }),
        json!({ "persona.negative": null }),
        json!({ "persona.negative": { "$ne": "staff" } }),
        json!({ "quote.open": { "$ne": true } }),
        json!({ "page.topics": { "$in": ["trip.city", "mood.calm"] } }),
        json!({}),
    ] {
        assert_eq!(warned("/offers/1/when", when.clone()), [], "{when}");
    }
}

#[test]
fn segment_that_rests_on_an_empty_one_warns() {
    let mut config = sound();
    config["segments"]["regulars"] = json!({ "bookings.count": { "$lt": 0 } });
    config["segments"]["best"] = json!({ "segments": { "$all": ["regulars"] } });
    config["offers"][1]["when"] = json!({ "persona": "couple" });
    config["scenarios"][0]["then"]["offer"] = json!("crete");
    config["placements"]["row"]["min_confidence"] = json!(1);
    let found = warnings(&config);
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "/segments/regulars/bookings.count",
        "/segments/best/segments",
        "/personas/couple/rules/0/when/segments",
        "/personas/couple",
        "/placements/row/min_confidence",
        "/offers/1/when/persona",
        "/families/beach",
        "/families/service",
        "/scenarios/0/then/offer",
    ];
    assert_eq!(paths, expected, "{found:#?}");
}

#[test]
fn families_that_starve_and_changes_of_subject_that_lead_nowhere() {
    warns_once(
        "/families/ski",
        json!({}),
        ("/families/ski", "no offer belongs"),
    );
    let nowhere = json!({ "then": "service" });
    warns_once(
        "/families/beach",
        nowhere,
        ("/families/beach/then", "no placement in common"),
    );
    let restless = json!({ "then": "beach", "ignored_after": 0 });
    warns_once(
        "/families/city",
        restless,
        ("/families/city/then", "never rests"),
    );
    warns_once(
        "/placements/footer",
        json!({}),
        ("/placements/footer", "no offer may stand"),
    );
}

type Caps = Vec<Value>;

fn cap(most: u16, per: &str) -> Value {
    json!({ "most": most, "per": per })
}

/// Caps of an offer, its family, its placement and the whole, with the part of the warning they
/// give.
fn cap_cases() -> Vec<(Caps, Caps, Caps, Caps, Option<&'static str>)> {
    vec![
        (
            vec![cap(5, "day")],
            vec![cap(3, "day")],
            vec![],
            vec![],
            Some("the family `beach` stops at 3"),
        ),
        (
            vec![cap(5, "day")],
            vec![cap(4, "week")],
            vec![],
            vec![],
            Some("stops at 4"),
        ),
        (
            vec![cap(5, "day")],
            vec![],
            vec![cap(5, "day")],
            vec![],
            Some("the placement `hero` stops at 5"),
        ),
        (
            vec![cap(5, "day")],
            vec![],
            vec![],
            vec![cap(2, "life")],
            Some("the whole stops at 2"),
        ),
        (
            vec![cap(3, "week"), cap(3, "day")],
            vec![],
            vec![],
            vec![],
            Some("another cap here stops at 3"),
        ),
        (
            vec![cap(2, "day")],
            vec![cap(3, "day")],
            vec![cap(4, "day")],
            vec![cap(9, "week")],
            None,
        ),
        (
            vec![cap(5, "week")],
            vec![cap(3, "day")],
            vec![],
            vec![],
            None,
        ),
        (
            vec![cap(5, "visit")],
            vec![cap(3, "month")],
            vec![],
            vec![],
            None,
        ),
    ]
}

#[test]
fn caps_that_never_bind() {
    for (mine, family, placement, all, expected) in cap_cases() {
        let mut config = sound();
        config["offers"][1]["caps"] = json!(mine);
        config["families"]["beach"]["caps"] = json!(family);
        config["placements"]["hero"]["caps"] = json!(placement);
        config["pressure"] = json!({ "caps": all });
        let found = warnings(&config);
        match expected {
            None => assert_eq!(found, []),
            Some(text) => assert!(
                found.len() == 1
                    && found[0].0.starts_with("/offers/1/caps/")
                    && found[0].1.contains(text),
                "{found:#?}"
            ),
        }
    }
    // What sells nothing is not withheld by the caps of the whole.
    let mut config = sound();
    config["offers"][1]["kind"] = json!("editorial");
    config["offers"][1]["caps"] = json!([cap(5, "day")]);
    config["pressure"] = json!({ "caps": [cap(2, "day")] });
    assert_eq!(warnings(&config), []);
    // None at all is an error, not a warning.
    config["offers"][1]["caps"] = json!([cap(0, "day")]);
    assert_eq!(
        compile(&config.to_string()).unwrap_err()[0].path,
        "/offers/1/caps/0/most"
    );
}

#[test]
fn topics_that_nothing_gives() {
    let mut config = sound();
    config["facets"]["trip"]["topics"] = json!(["city", "beach", "golf"]);
    config["offers"][1]["when"] = json!({ "page.topics": { "$in": ["trip.golf"] } });
    let found = warnings(&config);
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/facets/trip/topics/2",
            "/offers/1/when/page.topics",
            "/families/beach"
        ]
    );
    config["questions"] = json!([{ "facet": "trip", "text": { "en": "What do you like?" } }]);
    assert_eq!(warnings(&config), [], "an answer gives it");
}

#[test]
fn seasons_that_overlap_in_a_zone() {
    let winter = json!({ "name": "winter", "from": "12-01", "until": "02-28" });
    let with = |other: Value| {
        let mut config = sound();
        config["seasons"] = json!([winter, other]);
        warnings(&config)
    };
    for (other, zone) in [
        (
            json!({ "name": "christmas", "from": "12-10", "until": "01-02" }),
            "`a`",
        ),
        (
            json!({ "name": "half-term", "from": "2027-02-20", "until": "2027-03-07", "regions": ["b"] }),
            "`b`",
        ),
        (
            json!({ "name": "leap", "from": "02-28", "until": "02-28", "hemisphere": "south" }),
            "`south`",
        ),
    ] {
        let found = with(other);
        assert!(
            found.len() == 1 && found[0].0 == "/seasons/1" && found[0].1.contains(zone),
            "{found:#?}"
        );
    }
    assert_eq!(
        with(json!({ "name": "spring", "from": "03-01", "until": "05-31" })),
        []
    );
    let mut config = sound();
    config["seasons"] = json!([
        { "name": "summer", "from": "06-21", "until": "09-21", "hemisphere": "north" },
        { "name": "winter", "from": "06-21", "until": "09-21", "hemisphere": "south" }
    ]);
    assert_eq!(warnings(&config), []);
}

#[test]
fn scenarios_that_come_to_nothing() {
    let scenario = |on: &str, rest: Value| {
        let mut one = json!({ "name": "late", "on": on, "then": { "offer": "crete" } });
        one.as_object_mut()
            .expect("an object")
            .extend(rest.as_object().expect("an object").clone());
        one
    };
    for (one, below, message) in [
        (
            scenario("search", json!({ "within": {} })),
            "within",
            "for no time at all",
        ),
        (
            scenario("trip.returned", json!({ "after": { "days": 40 } })),
            "after",
            "lasts 30 days",
        ),
        (
            scenario("search", json!({ "when": { "visit.count": -1 } })),
            "when/visit.count",
            "never due",
        ),
    ] {
        warns_once(
            "/scenarios/1",
            one,
            (&format!("/scenarios/1/{below}"), message),
        );
    }
    let mut config = sound();
    config["pressure"] = json!({ "rest_after_booking_days": 30 });
    config["scenarios"][0] = scenario("booking", json!({ "after": { "days": 3 } }));
    let found = warnings(&config);
    assert!(
        found.len() == 1 && found[0].1.contains("rests for 30 days"),
        "{found:#?}"
    );
}

/// Tags: r11.
#[test]
fn topics_of_special_categories_are_rejected_and_revealing_names_warned_of() {
    let mut config = sound();
    config["facets"]["trip"]["topics"] = json!(["city", { "name": "retreat", "sensitive": true }]);
    let errors = compile(&config.to_string())
        .map(|_| ())
        .expect_err("a sensitive topic");
    assert_eq!(
        (&*errors[0].path, &*errors[0].message),
        (
            "/facets/trip/topics/retreat",
            "`retreat` is a sensitive topic"
        )
    );
    for name in [
        "pilgrimage",
        "medical-travel",
        "accessibility",
        "pelerinage",
        "handicap",
        "halal",
        "kosher",
        "lgbt-friendly",
    ] {
        let found = warned("/facets/trip/topics", json!(["city", "beach", name]));
        assert!(
            found
                .iter()
                .any(|(path, message)| path.ends_with(name) && message.contains("sensitive")),
            "{name}: {found:#?}"
        );
    }
}

#[test]
fn patterns_of_pages_that_no_browser_writes_are_warned_of() {
    for (pattern, hint) in [
        ("https://www.voyages.example/ski/*", "origin"),
        ("ski/*", "begin with `/`"),
        ("/#/ski", "Fragments"),
        ("/ski\\chamonix", "backslash"),
        ("/ski\t*", "control"),
    ] {
        let rule = json!({ "match": pattern, "topics": { "trip.city": 1 } });
        let message = format!("`{pattern}` matches no address that a browser writes");
        warns_once("/pages/-", rule, ("/pages/1/match", &message));
        assert!(
            escale::internals::base::address::unreachable_pattern(pattern)
                .is_some_and(|text| text.contains(hint)),
            "{pattern}"
        );
    }
    for pattern in [
        "/séjours/*",
        "/s%C3%A9jours/*",
        "*/ski",
        "/:slug",
        "/a b?x=*",
        "/ski;v=1/../a",
    ] {
        let rule = json!({ "match": pattern, "topics": { "trip.city": 1 } });
        assert_eq!(warned("/pages/-", rule), [], "{pattern}");
    }
}

#[test]
fn tokens_that_no_page_gives_are_warned_of() {
    for pattern in ["city break", "@type=hotel", "name=lisbon", "=hotel"] {
        let rule = json!({ "match": pattern, "topics": { "trip.city": 1 } });
        let message = format!("`{pattern}` is no token that pages give");
        warns_once("/json_ld/-", rule, ("/json_ld/1/match", &message));
    }
    let rule = json!({ "match": "touristType=City break", "topics": { "trip.city": 1 } });
    assert_eq!(warned("/json_ld/-", rule), []);
}
