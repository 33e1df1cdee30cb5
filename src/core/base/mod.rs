//! Numbers, bytes, time, hashes, names and errors: what every other folder builds on.

#[cfg(feature = "full")]
pub mod address;
pub mod bits;
pub mod civil;
pub mod decayed_mass;
pub mod enums;
pub mod error;
pub mod event_kind;
#[cfg(feature = "full")]
pub mod fold;
pub mod hash;
pub mod index;
pub mod number;
pub mod offer_kind;
pub mod time;
pub mod url_pattern;
#[cfg(feature = "full")]
pub mod validation_error;
