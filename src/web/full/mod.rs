//! Functions of the full module only: people's JSON configs, explanations, the state of a visitor.
//! Loaded lazily, when a person asks. Comes in: JSON text, bytes, numbers; goes out: JavaScript
//! objects, typed in `types.ts`.

pub mod account;
pub mod conditions;
pub mod open;
pub mod unload_buffers;

use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

/// Plain objects and `null`, as `JSON.parse` would give them.
fn object(value: &impl Serialize) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or(JsValue::UNDEFINED)
}
