//! A story as people write it, read for the demo's config: a story, or every fault of it told.

use escale::core::story;

use crate::seeds::json_files;
use crate::site::config;
use crate::target::Target;

pub const TARGET: Target = Target { name: "story", most_bytes: 2048, share: 10, memory: 16 << 20, seeds, take };

fn seeds() -> Vec<Vec<u8>> {
    json_files("www/demo/stories").into_iter().map(String::into_bytes).collect()
}

fn take(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else { return };
    if let Err(issues) = story::read(json, config()) {
        let is_told = |text: &str| !text.is_empty();
        assert!(!issues.is_empty() && issues.iter().all(|i| is_told(&i.message) && is_told(&i.remedy)), "{issues:?}");
    }
}
