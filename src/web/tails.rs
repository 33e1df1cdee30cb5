//! The tails of documents in `localStorage`: what a tab could not commit before it left. Comes in: keys and bytes;
//! goes out: the same. Must stay total where storage is blocked, absent or full, and must not touch foreign keys:
//! every function is given a key or prefix of the site's own.

use gloo_storage::{LocalStorage, Storage as _};
use wasm_bindgen::prelude::*;

/// Far above any tail; a longer value is not one.
const MOST_CHARS: usize = 65_536;

/// `gloo-storage` panics where storage is blocked or null, so that it is asked for only after a look.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()??;
    Some(LocalStorage::raw())
}

/// The keys that begin with the prefix.
#[wasm_bindgen(js_name = tailNames)]
pub fn names(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = 0..storage.length().unwrap_or(0);
    keys.filter_map(|i| storage.key(i).ok()?).filter(|key| key.starts_with(prefix)).collect()
}

/// The bytes under a key; `undefined`: there are none, or they are not ours.
#[wasm_bindgen(js_name = readTail)]
pub fn read(key: &str) -> Option<Vec<u8>> {
    let text = storage()?.get_item(key).ok()??;
    if text.len() > MOST_CHARS {
        return None;
    }
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

/// Writes bytes under a key, a character each; whether there was room.
#[wasm_bindgen(js_name = writeTail)]
pub fn write(key: &str, bytes: &[u8]) -> bool {
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    storage().is_some_and(|storage| storage.set_item(key, &text).is_ok())
}

/// Removes a key.
#[wasm_bindgen(js_name = dropTail)]
pub fn drop(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}
