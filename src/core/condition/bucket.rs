//! Position of a value in a split. In: a seed and a value. Out: a number from 0 up to 1, the same
//! in every SDK of the scheme. It must never use `fmt`: the runtime module contains it.

use crate::core::base::hash::fnv1a;

const FNV_BASIS: u32 = 0x811c_9dc5;

/// The place of `value` in the split named `seed`, in `0.0..1.0`; `None` for a version that does
/// not exist.
///
/// Version 1 has 1,000 places and is biased for nearby seeds; version 2 has 10,000 and hashes
/// twice. Texts are hashed as UTF-8.
///
/// ```
/// use escale::internals::condition::bucket::bucket;
/// assert_eq!(bucket("summer", "visitor-7", 2), bucket("summer", "visitor-7", 2));
/// assert_ne!(bucket("summer", "visitor-7", 2), bucket("winter", "visitor-7", 2));
/// assert_eq!(bucket("summer", "visitor-7", 3), None);
/// ```
#[must_use]
pub fn bucket(seed: &str, value: &str, version: u8) -> Option<f64> {
    match version {
        1 => Some(f64::from(joined_hash(value, seed) % 1_000) / 1_000.0),
        2 => Some(f64::from(hash_of_decimal(joined_hash(seed, value)) % 10_000) / 10_000.0),
        _ => None,
    }
}

fn joined_hash(first: &str, second: &str) -> u32 {
    fnv1a(fnv1a(FNV_BASIS, first.as_bytes()), second.as_bytes())
}

/// The hash of a number's decimal digits, fed one by one: no text is made.
fn hash_of_decimal(number: u32) -> u32 {
    let mut state = FNV_BASIS;
    let mut unit = 1_000_000_000;
    while unit > 0 {
        if number >= unit || unit == 1 {
            state = fnv1a(state, &[b'0' + (number / unit % 10) as u8]);
        }
        unit /= 10;
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 7, 10, 1_005, 4_294_967_295] {
            let digits = number.to_string();
            assert_eq!(
                hash_of_decimal(number),
                fnv1a(FNV_BASIS, digits.as_bytes()),
                "{number}"
            );
        }
    }
}
