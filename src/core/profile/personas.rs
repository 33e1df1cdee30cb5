//! Negative personas in force. In: matches of the engine. Out: the last day on which each holds.
//! Never: one that outlives [`MAX_PERSONA_DAYS`].

use super::bounded::{Entry, Merge};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::time::DAY_S;

/// Limit of the days that a negative persona is kept after its last match.
pub const MAX_PERSONA_DAYS: u16 = 366;

/// A negative persona in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NegativePersona {
    /// The persona's hash.
    pub hash: u32,
    /// The last day on which it holds, in days since the epoch.
    pub until_day: u16,
}

impl Entry for NegativePersona {
    const MAX: usize = 8;
    type Age = u16;

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> u16 {
        self.until_day
    }

    fn clamp_to(&mut self, now_s: u32) {
        let last_day = (now_s / DAY_S) as u16 + MAX_PERSONA_DAYS;
        self.until_day = self.until_day.min(last_day);
    }
}

impl Merge for NegativePersona {
    fn merge(&mut self, other: &Self) {
        self.until_day = self.until_day.max(other.until_day);
    }
}

impl NegativePersona {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        w.put_signed(i32::from(self.until_day) - (last_s / DAY_S) as i32, 6);
    }

    pub(super) fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
        let until_day = i64::from(r.take_signed(6)) + i64::from(last_s / DAY_S);
        Self {
            hash,
            until_day: r.sound(u16::try_from(until_day).ok()),
        }
    }
}
