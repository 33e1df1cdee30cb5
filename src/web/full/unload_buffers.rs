//! Unload buffers: events in `localStorage` that are not in the profile yet, for a complete export.
//! Comes in: a prefix; goes out: keys and bytes. Must stay total where storage is blocked or
//! absent, and must not read foreign keys.

use gloo_storage::{LocalStorage, Storage as _};
use wasm_bindgen::prelude::*;

/// Far above any unload buffer; a longer value is not one.
const MOST_CHARS: usize = 65_536;

/// `gloo-storage` panics where storage is blocked or null, so that it is asked for only after a
/// look.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()??;
    Some(LocalStorage::raw())
}

/// The bytes of every unload buffer under the prefix, each with its document's name: what a profile does not
/// hold yet.
#[wasm_bindgen(js_name = unloadBuffers, unchecked_return_type = "UnloadBuffer[]")]
pub fn pending(prefix: &str) -> JsValue {
    super::object(&found(prefix))
}

/// A document's events, as its unload buffer holds them.
#[derive(serde::Serialize)]
struct UnloadBuffer {
    document: String,
    bytes: Vec<u8>,
}

fn found(prefix: &str) -> Vec<UnloadBuffer> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|i| storage.key(i).ok()?);
    keys.filter_map(|key| {
        let document = key.strip_prefix(prefix)?.to_owned();
        Some(UnloadBuffer {
            document,
            bytes: bytes_of(&storage.get_item(&key).ok()??)?,
        })
    })
    .collect()
}

/// A character a byte, as the page wrote them.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    if text.len() > MOST_CHARS {
        return None;
    }
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}
