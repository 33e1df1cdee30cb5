//! What happened, as the profile takes it: a kind, a time, hashes and numbers. Never an address, a query or a text
//! of the page or of the visitor: those end in `classify`.
//!
//! The bytes of an event delimit themselves, so that a batch is their concatenation: pending events wait in this
//! form for the transaction that applies them.

use super::hash::{Namespace, name_hash};

/// The kinds of events, by their names in the interface. The number is the event's first byte: never reused.
macro_rules! kinds {
    ($($variant:ident = $number:literal, $name:literal, $weight:literal;)*) => {
        #[doc = "What kind of thing happened."]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind { $(#[doc = $name] $variant = $number),* }

        impl Kind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// The kind of this number.
            #[must_use]
            pub fn of_number(number: u8) -> Option<Kind> {
                match number { $($number => Some(Kind::$variant),)* _ => None }
            }

            /// The kind of this name, as sites call it.
            ///
            /// ```
            /// use escale::core::event::Kind;
            /// assert_eq!(Kind::of_name("quote_start"), Some(Kind::QuoteStart));
            /// assert_eq!(Kind::of_name("made_up"), None);
            /// ```
            #[must_use]
            pub fn of_name(name: &str) -> Option<Kind> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }

            /// The name, as sites call it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name),* }
            }

            /// What one event adds to the mass of its topics, where the config does not say.
            #[must_use]
            pub fn default_weight(self) -> f32 {
                match self { $(Kind::$variant => $weight),* }
            }
        }
    };
}

kinds! {
    PageView = 0, "page_view", 1.0;
    ViewItem = 1, "view_item", 1.5;
    Search = 2, "search", 2.0;
    QuoteStart = 3, "quote_start", 5.0;
    QuoteStep = 4, "quote_step", 1.0;
    QuoteSubmit = 5, "quote_submit", 4.0;
    Booking = 6, "booking", 3.0;
    BookingCancel = 7, "booking_cancel", 0.0;
    OfferImpression = 8, "offer_impression", 0.0;
    OfferClick = 9, "offer_click", 2.0;
    OfferLess = 10, "offer_less", 0.0;
    OfferBooked = 11, "offer_booked", 0.0;
    OfferNever = 12, "offer_never", 0.0;
    Declare = 13, "declare", 6.0;
    NewsletterSignup = 14, "newsletter_signup", 4.0;
    AddToWishlist = 15, "add_to_wishlist", 3.0;
    Download = 16, "download", 2.0;
    Contest = 17, "contest", 1.0;
    Review = 18, "review", 1.0;
    Share = 19, "share", 2.0;
    Referral = 20, "referral", 1.0;
    Unsubscribe = 21, "unsubscribe", 0.0;
}

/// A topic that an event bears on, and how strongly, in sixteenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicWeight {
    /// The topic's hash ([`Namespace::Topic`]).
    pub topic: u32,
    /// 16 is one whole event; 1 to 255.
    pub sixteenths: u8,
}

/// At most so many topics an event bears on.
pub const MAX_TOPICS: usize = 16;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: Kind,
    /// Seconds since the landmark.
    pub at_s: u32,
    pub topics: Vec<TopicWeight>,
    /// The offer it is about (hash), 0 if none.
    pub offer: u32,
    /// The booking it is about (hash of the teller's id), 0 if none.
    pub booking: u32,
    /// The trip searched, quoted or booked.
    pub travel: Travel,
    /// What was paid or quoted, in hundredths of the site's currency.
    pub value_cents: u32,
}

/// Where, when and who; 0 stands for "not said" everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Travel {
    /// Hash of the destination ([`Namespace::Place`] or a topic of an open facet).
    pub destination: u32,
    /// Days since the landmark.
    pub start_day: u16,
    /// Days since the landmark.
    pub end_day: u16,
    pub adults: u8,
    pub children: u8,
}

impl Travel {
    /// Whether anything at all was said.
    #[must_use]
    pub fn is_said(&self) -> bool {
        *self != Self::default()
    }

    /// The same with what was not said taken from another saying.
    #[must_use]
    pub fn completed_by(self, other: &Self) -> Self {
        let pick = |mine: u16, theirs: u16| if mine == 0 { theirs } else { mine };
        let pick_count = |mine: u8, theirs: u8| if mine == 0 { theirs } else { mine };
        Self {
            destination: if self.destination == 0 { other.destination } else { self.destination },
            start_day: pick(self.start_day, other.start_day),
            end_day: pick(self.end_day, other.end_day),
            adults: pick_count(self.adults, other.adults),
            children: pick_count(self.children, other.children),
        }
    }
}

const HEAD: usize = 1 + 1 + 4 + 1;
const DETAIL: usize = 4 + 4 + 4 + 2 + 2 + 1 + 1 + 4;

impl Event {
    /// An event with nothing but its kind and time.
    #[must_use]
    pub fn bare(kind: Kind, at_s: u32) -> Self {
        Self { kind, at_s, topics: Vec::new(), offer: 0, booking: 0, travel: Travel::default(), value_cents: 0 }
    }

    /// Adds a topic by its name: a shorthand for tests and imports. Weights are in sixteenths.
    #[must_use]
    pub fn about(mut self, topic: &str, sixteenths: u8) -> Self {
        if self.topics.len() < MAX_TOPICS {
            self.topics.push(TopicWeight { topic: name_hash(Namespace::Topic, topic), sixteenths });
        }
        self
    }

    /// Appends the bytes: length, kind, time, topics, and the detail where there is any.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let topics = &self.topics[..self.topics.len().min(MAX_TOPICS)];
        let has_detail = self.offer | self.booking | self.value_cents != 0 || self.travel.is_said();
        let length = HEAD + topics.len() * 4 + if has_detail { DETAIL } else { 0 };
        out.push(length as u8);
        out.push(self.kind as u8);
        out.extend_from_slice(&self.at_s.to_le_bytes());
        out.push(topics.len() as u8);
        for t in topics {
            out.extend_from_slice(&(t.topic << 8 | u32::from(t.sixteenths)).to_le_bytes());
        }
        if has_detail {
            out.extend_from_slice(&self.offer.to_le_bytes());
            out.extend_from_slice(&self.booking.to_le_bytes());
            out.extend_from_slice(&self.travel.destination.to_le_bytes());
            out.extend_from_slice(&self.travel.start_day.to_le_bytes());
            out.extend_from_slice(&self.travel.end_day.to_le_bytes());
            out.extend_from_slice(&[self.travel.adults, self.travel.children]);
            out.extend_from_slice(&self.value_cents.to_le_bytes());
        }
    }

    /// The first event of a batch and the bytes after it; `None` where there is none left. An event that cannot be
    /// read is skipped by its length; a batch that is cut ends there.
    pub fn decode_next(batch: &mut &[u8]) -> Option<Option<Self>> {
        let length = usize::from(*batch.first()?);
        let (record, rest) = batch.split_at_checked(length.max(1)).unwrap_or((batch, &[]));
        *batch = rest;
        Some(Self::decode(record.get(1..).unwrap_or(&[])))
    }

    fn decode(record: &[u8]) -> Option<Self> {
        let mut r = Fields(record);
        let mut event = Self::bare(Kind::of_number(r.take::<1>()?[0])?, u32::from_le_bytes(r.take()?));
        for _ in 0..r.take::<1>()?[0] {
            let word = u32::from_le_bytes(r.take()?);
            event.topics.push(TopicWeight { topic: word >> 8, sixteenths: word as u8 });
        }
        if !r.0.is_empty() {
            event.offer = u32::from_le_bytes(r.take()?);
            event.booking = u32::from_le_bytes(r.take()?);
            event.travel.destination = u32::from_le_bytes(r.take()?);
            event.travel.start_day = u16::from_le_bytes(r.take()?);
            event.travel.end_day = u16::from_le_bytes(r.take()?);
            [event.travel.adults, event.travel.children] = r.take()?;
            event.value_cents = u32::from_le_bytes(r.take()?);
        }
        (r.0.is_empty() && event.topics.len() <= MAX_TOPICS && event.at_s <= i32::MAX as u32).then_some(event)
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_batch_is_a_concatenation() {
        let mut batch = Vec::new();
        let first = Event::bare(Kind::PageView, 7).about("trip.city", 16);
        let second = Event { offer: 5, value_cents: 12_345, ..Event::bare(Kind::Booking, 9) };
        first.encode(&mut batch);
        batch.extend_from_slice(&[3, 250, 0]); // an event of a kind that is not known
        second.encode(&mut batch);
        let mut rest = batch.as_slice();
        assert_eq!(Event::decode_next(&mut rest), Some(Some(first)));
        assert_eq!(Event::decode_next(&mut rest), Some(None));
        assert_eq!(Event::decode_next(&mut rest), Some(Some(second)));
        assert_eq!(Event::decode_next(&mut rest), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut rest = bytes.as_slice();
            while Event::decode_next(&mut rest).is_some() {}
            prop_assert!(rest.is_empty());
        }
    }
}
