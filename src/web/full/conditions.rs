//! Conditions by themselves, for those who write them: whether one holds of a visitor, and where a
//! split puts one. Comes in: JSON text; goes out: a yes or no, a number. Text that is no JSON reads
//! as `null`.

use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::core::condition::bucket::bucket;
use crate::core::condition::interpreter::matches;

/// Returns `true` if the attributes satisfy a condition. Lenient: an unknown operator is false.
/// `groups` are named lists of ids.
#[wasm_bindgen(js_name = conditionIsMet)]
pub fn condition_is_met(condition: &str, attributes: &str, groups: &str) -> bool {
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    matches(&read(condition), &read(attributes), &read(groups))
}

/// Returns the position of a value in the split `seed`, from 0 to 1. `undefined` if there is no
/// such version of the hash (1 and 2 are).
#[wasm_bindgen(js_name = splitBucket)]
pub fn split_bucket(seed: &str, value: &str, version: u8) -> Option<f64> {
    bucket(seed, value, version)
}
