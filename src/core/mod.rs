//! The pure engine: no clock, no randomness, no storage, no page, no network. `now_ms` and identities are
//! arguments; the same inputs give the same bytes in every engine. Files import only from lower floors.
#![allow(missing_docs)]

// Floor 0: numbers, bytes, names.
pub mod bits;
pub mod counter;
pub mod error;
pub mod hash;
#[cfg(feature = "full")]
pub mod issue;
pub mod named;
pub mod number;
pub mod pattern;
pub mod time;
// Floor 1: what a site says.
pub mod arm;
pub mod attribute;
pub mod condition;
pub mod config;
pub mod decided;
pub mod event;
pub mod season;
// Floor 2: what is kept.
pub mod classify;
pub mod combine;
pub mod mark;
pub mod profile;
pub mod said;
pub mod track;
// Floor 3: what is known.
pub mod affinity;
pub mod caps;
pub mod channel;
pub mod customer;
pub mod facts;
pub mod facts_time;
pub mod lifecycle;
pub mod pressure;
pub mod rfm;
pub mod suppression;
pub mod trip;
// Floor 4: what is chosen.
pub mod decide;
pub mod draw;
pub mod question;
pub mod recognise;
pub mod restraint;
pub mod scenario;
#[cfg(feature = "full")]
pub mod scenario_ahead;
pub mod settle;
pub mod situation;
// Floor 5: the facade.
pub mod engine;
#[cfg(feature = "full")]
pub mod explain;
#[cfg(feature = "full")]
pub mod knowledge;
#[cfg(feature = "full")]
pub mod knowledge_customer;
#[cfg(feature = "full")]
pub mod knowledge_decisions;
// Floor 6: what stories say of it all.
#[cfg(feature = "full")]
pub mod story;
