//! Effects of bookings on offers. Comes in: booked trips; goes out: the suppressed offers until the
//! return, and the eligibility of complements.
//!
//! Suppressed are products of the booked destination and their substitutes in the config. In
//! families marked `suppressed_by_booking`, so are products with the same main theme as those of
//! the booked destination. After the return, products of the destination rest for some days.

use crate::core::base::enums::Moment;
use crate::core::base::index::Index;
use crate::core::base::offer_kind::OfferKind;
use crate::core::base::time::DAY_S;
use crate::core::config::{Config, Offer, Theme, Topic};
use crate::core::profile::Profile;
use crate::core::traits::time_facts::TimeFacts;
use crate::core::traits::trip::{places_overlap, return_day};

/// Effects of booked trips on offers until the return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppression {
    /// The booked destinations, as topics.
    places: Vec<Index<Topic>>,
    /// The main themes of what was booked, as topics.
    themes: Vec<Index<Topic>>,
    /// Substitutes of what was booked.
    offers: Vec<Index<Offer>>,
    /// Destinations of trips that ended lately.
    rested: Vec<Index<Topic>>,
    is_trip_ahead: bool,
}

impl Suppression {
    /// Reads the trips of a moment.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, time: &TimeFacts, now_s: u32) -> Self {
        let mut suppression = Self::default();
        let rest_days = config.timing().destination_rest_days;
        for booking in &profile.bookings {
            let back = u32::from(return_day(&booking.travel));
            let is_back = back > 0 && !booking.cancelled;
            if is_back && (back..=back + rest_days).contains(&(now_s / DAY_S)) {
                let place = config.find::<Topic>(booking.travel.destination);
                suppression.rested.extend(place);
            }
        }
        if profile.bookings.is_empty() {
            return suppression;
        }
        for trip in time.trips() {
            if !(Moment::Booked..=Moment::Travelling).contains(&trip.moment) {
                continue;
            }
            suppression.is_trip_ahead = true;
            suppression
                .places
                .extend(config.find::<Topic>(trip.travel.destination));
        }
        if !suppression.places.is_empty() {
            suppression.take_products(config);
        }
        suppression
    }

    fn take_products(&mut self, config: &Config) {
        for index in config.indices() {
            let Theme { destination, main } = config.theme(index);
            let is_booked = destination.is_some_and(|place| self.places.contains(&place));
            if !is_booked || config.offer(index).kind != OfferKind::Product {
                continue;
            }
            if let Some(theme) = main
                && !self.themes.contains(&theme)
            {
                self.themes.push(theme);
            }
            let pairs = config.substitutes().filter(|(offer, _)| *offer == index);
            self.offers.extend(pairs.map(|(_, substitute)| substitute));
        }
    }

    /// Returns `true` if no booking suppresses any offer.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.places.is_empty() && self.rested.is_empty()
    }

    /// Returns `true` if a booking suppresses an offer.
    #[must_use]
    pub fn suppresses(&self, config: &Config, offer: &Offer) -> bool {
        if offer.kind != OfferKind::Product || self.is_idle() {
            return false;
        }
        let Theme { destination, main } = config.theme(offer.index);
        let is_there = |place| {
            let mut booked = self.places.iter();
            booked.any(|booked| places_overlap(config, *booked, place))
                || self.rested.contains(&place)
        };
        destination.is_some_and(is_there)
            || self.offers.contains(&offer.index)
            || (main.is_some_and(|theme| self.themes.contains(&theme))
                && config.is_suppressed_by_booking(offer.family))
    }

    /// Returns `true` if an offer waits for a booked trip: a complement, while there is none.
    #[must_use]
    pub fn waits_for_a_trip(&self, offer: &Offer) -> bool {
        offer.kind == OfferKind::Complement && !self.is_trip_ahead
    }
}
