//! A decision and what came of it, as the server remembers it. In: what profiles tell of it, and bookings. Out: what it
//! counts for. Never: takes back what was seen or clicked: words about one decision add up.

use escale::internals::profile::{AttributedBooking, AttributedDecision};
use serde::{Deserialize, Serialize};

use super::change::{ShownKey, ShownSums};
use super::person::Booked;
use super::{ATTRIBUTED_DAYS, day_of};

/// A decision so improbable weighs no more than one of a thousandth: it would outweigh all others.
const LEAST_PROPENSITY: f64 = 0.001;
/// Clicks, quotes, bookings.
pub const OUTCOMES: usize = 3;

/// One decision. Times are minutes since the engine's epoch.
#[derive(Clone, Serialize, Deserialize)]
pub struct Outcome {
    pub id: u32,
    pub config: u32,
    pub placement: u32,
    pub offer: u32,
    pub arm: u8,
    pub segment: u8,
    pub propensity: f32,
    pub at_min: u32,
    pub is_viewed: bool,
    pub click: Option<Followed>,
}

/// A click and what followed it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Followed {
    at_min: u32,
    is_quoted: bool,
    /// The last word about a booking: when, whether it cancels, its id.
    word: Option<(u32, bool, u32)>,
    value_cents: u32,
}

impl Outcome {
    /// Outcome of a decision that is reported for the first time.
    pub fn of(reported: &AttributedDecision) -> Self {
        let decided = &reported.decision;
        Self {
            id: decided.id,
            config: decided.config,
            placement: reported.placement,
            offer: reported.offer,
            arm: decided.arm,
            segment: 8 * decided.levels.level(1) + decided.levels.level(0),
            propensity: decided.propensity.probability() as f32,
            at_min: reported.at_min,
            is_viewed: false,
            click: None,
        }
    }

    /// Merges a report of the decision, new or repeated. The decision itself stays as first
    /// reported.
    pub fn join(&mut self, reported: &AttributedDecision, bookings: &[Booked]) {
        self.is_viewed |= reported.is_viewed;
        if let Some(click) = &reported.click {
            let new = Followed {
                at_min: click.at_min,
                is_quoted: false,
                word: None,
                value_cents: 0,
            };
            let mine = self.click.get_or_insert(new);
            mine.at_min = mine.at_min.min(click.at_min);
            mine.is_quoted |= click.is_quoted;
            let word = |w: AttributedBooking| (w.at_min, w.is_cancelled, w.id);
            mine.word = mine.word.max(click.booking.map(word));
        }
        self.credit(bookings);
    }

    /// Credits bookings imported from other systems, if they were made within seven days after the
    /// click.
    pub fn credit(&mut self, bookings: &[Booked]) {
        let Some(click) = &mut self.click else { return };
        for booked in bookings {
            let is_known = click.word.is_some_and(|(_, _, id)| id == booked.id);
            let leads = booked
                .at_min
                .checked_sub(click.at_min)
                .is_some_and(|m| m <= ATTRIBUTED_DAYS * 24 * 60);
            if is_known || (leads && !booked.is_cancelled) {
                click.word = click
                    .word
                    .max(Some((booked.at_min, booked.is_cancelled, booked.id)));
            }
        }
        let of = click
            .word
            .and_then(|(_, _, id)| bookings.iter().find(|booked| booked.id == id));
        click.value_cents = of.map_or(click.value_cents, |booked| booked.value_cents);
    }

    pub fn key(&self) -> ShownKey {
        let Self {
            config,
            placement,
            offer,
            arm,
            segment,
            ..
        } = *self;
        ShownKey {
            day: day_of(self.at_min),
            config,
            placement,
            offer,
            arm,
            segment,
        }
    }

    /// Returns the sums that this outcome adds.
    pub fn sums(&self) -> ShownSums {
        let [clicked, quoted, booked] = self.came_to().map(i64::from);
        let paid = self
            .click
            .as_ref()
            .map_or(0, |click| i64::from(click.value_cents));
        [
            1,
            i64::from(self.is_viewed),
            clicked,
            quoted,
            booked,
            booked * paid,
        ]
    }

    /// Returns which outcomes followed: a click, a quote, a booking.
    pub fn came_to(&self) -> [bool; OUTCOMES] {
        let Some(click) = &self.click else {
            return [false; OUTCOMES];
        };
        [
            true,
            click.is_quoted,
            click.word.is_some_and(|(_, is_cancelled, _)| !is_cancelled),
        ]
    }

    /// Returns the weight and the weighted outcomes. Only viewed decisions have a weight: unviewed
    /// ones would be reported only if clicked.
    pub fn weighed(&self) -> (f64, [f64; OUTCOMES]) {
        if !self.is_viewed || self.arm != 0 {
            return (0.0, [0.0; OUTCOMES]);
        }
        let weight = 1.0 / f64::from(self.propensity).max(LEAST_PROPENSITY);
        (
            weight,
            self.came_to().map(|came| if came { weight } else { 0.0 }),
        )
    }
}
