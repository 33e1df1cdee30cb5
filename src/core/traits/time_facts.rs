//! The answers about trips, seasons and pressure to a compiled condition's questions. Trips are
//! read when one is first asked for, once for a moment: most conditions ask for none.

use core::cell::OnceCell;

use super::trip::{self, TripReading};
use crate::core::base::enums::Moment;
use crate::core::base::hash::{Namespace, hash_of_bytes};
use crate::core::base::time::DAY_S;
use crate::core::config::{Config, season};
use crate::core::profile::Profile;

/// Facts about time at a moment.
#[derive(Clone, Debug)]
pub struct TimeFacts<'a> {
    profile: &'a Profile,
    config: &'a Config,
    /// Seconds since the epoch of stored times.
    now_s: u32,
    trips: OnceCell<Vec<TripReading>>,
}

impl<'a> TimeFacts<'a> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(profile: &'a Profile, config: &'a Config, now_s: u32) -> Self {
        Self {
            profile,
            config,
            now_s,
            trips: OnceCell::new(),
        }
    }

    /// Returns the moment, in seconds since the epoch of stored times.
    #[must_use]
    pub fn now_s(&self) -> u32 {
        self.now_s
    }

    /// The config that it is asked of.
    #[must_use]
    pub fn config(&self) -> &'a Config {
        self.config
    }

    /// The trips of the moment.
    #[must_use]
    pub fn trips(&self) -> &[TripReading] {
        self.trips
            .get_or_init(|| trip::read(self.profile, self.config, self.now_s))
    }

    /// The trip that conditions speak of.
    #[must_use]
    pub fn leading(&self) -> Option<&TripReading> {
        trip::leading(self.trips())
    }

    /// Returns the days until the next departure.
    #[must_use]
    pub fn days_to_departure(&self) -> Option<f64> {
        let next = trip::next_departure(self.trips())?;
        Some(f64::from(next.travel.start_day) - self.today())
    }

    /// Returns the nights of the leading trip; `None` without both dates.
    #[must_use]
    pub fn nights(&self) -> Option<f64> {
        let travel = self.leading()?.travel;
        let has_dates = travel.start_day > 0 && travel.end_day > travel.start_day;
        has_dates.then(|| f64::from(travel.end_day - travel.start_day))
    }

    /// Returns the days since the latest return.
    #[must_use]
    pub fn days_since_return(&self) -> Option<f64> {
        let returned = self.trips().iter().filter(|t| t.moment == Moment::Returned);
        let days = returned.map(|t| self.today() - f64::from(t.return_day()));
        days.reduce(f64::min)
    }

    fn today(&self) -> f64 {
        f64::from(self.now_s / DAY_S)
    }

    /// Returns `true` if a quote was started and abandoned.
    #[must_use]
    pub fn is_quote_abandoned(&self) -> bool {
        self.trips().iter().any(|t| t.is_abandoned)
    }

    /// Returns the hashes of the leading trip's destination and of all places that contain it.
    #[must_use]
    pub fn places(&self) -> Vec<u32> {
        let destination = self.leading().map_or(0, |t| t.travel.destination);
        let mut hashes = Vec::new();
        for place in trip::places_of(self.config, destination) {
            hashes.push(self.config.topic(place).hash);
        }
        hashes
    }

    /// Returns the moments of all trips, each once.
    #[must_use]
    pub fn moments(&self) -> Vec<u32> {
        let mut moments = Vec::new();
        for trip in self.trips() {
            if !moments.contains(&(trip.moment as u32)) {
                moments.push(trip.moment as u32);
            }
        }
        moments
    }

    /// Returns the hashes of the seasons in force, each once.
    #[must_use]
    pub fn seasons(&self) -> Vec<u32> {
        let mut hashes = Vec::new();
        for season in season::in_force(self.config, self.profile.zone(self.config), self.now_s) {
            let hash = hash_of_bytes(
                Namespace::Season,
                self.config.text_bytes(self.config.season(season).name),
            );
            if !hashes.contains(&hash) {
                hashes.push(hash);
            }
        }
        hashes
    }
}
