//! Laws: a condition that the strict compiler accepts has the lenient form's answer, for any
//! visitor. Evaluating any bytes ends, with an answer.

use escale::internals::condition::bytecode::{Answers, ConditionIndex, Conditions, TEST_BYTES};
use escale::internals::condition::compile::compile;
use escale::internals::condition::encode::Pool;
use escale::internals::condition::interpreter::matches;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tree::{STAGES, Tree, Visitor, is_met};

const NAMES: [&str; 4] = ["loyal", "walkers", "families", "null"];
const TEXTS: [&str; 10] = [
    "",
    "null",
    "/city/porto",
    "/ÉTÉ",
    "/été",
    "1.2.3",
    "v1.2.3-rc.1",
    "10.0.0",
    "5",
    "\u{fb01}\u{1f3d6}",
];
const REGEXES: [&str; 12] = [
    "^/city",
    "é",
    "o$",
    "",
    "^$",
    "[^a-z/]",
    "\\bcity\\b",
    "(?:a|e|i)+t",
    "\\d{1,2}\\.",
    "^.{4}$",
    "\\S\\W\\D",
    "[\\s\\-à-ÿ]|l{2,}",
];
const ORDERS: [&str; 4] = ["$lt", "$lte", "$gt", "$gte"];
const VERSIONS: [&str; 6] = ["$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte"];

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3i64..16).prop_map(Value::from),
        (-2.0..2.0).prop_map(Value::from),
        Just(json!(-0.0))
    ]
}

fn one_of(names: &'static [&'static str]) -> impl Strategy<Value = Value> + Clone {
    prop::sample::select(names).prop_map(Value::from)
}

fn with(
    operator: impl Strategy<Value = &'static str>,
    operand: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    (operator, operand).prop_map(|(operator, operand)| json!({ operator: operand }))
}

fn named(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(names)
}

/// Operators that any value which may be unknown takes.
fn scalar(value: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Value> {
    let or_null = prop_oneof![4 => value.clone(), 1 => Just(Value::Null)];
    let several = (value.clone(), prop::collection::vec(or_null.clone(), 0..3)).prop_map(
        |(first, mut more)| {
            more.push(first);
            Value::from(more)
        },
    );
    prop_oneof![
        or_null.clone(),
        with(named(&["$eq", "$ne"]), or_null),
        with(named(&["$in", "$nin"]), several),
        with(Just("$exists"), any::<bool>().prop_map(Value::from)),
        with(Just("$type"), Just(json!("null"))),
    ]
    .boxed()
}

fn on_number() -> BoxedStrategy<Value> {
    let value = number().boxed();
    prop_oneof![
        scalar(value.clone()),
        with(named(&ORDERS), value),
        with(Just("$type"), Just(json!("number")))
    ]
    .boxed()
}

fn on_text() -> BoxedStrategy<Value> {
    let texts = prop::collection::vec(one_of(&TEXTS), 1..4).prop_map(Value::from);
    prop_oneof![
        scalar(one_of(&TEXTS)),
        with(named(&ORDERS), one_of(&TEXTS)),
        with(named(&VERSIONS), one_of(&TEXTS)),
        with(named(&["$ini", "$nini"]), texts),
        with(named(&["$regex", "$regexi"]), one_of(&REGEXES)),
    ]
    .boxed()
}

fn on_flag() -> BoxedStrategy<Value> {
    let flag = any::<bool>().prop_map(Value::from);
    prop_oneof![
        flag.clone(),
        with(named(&["$eq", "$ne"]), flag.clone()),
        with(Just("$exists"), flag)
    ]
    .boxed()
}

fn on_list() -> BoxedStrategy<Value> {
    let names = prop::collection::vec(one_of(&NAMES), 1..4).prop_map(Value::from);
    let element = prop_oneof![
        with(Just("$eq"), one_of(&NAMES)),
        with(Just("$in"), names.clone())
    ];
    let size = prop_oneof![
        (0u8..4).prop_map(Value::from),
        with(named(&ORDERS), (0u8..4).prop_map(Value::from))
    ];
    prop_oneof![
        with(named(&["$in", "$nin", "$all"]), names),
        with(Just("$elemMatch"), element),
        with(Just("$size"), size)
    ]
    .boxed()
}

/// A condition on one attribute, perhaps turned round, perhaps several operators together.
fn on_attribute() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![Just("trip.days_to_departure"), Just("affinity.trip.city")];
    let texts = prop_oneof![Just("page.path"), Just("app.version")];
    let about = |name: BoxedStrategy<&'static str>, on: BoxedStrategy<Value>| {
        (name, on.clone(), on, any::<bool>(), any::<bool>()).prop_map(
            |(name, on, also, joined, turned)| {
                let mut on = on;
                if let (true, Value::Object(on), Value::Object(also)) = (joined, &mut on, also) {
                    on.extend(also);
                }
                let on = if turned { json!({ "$not": on }) } else { on };
                json!({ name: on })
            },
        )
    };
    prop_oneof![
        about(numbers.boxed(), on_number()),
        about(texts.boxed(), on_text()),
        about(Just("stage").boxed(), scalar(one_of(&STAGES))),
        about(Just("visit.is_first").boxed(), on_flag()),
        about(Just("segments").boxed(), on_list()),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    on_attribute().prop_recursive(4, 24, 4, |inside| {
        let several = prop::collection::vec(inside.clone(), 1..4).prop_map(Value::from);
        prop_oneof![
            3 => with(named(&["$and", "$or", "$nor"]), several),
            1 => with(Just("$not"), inside.clone()),
            1 => Just(json!({})),
            2 => (inside.clone(), inside).prop_map(|(mut one, other)| {
                if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
                    one.extend(other);
                }
                one
            }),
        ]
    })
}

fn visitor() -> impl Strategy<Value = Value> {
    let known = |value: BoxedStrategy<Value>| prop::option::weighted(0.75, value);
    let segments = prop::sample::subsequence(NAMES.to_vec(), 0..=3).prop_map(Value::from);
    let flag = any::<bool>().prop_map(Value::from).boxed();
    let number = || known(number().boxed());
    let text = || known(one_of(&TEXTS).boxed());
    (
        known(one_of(&STAGES).boxed()),
        segments,
        number(),
        number(),
        known(flag),
        text(),
        text(),
    )
        .prop_map(|(stage, segments, days, city, first, path, version)| {
            let branch = |name: &str, leaf: Option<Value>| {
                let members = leaf.map(|leaf| (name.to_owned(), leaf));
                Value::Object(Map::from_iter(members))
            };
            json!({
                "stage": stage,
                "segments": segments,
                "trip": branch("days_to_departure", days),
                "affinity": {"trip": branch("city", city)},
                "visit": branch("is_first", first),
                "page": branch("path", path),
                "app": branch("version", version),
            })
        })
}

/// Any JSON made of names that conditions know, most of it meaningless.
fn babble() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        number(),
        one_of(&TEXTS),
        one_of(&NAMES),
        one_of(&STAGES),
        one_of(&REGEXES),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    let keys = [
        "$and",
        "$or",
        "$nor",
        "$not",
        "$eq",
        "$ne",
        "$in",
        "$nin",
        "$ini",
        "$all",
        "$elemMatch",
        "$size",
        "$exists",
        "$type",
        "$regex",
        "$lt",
        "$vgt",
        "$wat",
        "stage",
        "segments",
        "page.path",
        "visit.is_first",
        "trip.days_to_departure",
        "other",
    ];
    let keys = prop::sample::select(keys.to_vec());
    leaf.prop_recursive(5, 32, 3, move |inside| {
        prop_oneof![
            prop::collection::vec(inside.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inside), 0..3).prop_map(|members| Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn strict_and_lenient_agree(when in condition(), visitor in visitor()) {
        let mut errors = Vec::new();
        let code = compile(&when, &Tree, "", &mut errors);
        prop_assert!(errors.is_empty(), "{}", errors[0]);
        prop_assert_eq!(is_met(code, &Visitor(&visitor)), matches(&when, &visitor, &Value::Null));
    }

    /// Several conditions share their tests, and what one asked is not asked again for another.
    #[test]
    fn conditions_that_share_their_tests_agree(
        all in prop::collection::vec(condition(), 1..8), order in prop::collection::vec(any::<prop::sample::Index>(), 1..20), visitor in visitor(),
    ) {
        let mut pool = Pool::default();
        let keep = |when| Some(ConditionIndex::new(pool.keep(compile(when, &Tree, "", &mut Vec::new()))));
        let starts: Vec<Option<ConditionIndex>> = all.iter().map(keep).collect();
        let answers = Answers::of(pool.conditions().tests.len() / TEST_BYTES);
        for one in order {
            let at = one.index(all.len());
            let expected = matches(&all[at], &visitor, &Value::Null);
            prop_assert_eq!(pool.conditions().evaluate(starts[at], &Visitor(&visitor), &answers), expected, "{}", all[at]);
        }
    }

    #[test]
    fn whatever_is_accepted_agrees(when in babble(), visitor in visitor()) {
        let mut errors = Vec::new();
        let code = compile(&when, &Tree, "", &mut errors);
        let lenient = matches(&when, &visitor, &Value::Null);
        if errors.is_empty() {
            prop_assert_eq!(is_met(code, &Visitor(&visitor)), lenient);
        }
    }

    #[test]
    fn any_bytes_have_an_answer(
        tests in prop::collection::vec(any::<u8>(), 0..64),
        operands in prop::collection::vec(any::<u8>(), 0..64),
        instructions in prop::collection::vec(any::<u8>(), 0..64),
        start in prop_oneof![0u32..16, any::<u32>()],
        visitor in visitor(),
    ) {
        let conditions = Conditions { tests: &tests, operands: &operands, instructions: &instructions };
        let _ = conditions.evaluate(ConditionIndex::from_stored(start), &Visitor(&visitor), &Answers::of(4));
    }

    #[test]
    fn damaged_conditions_have_an_answer(
        when in condition(), visitor in visitor(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let mut pool = Pool::default();
        let start = Some(ConditionIndex::new(pool.keep(compile(&when, &Tree, "", &mut Vec::new()))));
        let whole = pool.conditions();
        for part in 0..3 {
            let mut parts = [whole.tests.to_vec(), whole.operands.to_vec(), whole.instructions.to_vec()];
            if !parts[part].is_empty() {
                let at = at.index(parts[part].len());
                parts[part][at] = byte;
            }
            let evaluate = |[tests, operands, instructions]: &[Vec<u8>; 3]| {
                Conditions { tests, operands, instructions }.evaluate(start, &Visitor(&visitor), &Answers::default())
            };
            let _ = evaluate(&parts);
            let shorter = cut.index(parts[part].len() + 1);
            parts[part].truncate(shorter);
            let _ = evaluate(&parts);
        }
    }
}
