//! The bits of a customer's lists: declared facts, messages, negative personas. The order and the bounds are those of
//! `wire`, which calls these.

use super::customer::{Fact, Message, PersonaKept};
use super::wire::{ago, put_signed, take_signed};
use crate::core::bits::{BitReader, BitWriter};
use crate::core::error::WireError;
use crate::core::named::{Channel, MessageStep, Source};
use crate::core::time::DAY_S;

impl Fact {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        w.put(self.source as u32, 2);
        w.put_golomb(last_s.saturating_sub(self.at_s), 22);
        w.put_golomb(self.value, 23);
    }

    pub(super) fn read(r: &mut BitReader, last_s: u32) -> Result<Self, WireError> {
        let hash = r.take(24)?;
        let source = Source::of_number(r.take(2)? as u8).ok_or(WireError::Corrupt)?;
        let at_s = ago(last_s, r.take_golomb(22)?)?;
        Ok(Self { hash, source, at_s, value: r.take_golomb(23)? })
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
        put_signed(w, self.at_min.wrapping_sub(last_s / 60) as i32, 15);
        w.put_golomb(self.at_min.saturating_sub(self.sent_min), 8);
    }

    pub(super) fn read(r: &mut BitReader, last_s: u32) -> Result<Self, WireError> {
        let id = r.take(32)?;
        let channel = Channel::of_number(r.take(3)? as u8).ok_or(WireError::Corrupt)?;
        let step = MessageStep::of_number(r.take(2)? as u8).ok_or(WireError::Corrupt)?;
        let family = if r.take(1)? == 1 { r.take(24)? } else { 0 };
        let at_min = (last_s / 60).checked_add_signed(take_signed(r, 15)?).ok_or(WireError::Corrupt)?;
        let at_min = Some(at_min).filter(|at| *at <= i32::MAX as u32 / 60).ok_or(WireError::Corrupt)?;
        let sent_min = ago(at_min, r.take_golomb(8)?)?;
        Ok(Self { id, channel, family, step, sent_min, at_min })
    }
}

impl PersonaKept {
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        put_signed(w, i32::from(self.until_day) - (last_s / DAY_S) as i32, 6);
    }

    pub(super) fn read(r: &mut BitReader, last_s: u32) -> Result<Self, WireError> {
        let hash = r.take(24)?;
        let until_day = i64::from(take_signed(r, 6)?) + i64::from(last_s / DAY_S);
        Ok(Self { hash, until_day: u16::try_from(until_day).map_err(|_| WireError::Corrupt)? })
    }
}
