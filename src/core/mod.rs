//! The pure engine: no clock, randomness, storage, DOM or network. Time (`now_ms`) and identities
//! are arguments; the same inputs give the same bytes in every engine. A folder imports only from
//! the folders above it in this list.
#![deny(missing_docs)]

pub mod attribute;
pub mod base;
pub mod condition;
pub mod config;
pub mod decision;
pub mod engine;
pub mod event;
#[cfg(feature = "full")]
pub mod introspect;
pub mod profile;
#[cfg(feature = "full")]
pub mod story;
pub mod traits;
