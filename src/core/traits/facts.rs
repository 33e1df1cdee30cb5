//! The answers to a compiled condition's questions. Comes in: what is known of a visitor at a time; goes out: numbers,
//! flags, memberships. What is not known is `None`, never a guess.

use super::affinity::Affinity;
use super::customer::Customer;
use super::time_facts::TimeFacts;
use crate::core::attribute::Id;
use crate::core::base::time::DAY_S;
use crate::core::condition::bytecode::Facts;
use crate::core::event::TopicWeight;
use crate::core::profile::{Booking, Profile};
use crate::core::traits::experiment;

/// What a condition may ask at a moment.
#[derive(Clone, Copy, Debug)]
pub struct VisitorFacts<'a> {
    pub profile: &'a Profile,
    pub affinity: &'a Affinity,
    /// Scores, stage, segments, personas.
    pub customer: &'a Customer,
    /// Trips, seasons, pressure.
    pub time: &'a TimeFacts<'a>,
    /// The topics of the page at hand.
    pub page_topics: &'a [TopicWeight],
    /// Seconds since the landmark.
    pub now_s: u32,
    /// The visitor's hash, from which arms follow; none: nobody has said it.
    pub visitor: Option<u64>,
}

impl VisitorFacts<'_> {
    fn standing_bookings(&self) -> impl Iterator<Item = &Booking> {
        self.profile.bookings.iter().filter(|b| !b.cancelled)
    }

    fn topic_number(&self, id: u16, topic: u32) -> Option<f64> {
        let reading = self.affinity.topics.get(topic as usize)?;
        Some(match id {
            id if id == Id::Affinity as u16 => reading.probability,
            id if id == Id::Lift as u16 => crate::core::base::number::exp2(reading.log_lift),
            _ => reading.mass,
        })
    }

    fn days_since(&self, at_s: u32) -> f64 {
        f64::from(self.now_s.saturating_sub(at_s)) / f64::from(DAY_S)
    }
}

impl Facts for VisitorFacts<'_> {
    fn number(&self, attribute: u16, argument: u32) -> Option<f64> {
        let counts = &self.profile.counts;
        let count = |n: u32| Some(f64::from(n));
        match attribute {
            a if a <= Id::Mass as u16 => self.topic_number(a, argument),
            a if a == Id::Confidence as u16 => self
                .affinity
                .facets
                .get(argument as usize)
                .map(|f| f.confidence),
            a if a == Id::Visits as u16 => count(counts.visits),
            a if a == Id::PageViews as u16 => count(counts.page_views),
            a if a == Id::Searches as u16 => count(counts.searches),
            a if a == Id::DaysSinceFirst as u16 => {
                (counts.visits > 0).then(|| self.days_since(self.profile.first_s))
            }
            a if a == Id::QuoteStarts as u16 => count(counts.quote_starts),
            a if a == Id::QuoteSubmits as u16 => count(counts.quote_submits),
            a if a == Id::Bookings as u16 => count(self.standing_bookings().count() as u32),
            a if a == Id::BookingsValue as u16 => Some(
                self.standing_bookings()
                    .map(|b| f64::from(b.value_cents))
                    .sum::<f64>()
                    / 100.0,
            ),
            a if a == Id::DaysSinceBooking as u16 => self
                .standing_bookings()
                .map(|b| b.at_min)
                .max()
                .map(|at| self.days_since(at * 60)),
            a if a == Id::DeclaredNumber as u16 => self.profile.facts.find(argument)?.number(),
            _ => self
                .time
                .number(attribute)
                .or_else(|| self.customer.number(attribute, argument)),
        }
    }

    fn text(&self, _attribute: u16, _argument: u32) -> Option<&str> {
        None
    }

    fn name(&self, attribute: u16, argument: u32) -> Option<u32> {
        if attribute == Id::Declared as u16 {
            return self.profile.facts.find(argument)?.answer();
        }
        if attribute == Id::Arm as u16 {
            return experiment::of(self.time.config(), argument, self.visitor?).map(|arm| arm.hash);
        }
        self.time
            .name(attribute)
            .or_else(|| self.customer.name(attribute))
    }

    fn flag(&self, attribute: u16, _argument: u32) -> Option<bool> {
        let counts = &self.profile.counts;
        match attribute {
            a if a == Id::QuoteOpen as u16 => Some(counts.quote_starts > counts.quote_submits),
            a if a == Id::Advocate as u16 => Some(self.customer.is_advocate),
            a if a == Id::QuoteAbandoned as u16 => Some(self.time.is_quote_abandoned()),
            _ => None,
        }
    }

    fn list_contains(&self, attribute: u16, _argument: u32, hash: u32) -> bool {
        match attribute {
            a if a == Id::PageTopics as u16 => self.page_topics.iter().any(|t| t.topic == hash),
            a if a == Id::Segments as u16 => self.customer.segments.contains(&hash),
            _ => self.time.list(attribute).contains(&hash),
        }
    }

    fn list_len(&self, attribute: u16, _argument: u32) -> u32 {
        match attribute {
            a if a == Id::PageTopics as u16 => self.page_topics.len() as u32,
            a if a == Id::Segments as u16 => self.customer.segments.len() as u32,
            _ => self.time.list(attribute).len() as u32,
        }
    }
}
