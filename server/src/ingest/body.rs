//! In: a request's body, one object, a list or NDJSON. Out: objects, or what is wrong with each. Never: one bad line
//! that costs the others.

use serde_json::{Map, Value};

use crate::base::file::without_bom;

/// At most so many at once; a list of them fits in [`BODY_LIMIT`].
pub const MAX_ITEMS: usize = 1000;
/// At most so large a body.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// One of several, by its place.
pub type Item = Result<Map<String, Value>, String>;

/// Content of a request's body.
pub enum Items {
    /// A lone object. Its errors are errors of the request itself.
    One(Map<String, Value>),
    Many(Vec<Item>),
}

/// Reads a JSON object or a list of them.
///
/// # Errors
///
/// A message if the text is not JSON or neither of both.
pub fn json(bytes: &[u8]) -> Result<Items, String> {
    match serde_json::from_slice(without_bom(bytes)).map_err(|error| error.to_string())? {
        Value::Object(object) => Ok(Items::One(object)),
        Value::Array(items) => Ok(Items::Many(items.into_iter().map(object).collect())),
        _ => Err("it is neither an object nor a list of them".into()),
    }
}

/// An object a line; empty lines are passed over.
pub fn ndjson(bytes: &[u8]) -> Items {
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| without_bom(line.trim_ascii()).trim_ascii())
        .filter(|line| !line.is_empty());
    Items::Many(
        lines
            .map(|line| {
                serde_json::from_slice(line)
                    .map_err(|e| e.to_string())
                    .and_then(object)
            })
            .collect(),
    )
}

fn object(value: Value) -> Item {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err("it is no object".into()),
    }
}
