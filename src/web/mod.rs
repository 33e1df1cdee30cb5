//! The interface to a page (wasm32 only). Comes in: numbers, packed strings and bytes from the
//! hand-written TypeScript of `www/sdk`; goes out: the same. Must never call back into JavaScript
//! from a method that holds the engine: values are returned, and the JavaScript side acts on them.

// What `#[wasm_bindgen]` exports cannot be `const`, nor answer by reference.
#![allow(clippy::missing_const_for_fn)]

#[cfg(not(feature = "full"))]
mod allocator;
pub mod bindings;

#[cfg(feature = "full")]
pub mod full;
