//! Escale learns the tastes of a travel site's visitor in the visitor's own browser. It picks the
//! offer worth showing.
//!
//! # Life of an engine
//!
//! One [`Engine`] serves one visitor. It has no clock, storage or network: times and bytes are
//! arguments, and the same inputs give the same bytes on every platform.
//!
//! 1. **Compile** the site's `escale.json` with [`compile`], once. [`Config::from_bytes`] opens the
//!    result.
//! 2. **Load** the visitor's stored bytes with [`Engine::load`]. A new visitor has none.
//! 3. **Record** pages and calls with [`Engine::page`] and [`Engine::track`]. Both return event
//!    bytes and change nothing else of the profile.
//! 4. **Apply** those bytes with [`Engine::apply`]. [`Engine::save`] returns the profile to store.
//! 5. **Choose** with [`Engine::choose`]. A [`Decision`] never fails: its [`Reason`] tells why
//!    there is no offer.
//! 6. **Explain** the decision with [`explain`], and the profile with [`snapshot`].
//!
//! ```
//! # #[cfg(feature = "full")] {
//! use escale::{Config, DecisionRequest, Engine, PageFacts, compile, explain};
//!
//! let json = r#"{
//!   "version": 1,
//!   "facets": {"trip": {"topics": ["city", "beach"]}},
//!   "families": {"city": {}},
//!   "placements": {"home-hero": {}},
//!   "policy": {"holdout": 0},
//!   "offers": [{"id": "lisbon", "family": "city", "placements": ["home-hero"],
//!               "topics": {"trip.city": 1}, "content": {"en": {"title": "Lisbon, three nights"}}}]
//! }"#;
//! let compiled = compile(json).expect("a valid config");
//! let mut engine = Engine::new(Config::from_bytes(compiled.bytes).expect("bytes of `compile`"));
//! engine.set_visitor(0x5eed);
//!
//! let now_ms = 1_795_000_000_000.0;
//! let page = PageFacts { explicit: "trip.city", ..PageFacts::default() };
//! let event = engine.page(now_ms, &page);
//! engine.apply(&event);
//!
//! let placement = engine.placement("home-hero").expect("a placement of the config");
//! let request = DecisionRequest { now_ms, placement, slot: 0, exclude: &[] };
//! let offer = engine.choose(&request).offer.expect("a visitor with a taste for cities");
//! let texts: Vec<(&str, &str)> = engine.content(offer, 0, "en").collect();
//! assert_eq!(texts, [("title", "Lisbon, three nights")]);
//! assert_eq!(explain(&engine, &request).offer.as_deref(), Some("lisbon"));
//!
//! let stored = engine.save(); // at most a few hundred bytes, without a name or a text
//! engine.load(&stored).expect("bytes of `save`");
//! # }
//! ```
//!
//! # Features
//!
//! `full`, on by default, adds [`compile`], [`explain`] and [`snapshot`]. Without it the crate reads
//! compiled configs and returns numbers: the first half of the WebAssembly module.
//!
//! # Stability
//!
//! The types below are the interface. [`internals`] follows the needs of Escale's own server.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod core;

pub use crate::core::base::error::{ConfigError, TrackError, WireError};
#[cfg(feature = "full")]
pub use crate::core::base::validation_error::ValidationError;
pub use crate::core::config::Config;
#[cfg(feature = "full")]
pub use crate::core::config::{Compiled, compile};
pub use crate::core::decision::decide::{Decision, DecisionRequest, Reason};
pub use crate::core::engine::Engine;
pub use crate::core::event::Event;
pub use crate::core::event::classify::PageFacts;
#[cfg(feature = "full")]
pub use crate::core::introspect::explain::{Explanation, explain};
#[cfg(feature = "full")]
pub use crate::core::introspect::snapshot::{Knowledge, snapshot};
pub use crate::core::profile::Profile;

/// Parts of the engine for Escale's own server, fuzzers, benchmarks and tests.
///
/// **Not a stable interface**: any release may change it.
pub mod internals {
    pub use crate::core::{attribute, base, condition, config, decision, event, profile, traits};
    #[cfg(feature = "full")]
    pub use crate::core::{introspect, story};
}

#[cfg(target_arch = "wasm32")]
pub mod web;
