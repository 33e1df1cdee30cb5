//! Conditions straight from JSON, over a visitor's attributes: the input is a list of both, and of
//! saved groups.

use escale::internals::condition::interpreter::matches;
use serde_json::{Map, Value, json};

use crate::seeds::json_files;
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "condition",
    most_bytes: 2048,
    share: 20,
    memory: 64 << 20,
    seeds,
    take,
};

fn seeds() -> Vec<Vec<u8>> {
    let configs = json_files("tests/cases")
        .into_iter()
        .filter_map(|case| serde_json::from_str(&case).ok());
    let mut conditions = Vec::new();
    configs.for_each(|case: Value| find(&case, &mut conditions));
    let visitor = json!({
        "trip": {"days_to_departure": 9}, "quote": {"open": true}, "intent": {"trip": {"city": 0.7}}, "language": "fr",
        "device": "phone", "tags": ["a", "b"], "version": "1.2.3-rc.1",
    });
    let other = [
        json!({"language": {"$regex": "^(fr|de)-?[a-z]{0,2}$"}}),
        json!({"version": {"$vgte": "1.2.0"}, "tags": {"$elemMatch": {"$eq": "a"}}, "device": {"$nin": ["tv"]}}),
        json!({"$or": [{"quote.open": {"$exists": true}}, {"$not": {"trip.days_to_departure": {"$gt": 3, "$lte": 12}}}]}),
        json!({"tags": {"$all": ["a"], "$size": {"$lt": 3}}, "language": {"$type": "string"}, "device": {"$inGroup": "g"}}),
    ];
    let seeds = conditions
        .into_iter()
        .chain(other)
        .map(|c| json!([c, visitor, {"g": ["phone"]}]));
    seeds.map(|seed| seed.to_string().into_bytes()).collect()
}

/// All that stands under a `when`.
fn find(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("when").cloned());
            object.values().for_each(|inner| find(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|item| find(item, found)),
        _ => {}
    }
}

/// Nesting depth far below the limit of the language, even with one more level around it.
const SHALLOW: usize = 16;
/// Operators that ask for the opposite of each other. Those of lists do so of lists alone.
const OPPOSITES: [(&str, &str); 7] = [
    ("$eq", "$ne"),
    ("$in", "$nin"),
    ("$ini", "$nini"),
    ("$inGroup", "$notInGroup"),
    ("$veq", "$vne"),
    ("$vlt", "$vgte"),
    ("$vgt", "$vlte"),
];

fn take(bytes: &[u8]) {
    let Ok(parts) = serde_json::from_slice::<Vec<Value>>(bytes) else {
        return;
    };
    let part = |at: usize| parts.get(at).unwrap_or(&Value::Null);
    let (condition, attributes, groups) = (part(0), part(1), part(2));
    let asked = |condition: &Value| matches(condition, attributes, groups);
    let is_meant = asked(condition);
    assert_eq!(asked(condition), is_meant, "asked again it says the same");
    let is_not = asked(&json!({"$not": condition}));
    assert!(!(is_meant && is_not), "it is met or it is not");
    // An expression of a thousand states takes a second here each time it is asked: three times are
    // enough.
    let is_slow = condition.to_string().contains("$regex");
    if is_slow
        || [condition, attributes]
            .into_iter()
            .any(|value| depth(value) > SHALLOW)
    {
        return;
    }
    knows_what_is(attributes, groups);
    if is_condition(condition) {
        assert_eq!(is_not, !is_meant, "$not turns it round");
        assert_eq!(
            asked(&json!({"$and": [condition]})),
            is_meant,
            "all of one is the one"
        );
        assert_eq!(
            asked(&json!({"$and": [{}, condition, condition]})),
            is_meant,
            "a condition twice is the condition"
        );
        assert_eq!(
            asked(&json!({"$or": [condition]})),
            is_meant,
            "any of one is the one"
        );
        assert_eq!(
            asked(&json!({"$or": [condition, {"$nor": [{}]}]})),
            is_meant,
            "the one or nothing is the one"
        );
        assert_eq!(
            asked(&json!({"$nor": [condition]})),
            !is_meant,
            "none of one is its opposite"
        );
        each_by_itself(condition, is_meant, asked);
    }
}

fn depth(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + inner.unwrap_or(0)
}

/// Every plain attribute is what it is.
fn knows_what_is(attributes: &Value, groups: &Value) {
    let plain = attributes.as_object().into_iter().flatten();
    let plain = plain.filter(|(name, value)| {
        let is_plain = !(value.is_array() || value.is_object() || value.is_null());
        is_plain && !is_operator(name) && !name.contains('.')
    });
    for (name, value) in plain {
        let is_met = |test: Value| matches(&json!({ (name): test }), attributes, groups);
        assert!(
            is_met(json!({"$eq": value})) && !is_met(json!({"$ne": value})),
            "{name} is {value}"
        );
        assert!(
            is_met(json!({"$in": [value]})) && !is_met(json!({"$nin": [value]})),
            "{name} is {value}"
        );
        assert!(
            is_met(json!({"$exists": true})) && !is_met(json!({"$exists": false})),
            "{name} is there"
        );
        assert!(
            is_met(json!({"$lte": value})) && !is_met(json!({"$gt": value})),
            "{name} is {value}"
        );
        assert!(is_met(value.clone()), "{name} is {value}");
    }
}

/// Checks that a condition is the conjunction of its members. For one attribute and one operator,
/// the opposite operator gives the opposite answer.
fn each_by_itself(condition: &Value, is_meant: bool, asked: impl Fn(&Value) -> bool) {
    let members: Vec<_> = condition.as_object().into_iter().flatten().collect();
    let all = members
        .iter()
        .all(|(name, operand)| asked(&json!({ (name.as_str()): operand })));
    assert_eq!(all, is_meant, "all of its members");
    for (name, operand) in members.into_iter().filter(|(name, _)| !is_operator(name)) {
        for (operator, operand) in operand
            .as_object()
            .filter(|members| is_operators(members))
            .into_iter()
            .flatten()
        {
            let opposite = OPPOSITES.iter().find_map(|(a, b)| match operator {
                _ if operator == a => Some(b),
                _ if operator == b => Some(a),
                _ => None,
            });
            let Some(opposite) =
                opposite.filter(|opposite| !is_of_lists(opposite) || operand.is_array())
            else {
                continue;
            };
            let is_met =
                |operator: &str| asked(&json!({ (name.as_str()): { (operator): operand } }));
            assert!(
                is_met(operator) != is_met(opposite),
                "{operator} is not {opposite}"
            );
        }
    }
}

fn is_of_lists(operator: &str) -> bool {
    matches!(operator, "$in" | "$nin" | "$ini" | "$nini")
}

fn is_operator(name: &str) -> bool {
    name.starts_with('$')
}

fn is_operators(members: &Map<String, Value>) -> bool {
    !members.is_empty() && members.keys().all(|name| is_operator(name))
}

/// Returns `true` if the value has the form of a condition. Any other value evaluates to false,
/// with or without `$not`.
fn is_condition(condition: &Value) -> bool {
    let is_any = |(name, operand): (&String, &Value)| match name.as_str() {
        "$and" | "$or" | "$nor" => operand
            .as_array()
            .is_some_and(|all| all.iter().all(is_condition)),
        "$not" => is_condition(operand),
        _ => is_test(operand),
    };
    condition
        .as_object()
        .is_some_and(|members| members.iter().all(is_any))
}

/// Returns `true` if the operand has the form of a test of an attribute.
fn is_test(operand: &Value) -> bool {
    let Some(operators) = operand.as_object().filter(|members| is_operators(members)) else {
        return true;
    };
    operators
        .iter()
        .all(|(operator, operand)| match operator.as_str() {
            "$not" | "$size" => is_test(operand),
            "$all" | "$alli" => operand.as_array().is_none_or(|all| all.iter().all(is_test)),
            "$elemMatch" if operand.as_object().is_some_and(is_operators) => is_test(operand),
            "$elemMatch" => is_condition(operand),
            _ => true,
        })
}
