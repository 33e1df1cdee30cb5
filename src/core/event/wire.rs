//! The bytes of events. In: events. Out: bytes that delimit themselves, so that a batch is their
//! concatenation. Never: an event that is read differently than it was written.
//!
//! An event is its length, kind, time and topics, then the parts that it has: details, subject,
//! context, decision.

use super::decision_record::{DECISION_BYTES, DecisionRecord};
use super::declaration::{Declaration, DeclaredFact};
use super::message::MessageRef;
use super::offer::{OfferAction, OfferEvent};
use super::{
    Activity, BookingEvent, Details, Event, EventKind, MAX_TOPICS, Payload, ScenarioFired,
    Subscription, TopicWeight, Travel,
};
use crate::core::base::civil::Day;
use crate::core::base::enums::{Channel, Frequency, MessageStep, Source};

const HEAD_BYTES: usize = 1 + 1 + 4 + 1;
const DETAIL_BYTES: usize = 4 + 4 + 4 + 2 + 2 + 1 + 1 + 4;
const SUBJECT_BYTES: usize = 4 + 4 + 1;
const CONTEXT_BYTES: usize = 4 + 4 + 2 + 1;

/// Flags of the parts that follow, in the high bits of the byte that counts the topics. The rest is
/// a decision.
const HAS_DETAIL: u8 = 1 << 5;
const HAS_SUBJECT: u8 = 1 << 6;
const HAS_CONTEXT: u8 = 1 << 7;

/// The parts of an event after its topics. 0 stands for absent in each number.
#[derive(Default)]
struct Parts {
    detail: Detail,
    subject: Subject,
    context: EventContext,
    decision: Option<DecisionRecord>,
}

/// The offer, the booking or cause, the trip and the value.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Detail {
    offer: u32,
    booking: u32,
    travel: Travel,
    value_cents: u32,
}

/// A fact, its value and source, or a message, its family and channel.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Subject {
    id: u32,
    value: u32,
    by: u8,
}

/// The placement of an offer, the wanted frequency, the fired scenario.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct EventContext {
    placement: u32,
    scenario: u32,
    ordinal: u16,
    frequency: Frequency,
}

impl Event {
    /// Appends the event's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let topics = &self.topics[..self.topics.len().min(MAX_TOPICS)];
        let parts = self.payload.parts();
        let flags = parts.flags();
        let start = out.len();
        out.push(0);
        out.push(self.kind() as u8);
        out.extend_from_slice(&self.at_s.to_le_bytes());
        out.push(topics.len() as u8 | flags);
        for t in topics {
            out.extend_from_slice(&(t.topic << 8 | u32::from(t.sixteenths)).to_le_bytes());
        }
        parts.write(flags, out);
        out[start] = (out.len() - start) as u8;
    }

    /// Takes the first event off a batch.
    ///
    /// `None` at the end of the batch, `Some(None)` for an event that cannot be read. A batch that
    /// is cut ends there.
    pub fn decode_next(batch: &mut &[u8]) -> Option<Option<Self>> {
        let length = usize::from(*batch.first()?);
        let (record, rest) = batch
            .split_at_checked(length.max(1))
            .unwrap_or((batch, &[]));
        *batch = rest;
        Some(Self::decode(record.get(1..).unwrap_or(&[])))
    }

    fn decode(record: &[u8]) -> Option<Self> {
        let mut r = Reader(record);
        let kind = EventKind::of_number(r.take::<1>()?[0])?;
        let at_s = u32::from_le_bytes(r.take()?);
        let [count] = r.take()?;
        let mut topics = Vec::new();
        for _ in 0..count & (HAS_DETAIL - 1) {
            let packed = u32::from_le_bytes(r.take()?);
            topics.push(TopicWeight {
                topic: packed >> 8,
                sixteenths: packed as u8,
            });
        }
        let parts = Parts::read(&mut r, count)?;
        let travel = &parts.detail.travel;
        let is_in_time = at_s <= i32::MAX as u32
            && travel.start_day.max(travel.end_day) <= Day::MAX_TRAVEL.get();
        if !r.0.is_empty() || topics.len() > MAX_TOPICS || !is_in_time {
            return None;
        }
        Some(Self {
            at_s,
            topics,
            payload: Payload::of_parts(kind, &parts)?,
        })
    }
}

impl Payload {
    /// Returns the empty payload of a kind.
    #[must_use]
    pub fn new(kind: EventKind) -> Self {
        Self::of_parts(kind, &Parts::default()).unwrap_or(Self::Activity(Activity {
            kind,
            details: Details::default(),
        }))
    }

    /// Returns the kind of event with this payload.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Activity(activity) => activity.kind,
            Self::Booking(booking) if booking.is_cancelled => EventKind::BookingCancel,
            Self::Booking(_) => EventKind::Booking,
            Self::Offer(offer) => offer.action.kind(),
            Self::Declaration(_) => EventKind::Declare,
            Self::Message(message) => message.kind(),
            Self::Subscription(subscription) if subscription.is_cancelled => EventKind::Unsubscribe,
            Self::Subscription(_) => EventKind::NewsletterSignup,
            Self::ScenarioFired(_) => EventKind::ScenarioFired,
        }
    }

    fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        match self {
            Self::Activity(activity) => parts.detail = activity.details.into(),
            Self::Booking(booking) => {
                parts.detail = booking.details.into();
                parts.detail.booking = booking.id.unwrap_or(0);
            }
            Self::Offer(offer) => {
                parts.detail.offer = offer.offer.unwrap_or(0);
                parts.context.placement = offer.placement.unwrap_or(0);
                parts.decision = offer.decision;
            }
            Self::Declaration(declaration) => {
                if let Some(fact) = declaration.fact {
                    (parts.subject.id, parts.subject.value) = (fact.fact, fact.value);
                }
                parts.subject.by = declaration.source as u8;
                parts.context.frequency = declaration.frequency;
            }
            Self::Message(message) => {
                parts.subject = Subject {
                    id: message.id.unwrap_or(0),
                    value: message.family.unwrap_or(0),
                    by: message.channel as u8,
                }
            }
            Self::Subscription(subscription) => parts.context.frequency = subscription.frequency,
            Self::ScenarioFired(fired) => {
                parts.detail.booking = fired.cause;
                parts.context.scenario = fired.scenario;
                parts.context.ordinal = fired.ordinal;
            }
        }
        parts
    }

    /// Returns the payload of these parts. `None` if an enum's number is unknown.
    fn of_parts(kind: EventKind, parts: &Parts) -> Option<Self> {
        let Parts {
            detail,
            subject,
            context,
            decision,
        } = parts;
        if let Some(action) = OfferAction::of_kind(kind) {
            return Some(Self::Offer(OfferEvent {
                action,
                offer: nonzero(detail.offer),
                placement: nonzero(context.placement),
                decision: *decision,
            }));
        }
        if let Some(step) = MessageStep::of_kind(kind) {
            return Some(Self::Message(MessageRef {
                step,
                id: nonzero(subject.id),
                family: nonzero(subject.value),
                channel: Channel::of_number(subject.by)?,
            }));
        }
        Some(match kind {
            EventKind::Booking | EventKind::BookingCancel => Self::Booking(BookingEvent {
                id: nonzero(detail.booking),
                is_cancelled: kind == EventKind::BookingCancel,
                details: detail.into(),
            }),
            EventKind::Declare => Self::Declaration(Declaration {
                fact: nonzero(subject.id).map(|fact| DeclaredFact {
                    fact,
                    value: subject.value,
                }),
                source: Source::of_number(subject.by)?,
                frequency: context.frequency,
            }),
            EventKind::Unsubscribe | EventKind::NewsletterSignup => {
                Self::Subscription(Subscription {
                    is_cancelled: kind == EventKind::Unsubscribe,
                    frequency: context.frequency,
                })
            }
            EventKind::ScenarioFired => Self::ScenarioFired(ScenarioFired {
                scenario: context.scenario,
                cause: detail.booking,
                ordinal: context.ordinal,
            }),
            kind => Self::Activity(Activity {
                kind,
                details: detail.into(),
            }),
        })
    }
}

impl Parts {
    fn flags(&self) -> u8 {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        flag(self.detail != Detail::default(), HAS_DETAIL)
            | flag(self.subject != Subject::default(), HAS_SUBJECT)
            | flag(self.context != EventContext::default(), HAS_CONTEXT)
    }

    fn write(&self, flags: u8, out: &mut Vec<u8>) {
        if flags & HAS_DETAIL != 0 {
            let Detail {
                offer,
                booking,
                travel,
                value_cents,
            } = &self.detail;
            out.extend_from_slice(&offer.to_le_bytes());
            out.extend_from_slice(&booking.to_le_bytes());
            out.extend_from_slice(&travel.destination.to_le_bytes());
            out.extend_from_slice(&travel.start_day.to_le_bytes());
            out.extend_from_slice(&travel.end_day.to_le_bytes());
            out.extend_from_slice(&[travel.adults, travel.children]);
            out.extend_from_slice(&value_cents.to_le_bytes());
        }
        if flags & HAS_SUBJECT != 0 {
            out.extend_from_slice(&self.subject.id.to_le_bytes());
            out.extend_from_slice(&self.subject.value.to_le_bytes());
            out.push(self.subject.by);
        }
        if flags & HAS_CONTEXT != 0 {
            out.extend_from_slice(&self.context.placement.to_le_bytes());
            out.extend_from_slice(&self.context.scenario.to_le_bytes());
            out.extend_from_slice(&self.context.ordinal.to_le_bytes());
            out.push(self.context.frequency as u8);
        }
        if let Some(decision) = &self.decision {
            decision.encode(out);
        }
    }

    fn read(r: &mut Reader, flags: u8) -> Option<Self> {
        let mut parts = Self::default();
        if flags & HAS_DETAIL != 0 {
            let detail = &mut parts.detail;
            detail.offer = u32::from_le_bytes(r.take()?);
            detail.booking = u32::from_le_bytes(r.take()?);
            detail.travel.destination = u32::from_le_bytes(r.take()?);
            detail.travel.start_day = u16::from_le_bytes(r.take()?);
            detail.travel.end_day = u16::from_le_bytes(r.take()?);
            [detail.travel.adults, detail.travel.children] = r.take()?;
            detail.value_cents = u32::from_le_bytes(r.take()?);
        }
        if flags & HAS_SUBJECT != 0 {
            parts.subject.id = u32::from_le_bytes(r.take()?);
            parts.subject.value = u32::from_le_bytes(r.take()?);
            [parts.subject.by] = r.take()?;
        }
        if flags & HAS_CONTEXT != 0 {
            parts.context.placement = u32::from_le_bytes(r.take()?);
            parts.context.scenario = u32::from_le_bytes(r.take()?);
            parts.context.ordinal = u16::from_le_bytes(r.take()?);
            parts.context.frequency = Frequency::of_number(r.take::<1>()?[0])?;
        }
        if !r.0.is_empty() {
            parts.decision = Some(DecisionRecord::decode(&r.take()?)?);
        }
        Some(parts)
    }
}

impl From<Details> for Detail {
    fn from(details: Details) -> Self {
        Self {
            offer: details.offer.unwrap_or(0),
            booking: 0,
            travel: details.travel,
            value_cents: details.value_cents,
        }
    }
}

impl From<&Detail> for Details {
    fn from(detail: &Detail) -> Self {
        Self {
            offer: nonzero(detail.offer),
            travel: detail.travel,
            value_cents: detail.value_cents,
        }
    }
}

fn nonzero(hash: u32) -> Option<u32> {
    (hash != 0).then_some(hash)
}

/// Reads fixed widths from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
}

/// The longest event must fit in the length's byte.
const _: () = assert!(
    HEAD_BYTES + MAX_TOPICS * 4 + DETAIL_BYTES + SUBJECT_BYTES + CONTEXT_BYTES + DECISION_BYTES
        <= u8::MAX as usize
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::event::decision_record::Propensity;
    use proptest::prelude::*;

    fn events() -> Vec<Event> {
        let offer = OfferEvent {
            action: OfferAction::Impression,
            offer: Some(5),
            placement: Some(9),
            decision: None,
        };
        let decision = DecisionRecord {
            id: 3,
            propensity: Propensity::of(0.5).expect("a probability"),
            variant: 1,
            ..DecisionRecord::default()
        };
        let details = Details {
            offer: Some(5),
            value_cents: 12_345,
            ..Details::default()
        };
        let declaration = Declaration {
            fact: Some(DeclaredFact { fact: 1, value: 2 }),
            source: Source::Crm,
            frequency: Frequency::Weekly,
        };
        let booking = BookingEvent {
            details,
            ..BookingEvent::default()
        };
        vec![
            Event::new(EventKind::PageView, 7).about("trip.city", 16),
            Event::with(Payload::Booking(booking), 9),
            Event::with(Payload::Declaration(declaration), 11).about("trip.ski", 8),
            Event::with(Payload::Offer(offer), 12),
            Event::with(
                Payload::Offer(OfferEvent {
                    decision: Some(decision),
                    ..offer
                }),
                12,
            ),
        ]
    }

    #[test]
    fn batch_is_a_concatenation_and_unknown_kinds_are_skipped() {
        let mut batch = Vec::new();
        for event in events() {
            event.encode(&mut batch);
            batch.extend_from_slice(&[3, 250, 0]);
        }
        let mut rest = batch.as_slice();
        for event in events() {
            assert_eq!(Event::decode_next(&mut rest), Some(Some(event)));
            assert_eq!(Event::decode_next(&mut rest), Some(None));
        }
        assert_eq!(Event::decode_next(&mut rest), None);
    }

    #[test]
    fn every_kind_has_a_payload_that_survives_its_bytes() {
        for kind in EventKind::ALL {
            let (event, mut bytes) = (Event::new(*kind, 9), Vec::new());
            event.encode(&mut bytes);
            assert_eq!(bytes, [7, *kind as u8, 9, 0, 0, 0, 0]);
            assert_eq!(event.kind(), *kind);
            assert_eq!(Event::decode_next(&mut bytes.as_slice()), Some(Some(event)));
        }
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
