//! Answers a condition straight from its JSON. In: a condition, a visitor's attributes and saved
//! groups. Out: a yes or no, as the SDKs that share the language answer. It must never fail or
//! recurse without bound: unknown operators are false. A config is compiled strictly instead
//! ([`super::compile`]).

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::js::{self, MAX_DEPTH};
use super::regex::{self, fold};
use super::{automaton, version};

/// Returns `true` if the attributes satisfy the condition. `saved_groups` is an object of arrays,
/// or null.
///
/// A condition that nests deeper than 64 levels, or is no object, is false.
///
/// ```
/// use escale::internals::condition::interpreter::matches;
/// use serde_json::{json, Value};
/// let condition = json!({"party.children": {"$gte": 1}, "budget": {"$in": ["low", "medium"]}});
/// let family = json!({"party": {"children": 2}, "budget": "low"});
/// assert!(matches(&condition, &family, &Value::Null));
/// assert!(!matches(&condition, &json!({}), &Value::Null));
/// ```
#[must_use]
pub fn matches(condition: &Value, attributes: &Value, saved_groups: &Value) -> bool {
    Lenient { saved_groups }
        .condition(condition, attributes, MAX_DEPTH)
        .unwrap_or(false)
}

/// Evaluates a condition on the value of an unknown (null) attribute.
pub(crate) fn value_matches_unknown(condition: &Value) -> bool {
    Lenient {
        saved_groups: &Value::Null,
    }
    .value(condition, &Value::Null, MAX_DEPTH)
    .unwrap_or(false)
}

struct Lenient<'a> {
    saved_groups: &'a Value,
}

/// `None` anywhere is "no condition at all", or one too deep to follow: the whole is then false,
/// `$not` or not.
type Answer = Option<bool>;

impl Lenient<'_> {
    fn condition(&self, condition: &Value, attributes: &Value, depth: usize) -> Answer {
        let depth = depth.checked_sub(1)?;
        for (key, operand) in condition.as_object()? {
            let is_met = match key.as_str() {
                "$or" => self.any(operand, attributes, depth)?,
                "$nor" => !self.any(operand, attributes, depth)?,
                "$and" => self.all(operand, attributes, depth)?,
                "$not" => !self.condition(operand, attributes, depth)?,
                path => self.value(operand, at_path(attributes, path), depth)?,
            };
            if !is_met {
                return Some(false);
            }
        }
        Some(true)
    }

    fn any(&self, conditions: &Value, attributes: &Value, depth: usize) -> Answer {
        let conditions = conditions.as_array()?;
        let mut is_met = conditions.is_empty();
        for condition in conditions {
            is_met = is_met || self.condition(condition, attributes, depth)?;
        }
        Some(is_met)
    }

    fn all(&self, conditions: &Value, attributes: &Value, depth: usize) -> Answer {
        let mut is_met = true;
        for condition in conditions.as_array()? {
            is_met = is_met && self.condition(condition, attributes, depth)?;
        }
        Some(is_met)
    }

    fn value(&self, condition: &Value, actual: &Value, depth: usize) -> Answer {
        let depth = depth.checked_sub(1)?;
        match condition {
            Value::Null => Some(actual.is_null()),
            Value::Bool(expected) => Some(!actual.is_null() && js::is_truthy(actual) == *expected),
            Value::Number(expected) => Some(js::number(actual)? == expected.as_f64()?),
            Value::String(expected) => Some(js::text(actual)? == *expected),
            Value::Object(operators) if is_operators(operators) => {
                for (operator, operand) in operators {
                    if !self.operator(operator, actual, operand, depth)? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            Value::Array(_) | Value::Object(_) => js::is_same_json(actual, condition),
        }
    }

    fn operator(&self, operator: &str, actual: &Value, operand: &Value, depth: usize) -> Answer {
        match operator {
            "$eq" => Some(js::is_same(actual, operand)),
            "$ne" => Some(!js::is_same(actual, operand)),
            "$lt" => Some(js::order(actual, operand)? == Some(Ordering::Less)),
            "$lte" => Some(js::order(actual, operand)?.is_some_and(Ordering::is_le)),
            "$gt" => Some(js::order(actual, operand)? == Some(Ordering::Greater)),
            "$gte" => Some(js::order(actual, operand)?.is_some_and(Ordering::is_ge)),
            "$exists" => Some(js::is_truthy(operand) != actual.is_null()),
            "$type" => Some(operand.as_str() == Some(type_of(actual))),
            "$not" => Some(!self.value(operand, actual, depth)?),
            "$regex" | "$regexi" => is_regex_match(actual, operand, operator == "$regexi"),
            "$in" | "$nin" | "$ini" | "$nini" | "$inGroup" | "$notInGroup" => {
                Some(self.membership(operator, actual, operand))
            }
            "$all" | "$alli" | "$size" | "$elemMatch" => {
                self.of_array(operator, actual, operand, depth)
            }
            _ => Some(version_operator(operator, actual, operand)),
        }
    }

    fn membership(&self, operator: &str, actual: &Value, operand: &Value) -> bool {
        let group = || operand.as_str().and_then(|id| self.saved_groups.get(id));
        let (expected, expects) = match operator {
            "$inGroup" => (group(), true),
            "$notInGroup" => (group(), false),
            // What is no list is a mistake, and a mistake is false whichever way it is asked.
            _ if !operand.is_array() => return false,
            _ => (Some(operand), matches!(operator, "$in" | "$ini")),
        };
        let same = if matches!(operator, "$ini" | "$nini") {
            is_same_caseless
        } else {
            js::is_same
        };
        let is_expected = |actual: &Value| {
            expected
                .and_then(Value::as_array)
                .is_some_and(|all| all.iter().any(|e| same(actual, e)))
        };
        let is_in = actual.as_array().map_or_else(
            || is_expected(actual),
            |items| items.iter().any(is_expected),
        );
        is_in == expects
    }

    fn of_array(&self, operator: &str, actual: &Value, operand: &Value, depth: usize) -> Answer {
        let Some(items) = actual.as_array() else {
            return Some(false);
        };
        match operator {
            "$size" => self.value(operand, &Value::from(items.len()), depth),
            "$elemMatch" => self.any_item(items, operand, depth),
            _ => self.all_items(items, operand, operator == "$alli", depth),
        }
    }

    fn any_item(&self, items: &[Value], condition: &Value, depth: usize) -> Answer {
        let is_value = condition.as_object().is_some_and(is_operators);
        for item in items.iter().filter(|item| js::is_truthy(item)) {
            let is_met = if is_value {
                self.value(condition, item, depth)?
            } else {
                self.condition(condition, item, depth)?
            };
            if is_met {
                return Some(true);
            }
        }
        Some(false)
    }

    fn all_items(&self, items: &[Value], operand: &Value, caseless: bool, depth: usize) -> Answer {
        let Some(expected) = operand.as_array() else {
            return Some(false);
        };
        for expected in expected {
            let mut found = false;
            for item in items {
                found = found
                    || match expected.as_str().filter(|_| caseless) {
                        Some(expected) => {
                            fold::fold_text(&js::text(item)?) == fold::fold_text(expected)
                        }
                        None => self.value(expected, item, depth)?,
                    };
            }
            if !found {
                return Some(false);
            }
        }
        Some(true)
    }
}

fn is_operators(object: &Map<String, Value>) -> bool {
    !object.is_empty() && object.keys().all(|key| key.starts_with('$'))
}

static NULL: Value = Value::Null;

/// The value at a path such as `pets.0.name`, or null.
fn at_path<'a>(attributes: &'a Value, path: &str) -> &'a Value {
    let step = |current: &'a Value, part: &str| match current {
        Value::Array(items) => part.parse().ok().and_then(|at: usize| items.get(at)),
        _ => current.get(part),
    };
    path.split('.').try_fold(attributes, step).unwrap_or(&NULL)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_regex_match(actual: &Value, pattern: &Value, caseless: bool) -> Answer {
    let table = pattern
        .as_str()
        .map(|pattern| regex::compile(pattern, caseless));
    Some(match table {
        Some(Ok(table)) => automaton::is_match(&table, &js::text(actual)?),
        _ => false,
    })
}

fn is_same_caseless(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => fold::fold_text(a) == fold::fold_text(b),
        _ => js::is_same(a, b),
    }
}

fn version_operator(operator: &str, actual: &Value, operand: &Value) -> bool {
    let order = version::order(
        version_text(actual).as_bytes(),
        version_text(operand).as_bytes(),
    );
    match operator {
        "$veq" => order.is_eq(),
        "$vne" => order.is_ne(),
        "$vlt" => order.is_lt(),
        "$vlte" => order.is_le(),
        "$vgt" => order.is_gt(),
        "$vgte" => order.is_ge(),
        _ => false,
    }
}

fn version_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) => js::text(value).unwrap_or_default(),
        _ => String::new(),
    }
}
