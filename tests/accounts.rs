//! JSON for pages has the types that the package declares: no field more, none less.

mod common;

use std::collections::BTreeSet;

use common::{DAY_S, NOW_MS, config};
use escale::internals::event::fields::{RECORD, UNIT};
use escale::{DecisionRequest, Engine, PageFacts, explain, snapshot};
use serde_json::Value;

const TYPES: &str = include_str!("../src/web/full/types.ts");

/// Fields whose members are names of the site's own.
const BY_NAME: [&str; 5] = ["counts", "persona_scores", "channels", "arms", "levels"];

/// The fields of an interface, with those of the objects written inside of it.
fn declared(interface: &str) -> BTreeSet<String> {
    let start = TYPES
        .find(&format!("export interface {interface} "))
        .unwrap_or_else(|| panic!("no {interface}"));
    let body = TYPES[start..]
        .split_once('{')
        .expect("a body")
        .1
        .split("\n}")
        .next()
        .expect("its end");
    let code: String = body
        .split("/**")
        .filter_map(|part| part.rsplit("*/").next())
        .collect();
    let names = code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')));
    names
        .filter_map(|name| name.strip_suffix(':'))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The fields of a value and of all that lies in it.
fn collect_fields(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_fields(item, fields)),
        Value::Object(members) => members.iter().for_each(|(name, inner)| {
            fields.insert(name.clone());
            if BY_NAME.contains(&name.as_str()) {
                inner
                    .as_object()
                    .into_iter()
                    .flatten()
                    .for_each(|(_, one)| collect_fields(one, fields));
            } else {
                collect_fields(inner, fields);
            }
        }),
        _ => {}
    }
}

/// Somebody of whom there is something to tell in every field.
fn well_known() -> Engine {
    let json =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/escale.json"))
            .expect("the demo");
    let mut engine = Engine::new(config(&json));
    engine.set_visitor(5);
    let calls = [
        (
            "quote_start",
            "destination=lisbonne,start_date=2027-03-05,end_date=2027-03-08,adults=2",
        ),
        (
            "booking",
            "id=ORDER-1,value=420,destination=porto,start_date=2027-01-05,end_date=2027-01-08",
        ),
        ("declare", "fact=party,value=couple"),
        ("declare", "deny=trip.ski"),
        (
            "offer_impression",
            "offer=lisbonne-3-nuits,placement=home-hero,decided_ms=1795262400000,propensity=0.5,slot=0,variant=0,arm=0",
        ),
        ("message_sent", "id=m1,channel=email,family=exotic"),
        ("message_clicked", "id=m1,channel=email,family=exotic"),
    ];
    for page in 0..4 {
        let event = engine.page(
            NOW_MS + f64::from(page),
            &PageFacts {
                explicit: "trip.city,stay.short",
                ..PageFacts::default()
            },
        );
        engine.apply(&event);
    }
    for (name, fields) in calls {
        let packed: String = fields
            .split(',')
            .filter_map(|field| field.split_once('='))
            .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
            .collect();
        let event = engine
            .track(NOW_MS + 60_000.0, name, &packed)
            .unwrap_or_else(|e| panic!("{name}: {e:?}"));
        engine.apply(&event);
    }
    engine
}

#[test]
fn the_account_of_a_visitor_has_the_fields_of_its_type() {
    let now_ms = NOW_MS + f64::from(DAY_S) * 1000.0;
    let mut fields = BTreeSet::new();
    collect_fields(
        &serde_json::to_value(snapshot(&well_known(), now_ms)).expect("serialises"),
        &mut fields,
    );
    let interfaces = [
        "Knowledge",
        "CustomerKnowledge",
        "Journey",
        "DecisionAccount",
    ];
    let types: BTreeSet<String> = interfaces
        .iter()
        .flat_map(|interface| declared(interface))
        .collect();
    assert_eq!(fields, types);
}

#[test]
fn an_explanation_has_the_fields_of_its_type() {
    let engine = well_known();
    let placement = engine.placement("home-row").expect("a placement");
    let request = DecisionRequest {
        now_ms: NOW_MS + 120_000.0,
        placement,
        slot: 0,
        exclude: &[],
    };
    let mut fields = BTreeSet::new();
    collect_fields(
        &serde_json::to_value(explain(&engine, &request)).expect("serialises"),
        &mut fields,
    );
    let types: BTreeSet<String> = ["Explanation", "Contribution"]
        .iter()
        .flat_map(|interface| declared(interface))
        .collect();
    assert_eq!(fields, types);
}
