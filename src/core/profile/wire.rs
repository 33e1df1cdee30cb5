//! The compact form of a profile. In: a profile. Out: a version, bits, the attributed decisions and
//! a CRC-32. Never: two forms of equal profiles, or a list above its limit. The stored bytes are
//! the sent bytes.

use super::attributed_wire;
use super::bounded::{Bounded, Entry};
use super::facts::Fact;
use super::messages::Message;
use super::offers::{FamilySeen, PlacementSeen, read_offers};
use super::personas::NegativePersona;
use super::timing::{FiredScenario, LatestEvent, Preference};
use super::topics::FacetCounters;
use super::trips::{Booking, Trip};
use super::{Counts, Profile};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::error::WireError;
use crate::core::base::hash::crc32;

/// The version that this release writes.
pub const VERSION: u8 = 2;

impl Profile {
    /// Returns the bytes. Faded masses are left out.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = BitWriter::default();
        let has_steps = self.facets.iter().any(FacetCounters::has_steps);
        w.put(if has_steps { u32::from(VERSION) } else { 1 }, 8);
        w.put(self.last_s, 31);
        w.put_golomb(self.last_s - self.first_s.min(self.last_s), 20);
        w.put_golomb(self.last_s - self.visit_s.min(self.last_s), 10);
        self.counts.write(&mut w);
        write_list(&mut w, &self.facets, 4, |w, f| f.write(w, self.last_s));
        write_list(&mut w, &self.families, 3, |w, f| f.write(w, self.last_s));
        write_list(&mut w, &self.placements, 1, |w, p| p.write(w));
        let mut before = 0;
        write_list(&mut w, &self.offers, 5, |w, o| {
            o.write(w, self, core::mem::replace(&mut before, o.hash))
        });
        write_list(&mut w, &self.trips, 2, |w, t| t.write(w, self.last_s));
        write_list(&mut w, &self.bookings, 2, |w, b| b.write(w, self.last_s));
        write_list(&mut w, &self.facts, 0, |w, f| f.write(w, self.last_s));
        write_list(&mut w, &self.messages, 0, |w, m| m.write(w, self.last_s));
        write_list(&mut w, &self.personas, 0, |w, p| p.write(w, self.last_s));
        self.preference.write(&mut w, self.last_s);
        write_list(&mut w, &self.latest, 0, |w, l| l.write(w, self.last_s));
        write_list(&mut w, &self.fired, 0, |w, f| f.write(w, self.last_s));
        if has_steps {
            for facet in &self.facets {
                facet.write_steps(&mut w, self.last_s);
            }
        }
        let mut bytes = w.finish();
        attributed_wire::append(&mut bytes, self);
        let sum = crc32(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Returns the profile of these bytes. No bytes are the empty profile.
    ///
    /// # Errors
    ///
    /// [`WireError`] if the bytes are of a newer release, cut or corrupt.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut profile = Self::decode_for_decision(bytes)?;
        profile.decisions = attributed_wire::read(bytes, &profile).ok_or(WireError::Corrupt)?;
        Ok(profile)
    }

    /// Returns the profile without its attributed decisions: a choice needs none, and saves the
    /// code that reads them.
    ///
    /// # Errors
    ///
    /// [`WireError`] if the bytes are of a newer release, cut or corrupt.
    pub fn decode_for_decision(bytes: &[u8]) -> Result<Self, WireError> {
        let Some(version) = bytes.first() else {
            return Ok(Self::default());
        };
        if *version > VERSION {
            return Err(WireError::Newer(*version));
        }
        let (content, sum) = bytes.split_last_chunk::<4>().ok_or(WireError::Truncated)?;
        if *version == 0 || crc32(content) != u32::from_le_bytes(*sum) {
            return Err(WireError::Corrupt);
        }
        let mut r = BitReader::new(attributed_wire::before(content));
        r.take(8);
        let mut profile = Self::read(&mut r);
        if *version > 1 {
            for facet in profile.facets.iter_mut() {
                facet.read_steps(&mut r, profile.last_s);
            }
        }
        if r.is_done() {
            Ok(profile)
        } else {
            Err(WireError::Corrupt)
        }
    }

    fn read(r: &mut BitReader) -> Self {
        let last_s = r.take(31);
        let (first_s, visit_s) = (ago(r, last_s, 20), ago(r, last_s, 10));
        let counts = Counts::read(r);
        let mut profile = Self {
            last_s,
            first_s,
            visit_s,
            counts,
            ..Self::default()
        };
        profile.facets = read_list(r, 4, 16, |r, key| FacetCounters::read(r, key, last_s));
        profile.families = read_list(r, 3, 24, |r, key| FamilySeen::read(r, key, last_s));
        profile.placements = read_list(r, 1, 32, PlacementSeen::read);
        profile.offers = read_offers(r, &profile);
        profile.trips = read_list(r, 2, 24, |r, key| Trip::read(r, key, last_s));
        profile.bookings = read_list(r, 2, 32, |r, key| Booking::read(r, key, last_s));
        profile.facts = read_list(r, 0, 24, |r, key| Fact::read(r, key, last_s));
        profile.messages = read_list(r, 0, 32, |r, key| Message::read(r, key, last_s));
        profile.personas = read_list(r, 0, 24, |r, key| NegativePersona::read(r, key, last_s));
        profile.preference = Preference::read(r, last_s);
        profile.latest = read_list(r, 0, 6, |r, key| LatestEvent::read(r, key, last_s));
        profile.fired = read_list(r, 0, 32, |r, key| FiredScenario::read(r, key, last_s));
        profile
    }
}

pub(super) fn write_list<T>(
    w: &mut BitWriter,
    list: &[T],
    k: u32,
    mut write: impl FnMut(&mut BitWriter, &T),
) {
    w.put_golomb(list.len() as u32, k);
    list.iter().for_each(|entry| write(w, entry));
}

/// Reads a list's length, in an Exp-Golomb code of order `k`. A length above the limit is corrupt.
pub(super) fn read_length<T: Entry>(r: &mut BitReader, k: u32) -> usize {
    let length = r.take_golomb(k) as usize;
    r.sound(Some(length).filter(|length| *length <= T::MAX))
}

/// Reads a list whose entries begin with a key of `key_bits`, ascending and without repeats.
///
/// Hashes are never 0. Keys of at most 8 bits are numbers, which may be.
pub(super) fn read_list<T: Entry>(
    r: &mut BitReader,
    k: u32,
    key_bits: u32,
    mut read: impl FnMut(&mut BitReader, u32) -> T,
) -> Bounded<T> {
    let length = read_length::<T>(r, k);
    let mut least = u64::from(key_bits > 8);
    // A loop: `collect` is several times the code, once for each list.
    let mut list = Vec::with_capacity(length);
    for _ in 0..length {
        let key = r.take(key_bits);
        r.sound((u64::from(key) >= least).then_some(()));
        least = u64::from(key) + 1;
        list.push(read(r, key));
    }
    Bounded::of_sorted(list)
}

/// Reads a time as its distance from a later one.
pub(super) fn ago(r: &mut BitReader, later: u32, k: u32) -> u32 {
    let distance = r.take_golomb(k);
    r.sound(later.checked_sub(distance))
}

/// Returns the minutes from `minute` to the last event, 0 for a later minute.
pub(super) fn minutes_back(last_s: u32, minute: u32) -> u32 {
    (last_s / 60).saturating_sub(minute)
}

/// Reads a number of at most 8 bits.
pub(super) fn take_count(r: &mut BitReader, k: u32) -> u8 {
    let count = r.take_golomb(k);
    r.sound(u8::try_from(count).ok())
}

impl Counts {
    fn write(&self, w: &mut BitWriter) {
        for (count, k) in self.as_list() {
            w.put_golomb(count, k);
        }
    }

    fn as_list(&self) -> [(u32, u32); 6] {
        [
            (self.visits, 3),
            (self.page_views, 5),
            (self.searches, 3),
            (self.quote_starts, 1),
            (self.quote_submits, 1),
            (self.advocacy, 0),
        ]
    }

    fn read(r: &mut BitReader) -> Self {
        Self {
            visits: r.take_golomb(3),
            page_views: r.take_golomb(5),
            searches: r.take_golomb(3),
            quote_starts: r.take_golomb(1),
            quote_submits: r.take_golomb(1),
            advocacy: r.take_golomb(0),
        }
    }
}
