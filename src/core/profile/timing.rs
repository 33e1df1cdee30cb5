//! The state behind pressure and scenarios: the wanted frequency, the latest events, the fired
//! scenarios. In: events. Out: bounded lists. Never: more kinds of events than scenarios ask for.

use super::bounded::{Entry, Merge};
use super::wire::{ago, minutes_back, take_count};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::enums::Frequency;
use crate::core::base::hash::mix;

/// The frequency that the visitor wants, and the minute when it was declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preference {
    /// The minute of the declaration.
    pub at_min: u32,
    /// The wanted frequency.
    pub frequency: Frequency,
}

/// The latest event of a kind that a scenario asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatestEvent {
    /// The number of the kind.
    pub kind: u8,
    /// The minute of the event.
    pub at_min: u32,
}

/// A scenario that fired for a cause. When it is evicted, its cause is no longer due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiredScenario {
    /// The [`cause_id`].
    pub id: u32,
    /// The scenario's hash.
    pub scenario: u32,
    /// The minute when it fired.
    pub at_min: u32,
}

/// Returns the identity of a cause: a scenario, its subject (a trip, a booking, a time) and the
/// occurrence.
#[must_use]
pub fn cause_id(scenario: u32, subject: u32, ordinal: u16) -> u32 {
    let cause = mix(u64::from(scenario), u64::from(subject));
    (mix(cause, u64::from(ordinal)) as u32).max(1)
}

impl Entry for LatestEvent {
    const MAX: usize = 24;
    type Age = u32;

    fn key(&self) -> u32 {
        u32::from(self.kind)
    }

    fn age(&self) -> u32 {
        self.at_min
    }

    fn clamp_to(&mut self, now_s: u32) {
        self.at_min = self.at_min.min(now_s / 60);
    }
}

impl Merge for LatestEvent {
    fn merge(&mut self, other: &Self) {
        self.at_min = self.at_min.max(other.at_min);
    }
}

impl Entry for FiredScenario {
    const MAX: usize = 32;
    type Age = u32;

    fn key(&self) -> u32 {
        self.id
    }

    fn age(&self) -> u32 {
        self.at_min
    }

    fn clamp_to(&mut self, now_s: u32) {
        self.at_min = self.at_min.min(now_s / 60);
    }
}

impl Merge for FiredScenario {
    fn merge(&mut self, other: &Self) {
        self.at_min = self.at_min.min(other.at_min);
    }
}

impl Preference {
    pub(super) fn clamp_to(&mut self, now_s: u32) {
        self.at_min = self.at_min.min(now_s / 60);
    }

    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put_golomb(self.frequency as u32, 0);
        if self.frequency != Frequency::Unsaid {
            w.put_golomb(minutes_back(last_s, self.at_min), 17);
        }
    }

    pub(super) fn read(r: &mut BitReader, last_s: u32) -> Self {
        let number = take_count(r, 0);
        let frequency = r.sound(Frequency::of_number(number));
        let is_declared = frequency != Frequency::Unsaid;
        let at_min = if is_declared {
            ago(r, last_s / 60, 17)
        } else {
            0
        };
        Self { at_min, frequency }
    }
}

impl LatestEvent {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(u32::from(self.kind), 6);
        w.put_golomb(minutes_back(last_s, self.at_min), 13);
    }

    pub(super) fn read(r: &mut BitReader, kind: u32, last_s: u32) -> Self {
        Self {
            kind: kind as u8,
            at_min: ago(r, last_s / 60, 13),
        }
    }
}

impl FiredScenario {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 32);
        w.put(self.scenario, 24);
        w.put_golomb(minutes_back(last_s, self.at_min), 15);
    }

    pub(super) fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
        Self {
            id,
            scenario: r.take(24),
            at_min: ago(r, last_s / 60, 15),
        }
    }
}
