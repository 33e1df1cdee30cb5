//! What the report and the model are made of. In: the settled decisions of hand-ins, quotes, bookings. Out: changes of sums
//! that name no one. Never: counts a decision or a person twice, whatever is sent again, late, or by another replica.
//!
//! A visitor's own row remembers what was counted of them ([`visitor`]), a customer's row the people behind several
//! visitors ([`customer`]). Each write reads that row, and brings the sums up to date by the difference, in the bucket
//! of the row. An erasure removes the row; the sums stay.

pub mod change;
pub mod customer;
pub mod outcome;
pub mod person;
pub mod sql;
pub mod sums;
pub mod tastes;
#[cfg(test)]
mod tests;
pub mod visitor;

use serde::{Deserialize, Serialize};

/// Days that a decision is taken at after it was made: a profile keeps it for as long.
pub const TAKEN_DAYS: u32 = 30;
/// Days that it is remembered: as long as it may be told again, and until the last booking can be put down to it.
pub const REMEMBERED_DAYS: u32 = 38;
/// A quote or a booking so many days after a click is put down to it.
pub const ATTRIBUTED_DAYS: u32 = 7;

/// Visitors of a customer that are merged and counted, the newest first.
pub const VISITORS_PER_CUSTOMER: usize = 64;

/// Facts of a visitor that the customer's bucket needs.
pub struct PropagatedFacts {
    pub customer: String,
    pub facts: person::Facts,
}

/// Days between the Unix epoch and the landmark from which the engine counts.
const LANDMARK_DAY: u32 = (escale::core::base::time::EPOCH_UNIX_S / 86_400) as u32;

/// The day since the Unix epoch of a minute since the landmark.
pub fn day_of(minute: u32) -> u32 {
    LANDMARK_DAY + minute / (24 * 60)
}

/// A row's bytes: the version of their form, and the form.
pub const FORM: u8 = 1;

/// The bytes of a row.
fn pack<T: Serialize>(row: &T) -> Vec<u8> {
    let mut bytes = vec![FORM];
    // Sequences and numbers alone: there is nothing that could fail.
    bytes.extend(postcard::to_allocvec(row).unwrap_or_default());
    bytes
}

/// As [`unpack`], with what stands behind the form: what a later release has come to remember.
fn unpack_with_rest<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<(T, &[u8])> {
    match bytes {
        [FORM, form @ ..] => postcard::take_from_bytes(form).ok(),
        _ => None,
    }
}

/// A row of these bytes; of what cannot be read nothing is known.
fn unpack<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<T> {
    match bytes {
        [FORM, form @ ..] => postcard::from_bytes(form).ok(),
        _ => None,
    }
}
