//! Exposures and clicks of offers, families and placements. In: offer events. Out: counts, and the
//! times of the newest exposures. Never: an exposure in a placement that was evicted.

use super::Profile;
use super::bounded::{Bounded, Entry, Merge};
use super::wire::{ago, minutes_back, read_length, take_count};
use crate::core::base::bits::{BitReader, BitWriter};
pub use crate::core::base::enums::Feedback;

/// Limit of an offer's exposures whose times are kept.
pub const MAX_EXPOSURES: usize = 8;

/// One offer's exposures. A cap needs no finer times than minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferSeen {
    /// The offer's hash.
    pub hash: u32,
    /// The hash of its family at the latest event.
    pub family: u32,
    /// The visitor's feedback.
    pub feedback: Feedback,
    /// Number of viewable exposures.
    pub exposures: u32,
    /// Minutes of the newest exposures, ascending: exactly `min(exposures, MAX_EXPOSURES)`.
    pub exposed_min: Vec<u32>,
    /// The hash of each exposure's placement, 0 if unknown.
    pub exposed_in: Vec<u32>,
}

/// One family's latest click, which ends "ignored".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilySeen {
    /// The family's hash.
    pub hash: u32,
    /// The minute of the latest click, 0 for none.
    pub clicked_min: u32,
    /// Number of clicks.
    pub clicks: u32,
    /// Number of viewable exposures of its offers, counted only if the config has caps.
    pub exposures: u32,
}

/// One placement's exposures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacementSeen {
    /// The placement's hash.
    pub hash: u32,
    /// Number of viewable exposures.
    pub exposures: u32,
}

impl Entry for OfferSeen {
    const MAX: usize = 48;
    type Age = (Feedback, u32);

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> (Feedback, u32) {
        (self.feedback, self.last_min())
    }

    fn clamp_to(&mut self, now_s: u32) {
        for at_min in &mut self.exposed_min {
            *at_min = (*at_min).min(now_s / 60);
        }
    }
}

impl Merge for OfferSeen {
    fn merge(&mut self, other: &Self) {
        if other.last_min() > self.last_min() {
            self.family = other.family;
        }
        self.feedback = self.feedback.max(other.feedback);
        self.exposures = self.exposures.saturating_add(other.exposures);
        for (minute, placement) in other.exposed_min.iter().zip(&other.exposed_in) {
            self.insert_exposure(*minute, *placement);
        }
    }
}

impl Entry for FamilySeen {
    const MAX: usize = 15;
    type Age = u32;

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> u32 {
        self.clicked_min
    }

    fn clamp_to(&mut self, now_s: u32) {
        self.clicked_min = self.clicked_min.min(now_s / 60);
    }
}

impl Merge for FamilySeen {
    fn merge(&mut self, other: &Self) {
        self.clicked_min = self.clicked_min.max(other.clicked_min);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.exposures = self.exposures.saturating_add(other.exposures);
    }
}

impl Entry for PlacementSeen {
    const MAX: usize = 15;
    type Age = u32;

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> u32 {
        self.exposures
    }

    /// Does nothing: it holds no time.
    fn clamp_to(&mut self, _: u32) {}
}

impl Merge for PlacementSeen {
    fn merge(&mut self, other: &Self) {
        self.exposures = self.exposures.saturating_add(other.exposures);
    }
}

impl OfferSeen {
    pub(super) fn new(hash: u32, family: u32) -> Self {
        Self {
            hash,
            family,
            feedback: Feedback::None,
            exposures: 0,
            exposed_min: Vec::new(),
            exposed_in: Vec::new(),
        }
    }

    /// Returns the minute of the latest exposure, 0 for none.
    #[must_use]
    pub fn last_min(&self) -> u32 {
        self.exposed_min.last().copied().unwrap_or(0)
    }

    /// Adds an exposure and keeps the newest [`MAX_EXPOSURES`], ascending.
    pub(super) fn insert_exposure(&mut self, minute: u32, placement: u32) {
        let at = self.exposed_min.partition_point(|m| *m <= minute);
        self.exposed_min.insert(at, minute);
        self.exposed_in
            .insert(at.min(self.exposed_in.len()), placement);
        if self.exposed_min.len() > MAX_EXPOSURES {
            self.exposed_min.remove(0);
            self.exposed_in.remove(0);
        }
    }

    /// Writes the step from the hash `before`: hashes ascend, so that it takes fewer bits.
    pub(super) fn write(&self, w: &mut BitWriter, profile: &Profile, before: u32) {
        w.put_golomb(self.hash.wrapping_sub(before), 27);
        match profile.families.position(self.family) {
            Ok(at) => w.put(at as u32, 4),
            Err(_) => {
                w.put(FamilySeen::MAX as u32, 4);
                w.put(self.family, 24);
            }
        }
        w.put_golomb(self.feedback as u32, 0);
        w.put_golomb(self.exposures, 1);
        let mut newer = profile.last_s / 60;
        for (at, placement) in self.exposed_min.iter().zip(&self.exposed_in).rev() {
            w.put_golomb(newer.saturating_sub(*at), 13);
            write_placement(w, profile, *placement);
            newer = newer.min(*at);
        }
    }

    /// Reads the next hash. The step is never 0, because hashes ascend.
    fn read_hash(r: &mut BitReader, before: u32) -> u32 {
        let step = r.take_golomb(27);
        r.sound(before.checked_add(step).filter(|hash| *hash > before))
    }

    fn read(r: &mut BitReader, hash: u32, profile: &Profile) -> Self {
        let family = match r.take(4) as usize {
            FamilySeen::MAX => r.take(24),
            at => r.sound(profile.families.get(at).map(|f| f.hash)),
        };
        let feedback = take_count(r, 0);
        let feedback = r.sound(Feedback::of_number(feedback));
        let exposures = r.take_golomb(1);
        let mut newer = profile.last_s / 60;
        let kept = exposures.min(MAX_EXPOSURES as u32) as usize;
        let mut exposed_min = Vec::with_capacity(kept);
        let mut exposed_in = Vec::with_capacity(kept);
        for _ in 0..kept {
            newer = ago(r, newer, 13);
            exposed_min.push(newer);
            exposed_in.push(read_placement(r, &profile.placements));
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

pub(super) fn read_offers(r: &mut BitReader, profile: &Profile) -> Bounded<OfferSeen> {
    let length = read_length::<OfferSeen>(r, 5);
    let mut offers = Vec::with_capacity(length);
    let mut hash = 0;
    for _ in 0..length {
        hash = OfferSeen::read_hash(r, hash);
        offers.push(OfferSeen::read(r, hash, profile));
    }
    Bounded::of_sorted(offers)
}

impl FamilySeen {
    pub(super) fn new(hash: u32) -> Self {
        Self {
            hash,
            clicked_min: 0,
            clicks: 0,
            exposures: 0,
        }
    }

    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        w.put_golomb(self.exposures, 1);
        w.put_golomb(self.clicks, 1);
        if self.clicks > 0 {
            w.put_golomb(minutes_back(last_s, self.clicked_min), 12);
        }
    }

    pub(super) fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
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

/// Writes one exposure's placement in as many bits as the list of placements needs, none if it is
/// empty.
fn write_placement(w: &mut BitWriter, profile: &Profile, hash: u32) {
    let index = profile.placements.position(hash);
    w.put(
        index.map_or(0, |at| at as u32 + 1),
        index_bits(profile.placements.len()),
    );
}

fn read_placement(r: &mut BitReader, placements: &[PlacementSeen]) -> u32 {
    match r.take(index_bits(placements.len())) as usize {
        0 => 0,
        at => r.sound(placements.get(at - 1).map(|p| p.hash)),
    }
}

fn index_bits(length: usize) -> u32 {
    usize::BITS - length.leading_zeros()
}
