//! The answers to a compiled condition's questions. Comes in: what is known of a visitor at a time;
//! goes out: numbers, flags, memberships. What is not known is `None`, never a guess.

use std::borrow::Cow;

use super::affinity::{Affinity, TopicReading};
use super::contacts::{self, Contact};
use super::customer::Customer;
use super::experiment;
use super::family_pressure::FamilyPressure;
use super::time_facts::TimeFacts;
use crate::core::attribute::{FlagAttribute, ListAttribute, NameAttribute, NumberAttribute};
use crate::core::base::enums::Frequency;
use crate::core::base::number::exp2;
use crate::core::base::time::DAY_S;
use crate::core::condition::bytecode::Facts;
use crate::core::event::TopicWeight;
use crate::core::profile::{Booking, Profile};

/// Facts that a condition may ask for at a moment.
#[derive(Clone, Debug)]
pub struct VisitorFacts<'a> {
    /// Merged profile of the visitor.
    pub profile: &'a Profile,
    /// Affinities of the visitor.
    pub affinity: Affinity,
    /// Scores, stage, segments, personas.
    pub customer: Customer,
    /// Trips, seasons, pressure.
    pub time: TimeFacts<'a>,
    /// Contacts of all channels.
    pub contacts: Vec<Contact>,
    /// Pressure on families, by index.
    pub families: Vec<FamilyPressure>,
    /// The topics of the page at hand.
    pub page_topics: &'a [TopicWeight],
    /// Seconds since the epoch of stored times.
    pub now_s: u32,
    /// The visitor's hash, from which arms follow. `None` if the visitor is unknown.
    pub visitor: Option<u64>,
}

impl VisitorFacts<'_> {
    /// Returns the seed for random draws: the visitor's hash, or 0 if it is unknown.
    #[must_use]
    pub fn draws(&self) -> u64 {
        self.visitor.unwrap_or(0)
    }

    fn active_bookings(&self) -> impl Iterator<Item = &Booking> {
        self.profile.bookings.iter().filter(|b| !b.cancelled)
    }

    fn topic(&self, index: u32) -> Option<&TopicReading> {
        self.affinity.topics.get(index as usize)
    }

    fn booked_value(&self) -> f64 {
        let cents = self.active_bookings().map(|b| f64::from(b.value_cents));
        cents.sum::<f64>() / 100.0
    }

    fn days_since_booking(&self) -> Option<f64> {
        let last = self.active_bookings().map(|b| b.at_min).max()?;
        Some(self.days_since(last * 60))
    }

    fn list(&self, attribute: ListAttribute) -> Cow<'_, [u32]> {
        match attribute {
            ListAttribute::PageTopics => self.page_topics.iter().map(|t| t.topic).collect(),
            ListAttribute::Segments => Cow::Borrowed(&self.customer.segments),
            ListAttribute::TripPlaces => Cow::Owned(self.time.places()),
            ListAttribute::JourneyMoments => Cow::Owned(self.time.moments()),
            ListAttribute::Season => Cow::Owned(self.time.seasons()),
        }
    }

    fn days_since(&self, at_s: u32) -> f64 {
        f64::from(self.now_s.saturating_sub(at_s)) / f64::from(DAY_S)
    }
}

impl Facts for VisitorFacts<'_> {
    fn number(&self, attribute: u16, argument: u32) -> Option<f64> {
        use NumberAttribute as A;
        let Self {
            profile,
            time,
            customer,
            ..
        } = self;
        let counts = &profile.counts;
        let count = |n: u32| Some(f64::from(n));
        let score = |score: u8| (score > 0).then_some(f64::from(score));
        match NumberAttribute::of_code(attribute)? {
            A::Affinity => Some(self.topic(argument)?.probability),
            A::Lift => Some(exp2(self.topic(argument)?.log_lift)),
            A::Mass => Some(self.topic(argument)?.mass),
            A::Confidence => Some(self.affinity.facets.get(argument as usize)?.confidence),
            A::Visits => count(counts.visits),
            A::PageViews => count(counts.page_views),
            A::Searches => count(counts.searches),
            A::DaysSinceFirst => (counts.visits > 0).then(|| self.days_since(profile.first_s)),
            A::QuoteStarts => count(counts.quote_starts),
            A::QuoteSubmits => count(counts.quote_submits),
            A::Bookings => count(self.active_bookings().count() as u32),
            A::BookingsValue => Some(self.booked_value()),
            A::DaysSinceBooking => self.days_since_booking(),
            A::DaysToDeparture => time.days_to_departure(),
            A::TripAdults => Some(f64::from(time.leading()?.travel.adults)),
            A::TripChildren => Some(f64::from(time.leading()?.travel.children)),
            A::Trips => Some(time.trips().len() as f64),
            A::TripNights => time.nights(),
            A::TripDaysSinceLast => Some(self.days_since(time.leading()?.last_s)),
            A::DaysSinceReturn => time.days_since_return(),
            A::PersonaScore => customer.scores.get(argument as usize).copied(),
            A::RfmRecency => score(customer.rfm.recency),
            A::RfmFrequency => score(customer.rfm.frequency),
            A::RfmMonetary => score(customer.rfm.monetary),
            A::RfmScore => customer.rfm.score().map(f64::from),
            A::ChannelRate => Some(customer.channels.get(argument as usize)?.rate),
            A::DeclaredNumber => profile.facts.find(argument)?.number(),
            A::FamilyIgnored => count(self.families.get(argument as usize)?.ignored),
            A::PressureDay => count(contacts::count(&self.contacts, self.now_s, DAY_S)),
            A::PressureWeek => count(contacts::count(&self.contacts, self.now_s, 7 * DAY_S)),
        }
    }

    fn text(&self, _attribute: u16, _argument: u32) -> Option<&str> {
        None
    }

    fn name(&self, attribute: u16, argument: u32) -> Option<u32> {
        use NameAttribute as A;
        let customer = &self.customer;
        match NameAttribute::of_code(attribute)? {
            A::Stage => Some(customer.stage.stage as u32),
            A::Persona => customer.persona,
            A::PersonaNegative => customer.negative_persona,
            A::ValueClass => Some(customer.rfm.value_class as u32),
            A::Channel => Some(customer.channel? as u32),
            A::Declared => self.profile.facts.find(argument)?.answer(),
            A::Arm => Some(experiment::of(self.time.config(), argument, self.visitor?)?.hash),
            A::TripMoment => Some(self.time.leading()?.moment as u32),
            A::TripStep => Some(self.time.leading()?.step as u32),
            A::TripDestination => {
                let place = self.time.leading()?.travel.destination;
                (place > 0).then_some(place)
            }
            A::PressureFrequency => {
                let frequency = self.profile.preference.frequency;
                (frequency != Frequency::Unsaid).then_some(frequency as u32)
            }
        }
    }

    fn flag(&self, attribute: u16, argument: u32) -> Option<bool> {
        let counts = &self.profile.counts;
        let family = || self.families.get(argument as usize);
        Some(match FlagAttribute::of_code(attribute)? {
            FlagAttribute::QuoteOpen => counts.quote_starts > counts.quote_submits,
            FlagAttribute::QuoteAbandoned => self.time.is_quote_abandoned(),
            FlagAttribute::FamilyResting => family()?.rests_until_s > self.now_s,
            FlagAttribute::FamilyNext => family()?.is_promoted,
            FlagAttribute::Advocate => self.customer.is_advocate,
        })
    }

    fn list_contains(&self, attribute: u16, _argument: u32, hash: u32) -> bool {
        ListAttribute::of_code(attribute).is_some_and(|list| self.list(list).contains(&hash))
    }

    fn list_len(&self, attribute: u16, _argument: u32) -> u32 {
        ListAttribute::of_code(attribute).map_or(0, |list| self.list(list).len() as u32)
    }
}
