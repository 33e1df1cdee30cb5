//! The answers about trips, seasons and pressure to a compiled condition's questions. Trips are read when one is first
//! asked for, once for a moment: most conditions ask for none.

use core::cell::OnceCell;

use super::contacts;
use super::trip::{self, TripReading};
use crate::core::attribute::Id;
use crate::core::base::enums::Frequency;
use crate::core::base::enums::Moment;
use crate::core::base::hash::{Namespace, hash_of_bytes};
use crate::core::base::time::DAY_S;
use crate::core::config::Config;
use crate::core::config::season;
use crate::core::profile::Profile;

/// What is asked of time at a moment.
#[derive(Clone, Debug)]
pub struct TimeFacts<'a> {
    profile: &'a Profile,
    config: &'a Config,
    /// Seconds since the landmark.
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

    /// The moment, in seconds since the landmark.
    #[must_use]
    pub fn now_s(&self) -> u32 {
        self.now_s
    }

    /// The config that it is asked of.
    #[must_use]
    pub fn config(&self) -> &Config {
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

    /// The numbers that conditions ask for.
    #[must_use]
    pub fn number(&self, attribute: u16) -> Option<f64> {
        let today = f64::from(self.now_s / DAY_S);
        match attribute {
            a if a == Id::DaysToDeparture as u16 => {
                trip::next_departure(self.trips()).map(|t| f64::from(t.travel.start_day) - today)
            }
            a if a == Id::TripAdults as u16 => self.leading().map(|t| f64::from(t.travel.adults)),
            a if a == Id::TripChildren as u16 => {
                self.leading().map(|t| f64::from(t.travel.children))
            }
            a if a == Id::Trips as u16 => Some(self.trips().len() as f64),
            a if a == Id::TripNights as u16 => {
                let travel = self
                    .leading()
                    .map(|t| t.travel)
                    .filter(|t| t.start_day > 0 && t.end_day > t.start_day)?;
                Some(f64::from(travel.end_day - travel.start_day))
            }
            a if a == Id::TripDaysSinceLast as u16 => {
                self.leading().map(|t| self.days_since(t.last_s))
            }
            a if a == Id::DaysSinceReturn as u16 => {
                let returned = self.trips().iter().filter(|t| t.moment == Moment::Returned);
                returned
                    .map(|t| today - f64::from(t.return_day()))
                    .reduce(f64::min)
            }
            a if a == Id::PressureDay as u16 => {
                Some(f64::from(contacts::count(self.profile, self.now_s, DAY_S)))
            }
            a if a == Id::PressureWeek as u16 => Some(f64::from(contacts::count(
                self.profile,
                self.now_s,
                7 * DAY_S,
            ))),
            _ => None,
        }
    }

    /// The names: closed sets by small integer, topics by hash.
    #[must_use]
    pub fn name(&self, attribute: u16) -> Option<u32> {
        match attribute {
            a if a == Id::TripMoment as u16 => self.leading().map(|t| t.moment as u32),
            a if a == Id::TripStep as u16 => self.leading().map(|t| t.step as u32),
            a if a == Id::TripDestination as u16 => self
                .leading()
                .map(|t| t.travel.destination)
                .filter(|place| *place > 0),
            a if a == Id::PressureFrequency as u16 => Some(self.profile.preference.frequency)
                .filter(|f| *f != Frequency::Unsaid)
                .map(|f| f as u32),
            _ => None,
        }
    }

    /// Whether a quote was started and left.
    #[must_use]
    pub fn is_quote_abandoned(&self) -> bool {
        self.trips().iter().any(|t| t.is_abandoned)
    }

    /// The members of the lists that conditions ask for.
    #[must_use]
    pub fn list(&self, attribute: u16) -> Vec<u32> {
        match attribute {
            a if a == Id::TripPlaces as u16 => self.places(),
            a if a == Id::JourneyMoments as u16 => self.moments(),
            a if a == Id::Season as u16 => self.seasons(),
            _ => Vec::new(),
        }
    }

    fn places(&self) -> Vec<u32> {
        let destination = self.leading().map_or(0, |t| t.travel.destination);
        let mut hashes = Vec::new();
        for place in trip::places_of(self.config, destination) {
            hashes.push(self.config.topic(place).hash);
        }
        hashes
    }

    /// Each moment once.
    fn moments(&self) -> Vec<u32> {
        let mut moments = Vec::new();
        for trip in self.trips() {
            if !moments.contains(&(trip.moment as u32)) {
                moments.push(trip.moment as u32);
            }
        }
        moments
    }

    /// Hashes of the seasons in force, each once.
    fn seasons(&self) -> Vec<u32> {
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

    fn days_since(&self, at_s: u32) -> f64 {
        f64::from(self.now_s.saturating_sub(at_s)) / f64::from(DAY_S)
    }
}
