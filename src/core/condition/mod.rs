//! The condition language: who is meant by an offer, a segment, a scenario.
//!
//! People write MongoDB-style conditions (`{"trip.days_to_departure": {"$lt": 14}}`). `compile`
//! checks one strictly against the attribute tree and turns it into a few bytes. [`bytecode`]
//! evaluates those bytes over the facts of a visitor. The runtime contains nothing else. `interpreter`
//! reads the JSON itself, as the SDKs that share the language do. The strict form gives the same
//! answer wherever it accepts a condition.

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
pub mod interpreter;
#[cfg(feature = "full")]
mod js;
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
