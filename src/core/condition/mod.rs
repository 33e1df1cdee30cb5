//! The condition language: who is meant by an offer, a segment, a scenario.
//!
//! People write MongoDB-style conditions (`{"trip.days_to_departure": {"$lt": 14}}`). `compile` checks one strictly
//! against the attribute tree and turns it into a few bytes; [`bytecode`] answers those bytes over the facts of a
//! visitor, and is all that the runtime carries. `lenient` reads the JSON itself, as the SDKs that share the language
//! do; the strict form means the same wherever it accepts.

mod automaton;
pub mod bucket;
pub mod bytecode;
mod test;
mod version;

#[cfg(feature = "full")]
pub mod compile;
#[cfg(feature = "full")]
pub mod encode;
#[cfg(feature = "full")]
mod error;
#[cfg(feature = "full")]
mod js;
#[cfg(feature = "full")]
pub mod lenient;
#[cfg(feature = "full")]
pub mod nearest;
#[cfg(feature = "full")]
mod operator;
#[cfg(feature = "full")]
mod regex;
#[cfg(feature = "full")]
pub mod schema;
#[cfg(feature = "full")]
mod subject;
