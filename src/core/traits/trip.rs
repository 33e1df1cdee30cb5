//! The trips a visitor has in mind or has booked, unified. Comes in: the intents and bookings of
//! all replicas, and a time; goes out: trips, each with its moment on the journey's clock.
//!
//! Two are one trip if the destination is the same or one contains the other. The departures must
//! lie within seven days of each other, or one of them must be unknown. Bookings come first, then
//! the more precise intents. Each trip is kept apart: an intent joins one trip only. That is a trip
//! of the same destination first, then the one last active. A trip that is over ages out at
//! reading; nothing is erased.

use crate::core::base::enums::Moment;
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;
use crate::core::config::{Config, Topic};
use crate::core::event::Travel;
use crate::core::profile::{Booking, Profile, SAME_TRIP_DAYS, Trip, TripStep};

/// Assumed length of a trip without a known one, in nights.
const ASSUMED_NIGHTS: u16 = 7;
/// A gazetteer is at most so deep.
const DEEPEST: u32 = 8;

/// A trip at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TripReading {
    /// The ids of the bookings and intents it is made of; the first stands for it.
    pub ids: Vec<u32>,
    /// Destination, dates and travellers.
    pub travel: Travel,
    /// Furthest step towards a booking.
    pub step: TripStep,
    /// The time of its last activity or booking, in seconds since the epoch of stored times.
    pub last_s: u32,
    /// Moment of the journey.
    pub moment: Moment,
    /// `true` if a quote was started and abandoned.
    pub is_abandoned: bool,
}

/// Returns the trips of a profile at a time, in seconds since the epoch of stored times. Bookings
/// come first.
#[must_use]
pub fn read(profile: &Profile, config: &Config, now_s: u32) -> Vec<TripReading> {
    let now_s = profile.read_time(now_s);
    let mut trips: Vec<TripReading> = Vec::new();
    for booking in profile.bookings.iter().filter(|b| !b.cancelled) {
        join(&mut trips, TripReading::of_booking(booking), config);
    }
    for depth in (0..=DEEPEST).rev() {
        for intent in profile
            .trips
            .iter()
            .filter(|t| depth_of(config, t.travel.destination) == depth)
        {
            join(&mut trips, TripReading::of_intent(intent), config);
        }
    }
    trips.retain_mut(|trip| trip.find_moment(config, now_s));
    trips
}

/// Returns the trip that conditions refer to. It is the one under way, else the next to depart.
/// Otherwise it is the last active one without dates, else the last to return.
#[must_use]
pub fn leading(trips: &[TripReading]) -> Option<&TripReading> {
    trips.iter().min_by_key(|t| {
        let ahead = t.travel.start_day;
        match t.moment {
            Moment::Travelling => (0, u32::from(ahead)),
            Moment::Returned => (3, u32::MAX - u32::from(t.return_day())),
            _ if ahead > 0 => (1, u32::from(ahead)),
            _ => (2, u32::MAX - t.last_s),
        }
    })
}

/// The next trip to depart, of those not under way.
#[must_use]
pub fn next_departure(trips: &[TripReading]) -> Option<&TripReading> {
    let ahead = trips
        .iter()
        .filter(|t| t.travel.start_day > 0 && t.moment < Moment::Travelling);
    ahead.min_by_key(|t| t.travel.start_day)
}

/// Returns `true` if one place is the other or contains it.
#[must_use]
pub fn places_overlap(config: &Config, one: Index<Topic>, other: Index<Topic>) -> bool {
    is_within(config, one, other) || is_within(config, other, one)
}

/// Iterates over a place and the places that contain it.
pub fn places_of(config: &Config, destination: u32) -> impl Iterator<Item = Index<Topic>> + '_ {
    let first = config.find::<Topic>(destination);
    let up = |place: &Index<Topic>| config.topic(*place).parent;
    core::iter::successors(first, up).take(DEEPEST as usize)
}

fn is_within(config: &Config, place: Index<Topic>, larger: Index<Topic>) -> bool {
    places_of(config, config.topic(place).hash).any(|p| p == larger)
}

/// Returns the depth of a destination in the tree of places. 0 for none.
fn depth_of(config: &Config, destination: u32) -> u32 {
    match destination {
        0 => 0,
        known => (places_of(config, known).count() as u32).clamp(1, DEEPEST),
    }
}

fn join(trips: &mut Vec<TripReading>, new: TripReading, config: &Config) {
    let matching = (0..trips.len()).filter(|i| trips[*i].is_same(&new, config));
    let nearest = matching.max_by_key(|i| {
        let trip = &trips[*i];
        (
            trip.travel.destination == new.travel.destination,
            trip.last_s,
            trip.ids.first().copied(),
        )
    });
    match nearest {
        Some(at) => trips[at].take(&new),
        None => trips.push(new),
    }
}

impl TripReading {
    fn of_booking(booking: &Booking) -> Self {
        let (ids, last_s) = (vec![booking.id], booking.at_min * 60);
        let (travel, step) = (booking.travel, TripStep::Booked);
        Self {
            ids,
            travel,
            step,
            last_s,
            moment: Moment::Booked,
            is_abandoned: false,
        }
    }

    fn of_intent(trip: &Trip) -> Self {
        let (ids, last_s) = (vec![trip.id], trip.last_min * 60);
        Self {
            ids,
            travel: trip.travel,
            step: trip.step,
            last_s,
            moment: Moment::Dreaming,
            is_abandoned: false,
        }
    }

    /// The id that stands for it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.ids.first().copied().unwrap_or(0)
    }

    /// The last day of the trip; 0 if no departure is known.
    #[must_use]
    pub fn return_day(&self) -> u16 {
        return_day(&self.travel)
    }

    /// Returns `true` if the other entry is about this trip.
    fn is_same(&self, other: &Self, config: &Config) -> bool {
        let (mine, theirs) = (&self.travel, &other.travel);
        let is_dated = mine.start_day > 0 && theirs.start_day > 0;
        let is_near = is_dated && mine.start_day.abs_diff(theirs.start_day) <= SAME_TRIP_DAYS;
        if mine.destination == 0 || theirs.destination == 0 {
            return is_near;
        }
        let topic = |hash| config.find::<Topic>(hash);
        let is_there = mine.destination == theirs.destination
            || topic(mine.destination)
                .zip(topic(theirs.destination))
                .is_some_and(|(one, other)| places_overlap(config, one, other));
        // Who speaks of a place after the return, without dates, dreams of another trip.
        let is_before_return =
            mine.start_day == 0 || other.last_s < (u32::from(self.return_day()) + 1) * DAY_S;
        is_there && (is_near || (!is_dated && is_before_return))
    }

    /// Merges another entry. The details of a booking take precedence, and among intents those of
    /// the latest.
    fn take(&mut self, other: &Self) {
        let destination = if self.travel.destination == 0 {
            other.travel.destination
        } else {
            self.travel.destination
        };
        let is_mine_first = self.moment == Moment::Booked || self.last_s >= other.last_s;
        let (first, second) = if is_mine_first {
            (self.travel, other.travel)
        } else {
            (other.travel, self.travel)
        };
        self.travel = Travel {
            destination,
            ..first.completed_by(&second)
        };
        self.step = self.step.max(other.step);
        self.last_s = self.last_s.max(other.last_s);
        self.ids.extend_from_slice(&other.ids);
    }

    /// Finds the moment. Returns `true` if the trip is still of interest.
    fn find_moment(&mut self, config: &Config, now_s: u32) -> bool {
        let (timing, today) = (config.timing(), now_s / DAY_S);
        let (start, end) = (
            u32::from(self.travel.start_day),
            u32::from(self.return_day()),
        );
        let is_fresh = now_s - self.last_s.min(now_s) < timing.trip_age_s;
        if self.moment != Moment::Booked {
            // An intent that is marked as booked, without an active booking, was cancelled.
            let is_ahead = if start > 0 { start >= today } else { is_fresh };
            let silent_s = now_s - self.last_s.min(now_s);
            self.is_abandoned =
                self.step == TripStep::QuoteStarted && silent_s >= timing.abandoned_after_s;
            self.moment = match self.step {
                TripStep::QuoteSubmitted => Moment::Quoted,
                TripStep::Searched if start == 0 => Moment::Dreaming,
                _ => Moment::Planning,
            };
            return is_ahead && self.step != TripStep::Booked;
        }
        self.moment = match start {
            0 => Moment::Booked,
            _ if today > end => Moment::Returned,
            _ if today >= start => Moment::Travelling,
            _ if start - today <= timing.before_departure_days => Moment::BeforeDeparture,
            _ => Moment::Booked,
        };
        if start == 0 {
            is_fresh
        } else {
            today <= end + timing.returned_days
        }
    }
}

/// The last day of a trip; 0 if no departure is known.
#[must_use]
pub fn return_day(travel: &Travel) -> u16 {
    match travel.start_day {
        0 => 0,
        start if travel.end_day >= start => travel.end_day,
        start => start.saturating_add(ASSUMED_NIGHTS),
    }
}
