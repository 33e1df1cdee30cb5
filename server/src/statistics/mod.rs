//! Counts that the report and the model are based on. In: the attributed decisions of syncs,
//! quotes, bookings. Out: changes of sums that name no one. Never: counts a decision or a person
//! twice, even if it is sent again, late, or by another replica.
//!
//! A visitor's own row remembers their counted facts ([`visitor`]). A customer's row remembers the
//! people behind several visitors ([`customer`]). Each write reads that row and adds the difference
//! to the sums, in the bucket of the row. An erasure removes the row; the sums stay.

pub mod change;
pub mod customer;
pub mod outcome;
pub mod person;
pub mod sql;
pub mod stratum;
pub mod sums;
pub mod tastes;
#[cfg(test)]
mod tests;
pub mod visitor;

use serde::{Deserialize, Serialize};

/// Days that a decision is taken at after it was made: a profile keeps it for as long.
pub const TAKEN_DAYS: u32 = 30;
/// Days that a decision is remembered. Until then it may be reported again, or credited with a
/// booking.
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

/// Days between the Unix epoch and the epoch of the engine.
const LANDMARK_DAY: u32 = (escale::internals::base::time::EPOCH_UNIX_S / 86_400) as u32;

/// Converts a minute since the engine's epoch to a day since the Unix epoch.
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
