//! What happened, as the profile takes it: a kind, a time, hashes and numbers. Never an address, a query or a text
//! of the page or of the visitor: those end in `classify`.
//!
//! The bytes of an event delimit themselves, so that a batch is their concatenation: pending events wait in this
//! form for the transaction that applies them.

pub mod classify;
pub mod context;
pub mod decision_record;
pub mod declaration;
pub mod track;

use super::base::civil::Day;
use super::base::enums::Frequency;
pub use super::base::event_kind::EventKind;
use super::base::hash::{Namespace, name_hash};
use decision_record::{DECIDED_BYTES, Decided};

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
    pub kind: EventKind,
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
    /// What a declaration or a message says.
    pub said: Said,
    /// What pressure and scenarios need to know of it.
    pub mark: Mark,
    /// The decision behind an impression or a click.
    pub decided: Decided,
}

/// Where it was shown, how often one wants to hear, which scenario fired. All zeros: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The placement of an exposure ([`Namespace::Placement`]).
    pub placement: u32,
    /// The scenario that fired ([`Namespace::Scenario`]); its cause's id stands in `booking`.
    pub scenario: u32,
    /// Which time of the same cause, from 0: the year of a birthday.
    pub ordinal: u16,
    /// How often the visitor wants to hear from the site; 0 = not said.
    pub frequency: Frequency,
}

/// What was said of something that has a hash: of a declared fact its value and source, of a message its family and
/// channel. All zeros: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The fact ([`Namespace::Fact`]), or the message ([`Namespace::Message`], of the teller's id).
    pub of: u32,
    /// The fact's value, a topic's hash or a number's hundredths and one more, 0 if the visitor would not say; the message's family.
    pub what: u32,
    /// Whose word it is, or by which channel: the small integers of `enums::Source` and `enums::Channel`.
    pub by: u8,
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

const HEAD: usize = 1 + 1 + 4 + 1;
const DETAIL: usize = 4 + 4 + 4 + 2 + 2 + 1 + 1 + 4;
const SAID: usize = 4 + 4 + 1;
const MARK: usize = 4 + 4 + 2 + 1;

/// The topics' count leaves the high bits of its byte free: they tell which parts follow. What is left then is a decision.
const HAS_DETAIL: u8 = 1 << 5;
const HAS_SAID: u8 = 1 << 6;
const HAS_MARK: u8 = 1 << 7;

impl Event {
    /// An event with nothing but its kind and time.
    #[must_use]
    pub fn bare(kind: EventKind, at_s: u32) -> Self {
        let (travel, said, mark) = (Travel::default(), Said::default(), Mark::default());
        let decided = Decided::default();
        Self {
            kind,
            at_s,
            topics: Vec::new(),
            offer: 0,
            booking: 0,
            travel,
            value_cents: 0,
            said,
            mark,
            decided,
        }
    }

    /// Adds a topic by its name: a shorthand for tests and imports. Weights are in sixteenths.
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

    /// Appends the bytes: length, kind, time, topics, and of detail, what was said, mark and decision what there is.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let topics = &self.topics[..self.topics.len().min(MAX_TOPICS)];
        let parts = self.parts();
        let part = |flag: u8, bytes: usize| if parts & flag == 0 { 0 } else { bytes };
        let rest = part(HAS_DETAIL, DETAIL) + part(HAS_SAID, SAID) + part(HAS_MARK, MARK);
        let decision = if self.decided.is_told() {
            DECIDED_BYTES
        } else {
            0
        };
        out.push((HEAD + topics.len() * 4 + rest + decision) as u8);
        out.push(self.kind as u8);
        out.extend_from_slice(&self.at_s.to_le_bytes());
        out.push(topics.len() as u8 | parts);
        for t in topics {
            out.extend_from_slice(&(t.topic << 8 | u32::from(t.sixteenths)).to_le_bytes());
        }
        if parts & HAS_DETAIL != 0 {
            out.extend_from_slice(&self.offer.to_le_bytes());
            out.extend_from_slice(&self.booking.to_le_bytes());
            out.extend_from_slice(&self.travel.destination.to_le_bytes());
            out.extend_from_slice(&self.travel.start_day.to_le_bytes());
            out.extend_from_slice(&self.travel.end_day.to_le_bytes());
            out.extend_from_slice(&[self.travel.adults, self.travel.children]);
            out.extend_from_slice(&self.value_cents.to_le_bytes());
        }
        if parts & HAS_SAID != 0 {
            out.extend_from_slice(&self.said.of.to_le_bytes());
            out.extend_from_slice(&self.said.what.to_le_bytes());
            out.push(self.said.by);
        }
        if parts & HAS_MARK != 0 {
            out.extend_from_slice(&self.mark.placement.to_le_bytes());
            out.extend_from_slice(&self.mark.scenario.to_le_bytes());
            out.extend_from_slice(&self.mark.ordinal.to_le_bytes());
            out.push(self.mark.frequency as u8);
        }
        if self.decided.is_told() {
            self.decided.encode(out);
        }
    }

    /// Which parts there are to write.
    fn parts(&self) -> u8 {
        let has_detail = self.offer | self.booking | self.value_cents != 0 || self.travel.is_said();
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        flag(has_detail, HAS_DETAIL)
            | flag(self.said != Said::default(), HAS_SAID)
            | flag(self.mark != Mark::default(), HAS_MARK)
    }

    /// The first event of a batch and the bytes after it; `None` where there is none left. An event that cannot be
    /// read is skipped by its length; a batch that is cut ends there.
    pub fn decode_next(batch: &mut &[u8]) -> Option<Option<Self>> {
        let length = usize::from(*batch.first()?);
        let (record, rest) = batch
            .split_at_checked(length.max(1))
            .unwrap_or((batch, &[]));
        *batch = rest;
        Some(Self::decode(record.get(1..).unwrap_or(&[])))
    }

    fn decode(record: &[u8]) -> Option<Self> {
        let mut r = Fields(record);
        let mut event = Self::bare(
            EventKind::of_number(r.take::<1>()?[0])?,
            u32::from_le_bytes(r.take()?),
        );
        let [count] = r.take()?;
        for _ in 0..count & (HAS_DETAIL - 1) {
            let word = u32::from_le_bytes(r.take()?);
            event.topics.push(TopicWeight {
                topic: word >> 8,
                sixteenths: word as u8,
            });
        }
        if count & HAS_DETAIL != 0 {
            event.offer = u32::from_le_bytes(r.take()?);
            event.booking = u32::from_le_bytes(r.take()?);
            event.travel.destination = u32::from_le_bytes(r.take()?);
            event.travel.start_day = u16::from_le_bytes(r.take()?);
            event.travel.end_day = u16::from_le_bytes(r.take()?);
            [event.travel.adults, event.travel.children] = r.take()?;
            event.value_cents = u32::from_le_bytes(r.take()?);
        }
        if count & HAS_SAID != 0 {
            event.said.of = u32::from_le_bytes(r.take()?);
            event.said.what = u32::from_le_bytes(r.take()?);
            [event.said.by] = r.take()?;
        }
        if count & HAS_MARK != 0 {
            event.mark.placement = u32::from_le_bytes(r.take()?);
            event.mark.scenario = u32::from_le_bytes(r.take()?);
            event.mark.ordinal = u16::from_le_bytes(r.take()?);
            event.mark.frequency = Frequency::of_number(r.take::<1>()?[0])?;
        }
        if !r.0.is_empty() {
            event.decided = Decided::decode(&r.take()?)?;
        }
        let is_in_time = event.at_s <= i32::MAX as u32
            && event.travel.start_day.max(event.travel.end_day) <= Day::MAX_TRAVEL.get();
        (r.0.is_empty() && event.topics.len() <= MAX_TOPICS && is_in_time).then_some(event)
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
    use crate::core::event::decision_record::Propensity;
    use proptest::prelude::*;

    #[test]
    fn a_batch_is_a_concatenation() {
        let mut batch = Vec::new();
        let first = Event::bare(EventKind::PageView, 7).about("trip.city", 16);
        let second = Event {
            offer: 5,
            value_cents: 12_345,
            ..Event::bare(EventKind::Booking, 9)
        };
        first.encode(&mut batch);
        batch.extend_from_slice(&[3, 250, 0]); // an event of a kind that is not known
        second.encode(&mut batch);
        let said = Said {
            of: 1,
            what: 2,
            by: 3,
        };
        let third = Event {
            said,
            ..Event::bare(EventKind::Declare, 11).about("trip.ski", 8)
        };
        third.encode(&mut batch);
        let mark = Mark {
            placement: 9,
            scenario: 0,
            ordinal: 0,
            frequency: Frequency::Weekly,
        };
        let fourth = Event {
            mark,
            offer: 5,
            ..Event::bare(EventKind::OfferImpression, 12)
        };
        fourth.encode(&mut batch);
        let propensity = Propensity::of(0.5).expect("a probability");
        let decided = Decided {
            id: 3,
            propensity,
            variant: 1,
            ..Decided::default()
        };
        let fifth = Event {
            decided,
            ..fourth.clone()
        };
        fifth.encode(&mut batch);
        let mut rest = batch.as_slice();
        assert_eq!(Event::decode_next(&mut rest), Some(Some(first)));
        assert_eq!(Event::decode_next(&mut rest), Some(None));
        assert_eq!(Event::decode_next(&mut rest), Some(Some(second)));
        assert_eq!(Event::decode_next(&mut rest), Some(Some(third)));
        assert_eq!(Event::decode_next(&mut rest), Some(Some(fourth)));
        assert_eq!(Event::decode_next(&mut rest), Some(Some(fifth)));
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
