//! The bits of attributed decisions. In: decisions. Out: bits behind the profile's own, then their
//! length in two bytes. Never: a cost for a choice, which skips them by their length.

use super::Profile;
use super::attributed_decision::{AttributedBooking, AttributedDecision, Click};
use super::bounded::Bounded;
use super::offers::OfferSeen;
use super::wire::{ago, minutes_back, read_list, take_count, write_list};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::event::decision_record::{DecisionRecord, Levels, Propensity};

const PROPENSITY_BITS: u32 = 30;
const LEVELS_BITS: u32 = 24;
/// Index for an offer that is not in the list of offers seen.
const UNSEEN: u32 = 63;

/// The config and the placement of the decision before. Most decisions have the same.
#[derive(Default)]
struct Before {
    config: u32,
    placement: u32,
}

/// Appends the decisions and the length of their bits.
pub(super) fn append(bytes: &mut Vec<u8>, profile: &Profile) {
    let (mut w, mut before) = (BitWriter::default(), Before::default());
    if !profile.decisions.is_empty() {
        write_list(&mut w, &profile.decisions, 2, |w, s| {
            s.write(w, profile, &mut before)
        });
    }
    let bits = w.finish();
    bytes.extend_from_slice(&bits);
    bytes.extend_from_slice(&(bits.len() as u16).to_le_bytes());
}

/// Returns the bytes before the decisions, or nothing if there is no length.
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

/// Reads the decisions of a profile's bytes, whose checksum is known to be right. `None` if they
/// are corrupt.
pub(super) fn read(bytes: &[u8], profile: &Profile) -> Option<Bounded<AttributedDecision>> {
    let (_, bits) = parts(
        bytes
            .split_last_chunk::<4>()
            .map_or(&[0; 2][..], |(content, _)| content),
    )?;
    if bits.is_empty() {
        return Some(Bounded::default());
    }
    let (mut r, mut before) = (BitReader::new(bits), Before::default());
    let decisions: Bounded<AttributedDecision> = read_list(&mut r, 2, 32, |r, id| {
        AttributedDecision::read(r, id, profile, &mut before)
    });
    (r.is_done() && !decisions.is_empty()).then_some(decisions)
}

impl AttributedDecision {
    fn write(&self, w: &mut BitWriter, profile: &Profile, before: &mut Before) {
        let decision = &self.decision;
        w.put(decision.id, 32);
        write_changed(w, &mut before.config, decision.config);
        write_changed(w, &mut before.placement, self.placement);
        match profile.offers.position(self.offer) {
            Ok(at) => w.put(at as u32, 6),
            Err(_) => {
                w.put(UNSEEN, 6);
                w.put(self.offer, 32);
            }
        }
        w.put(decision.propensity.bits(), PROPENSITY_BITS);
        w.put(decision.levels.bits(), LEVELS_BITS);
        w.put_golomb(u32::from(decision.variant), 0);
        w.put_golomb(u32::from(decision.arm), 0);
        w.put_golomb(minutes_back(profile.last_s, self.at_min), 13);
        w.put(u32::from(self.is_viewed), 1);
        w.put(u32::from(self.click.is_some()), 1);
        if let Some(click) = &self.click {
            click.write(w, profile.last_s, self.at_min);
        }
    }

    fn read(r: &mut BitReader, id: u32, profile: &Profile, before: &mut Before) -> Self {
        let last_s = profile.last_s;
        read_changed(r, &mut before.config);
        read_changed(r, &mut before.placement);
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
        let decision = DecisionRecord {
            id,
            config: before.config,
            propensity,
            variant,
            arm,
            levels,
        };
        Self {
            decision,
            placement: before.placement,
            offer,
            at_min,
            is_viewed,
            click,
        }
    }
}

impl Click {
    fn write(&self, w: &mut BitWriter, last_s: u32, decision_min: u32) {
        w.put_golomb(self.at_min.saturating_sub(decision_min), 3);
        w.put(u32::from(self.is_quoted), 1);
        w.put(u32::from(self.booking.is_some()), 1);
        if let Some(booking) = &self.booking {
            w.put(booking.id, 32);
            w.put(u32::from(booking.is_cancelled), 1);
            w.put_golomb(minutes_back(last_s, booking.at_min), 13);
        }
    }

    fn read(r: &mut BitReader, last_s: u32, decision_min: u32) -> Self {
        let later = r.take_golomb(3);
        let at_min = r.sound(
            decision_min
                .checked_add(later)
                .filter(|at| *at <= last_s / 60),
        );
        let is_quoted = r.take(1) == 1;
        let booking = if r.take(1) == 1 {
            let (id, is_cancelled) = (r.take(32), r.take(1) == 1);
            Some(AttributedBooking {
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

/// Writes one bit if the value is the one before.
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

/// Reads an offer: its index, or its hash if it is not in the list.
fn read_offer(r: &mut BitReader, offers: &Bounded<OfferSeen>) -> u32 {
    match r.take(6) {
        UNSEEN => {
            let hash = r.take(32);
            let is_seen = offers.find(hash).is_some();
            r.sound((!is_seen).then_some(hash))
        }
        at => r.sound(offers.get(at as usize).map(|o| o.hash)),
    }
}
