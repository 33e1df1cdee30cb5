//! What several tests share: a small config and ways to make events.
#![allow(dead_code)]

pub mod timed;

use std::sync::OnceLock;

use escale::core::config::{Config, compile};
use escale::core::event::{Event, EventKind};

/// 2026-11-21T12:00:00Z in milliseconds since the Unix epoch, and in seconds since the landmark.
pub const NOW_MS: f64 = 1_795_262_400_000.0;
pub const NOW_S: u32 = 217_425_600;
pub const DAY_S: u32 = 86_400;

pub fn config(json: &str) -> Config {
    let compiled = compile(json).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Config::from_bytes(compiled.bytes).expect("compiled bytes open")
}

pub fn small_config() -> Config {
    // Compiled once: property tests ask for it thousands of times.
    static SMALL: OnceLock<Config> = OnceLock::new();
    SMALL
        .get_or_init(|| config(include_str!("small.json")))
        .clone()
}

pub fn view(topic: &str, at_s: u32) -> Event {
    Event::bare(EventKind::PageView, at_s).about(topic, 16)
}

pub fn batch(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    events.iter().for_each(|e| e.encode(&mut bytes));
    bytes
}
