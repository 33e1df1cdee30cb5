//! Conditions straight from JSON, over a visitor's attributes: the input is a list of both, and of saved groups.

use escale::core::condition::lenient::matches;
use serde_json::{Value, json};

use crate::seeds::json_files;
use crate::target::Target;

pub const TARGET: Target = Target { name: "condition", most_bytes: 2048, share: 20, memory: 64 << 20, seeds, take };

fn seeds() -> Vec<Vec<u8>> {
    let configs = json_files("tests/cases").into_iter().filter_map(|case| serde_json::from_str(&case).ok());
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
    let seeds = conditions.into_iter().chain(other).map(|c| json!([c, visitor, {"g": ["phone"]}]));
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

fn take(bytes: &[u8]) {
    let Ok(parts) = serde_json::from_slice::<Vec<Value>>(bytes) else { return };
    let part = |at: usize| parts.get(at).unwrap_or(&Value::Null);
    let (condition, attributes, groups) = (part(0), part(1), part(2));
    let is_meant = matches(condition, attributes, groups);
    assert_eq!(matches(condition, attributes, groups), is_meant, "asked again it says the same");
    let both = matches(&json!({"$and": [condition]}), attributes, groups);
    let either = matches(&json!({"$or": [condition, {"$nor": [{}]}]}), attributes, groups);
    assert!(is_meant || !both, "all of one is no more than the one");
    assert!(is_meant || !either, "the one or nothing is no more than the one");
}
