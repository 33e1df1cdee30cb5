//! The compact form: what is stored is what is sent. The first byte is the version; the last four a CRC-32 of all
//! before them. Between them bits: small numbers take few; settled decisions stand apart at the end. Each profile has exactly one form, so that equal
//! profiles are equal bytes. Decoding is total and bounded by the lists' limits.

use super::customer::{Fact, MAX_FACTS, MAX_MESSAGES, MAX_PERSONAS, Message, PersonaKept};
use super::settled_wire;
use super::timing::{
    Fired, Latest, MAX_FIRED, MAX_LATEST, MAX_PLACEMENTS, PlacementSeen, Preference,
};
use super::timing_wire::{read_place, write_place};
use super::{
    Booking, Counts, FacetCounters, FamilySeen, Feedback, MAX_BOOKINGS, MAX_EXPOSURES, MAX_FACETS,
    MAX_FAMILIES, MAX_OFFERS, MAX_TOPICS, MAX_TRIPS, OfferSeen, Profile, TopicCounter, Trip,
    TripStep,
};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::civil::Day;
use crate::core::base::decayed_mass::{INTENT_STEP_S, Mass, TASTE_STEP_S, elapsed_units};
use crate::core::base::error::WireError;
use crate::core::base::hash::crc32;
use crate::core::base::time::DAY_S;
use crate::core::event::Travel;

/// The version that this release writes.
pub const VERSION: u8 = 1;

/// A mass travels as it reads at the profile's last event, in steps of 2⁻¹⁸ doublings. Under 2⁻¹⁶ of an event it has
/// faded and is left out; 2²⁰ events no visitor reaches.
const MASS_LEAST: i64 = -16 << 18;
const MASS_MOST: i64 = 20 << 18;

impl Profile {
    /// The bytes. Masses that have faded are left out.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = BitWriter::default();
        w.put(u32::from(VERSION), 8);
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
        let mut bytes = w.finish();
        settled_wire::append(&mut bytes, self);
        let sum = crc32(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The profile of these bytes; none at all are the empty profile. Errors: [`WireError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut profile = Self::glance(bytes)?;
        profile.settled = settled_wire::read(bytes, &profile).ok_or(WireError::Corrupt)?;
        Ok(profile)
    }

    /// As [`Self::decode`], without the settled decisions: no choice asks for them, and what every page loads before its
    /// first choice need not know how to read them. Errors: [`WireError`].
    pub fn glance(bytes: &[u8]) -> Result<Self, WireError> {
        let Some(version) = bytes.first() else {
            return Ok(Self::default());
        };
        if *version > VERSION {
            return Err(WireError::Newer(*version));
        }
        let (content, sum) = bytes.split_last_chunk::<4>().ok_or(WireError::Truncated)?;
        if *version != VERSION || crc32(content) != u32::from_le_bytes(*sum) {
            return Err(WireError::Corrupt);
        }
        let mut r = BitReader::new(settled_wire::before(content));
        r.take(8);
        let profile = Self::read(&mut r);
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
        let facets = read_list(r, (4, MAX_FACETS), 16, |r, hash| {
            FacetCounters::read(r, hash, last_s)
        });
        let families = read_list(r, (3, MAX_FAMILIES), 24, |r, hash| {
            FamilySeen::read(r, hash, last_s)
        });
        let placements = read_list(r, (1, MAX_PLACEMENTS), 32, PlacementSeen::read);
        let mut profile = Self {
            last_s,
            first_s,
            visit_s,
            counts,
            facets,
            families,
            placements,
            ..Self::default()
        };
        profile.offers = read_offers(r, &profile);
        profile.trips = read_list(r, (2, MAX_TRIPS), 24, |r, id| Trip::read(r, id, last_s));
        profile.bookings = read_list(r, (2, MAX_BOOKINGS), 32, |r, id| {
            Booking::read(r, id, last_s)
        });
        profile.facts = read_list(r, (0, MAX_FACTS), 24, |r, hash| Fact::read(r, hash, last_s));
        profile.messages = read_list(r, (0, MAX_MESSAGES), 32, |r, id| {
            Message::read(r, id, last_s)
        });
        profile.personas = read_list(r, (0, MAX_PERSONAS), 24, |r, hash| {
            PersonaKept::read(r, hash, last_s)
        });
        profile.preference = Preference::read(r, last_s);
        profile.latest = read_list(r, (0, MAX_LATEST), 6, |r, kind| {
            Latest::read(r, kind, last_s)
        });
        profile.fired = read_list(r, (0, MAX_FIRED), 32, |r, id| Fired::read(r, id, last_s));
        profile
    }
}

pub(super) fn write_list<T>(
    w: &mut BitWriter,
    list: &[T],
    k: u32,
    mut one: impl FnMut(&mut BitWriter, &T),
) {
    w.put_golomb(list.len() as u32, k);
    list.iter().for_each(|item| one(w, item));
}

/// How many, in an Exp-Golomb code of order `k`; more than `most` are bad.
fn read_length(r: &mut BitReader, (k, most): (u32, usize)) -> usize {
    let length = r.take_golomb(k) as usize;
    r.sound(Some(length).filter(|length| *length <= most))
}

/// A list whose items begin with a key of so many bits, in ascending order and without repeats. Hashes are never 0,
/// small numbers may be.
pub(super) fn read_list<T>(
    r: &mut BitReader,
    size: (u32, usize),
    key_bits: u32,
    mut one: impl FnMut(&mut BitReader, u32) -> T,
) -> Vec<T> {
    let length = read_length(r, size);
    let mut least = u64::from(key_bits > 8);
    // A loop: `collect` is several times the code, once for each list.
    let mut list = Vec::with_capacity(length);
    for _ in 0..length {
        let key = r.take(key_bits);
        r.sound((u64::from(key) >= least).then_some(()));
        least = u64::from(key) + 1;
        list.push(one(r, key));
    }
    list
}

fn read_offers(r: &mut BitReader, profile: &Profile) -> Vec<OfferSeen> {
    let length = read_length(r, (5, MAX_OFFERS));
    let mut offers = Vec::with_capacity(length);
    let mut hash = 0;
    for _ in 0..length {
        hash = OfferSeen::next_hash(r, hash);
        offers.push(OfferSeen::read(r, hash, profile));
    }
    offers
}

/// A time told as its distance from a later one.
pub(super) fn ago(r: &mut BitReader, later: u32, k: u32) -> u32 {
    let distance = r.take_golomb(k);
    r.sound(later.checked_sub(distance))
}

/// How far back a minute lies; times after the last event do not exist.
pub(super) fn minutes_back(last_s: u32, minute: u32) -> u32 {
    (last_s / 60).saturating_sub(minute)
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

impl FacetCounters {
    fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 16);
        w.put_golomb(self.taste_half_life_s / TASTE_STEP_S, 10);
        w.put_golomb(self.intent_half_life_s / INTENT_STEP_S, 10);
        write_list(w, &self.topics, 3, |w, t| {
            w.put(t.hash, 24);
            write_mass(w, t.taste, elapsed_units(last_s, self.taste_half_life_s));
            write_mass(w, t.intent, elapsed_units(last_s, self.intent_half_life_s));
        });
        let latest = self
            .topics
            .iter()
            .position(|t| t.hash == self.latest_topic)
            .map_or(0, |i| i + 1);
        w.put_golomb(latest as u32, 2);
    }

    fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
        let taste_half_life_s = r.take_golomb(10).saturating_mul(TASTE_STEP_S);
        let intent_half_life_s = r.take_golomb(10).saturating_mul(INTENT_STEP_S);
        let (taste, intent) = (
            elapsed_units(last_s, taste_half_life_s),
            elapsed_units(last_s, intent_half_life_s),
        );
        let topics = read_list(r, (3, MAX_TOPICS), 24, |r, hash| TopicCounter {
            hash,
            taste: read_mass(r, taste),
            intent: read_mass(r, intent),
        });
        let latest = r.take_golomb(2) as usize;
        let latest_topic = match latest.checked_sub(1) {
            None => 0,
            Some(i) => r.sound(topics.get(i).map(|t| t.hash)),
        };
        Self {
            hash,
            taste_half_life_s,
            intent_half_life_s,
            latest_topic,
            topics,
        }
    }
}

/// A faded mass is one bit; the others lose nothing.
fn write_mass(w: &mut BitWriter, mass: Mass, elapsed: i64) {
    let beside = if mass == Mass::ZERO {
        i64::MIN
    } else {
        mass.0 - elapsed
    };
    w.put(u32::from(beside >= MASS_LEAST), 1);
    if beside >= MASS_LEAST {
        w.put_signed(beside.min(MASS_MOST) as i32, 20);
    }
}

fn read_mass(r: &mut BitReader, elapsed: i64) -> Mass {
    if r.take(1) == 0 {
        return Mass::ZERO;
    }
    let beside = i64::from(r.take_signed(20));
    r.sound(Some(beside).filter(|beside| (MASS_LEAST..=MASS_MOST).contains(beside)));
    Mass(beside + elapsed)
}

impl FamilySeen {
    fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        w.put_golomb(self.exposures, 1);
        w.put_golomb(self.clicks, 1);
        if self.clicks > 0 {
            w.put_golomb(minutes_back(last_s, self.clicked_min), 12);
        }
    }

    fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
        let (exposures, clicks) = (r.take_golomb(1), r.take_golomb(1));
        let clicked_min = if clicks > 0 {
            ago(r, last_s / 60, 12)
        } else {
            0
        };
        Self {
            hash,
            clicked_min,
            clicks,
            exposures,
        }
    }
}

impl OfferSeen {
    /// Hashes ascend, so that the step from the one `before` takes fewer bits.
    fn write(&self, w: &mut BitWriter, profile: &Profile, before: u32) {
        w.put_golomb(self.hash.wrapping_sub(before), 27);
        match profile
            .families
            .binary_search_by_key(&self.family, |f| f.hash)
        {
            Ok(at) => w.put(at as u32, 4),
            Err(_) => {
                w.put(MAX_FAMILIES as u32, 4);
                w.put(self.family, 24);
            }
        }
        w.put_golomb(self.feedback as u32, 0);
        w.put_golomb(self.exposures, 1);
        let mut newer = profile.last_s / 60;
        for (at, place) in self.exposed_min.iter().zip(&self.exposed_in).rev() {
            w.put_golomb(newer.saturating_sub(*at), 13);
            write_place(w, profile, *place);
            newer = newer.min(*at);
        }
    }

    /// The step from the one before is never 0: hashes ascend.
    fn next_hash(r: &mut BitReader, before: u32) -> u32 {
        let step = r.take_golomb(27);
        r.sound(before.checked_add(step).filter(|hash| *hash > before))
    }

    fn read(r: &mut BitReader, hash: u32, profile: &Profile) -> Self {
        let family = match r.take(4) as usize {
            MAX_FAMILIES => r.take(24),
            at => r.sound(profile.families.get(at).map(|f| f.hash)),
        };
        let feedback = take_count(r, 0);
        let feedback = r.sound(Feedback::of_number(feedback));
        let exposures = r.take_golomb(1);
        let mut newer = profile.last_s / 60;
        let kept = exposures.min(MAX_EXPOSURES as u32) as usize;
        let (mut exposed_min, mut exposed_in) =
            (Vec::with_capacity(kept), Vec::with_capacity(kept));
        for _ in 0..kept {
            newer = ago(r, newer, 13);
            exposed_min.push(newer);
            exposed_in.push(read_place(r, &profile.placements));
        }
        exposed_min.reverse();
        exposed_in.reverse();
        Self {
            hash,
            family,
            feedback,
            exposures,
            exposed_min,
            exposed_in,
        }
    }
}

impl Travel {
    fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.destination, 24);
        w.put(u32::from(self.start_day > 0), 1);
        if self.start_day > 0 {
            w.put_signed(i32::from(self.start_day) - (last_s / DAY_S) as i32, 8);
        }
        // Nights are few; an end that is not said, or lies before the start, is told as it is.
        let nights = self.end_day.wrapping_sub(self.start_day);
        w.put_golomb(u32::from(nights), 3);
        w.put_golomb(u32::from(self.adults), 1);
        w.put_golomb(u32::from(self.children), 0);
    }

    fn read(r: &mut BitReader, last_s: u32) -> Self {
        let destination = r.take(24);
        let start_day = match r.take(1) {
            0 => 0,
            _ => i64::from(r.take_signed(8)) + i64::from(last_s / DAY_S),
        };
        let start_day = r.sound(
            u16::try_from(start_day)
                .ok()
                .filter(|day| *day <= Day::MAX_TRAVEL.get()),
        );
        let nights = r.take_golomb(3);
        let nights = r.sound(u16::try_from(nights).ok());
        let end_day = r.sound(
            Some(start_day.wrapping_add(nights)).filter(|day| *day <= Day::MAX_TRAVEL.get()),
        );
        Self {
            destination,
            start_day,
            end_day,
            adults: take_count(r, 1),
            children: take_count(r, 0),
        }
    }
}

/// A small number.
pub(super) fn take_count(r: &mut BitReader, k: u32) -> u8 {
    let count = r.take_golomb(k);
    r.sound(u8::try_from(count).ok())
}

impl Trip {
    fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 24);
        w.put(self.step as u32, 2);
        w.put_golomb(minutes_back(last_s, self.last_min), 12);
        self.travel.write(w, last_s);
    }

    fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
        let step = match r.take(2) {
            0 => TripStep::Searched,
            1 => TripStep::QuoteStarted,
            2 => TripStep::QuoteSubmitted,
            _ => TripStep::Booked,
        };
        Self {
            id,
            step,
            last_min: ago(r, last_s / 60, 12),
            travel: Travel::read(r, last_s),
        }
    }
}

impl Booking {
    fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 32);
        w.put_golomb(minutes_back(last_s, self.at_min), 18);
        w.put(u32::from(self.cancelled), 1);
        w.put_golomb(self.value_cents, 16);
        self.travel.write(w, last_s);
    }

    fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
        let at_min = ago(r, last_s / 60, 18);
        let cancelled = r.take(1) == 1;
        Self {
            id,
            at_min,
            cancelled,
            value_cents: r.take_golomb(16),
            travel: Travel::read(r, last_s),
        }
    }
}
