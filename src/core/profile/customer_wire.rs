//! The bits of a customer's lists: declared facts, messages, negative personas. The order and the bounds are those of
//! `wire`, which calls these.

use super::customer::{Fact, Message, PersonaKept};
use super::wire::ago;
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::enums::{Channel, MessageStep, Source};
use crate::core::base::time::DAY_S;

impl Fact {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        w.put(self.source as u32, 2);
        w.put_golomb(last_s.saturating_sub(self.at_s), 22);
        w.put_golomb(self.value, 23);
    }

    pub(super) fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
        let source = r.take(2) as u8;
        let source = r.sound(Source::of_number(source));
        Self {
            hash,
            source,
            at_s: ago(r, last_s, 22),
            value: r.take_golomb(23),
        }
    }
}

impl Message {
    /// Others tell of messages before and after the visitor's last event: the time has a sign.
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 32);
        w.put(self.channel as u32, 3);
        w.put(self.step as u32, 2);
        w.put(u32::from(self.family > 0), 1);
        if self.family > 0 {
            w.put(self.family, 24);
        }
        w.put_signed(self.at_min.wrapping_sub(last_s / 60) as i32, 15);
        w.put_golomb(self.at_min.saturating_sub(self.sent_min), 8);
    }

    pub(super) fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
        let (channel, step) = (r.take(3) as u8, r.take(2) as u8);
        let channel = r.sound(Channel::of_number(channel));
        let step = r.sound(MessageStep::of_number(step));
        let family = if r.take(1) == 1 { r.take(24) } else { 0 };
        let at_min = (last_s / 60).checked_add_signed(r.take_signed(15));
        let at_min = r.sound(at_min.filter(|at| *at <= i32::MAX as u32 / 60));
        Self {
            id,
            channel,
            family,
            step,
            sent_min: ago(r, at_min, 8),
            at_min,
        }
    }
}

impl PersonaKept {
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
