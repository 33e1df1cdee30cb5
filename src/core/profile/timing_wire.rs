//! The bits of what is kept for pressure and scenarios. The order and the bounds are those of `wire`, which calls these.

use super::Profile;
use super::timing::{Fired, Latest, PlacementSeen, Preference};
use super::wire::{ago, minutes_back, take_count};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::enums::Frequency;

impl PlacementSeen {
    pub(super) fn write(&self, w: &mut BitWriter) {
        w.put(self.hash, 32);
        w.put_golomb(self.exposures, 3);
    }

    pub(super) fn read(r: &mut BitReader, hash: u32) -> Self {
        Self {
            hash,
            exposures: r.take_golomb(3),
        }
    }
}

/// Where one exposure was: as many bits as the list of placements needs, none where it is empty.
pub(super) fn write_place(w: &mut BitWriter, profile: &Profile, hash: u32) {
    let index = profile
        .placements
        .binary_search_by_key(&hash, |p| p.hash)
        .map_or(0, |at| at as u32 + 1);
    w.put(index, place_bits(profile.placements.len()));
}

pub(super) fn read_place(r: &mut BitReader, placements: &[PlacementSeen]) -> u32 {
    match r.take(place_bits(placements.len())) as usize {
        0 => 0,
        at => r.sound(placements.get(at - 1).map(|p| p.hash)),
    }
}

fn place_bits(placements: usize) -> u32 {
    usize::BITS - placements.leading_zeros()
}

impl Preference {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put_golomb(self.frequency as u32, 0);
        if self.frequency != Frequency::Unsaid {
            w.put_golomb(minutes_back(last_s, self.at_min), 17);
        }
    }

    pub(super) fn read(r: &mut BitReader, last_s: u32) -> Self {
        let number = take_count(r, 0);
        let frequency = r.sound(Frequency::of_number(number));
        let is_said = frequency != Frequency::Unsaid;
        let at_min = if is_said { ago(r, last_s / 60, 17) } else { 0 };
        Self { at_min, frequency }
    }
}

impl Latest {
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

impl Fired {
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
