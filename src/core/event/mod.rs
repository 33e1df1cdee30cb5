//! Events as the profile takes them. In: pages and calls of a site. Out: kinds, times, hashes and
//! numbers. Never: an address, a query or a text of the page or the visitor.

pub mod classify;
pub mod decision_record;
pub mod declaration;
pub mod fields;
pub mod message;
pub mod offer;
mod parse;
mod wire;

use super::base::enums::{Frequency, Source};
pub use super::base::event_kind::EventKind;
use super::base::hash::{Namespace, name_hash};
use declaration::Declaration;
use message::MessageRef;
use offer::OfferEvent;

/// Limit of the topics of one event.
pub const MAX_TOPICS: usize = 16;

/// An event of a visitor.
///
/// ```
/// use escale::Event;
/// use escale::internals::event::EventKind;
/// let event = Event::new(EventKind::PageView, 217_425_600).about("trip.city", 16);
/// let mut bytes = Vec::new();
/// event.encode(&mut bytes);
/// assert_eq!(Event::decode_next(&mut bytes.as_slice()), Some(Some(event)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Seconds since the epoch.
    pub at_s: u32,
    /// The topics that the event is about.
    pub topics: Vec<TopicWeight>,
    /// The details of its kind.
    pub payload: Payload,
}

/// The details of an event, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A page view, a search, a quote or another activity on the site.
    Activity(Activity),
    /// A booking or its cancellation.
    Booking(BookingEvent),
    /// An action on an offer of the page.
    Offer(OfferEvent),
    /// A declaration about the visitor.
    Declaration(Declaration),
    /// A step of a message.
    Message(MessageRef),
    /// A newsletter subscription or its cancellation.
    Subscription(Subscription),
    /// A scenario that fired.
    ScenarioFired(ScenarioFired),
}

/// An activity on the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The kind, one without a payload of its own.
    pub kind: EventKind,
    /// The named offer, trip and value.
    pub details: Details,
}

/// A booking or its cancellation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookingEvent {
    /// The hash of the booking's id ([`Namespace::Booking`]). `None` if the call names none.
    pub id: Option<u32>,
    /// True for a cancellation.
    pub is_cancelled: bool,
    /// The named offer, trip and value.
    pub details: Details,
}

/// The offer, the trip and the value that an event names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The offer's hash.
    pub offer: Option<u32>,
    /// The trip searched, quoted or booked.
    pub travel: Travel,
    /// The price paid or quoted, in hundredths of the site's currency.
    pub value_cents: u32,
}

/// A newsletter subscription or its cancellation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// True for `unsubscribe`.
    pub is_cancelled: bool,
    /// The frequency that the visitor wants.
    pub frequency: Frequency,
}

/// A scenario that fired for a cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScenarioFired {
    /// The scenario's hash ([`Namespace::Scenario`]).
    pub scenario: u32,
    /// The id of the trip or booking, or the minute of the event. 0 for a first visit or a
    /// birthday.
    pub cause: u32,
    /// The occurrence of the same cause, from 0: the year of a birthday.
    pub ordinal: u16,
}

/// A topic that an event is about, and its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicWeight {
    /// The topic's hash ([`Namespace::Topic`]).
    pub topic: u32,
    /// The weight in sixteenths of an event, 1 to 255.
    pub sixteenths: u8,
}

/// A trip's destination, dates and travellers. 0 stands for unknown in each field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Travel {
    /// The destination's hash ([`Namespace::Place`], or a topic of an open facet).
    pub destination: u32,
    /// Departure in days since the epoch.
    pub start_day: u16,
    /// Return in days since the epoch.
    pub end_day: u16,
    /// Number of adults.
    pub adults: u8,
    /// Number of children.
    pub children: u8,
}

impl Event {
    /// Returns an event of a kind with an empty payload.
    #[must_use]
    pub fn new(kind: EventKind, at_s: u32) -> Self {
        Self::with(Payload::new(kind), at_s)
    }

    /// Returns an event without topics.
    #[must_use]
    pub fn with(payload: Payload, at_s: u32) -> Self {
        Self {
            at_s,
            topics: Vec::new(),
            payload,
        }
    }

    /// Adds a topic by its name, unless the event has [`MAX_TOPICS`] already. Weights are in
    /// sixteenths.
    #[must_use]
    pub fn about(mut self, topic: &str, sixteenths: u8) -> Self {
        if self.topics.len() < MAX_TOPICS {
            self.topics.push(TopicWeight {
                topic: name_hash(Namespace::Topic, topic),
                sixteenths,
            });
        }
        self
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        self.payload.kind()
    }

    /// Returns the offer that the event names.
    #[must_use]
    pub fn offer(&self) -> Option<u32> {
        match &self.payload {
            Payload::Activity(activity) => activity.details.offer,
            Payload::Booking(booking) => booking.details.offer,
            Payload::Offer(offer) => offer.offer,
            _ => None,
        }
    }

    /// Returns true if someone else than the visitor reports it: it is no visit.
    #[must_use]
    pub fn is_by_third_party(&self) -> bool {
        match &self.payload {
            Payload::ScenarioFired(_) => true,
            Payload::Declaration(declaration) => declaration.source != Source::Visitor,
            _ => false,
        }
    }
}

impl Travel {
    /// Returns true if any field is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        *self != Self::default()
    }

    /// Returns the same trip with its unknown fields taken from another one.
    #[must_use]
    pub fn completed_by(self, other: &Self) -> Self {
        let pick = |mine: u16, theirs: u16| if mine == 0 { theirs } else { mine };
        let pick_count = |mine: u8, theirs: u8| if mine == 0 { theirs } else { mine };
        Self {
            destination: if self.destination == 0 {
                other.destination
            } else {
                self.destination
            },
            start_day: pick(self.start_day, other.start_day),
            end_day: pick(self.end_day, other.end_day),
            adults: pick_count(self.adults, other.adults),
            children: pick_count(self.children, other.children),
        }
    }
}
