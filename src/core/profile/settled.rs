//! Decisions that came to something: seen, clicked, and what followed. Comes in: events; goes out: a bounded list, sorted
//! by id, for the sync: what the report and the model learn from. A decision is kept for thirty days; two words about the
//! same one never make two of it, whatever the order in which they arrive.

use super::{Booking, Profile, forget_least};
use crate::core::base::time::DAY_S;
use crate::core::event::decision_record::Decided;
use crate::core::event::{Event, EventKind};

/// At most so many decisions; the one first told of longest ago is forgotten first.
pub const MAX_SETTLED: usize = 16;
/// For so long each is kept.
const KEPT_MIN: u32 = 30 * DAY_S / 60;
/// A quote or a booking so long after a click is put down to it.
const ATTRIBUTED_MIN: u32 = 7 * DAY_S / 60;

/// A decision and what came of it. Minutes since the landmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub decided: Decided,
    /// The hash of the placement, and of the offer.
    pub placement: u32,
    pub offer: u32,
    /// When it was first told of.
    pub at_min: u32,
    pub is_viewed: bool,
    /// What the click led to, if there was one.
    pub click: Option<Click>,
}

/// A click and what followed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// Not before the decision itself.
    pub at_min: u32,
    /// Whether a quote was sent within seven days.
    pub is_quoted: bool,
    /// The last word about a booking made within seven days.
    pub booking: Option<BookingWord>,
}

/// A word about a booking; the larger one is the later, and of one minute a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BookingWord {
    pub at_min: u32,
    pub is_cancelled: bool,
    /// The booking's id.
    pub id: u32,
}

/// What a decision came to.
#[cfg_attr(
    feature = "full",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    None,
    Quote,
    Booking,
}

impl Settled {
    /// What it came to; a booking that was cancelled is none.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.click {
            Some(Click {
                booking: Some(word),
                ..
            }) if !word.is_cancelled => Outcome::Booking,
            Some(Click {
                is_quoted: true, ..
            }) => Outcome::Quote,
            _ => Outcome::None,
        }
    }

    /// Two words about the same decision: what it was stands as it was told first, what came of it adds up.
    #[must_use]
    pub fn joined_with(self, other: Self) -> Self {
        let key = |s: &Self| (s.at_min, s.decided, s.placement, s.offer);
        let first = if key(&self) <= key(&other) {
            self
        } else {
            other
        };
        let click = match (self.click, other.click) {
            (Some(mine), Some(theirs)) => Some(mine.joined_with(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        Self {
            is_viewed: self.is_viewed || other.is_viewed,
            click,
            ..first
        }
    }
}

impl Click {
    fn joined_with(self, other: Self) -> Self {
        Self {
            at_min: self.at_min.min(other.at_min),
            is_quoted: self.is_quoted || other.is_quoted,
            booking: self.booking.max(other.booking),
        }
    }

    /// Whether something that happened at a minute is put down to it.
    fn leads_to(&self, minute: u32) -> bool {
        minute
            .checked_sub(self.at_min)
            .is_some_and(|later| later <= ATTRIBUTED_MIN)
    }

    /// A later booking is put in the place of an earlier one; of another booking's cancellation nothing follows.
    fn take(&mut self, word: BookingWord) {
        let is_known = self.booking.is_some_and(|known| known.id == word.id);
        if is_known || (!word.is_cancelled && self.leads_to(word.at_min)) {
            self.booking = self.booking.max(Some(word));
        }
    }
}

impl Profile {
    /// Takes what an event says of decisions.
    pub(super) fn settle(&mut self, event: &Event) {
        let minute = event.at_s / 60;
        match event.kind {
            EventKind::OfferImpression | EventKind::OfferClick if event.decided.is_told() => {
                self.take_decision(event)
            }
            EventKind::QuoteSubmit => {
                let clicks = self.settled.iter_mut().filter_map(|s| s.click.as_mut());
                clicks
                    .filter(|click| click.leads_to(minute))
                    .for_each(|click| click.is_quoted = true);
            }
            _ => {}
        }
        self.keep_settled_bounds();
    }

    fn take_decision(&mut self, event: &Event) {
        let (at_min, is_click) = (event.at_s / 60, event.kind == EventKind::OfferClick);
        let told = Settled {
            decided: event.decided,
            placement: event.mark.placement,
            offer: event.offer,
            at_min,
            is_viewed: !is_click,
            click: is_click.then_some(Click {
                at_min,
                is_quoted: false,
                booking: None,
            }),
        };
        match self
            .settled
            .binary_search_by_key(&event.decided.id, |s| s.decided.id)
        {
            Ok(at) => self.settled[at] = self.settled[at].joined_with(told),
            Err(at) => self.settled.insert(at, told),
        }
    }

    /// Puts a booking, as it stands by now, down to the clicks before it.
    pub(super) fn settle_booking(&mut self, booking: &Booking) {
        let word = BookingWord {
            at_min: booking.at_min,
            is_cancelled: booking.cancelled,
            id: booking.id,
        };
        self.settled
            .iter_mut()
            .filter_map(|s| s.click.as_mut())
            .for_each(|click| click.take(word));
    }

    /// Forgets what is over the list's bounds, or older than it is kept.
    pub(crate) fn keep_settled_bounds(&mut self) {
        let now_min = self.last_s / 60;
        self.settled.retain(|s| s.at_min + KEPT_MIN > now_min);
        forget_least(&mut self.settled, MAX_SETTLED, |s| (s.at_min, s.decided.id));
    }

    /// Brings back what a clock in the future has written.
    pub(super) fn mend_settled(&mut self, now_s: u32) {
        let minute = now_s / 60;
        for settled in &mut self.settled {
            settled.at_min = settled.at_min.min(minute);
            if let Some(click) = &mut settled.click {
                click.at_min = click.at_min.min(minute);
                click
                    .booking
                    .iter_mut()
                    .for_each(|word| word.at_min = word.at_min.min(minute));
            }
        }
    }
}
