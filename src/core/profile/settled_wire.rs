//! The bits of settled decisions. They stand apart, behind the profile's own bits and before the length of theirs (two
//! bytes): who only wants to choose passes them over. Where there are none, the length is all.

use super::settled::{BookingWord, Click, MAX_SETTLED, Settled};
use super::wire::{ago, minutes_back, read_list, take_count, write_list};
use super::{OfferSeen, Profile};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::event::decision_record::{Decided, Levels, Propensity};

const PROPENSITY_BITS: u32 = 30;
const LEVELS_BITS: u32 = 24;
/// A place in the list of offers seen, or this: the offer is not in it any more.
const UNSEEN: u32 = 63;

/// Appends the decisions and the length of their bits.
pub(super) fn append(bytes: &mut Vec<u8>, profile: &Profile) {
    let (mut w, mut before) = (BitWriter::default(), (0, 0));
    if !profile.settled.is_empty() {
        write_list(&mut w, &profile.settled, 2, |w, s| {
            s.write(w, profile, &mut before)
        });
    }
    let bits = w.finish();
    bytes.extend_from_slice(&bits);
    bytes.extend_from_slice(&(bits.len() as u16).to_le_bytes());
}

/// What stands before the decisions; nothing where the length is none.
pub(super) fn before(content: &[u8]) -> &[u8] {
    parts(content).map_or(&[], |(before, _)| before)
}

fn parts(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, length) = content.split_last_chunk::<2>()?;
    content.split_at_checked(
        content
            .len()
            .checked_sub(usize::from(u16::from_le_bytes(*length)))?,
    )
}

/// The decisions of a profile's bytes, which were found whole already; none: they cannot be read.
pub(super) fn read(bytes: &[u8], profile: &Profile) -> Option<Vec<Settled>> {
    let (_, bits) = parts(
        bytes
            .split_last_chunk::<4>()
            .map_or(&[0; 2][..], |(content, _)| content),
    )?;
    if bits.is_empty() {
        return Some(Vec::new());
    }
    let (mut r, mut before) = (BitReader::new(bits), (0, 0));
    let settled = read_list(&mut r, (2, MAX_SETTLED), 32, |r, id| {
        Settled::read(r, id, profile, &mut before)
    });
    (r.is_done() && !settled.is_empty()).then_some(settled)
}

impl Settled {
    /// `before` are config and placement of the decision before it: they are seldom others.
    pub(super) fn write(&self, w: &mut BitWriter, profile: &Profile, before: &mut (u32, u32)) {
        let decided = &self.decided;
        w.put(decided.id, 32);
        write_changed(w, &mut before.0, decided.config);
        write_changed(w, &mut before.1, self.placement);
        match profile.offers.binary_search_by_key(&self.offer, |o| o.hash) {
            Ok(at) => w.put(at as u32, 6),
            Err(_) => {
                w.put(UNSEEN, 6);
                w.put(self.offer, 32);
            }
        }
        w.put(decided.propensity.bits(), PROPENSITY_BITS);
        w.put(decided.levels.bits(), LEVELS_BITS);
        w.put_golomb(u32::from(decided.variant), 0);
        w.put_golomb(u32::from(decided.arm), 0);
        w.put_golomb(minutes_back(profile.last_s, self.at_min), 13);
        w.put(u32::from(self.is_viewed), 1);
        w.put(u32::from(self.click.is_some()), 1);
        if let Some(click) = &self.click {
            click.write(w, profile.last_s, self.at_min);
        }
    }

    pub(super) fn read(
        r: &mut BitReader,
        id: u32,
        profile: &Profile,
        before: &mut (u32, u32),
    ) -> Self {
        let last_s = profile.last_s;
        read_changed(r, &mut before.0);
        read_changed(r, &mut before.1);
        let offer = read_offer(r, &profile.offers);
        let (propensity, levels) = (r.take(PROPENSITY_BITS), r.take(LEVELS_BITS));
        let propensity = r.sound(Propensity::of_bits(propensity));
        let levels = r.sound(Levels::of_bits(levels));
        let (variant, arm) = (take_count(r, 0), take_count(r, 0));
        let at_min = ago(r, last_s / 60, 13);
        let is_viewed = r.take(1) == 1;
        let click = if r.take(1) == 1 {
            Some(Click::read(r, last_s, at_min))
        } else {
            None
        };
        let decided = Decided {
            id,
            config: before.0,
            propensity,
            variant,
            arm,
            levels,
        };
        Self {
            decided,
            placement: before.1,
            offer,
            at_min,
            is_viewed,
            click,
        }
    }
}

impl Click {
    fn write(&self, w: &mut BitWriter, last_s: u32, decided_min: u32) {
        w.put_golomb(self.at_min.saturating_sub(decided_min), 3);
        w.put(u32::from(self.is_quoted), 1);
        w.put(u32::from(self.booking.is_some()), 1);
        if let Some(word) = &self.booking {
            w.put(word.id, 32);
            w.put(u32::from(word.is_cancelled), 1);
            w.put_golomb(minutes_back(last_s, word.at_min), 13);
        }
    }

    fn read(r: &mut BitReader, last_s: u32, decided_min: u32) -> Self {
        let later = r.take_golomb(3);
        let at_min = r.sound(
            decided_min
                .checked_add(later)
                .filter(|at| *at <= last_s / 60),
        );
        let is_quoted = r.take(1) == 1;
        let booking = if r.take(1) == 1 {
            let (id, is_cancelled) = (r.take(32), r.take(1) == 1);
            Some(BookingWord {
                at_min: ago(r, last_s / 60, 13),
                is_cancelled,
                id,
            })
        } else {
            None
        };
        Self {
            at_min,
            is_quoted,
            booking,
        }
    }
}

/// One bit where a number is the one before.
fn write_changed(w: &mut BitWriter, before: &mut u32, value: u32) {
    w.put(u32::from(value != *before), 1);
    if value != *before {
        w.put(value, 32);
    }
    *before = value;
}

fn read_changed(r: &mut BitReader, before: &mut u32) {
    if r.take(1) == 1 {
        let value = r.take(32);
        *before = r.sound(Some(value).filter(|value| value != before));
    }
}

/// An offer that is in the list is told by its place alone.
fn read_offer(r: &mut BitReader, offers: &[OfferSeen]) -> u32 {
    match r.take(6) {
        UNSEEN => {
            let hash = r.take(32);
            let is_seen = offers.binary_search_by_key(&hash, |o| o.hash).is_ok();
            r.sound((!is_seen).then_some(hash))
        }
        at => r.sound(offers.get(at as usize).map(|o| o.hash)),
    }
}
