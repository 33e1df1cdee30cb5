//! Trips in mind and bookings. In: searches, quotes and bookings. Out: the latest state of each.
//! Never: an older state in place of a later one.

use super::bounded::{Entry, Merge};
use super::wire::{ago, minutes_back, take_count};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::civil::Day;
use crate::core::base::event_kind::EventKind;
use crate::core::base::time::DAY_S;
use crate::core::event::Travel;

/// Most days between the departures of two mentions of one trip.
pub(crate) const SAME_TRIP_DAYS: u16 = 7;

pub use crate::core::base::enums::TripStep;

/// A trip that the visitor has in mind, opened by a search or a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// The hash of the event that opened it, unique in the profile.
    pub id: u32,
    /// Destination, dates and travellers.
    pub travel: Travel,
    /// The furthest step.
    pub step: TripStep,
    /// The minute of its latest event.
    pub last_min: u32,
}

/// The latest state of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The hash of the booking's id.
    pub id: u32,
    /// The minute when it was made or cancelled.
    pub at_min: u32,
    /// True if it was cancelled.
    pub cancelled: bool,
    /// Destination, dates and travellers.
    pub travel: Travel,
    /// The price in hundredths of the site's currency.
    pub value_cents: u32,
}

impl TripStep {
    /// Returns the step that a kind of event reports.
    pub(super) fn of_kind(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::Search => Some(Self::Searched),
            EventKind::QuoteStart | EventKind::QuoteStep => Some(Self::QuoteStarted),
            EventKind::QuoteSubmit => Some(Self::QuoteSubmitted),
            _ => None,
        }
    }
}

impl Entry for Trip {
    const MAX: usize = 6;
    type Age = u32;

    fn key(&self) -> u32 {
        self.id
    }

    fn age(&self) -> u32 {
        self.last_min
    }

    fn clamp_to(&mut self, now_s: u32) {
        self.last_min = self.last_min.min(now_s / 60);
    }
}

impl Merge for Trip {
    fn merge(&mut self, other: &Self) {
        let step = self.step.max(other.step);
        if other.last_min > self.last_min {
            *self = *other;
        }
        self.step = step;
    }
}

impl Entry for Booking {
    const MAX: usize = 24;
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

impl Merge for Booking {
    fn merge(&mut self, other: &Self) {
        *self = self.latest_of(*other);
    }
}

impl Booking {
    /// Returns the later of two states of one booking. Of two at the same minute a cancellation
    /// wins.
    #[must_use]
    pub fn latest_of(self, other: Self) -> Self {
        let key = |b: &Self| {
            (
                b.at_min,
                b.cancelled,
                b.value_cents,
                b.travel.destination,
                b.travel.start_day,
                b.travel.end_day,
            )
        };
        if key(&self) >= key(&other) {
            self
        } else {
            other
        }
    }

    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 32);
        w.put_golomb(minutes_back(last_s, self.at_min), 18);
        w.put(u32::from(self.cancelled), 1);
        w.put_golomb(self.value_cents, 16);
        self.travel.write(w, last_s);
    }

    pub(super) fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
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

impl Trip {
    /// Returns true if an event at `at_s` about `travel` is about this trip.
    ///
    /// Without dates, a mention after the departure or after `age_s` of silence is about another
    /// trip.
    pub(super) fn matches(&self, travel: &Travel, at_s: u32, age_s: u32) -> bool {
        let is_near = match (self.travel.start_day, travel.start_day) {
            (0, _) => at_s < (self.last_min * 60).saturating_add(age_s),
            (start, 0) => at_s < (u32::from(start) + 1) * DAY_S,
            (start, other) => start.abs_diff(other) <= SAME_TRIP_DAYS,
        };
        self.travel.destination == travel.destination && is_near
    }

    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 24);
        w.put(self.step as u32, 2);
        w.put_golomb(minutes_back(last_s, self.last_min), 12);
        self.travel.write(w, last_s);
    }

    pub(super) fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
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

impl Travel {
    fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.destination, 24);
        w.put(u32::from(self.start_day > 0), 1);
        if self.start_day > 0 {
            w.put_signed(i32::from(self.start_day) - (last_s / DAY_S) as i32, 8);
        }
        // Nights are few. An unknown end, or one before the start, wraps around.
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
