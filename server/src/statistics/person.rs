//! A person in a comparison of arms: a visitor, or a customer with all their visitors. In: what their browsers and the back
//! end tell. Out: what the person counts for. Never: counts someone who was seen in two arms for either.

use escale::internals::event::Payload;
use escale::internals::traits::experiment::{self, is_held_out};
use escale::{Config, Event, Profile};
use serde::{Deserialize, Serialize};

use super::change::{PeopleKey, PeopleSums};
use super::{TAKEN_DAYS, day_of};

/// The arm under which those are counted who were seen in two.
pub const BOTH: u8 = u8::MAX;
/// The experiment that holds people out of personalising.
pub const HOLDOUT: u32 = 0;
const PERSONALISED: u8 = 0;

/// An experiment, by the hash of its name, and the arm that a visitor is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Arm {
    pub experiment: u32,
    pub arm: u8,
}
/// More bookings than this of one visitor are not looked at; the oldest are forgotten first.
const MAX_BOOKINGS: usize = 64;

/// Latest state of a booking. Times are minutes since the engine's epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Booked {
    pub at_min: u32,
    pub is_cancelled: bool,
    pub id: u32,
    pub value_cents: u32,
}

/// Arms of a visitor: the holdout's, and one of each experiment.
pub fn arms(config: &Config, draws: u64) -> Vec<Arm> {
    let held_out = Arm {
        experiment: HOLDOUT,
        arm: u8::from(is_held_out(config, draws)),
    };
    let assigned = experiment::all(config, draws).map(|(experiment, arm)| Arm { experiment, arm });
    std::iter::once(held_out).chain(assigned).collect()
}

/// Quotes, bookings and arms of a visitor.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// The first day they were known, since the Unix epoch; 0: not yet.
    pub since_day: u32,
    /// By experiment.
    pub arms: Vec<Arm>,
    /// Number of quotes of each replica.
    quotes: Vec<([u8; 8], u32)>,
    /// By id.
    pub bookings: Vec<Booked>,
}

impl Facts {
    /// Adds the facts of a replica.
    pub fn take(&mut self, replica: [u8; 8], profile: &Profile, arms: &[Arm], today: u32) {
        if self.since_day == 0 {
            self.since_day =
                day_of(profile.first_s / 60).clamp(today.saturating_sub(TAKEN_DAYS), today);
        }
        arms.iter().for_each(|arm| see(&mut self.arms, *arm));
        self.take_quotes(replica, profile.counts.quote_submits);
        for booking in &profile.bookings {
            let (at_min, is_cancelled, id) = (booking.at_min, booking.cancelled, booking.id);
            latest(
                &mut self.bookings,
                Booked {
                    at_min,
                    is_cancelled,
                    id,
                    value_cents: booking.value_cents,
                },
            );
        }
        self.forget_oldest();
    }

    /// Takes what is known of the same visitor at another moment, later or earlier.
    pub fn join(&mut self, other: Self) {
        self.since_day = other.since_day;
        other
            .arms
            .into_iter()
            .for_each(|arm| see(&mut self.arms, arm));
        other
            .quotes
            .into_iter()
            .for_each(|(replica, quotes)| self.take_quotes(replica, quotes));
        other
            .bookings
            .into_iter()
            .for_each(|booked| latest(&mut self.bookings, booked));
        self.forget_oldest();
    }

    fn take_quotes(&mut self, replica: [u8; 8], reported: u32) {
        match self.quotes.iter_mut().find(|(of, _)| *of == replica) {
            Some((_, quotes)) => *quotes = (*quotes).max(reported),
            None => self.quotes.push((replica, reported)),
        }
    }

    fn forget_oldest(&mut self) {
        while self.bookings.len() > MAX_BOOKINGS {
            let oldest = self
                .bookings
                .iter()
                .enumerate()
                .min_by_key(|(_, booked)| **booked)
                .map_or(0, |(at, _)| at);
            self.bookings.remove(oldest);
        }
    }
}

/// Adds an arm. A person seen in another arm of the same experiment before gets [`BOTH`].
fn see(arms: &mut Vec<Arm>, seen: Arm) {
    match arms.binary_search_by_key(&seen.experiment, |arm| arm.experiment) {
        Ok(at) if arms[at].arm != seen.arm => arms[at].arm = BOTH,
        Ok(_) => {}
        Err(at) => arms.insert(at, seen),
    }
}

/// Adds a booking. Of two records of one booking the later wins.
fn latest(bookings: &mut Vec<Booked>, latest_state: Booked) {
    match bookings.binary_search_by_key(&latest_state.id, |booked| booked.id) {
        Ok(at) => bookings[at] = bookings[at].max(latest_state),
        Err(at) => bookings.insert(at, latest_state),
    }
}

/// Returns the bookings among imported events, which are given as bytes.
pub fn bookings_of(events: &[Vec<u8>]) -> Vec<Booked> {
    let mut bookings = Vec::new();
    for event in events
        .iter()
        .filter_map(|bytes| Event::decode_next(&mut bytes.as_slice()).flatten())
    {
        if let Payload::Booking(booking) = event.payload
            && let Some(id) = booking.id
        {
            latest(
                &mut bookings,
                Booked {
                    at_min: event.at_s / 60,
                    is_cancelled: booking.is_cancelled,
                    id,
                    value_cents: booking.details.value_cents,
                },
            );
        }
    }
    bookings
}

/// Sums that a person adds, and their key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Counted {
    day: u32,
    arms: Vec<Arm>,
    has_quoted: bool,
    has_booked: bool,
    paid_cents: u64,
}

impl Counted {
    /// Counts a person by all their visitors and the imported bookings. `None` if no
    /// visitor was seen.
    pub fn of<'a>(
        visitors: impl Iterator<Item = &'a Facts> + Clone,
        imported: &[Booked],
    ) -> Option<Self> {
        let day = visitors
            .clone()
            .map(|facts| facts.since_day)
            .filter(|day| *day > 0)
            .min()?;
        let mut arms = Vec::new();
        visitors
            .clone()
            .flat_map(|facts| &facts.arms)
            .for_each(|arm| see(&mut arms, *arm));
        let mut bookings = imported.to_vec();
        for booked in visitors.clone().flat_map(|facts| &facts.bookings) {
            latest(&mut bookings, *booked);
        }
        // What was booked before they were first seen no arm has brought about.
        bookings.retain(|booked| !booked.is_cancelled && day_of(booked.at_min) >= day);
        let quotes = visitors
            .flat_map(|facts| &facts.quotes)
            .map(|(_, quotes)| u64::from(*quotes))
            .sum::<u64>();
        let paid_cents = bookings
            .iter()
            .map(|booked| u64::from(booked.value_cents))
            .sum();
        Some(Self {
            day,
            arms,
            has_quoted: quotes > 0,
            has_booked: !bookings.is_empty(),
            paid_cents,
        })
    }

    /// Under what they count. Who was held out, if only at times, saw nothing of the other experiments.
    pub fn keys(&self) -> impl Iterator<Item = PeopleKey> {
        let is_personalised = self.arms.contains(&Arm {
            experiment: HOLDOUT,
            arm: PERSONALISED,
        });
        let counted = self
            .arms
            .iter()
            .filter(move |arm| is_personalised || arm.experiment == HOLDOUT);
        counted.map(|arm| PeopleKey {
            day: self.day,
            experiment: arm.experiment,
            arm: arm.arm,
        })
    }

    pub fn sums(&self) -> PeopleSums {
        let flag = |is: bool| if is { 1.0 } else { 0.0 };
        let paid = self.paid_cents as f64;
        [
            1.0,
            flag(self.has_quoted),
            flag(self.has_booked),
            paid,
            paid * paid,
        ]
    }
}
