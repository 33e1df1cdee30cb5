//! Decisions and their outcomes. In: impressions, clicks, quotes and bookings. Out: a bounded list
//! for the sync, from which the report and the model learn. Never: a decision older than thirty
//! days, or one that depends on the order of events.

use super::bounded::{Bounded, Entry, Merge};
use super::trips::Booking;
use crate::core::base::time::DAY_S;
use crate::core::event::decision_record::DecisionRecord;

/// Minutes that a decision is kept.
const KEPT_MIN: u32 = 30 * DAY_S / 60;
/// Most minutes from a click to a quote or a booking that is attributed to it.
const ATTRIBUTED_MIN: u32 = 7 * DAY_S / 60;

/// A decision and its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributedDecision {
    /// The decision.
    pub decision: DecisionRecord,
    /// The hash of the placement.
    pub placement: u32,
    /// The hash of the offer.
    pub offer: u32,
    /// The minute of the first report.
    pub at_min: u32,
    /// True if the offer was visible.
    pub is_viewed: bool,
    /// The click, if there was one.
    pub click: Option<Click>,
}

/// A click and the events attributed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// The minute of the click, never before the decision's own.
    pub at_min: u32,
    /// True if a quote was submitted within seven days.
    pub is_quoted: bool,
    /// The latest booking made within seven days.
    pub booking: Option<AttributedBooking>,
}

/// The state of a booking. The larger of two is the later. Of two at the same minute a cancellation
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttributedBooking {
    /// The minute when it was made or cancelled.
    pub at_min: u32,
    /// True if it was cancelled.
    pub is_cancelled: bool,
    /// The hash of the booking's id.
    pub id: u32,
}

/// The outcome of a decision.
#[cfg_attr(
    feature = "full",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Neither a quote nor a booking.
    None,
    /// A quote.
    Quote,
    /// A booking that was not cancelled.
    Booking,
}

impl Entry for AttributedDecision {
    const MAX: usize = 16;
    type Age = u32;

    fn key(&self) -> u32 {
        self.decision.id
    }

    fn age(&self) -> u32 {
        self.at_min
    }

    fn clamp_to(&mut self, now_s: u32) {
        let minute = now_s / 60;
        self.at_min = self.at_min.min(minute);
        if let Some(click) = &mut self.click {
            click.at_min = click.at_min.min(minute);
            if let Some(booking) = &mut click.booking {
                booking.at_min = booking.at_min.min(minute);
            }
        }
    }
}

impl Merge for AttributedDecision {
    /// Keeps the decision as it was reported first. Outcomes add up.
    fn merge(&mut self, other: &Self) {
        let key = |s: &Self| (s.at_min, s.decision, s.placement, s.offer);
        let is_viewed = self.is_viewed || other.is_viewed;
        let click = match (self.click, other.click) {
            (Some(mine), Some(theirs)) => Some(mine.merged(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        if key(other) < key(self) {
            *self = *other;
        }
        self.is_viewed = is_viewed;
        self.click = click;
    }
}

impl AttributedDecision {
    /// Returns the outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.click {
            Some(Click {
                booking: Some(booking),
                ..
            }) if !booking.is_cancelled => Outcome::Booking,
            Some(Click {
                is_quoted: true, ..
            }) => Outcome::Quote,
            _ => Outcome::None,
        }
    }
}

impl Click {
    pub(super) fn new(at_min: u32) -> Self {
        Self {
            at_min,
            is_quoted: false,
            booking: None,
        }
    }

    fn merged(self, other: Self) -> Self {
        Self {
            at_min: self.at_min.min(other.at_min),
            is_quoted: self.is_quoted || other.is_quoted,
            booking: self.booking.max(other.booking),
        }
    }

    /// Returns true if an event at `minute` is attributed to this click.
    fn leads_to(&self, minute: u32) -> bool {
        minute
            .checked_sub(self.at_min)
            .is_some_and(|later| later <= ATTRIBUTED_MIN)
    }

    /// Attributes a booking. A later one replaces an earlier one; a cancellation only counts for
    /// the held booking.
    fn attribute(&mut self, booking: AttributedBooking) {
        let is_held = self.booking.is_some_and(|held| held.id == booking.id);
        if is_held || (!booking.is_cancelled && self.leads_to(booking.at_min)) {
            self.booking = self.booking.max(Some(booking));
        }
    }
}

impl Bounded<AttributedDecision> {
    /// Attributes a quote to the clicks before it.
    pub(super) fn attribute_quote(&mut self, minute: u32) {
        for click in self.clicks_mut().filter(|click| click.leads_to(minute)) {
            click.is_quoted = true;
        }
    }

    /// Attributes the latest state of a booking to the clicks before it.
    pub(super) fn attribute_booking(&mut self, booking: &Booking) {
        let booking = AttributedBooking {
            at_min: booking.at_min,
            is_cancelled: booking.cancelled,
            id: booking.id,
        };
        self.clicks_mut().for_each(|click| click.attribute(booking));
    }

    /// Drops decisions that are too old.
    pub(super) fn expire(&mut self, now_min: u32) {
        self.retain(|held| held.at_min + KEPT_MIN > now_min);
    }

    fn clicks_mut(&mut self) -> impl Iterator<Item = &mut Click> {
        self.iter_mut().filter_map(|held| held.click.as_mut())
    }
}
