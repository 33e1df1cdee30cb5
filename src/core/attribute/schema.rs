//! The names of the attribute tree, for the strict compiler of conditions.

use std::collections::BTreeMap;

use super::{CustomerNames, Id, time};
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::condition::schema::{Attribute, Kind, Schema};

/// Attributes without an argument: name, small integer, kind. The guide's table is this list.
pub const PLAIN: [(&str, Id, Kind); 15] = [
    ("visit.count", Id::Visits, Kind::Number),
    ("visit.page_views", Id::PageViews, Kind::Number),
    ("visit.searches", Id::Searches, Kind::Number),
    ("visit.days_since_first", Id::DaysSinceFirst, Kind::Number),
    ("page.topics", Id::PageTopics, Kind::List),
    ("quote.starts", Id::QuoteStarts, Kind::Number),
    ("quote.submits", Id::QuoteSubmits, Kind::Number),
    ("quote.open", Id::QuoteOpen, Kind::Flag),
    ("bookings.count", Id::Bookings, Kind::Number),
    ("bookings.value", Id::BookingsValue, Kind::Number),
    (
        "bookings.days_since_last",
        Id::DaysSinceBooking,
        Kind::Number,
    ),
    ("trip.days_to_departure", Id::DaysToDeparture, Kind::Number),
    ("trip.adults", Id::TripAdults, Kind::Number),
    ("trip.children", Id::TripChildren, Kind::Number),
    ("trip.count", Id::Trips, Kind::Number),
];

/// Attributes with a topic as argument: `affinity.trip.city`.
const BY_TOPIC: [(&str, Id); 3] = [
    ("affinity.", Id::Affinity),
    ("lift.", Id::Lift),
    ("mass.", Id::Mass),
];

/// The tree of one config.
pub struct AttributeTree<'a> {
    /// Topics by name, with their small integers.
    pub topics: &'a BTreeMap<String, u16>,
    /// Facets by their small integers.
    pub facets: &'a [String],
    /// What the config calls segments, personas and facts.
    pub customer: &'a CustomerNames,
    /// What the config calls seasons.
    pub seasons: &'a [String],
}

impl Schema for AttributeTree<'_> {
    fn resolve(&self, name: &str) -> Option<Attribute> {
        if let Some((_, id, kind)) = PLAIN.iter().find(|(plain, ..)| *plain == name) {
            return Some(Attribute {
                id: *id as u16,
                argument: 0,
                kind: *kind,
            });
        }
        if let Some(facet) = name.strip_prefix("confidence.") {
            let argument = self.facets.iter().position(|f| f == facet)? as u32;
            return Some(Attribute {
                id: Id::Confidence as u16,
                argument,
                kind: Kind::Number,
            });
        }
        if let Some(attribute) =
            time::resolve(name).or_else(|| self.customer.resolve(name, self.facets))
        {
            return Some(attribute);
        }
        let (id, topic) = BY_TOPIC
            .iter()
            .find_map(|(prefix, id)| Some((*id, name.strip_prefix(prefix)?)))?;
        Some(Attribute {
            id: id as u16,
            argument: u32::from(*self.topics.get(topic)?),
            kind: Kind::Number,
        })
    }

    fn names(&self) -> Vec<String> {
        let plain = PLAIN.iter().map(|(name, ..)| (*name).to_owned());
        let facets = self.facets.iter().map(|f| format!("confidence.{f}"));
        let topics = BY_TOPIC
            .iter()
            .flat_map(|(prefix, _)| self.topics.keys().map(move |t| format!("{prefix}{t}")));
        let times = time::OF_TIME.iter().map(|(name, ..)| (*name).to_owned());
        plain
            .chain(facets)
            .chain(topics)
            .chain(times)
            .chain(self.customer.attributes(self.facets))
            .collect()
    }

    fn hash(&self, attribute: Attribute, value: &str) -> u32 {
        let known = time::hash(attribute, value)
            .or_else(|| self.customer.hash(attribute, value, self.facets));
        known.unwrap_or_else(|| name_hash(Namespace::Topic, value))
    }

    fn values(&self, attribute: Attribute) -> Option<Vec<String>> {
        if attribute.id == Id::PageTopics as u16 {
            return Some(self.topics.keys().cloned().collect());
        }
        let of_time = time::values(attribute, self.topics, self.seasons);
        of_time.or_else(|| self.customer.values(attribute, self.topics, self.facets))
    }
}
