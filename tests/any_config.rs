//! No config can make the engine fail. A config that people write is rejected with a place and a
//! hint, or decides. Bytes that claim to be compiled are rejected, or decide. Any time that a
//! caller gives has an answer.

mod common;

use escale::internals::base::index::Index;
use std::sync::OnceLock;

use escale::internals::base::hash::digest;
use escale::internals::config::layout::{FORMAT, HEADER_BYTES, MAGIC, SECTIONS, Section};
use escale::internals::event::fields::{RECORD, UNIT};
use escale::{Config, DecisionRequest, Engine, PageFacts, compile, explain, snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The configs that are bent: one with a bit of everything, and the demo's.
fn sound() -> &'static [Value] {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    ALL.get_or_init(|| {
        let demo =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/escale.json"));
        let texts = [
            include_str!("common/small.json"),
            include_str!("common/customer.json"),
            &demo.expect("the demo"),
        ];
        texts
            .iter()
            .map(|text| serde_json::from_str(text).expect("JSON"))
            .collect()
    })
}

/// Any JSON value, in the place of the right one.
fn any_value() -> impl Strategy<Value = Value> {
    let numbers = [
        0.0,
        -0.0,
        -1.0,
        0.5,
        1e-300,
        1e300,
        -1e300,
        65_535.0,
        65_536.0,
        4_294_967_296.0,
        9e15,
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(numbers.to_vec()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "trip.city",
            "city",
            "home-hero",
            "lisbonne",
            "2026-02-30",
            "13-45",
            "\u{1f}",
            "$ne",
            "/*",
            "a b"
        ])
        .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({ "$exists": true })),
        Just(json!([{ "most": 1, "per": "life" }])),
        Just(json!({ "arm.x": "y" })),
    ]
}

/// A change at one place of a config.
#[derive(Clone, Debug)]
enum Bend {
    Put(Value),
    /// A number, so many times as large.
    Times(f64),
    Drop,
    /// The member stands there once more under another name, or at the end of its list.
    Double(String),
}

fn any_bend() -> impl Strategy<Value = (prop::sample::Index, Bend)> {
    let bend = prop_oneof![
        2 => any_value().prop_map(Bend::Put),
        6 => prop::sample::select(vec![0.0, 0.1, 0.5, 2.0, 10.0, 1e6]).prop_map(Bend::Times),
        3 => Just(Bend::Drop),
        2 => "[a-z]{1,6}".prop_map(Bend::Double),
    ];
    (any::<prop::sample::Index>(), bend)
}

/// The JSON pointers of all places.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    for (part, inner) in below {
        let path = format!("{at}/{part}");
        places(inner, &path, all);
        all.push(path);
    }
}

fn bend(config: &mut Value, (at, how): &(prop::sample::Index, Bend)) {
    let mut all = Vec::new();
    places(config, "", &mut all);
    if matches!(how, Bend::Times(_)) {
        all.retain(|path| config.pointer(path).is_some_and(Value::is_number));
    }
    if all.is_empty() {
        return;
    }
    let path = at.get(&all).clone();
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", ""));
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Bend::Put(value) = how {
        *config.pointer_mut(&path).expect("a place") = value.clone();
        return;
    }
    if let Bend::Times(factor) = how {
        let number = config.pointer_mut(&path).expect("a place");
        let product = number.as_f64().unwrap_or(1.0) * factor;
        // A whole number stays one: some fields take no other.
        *number = if number.is_f64() {
            json!(product)
        } else {
            json!(product as i64)
        };
        return;
    }
    match (config.pointer_mut(parent).expect("a place"), how) {
        (Value::Object(members), Bend::Drop) => drop(members.shift_remove(&name)),
        (Value::Object(members), Bend::Double(other)) => {
            let again = members[&name].clone();
            members.insert(other.clone(), again);
        }
        (Value::Array(items), how) => {
            let item = items.remove(name.parse().expect("a place in a list"));
            if matches!(how, Bend::Double(_)) {
                items.extend([item.clone(), item]);
            }
        }
        _ => {}
    }
}

/// Times that a page may tell, also such as no clock would.
fn any_time() -> impl Strategy<Value = f64> {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -1.0,
        1e300,
        -1e300,
        9.2e15,
        1_577_836_800_000.0,
    ];
    prop_oneof![3 => 1.75e12..1.85e12, 1 => prop::sample::select(odd.to_vec()), 1 => any::<f64>()]
}

fn any_call() -> impl Strategy<Value = (f64, String, String)> {
    let names = [
        "search",
        "quote_start",
        "quote_submit",
        "booking",
        "booking_cancel",
        "declare",
        "offer_impression",
    ];
    let more = [
        "offer_click",
        "offer_less",
        "offer_never",
        "offer_booked",
        "message_sent",
        "review",
        "made_up",
        "page",
    ];
    let keys = [
        "offer",
        "placement",
        "destination",
        "start_date",
        "end_date",
        "value",
        "id",
        "fact",
        "frequency",
        "topics",
    ];
    let values = [
        "lisbonne",
        "home-hero",
        "2027-03-05",
        "1970-01-01",
        "-5",
        "NaN",
        "1e999",
        "party",
        "couple",
        "monthly",
        "",
    ];
    let field = (
        prop::sample::select(keys.to_vec()),
        prop_oneof![
        3 => prop::sample::select(values.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}".prop_map(String::from)],
    );
    let fields = prop::collection::vec(field, 0..5).prop_map(|all| {
        all.iter()
            .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
            .collect()
    });
    (
        any_time(),
        prop::sample::select([&names[..], &more[..]].concat()).prop_map(str::to_owned),
        fields,
    )
}

/// A visitor lives on it, and every placement is asked for. What is answered must make sense.
fn live(config: Config, calls: &[(f64, String, String)]) {
    let mut engine = Engine::new(config);
    engine.set_visitor(7);
    for (now_ms, name, fields) in calls {
        let event = match name.as_str() {
            "page" => {
                let facts = PageFacts {
                    explicit: "trip.city:3,stay.short",
                    url: "/city-trips/a?b=c",
                    tokens: "type=trip",
                };
                engine.page(*now_ms, &facts)
            }
            name => engine.track(*now_ms, name, fields).unwrap_or_default(),
        };
        engine.apply(&event);
        let stored = engine.save();
        engine.load(&stored).expect("what is saved can be loaded");
        ask(&engine, *now_ms);
    }
}

fn ask(engine: &Engine, now_ms: f64) {
    let config = engine.config();
    for placement in config.indices().chain([Index::new(u16::MAX)]) {
        let mut shown = Vec::new();
        for slot in 0..config.placement(placement).slots.min(4) as u8 {
            let request = DecisionRequest {
                now_ms,
                placement,
                slot,
                exclude: &shown,
            };
            let decision = engine.choose(&request);
            assert_eq!(engine.choose(&request), decision, "twice the same");
            assert!(
                decision.propensity > 0.0 && decision.propensity <= 1.000_000_1,
                "{decision:?}"
            );
            if let Some(offer) = decision.offer {
                assert!(!shown.contains(&offer), "an offer stands on a page once");
                let _ = engine.content(offer, decision.variant, "fr").count();
            }
            shown.extend(decision.offer);
        }
    }
    let _ = (
        engine.due(now_ms),
        engine.question(now_ms),
        engine.customer(now_ms),
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever people write is rejected with places and hints, or decides.
    #[test]
    fn any_config_is_rejected_with_a_hint_or_decides(
        which in 0usize..3,
        bends in prop::collection::vec(any_bend(), 1..3),
        calls in prop::collection::vec(any_call(), 0..12),
    ) {
        let mut config = sound()[which].clone();
        bends.iter().for_each(|one| bend(&mut config, one));
        match compile(&config.to_string()) {
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(!error.message.is_empty() && !error.hint.is_empty(), "{error:?}");
                    prop_assert!(error.path.is_empty() || error.path.starts_with('/'), "{error:?}");
                }
            }
            Ok(compiled) => live(Config::from_bytes(compiled.bytes).expect("what was compiled opens"), &calls),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Damage that a check sum does not show decides, too: reading is total. A field of four bytes
    /// is bent, wherever it lies but in people's texts.
    #[test]
    fn fields_with_a_right_check_sum_are_rejected_or_decide(
        which in 0usize..3,
        damage in prop::collection::vec((0usize..SECTIONS, any::<prop::sample::Index>(), any_number()), 1..3),
        calls in prop::collection::vec(any_call(), 1..5),
    ) {
        let mut bytes = compiled(which).to_vec();
        let number = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        for (section, at, other) in damage {
            let (start, length) = (number(&bytes, 12 + section * 8) as usize, number(&bytes, 16 + section * 8) as usize);
            let is_there = bytes.len() >= start.saturating_add(length) && start >= HEADER_BYTES;
            if is_there && length >= 4 && section != Section::StringBytes as usize {
                let at = start + at.index(length / 4) * 4;
                bytes[at..at + 4].copy_from_slice(&other.to_le_bytes());
            }
        }
        live_on_damage(signed(bytes), &calls)?;
    }

    /// The same with any bytes, the header's among them, and with the end cut off.
    #[test]
    fn bytes_with_a_right_check_sum_are_rejected_or_decide(
        which in 0usize..3,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        in_header in prop::bool::weighted(0.2),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        calls in prop::collection::vec(any_call(), 1..3),
    ) {
        let mut bytes = compiled(which).to_vec();
        for (at, byte) in damage {
            let end = if in_header { HEADER_BYTES } else { bytes.len() };
            let at = 12 + at.index(end - 12);
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(12 + cut.index(bytes.len() - 11));
        }
        live_on_damage(signed(bytes), &calls)?;
    }

    #[test]
    fn any_bytes_are_rejected(body in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Config::from_bytes(body.clone()).is_err());
        // Nor does it help to look like one.
        let head = [&MAGIC[..], &FORMAT.to_le_bytes(), &[0; 6]].concat();
        prop_assert!(Config::from_bytes(signed([head, body].concat())).is_err());
    }
}

/// Words that are odd as numbers, as places and as floats.
fn any_number() -> impl Strategy<Value = u32> {
    prop_oneof![
        prop::sample::select(vec![
            0,
            1,
            u32::MAX,
            0x7fc0_0000,
            0x7f80_0000,
            0xff80_0000,
            0x8000_0000,
            0xffff
        ]),
        any::<u32>()
    ]
}

/// With the check sum of what is there.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = digest(bytes.get(12..).unwrap_or(&[])).to_le_bytes();
    bytes[8..12].copy_from_slice(&sum);
    bytes
}

/// A damaged config is rejected, or decides something that can be: whoever is chosen is a
/// candidate.
fn live_on_damage(bytes: Vec<u8>, calls: &[(f64, String, String)]) -> Result<(), TestCaseError> {
    let Ok(config) = Config::from_bytes(bytes) else {
        return Ok(());
    };
    let mut engine = Engine::new(config);
    engine.set_visitor(7);
    let page = engine.page(
        common::NOW_MS,
        &PageFacts {
            explicit: "trip.city:3",
            url: "/city-trips/a",
            tokens: "a=b",
        },
    );
    engine.apply(&page);
    for (now_ms, name, fields) in calls {
        let event = engine.track(*now_ms, name, fields).unwrap_or_default();
        engine.apply(&event);
        for placement in engine.config().indices().take(8) {
            let decision = engine.choose(&DecisionRequest {
                now_ms: *now_ms,
                placement,
                slot: 0,
                exclude: &[],
            });
            let row = engine.config().placement(placement);
            let is_candidate = |offer| {
                engine
                    .config()
                    .candidates(&row)
                    .any(|candidate| candidate == offer)
            };
            prop_assert!(decision.offer.is_none_or(is_candidate), "{decision:?}");
        }
        let _ = (
            engine.due(*now_ms),
            engine.question(*now_ms),
            engine.customer(*now_ms),
        );
        prop_assert!(serde_json::to_string(&snapshot(&engine, *now_ms)).is_ok());
    }
    // Names whose hashes were bent may make a profile that is rejected: then the browser begins
    // anew, and nothing fails.
    let stored = engine.save();
    let _ = engine.load(&stored);
    Ok(())
}

fn compiled(which: usize) -> &'static [u8] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let compile = |config: &Value| compile(&config.to_string()).expect("compiles").bytes;
    &ALL.get_or_init(|| sound().iter().map(compile).collect())[which]
}

#[test]
fn no_time_makes_an_account_fail() {
    let mut engine = Engine::new(Config::from_bytes(compiled(2).to_vec()).expect("opens"));
    let event = engine.page(
        common::NOW_MS,
        &PageFacts {
            explicit: "trip.city:4",
            ..PageFacts::default()
        },
    );
    engine.apply(&event);
    for now_ms in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e300] {
        ask(&engine, now_ms);
        let output = serde_json::to_string(&snapshot(&engine, now_ms)).expect("serialises");
        assert!(output.contains("\"facets\":[{"), "{output}");
        let placement = engine.placement("home-hero").expect("a placement");
        let output = explain(
            &engine,
            &DecisionRequest {
                now_ms,
                placement,
                slot: 0,
                exclude: &[],
            },
        );
        assert!(!output.texts.is_empty());
    }
}

#[test]
fn an_empty_catalogue_leaves_the_page_its_own_content() {
    let mut config = sound()[0].clone();
    config["offers"] = json!([]);
    config["scenarios"] = json!([]);
    live(
        common::config(&config.to_string()),
        &[(common::NOW_MS, "page".into(), String::new())],
    );
    for empty in ["facets", "families", "placements"] {
        let mut config = config.clone();
        config[empty] = json!({});
        config["pages"] = json!([]);
        config["json_ld"] = json!([]);
        config["placements"] = json!({});
        config["families"] = json!({});
        live(
            common::config(&config.to_string()),
            &[(common::NOW_MS, "page".into(), String::new())],
        );
    }
}

#[test]
fn list_longer_than_its_index_is_rejected() {
    let mut config = sound()[0].clone();
    config["facets"]["trip"]["topics"] = (0..1_000_000).map(|i| format!("t{i}")).collect();
    let errors = compile(&config.to_string()).expect_err("too many");
    assert_eq!(
        (errors.len(), errors[0].path.as_str()),
        (1, "/facets"),
        "{errors:?}"
    );
    assert_eq!(errors[0].hint, "Keep at most 65000");
    let mut config = sound()[0].clone();
    config["pages"] = (0..33_000)
        .map(|i| json!({ "match": format!("/p{i}"), "topics": { "trip.city": 1, "trip.ski": 1 } }))
        .collect();
    let errors = compile(&config.to_string()).expect_err("too many weights");
    assert_eq!(errors[0].path, "/pages/32768/topics", "{:?}", errors[0]);
    let mut config = sound()[0].clone();
    config["scenarios"][0]["unless"] = (0..65_536).map(|_| "booking").collect();
    let errors = compile(&config.to_string()).expect_err("too many events");
    assert_eq!(
        (errors.len(), errors[0].path.as_str()),
        (1, "/scenarios/0/unless"),
        "{:?}",
        errors[0]
    );
    let mut config = sound()[0].clone();
    let offer = config["offers"][0].clone();
    config["offers"] = (0..65_536)
        .map(|i| {
            let mut o = offer.clone();
            o["id"] = json!(format!("o{i}"));
            o
        })
        .collect();
    let errors = compile(&config.to_string()).expect_err("too many");
    assert_eq!(
        (errors.len(), errors[0].path.as_str()),
        (1, "/offers"),
        "{errors:?}"
    );
}
