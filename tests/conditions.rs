//! The condition language: our own cases and, where they are at hand, the shared vectors. The
//! strict form and the lenient one must agree. No bytes and no nesting can harm.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "conditions/agreement.rs"]
mod agreement;
#[path = "conditions/tree.rs"]
mod tree;

use std::path::Path;

use escale::internals::condition::bucket::bucket;
use escale::internals::condition::compile::compile;
use escale::internals::condition::encode::mentions;
use escale::internals::condition::interpreter::matches;
use serde_json::{Value, json};
use tree::{STAGES, Tree, Visitor, is_met};

fn own_cases() -> Value {
    serde_json::from_str(include_str!("cases/conditions.json")).unwrap()
}

/// Vectors from other implementations, kept beside the repository; `None`, and a word about it,
/// elsewhere.
fn shared_vectors(name: &str) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/vectors")
        .join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{name} is not at hand: passed over");
        return None;
    };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    Some(vectors["cases"].as_array().unwrap().clone())
}

#[test]
fn own_cases_are_met() {
    let cases = own_cases();
    for case in cases["strict"]
        .as_array()
        .unwrap()
        .iter()
        .chain(cases["lenient"].as_array().unwrap())
    {
        let answer = matches(&case["when"], &case["visitor"], &Value::Null);
        assert_eq!(answer, case["expected"], "{}", case["name"]);
    }
}

#[test]
fn compiled_cases_are_met() {
    for case in own_cases()["strict"].as_array().unwrap() {
        let mut errors = Vec::new();
        let code = compile(&case["when"], &Tree, "/when", &mut errors);
        assert!(errors.is_empty(), "{}: {}", case["name"], errors[0]);
        assert_eq!(
            is_met(code, &Visitor(&case["visitor"])),
            case["expected"],
            "{}",
            case["name"]
        );
    }
}

#[test]
fn mistakes_are_rejected_with_their_path() {
    for case in own_cases()["refused"].as_array().unwrap() {
        let mut errors = Vec::new();
        compile(&case["when"], &Tree, "/when", &mut errors);
        let expected = case["at"].as_object().unwrap();
        let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(
            paths,
            expected.keys().collect::<Vec<_>>(),
            "{}",
            case["name"]
        );
        for (error, texts) in errors.iter().zip(expected.values()) {
            assert!(
                error.to_string().contains(texts.as_str().unwrap()),
                "{}: {error}",
                case["name"]
            );
        }
    }
}

#[test]
fn shared_conditions_agree() {
    let cases = shared_vectors("conditions.json").unwrap_or_default();
    for case in &cases {
        let groups = case.get("savedGroups").unwrap_or(&Value::Null);
        let answer = matches(&case["condition"], &case["attributes"], groups);
        assert_eq!(answer, case["expected"], "{}", case["name"]);
    }
    println!("{} shared conditions hold", cases.len());
}

#[test]
fn shared_buckets_agree() {
    let cases = shared_vectors("hash.json").unwrap_or_default();
    for case in &cases {
        let text = |at: usize| case[at].as_str().unwrap();
        let version = u8::try_from(case[2].as_u64().unwrap()).unwrap();
        assert_eq!(
            bucket(text(0), text(1), version),
            case[3].as_f64(),
            "{case}"
        );
    }
    println!("{} shared buckets hold", cases.len());
}

#[test]
fn a_condition_tells_what_it_asks() {
    let when = json!({"$or": [{"segments": {"$in": ["loyal"]}}, {"stage": "planning", "affinity.trip.city": {"$gt": 1}}]});
    let code = compile(&when, &Tree, "", &mut Vec::new());
    let mut asked = Vec::new();
    mentions(&code, |attribute, argument| {
        asked.push((attribute, argument))
    });
    assert_eq!(
        asked,
        [(tree::SEGMENTS, 0), (tree::STAGE, 0), (tree::AFFINITY, 1)]
    );
}

/// 10,000 levels can be neither built nor dropped on a test's own small stack.
fn on_a_large_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}

/// Only the call under test runs on a stack of the usual size.
fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(1 << 20);
        small.spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// `json!` would copy what it wraps.
fn wrap(key: &str, inside: Value) -> Value {
    Value::Object(serde_json::Map::from_iter([(key.to_owned(), inside)]))
}

fn list(inside: Value) -> Value {
    Value::Array(vec![inside])
}

fn nested(step: impl Fn(Value) -> Value) -> Value {
    (0..10_000).fold(json!({"stage": "planning"}), |inside, _| step(inside))
}

#[test]
fn deep_nesting_is_rejected() {
    on_a_large_stack(|| {
        let conditions = [
            nested(|inside| wrap("$not", inside)),
            nested(|inside| wrap("$and", list(inside))),
            nested(|inside| wrap("stage", wrap("$not", inside))),
            wrap("stage", nested(|inside| wrap("$not", inside))),
            nested(|inside| wrap("segments", wrap("$elemMatch", inside))),
            wrap("stage", wrap("$eq", nested(list))),
            wrap("stage", wrap("$in", nested(list))),
            wrap("stage", wrap("$type", nested(list))),
            wrap("page.path", wrap("$ini", nested(list))),
            wrap("page.path", wrap("$lt", nested(list))),
        ];
        let visitor = json!({"stage": "planning", "segments": ["loyal"], "page": {"path": "/"}});
        for when in conditions {
            let errors = on_a_small_stack(|| {
                let mut errors = Vec::new();
                compile(&when, &Tree, "/when", &mut errors);
                errors
            });
            assert!(!errors.is_empty());
            // Some of these say, leniently, something that is not deep: what counts is that there
            // is an answer.
            let _ = on_a_small_stack(|| matches(&when, &visitor, &Value::Null));
        }
    });
}

#[test]
fn deep_nesting_is_false_whatever_it_negates() {
    on_a_large_stack(|| {
        let when = nested(|inside| wrap("$not", inside));
        for stage in STAGES {
            let visitor = json!({ "stage": stage });
            assert!(!on_a_small_stack(|| matches(&when, &visitor, &Value::Null)));
        }
    });
}

#[test]
fn deep_values_are_no_harm() {
    on_a_large_stack(|| {
        let visitor = wrap("list", nested(list));
        let asked = [
            json!("a"),
            json!(1),
            json!({"$lt": 2}),
            json!({"$regex": "a"}),
            json!({"$all": ["a"]}),
        ];
        for when in asked.into_iter().chain([nested(list)]) {
            let when = wrap("list", when);
            assert!(!on_a_small_stack(|| matches(&when, &visitor, &Value::Null)));
        }
    });
}

#[test]
fn a_condition_has_a_longest_form() {
    let long = "x".repeat(70_000);
    let mut errors = Vec::new();
    compile(&json!({ "page.path": long }), &Tree, "/when", &mut errors);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].message.contains("too long"));
}
