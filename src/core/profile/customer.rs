//! What a profile keeps of a customer besides counters: declared facts, messages of all channels, negative personas in
//! force. Comes in: events; goes out: bounded lists, sorted by hash. Two tellers of the same thing never make two of
//! it: each list says which word holds, whatever the order in which the words arrive.

use super::{Profile, forget_least};
use crate::core::base::enums::{Channel, MessageStep, Source};
use crate::core::base::hash::mix;
use crate::core::base::time::DAY_S;
use crate::core::event::{Event, EventKind};

/// At most so many declared facts; the one said longest ago is forgotten first.
pub const MAX_FACTS: usize = 24;
/// At most so many messages; the one sent longest ago is forgotten first.
pub const MAX_MESSAGES: usize = 32;
/// At most so many negative personas; the one that ends first is forgotten first.
pub const MAX_PERSONAS: usize = 8;
/// No negative persona is kept longer than this from its last match.
pub const MAX_PERSONA_DAYS: u16 = 366;

/// The bits of a fact's or a family's hash.
const STORED: u32 = 0xff_ffff;

/// Something that was said of the visitor, by the visitor or by someone who knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The fact's name.
    pub hash: u32,
    /// A topic's hash, or a number's hundredths and one more, as the config has the fact; 0 = would not say.
    pub value: u32,
    pub source: Source,
    /// When it was said, in seconds since the landmark: people correct themselves at once.
    pub at_s: u32,
}

/// A message of any channel, by the hash of its teller's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: u32,
    pub channel: Channel,
    /// The family of offers it was about, 0 if none.
    pub family: u32,
    pub step: MessageStep,
    /// When it was first and last told of, in minutes since the landmark.
    pub sent_min: u32,
    pub at_min: u32,
}

/// A negative persona in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonaKept {
    pub hash: u32,
    /// The last day on which it holds, in days since the landmark.
    pub until_day: u16,
}

impl Fact {
    /// The answer as a hash, if there was one.
    #[must_use]
    pub fn answer(&self) -> Option<u32> {
        (self.value > 0).then_some(self.value)
    }

    /// The answer as a number, if there was one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.value
            .checked_sub(1)
            .map(|hundredths| f64::from(hundredths) / 100.0)
    }

    /// The later word of two about the same fact.
    #[must_use]
    pub fn latest_of(self, other: Self) -> Self {
        let key = |f: &Self| (f.at_s, f.source, f.value);
        if key(&self) >= key(&other) {
            self
        } else {
            other
        }
    }
}

impl Message {
    /// Two words about the same message: the later one holds, but no word undoes a click.
    #[must_use]
    pub fn joined_with(self, other: Self) -> Self {
        let key = |m: &Self| {
            (
                m.step == MessageStep::Clicked,
                m.at_min,
                m.step,
                m.channel,
                m.family,
            )
        };
        let holds = if key(&self) >= key(&other) {
            self
        } else {
            other
        };
        Self {
            sent_min: self.sent_min.min(other.sent_min),
            ..holds
        }
    }
}

impl PersonaKept {
    /// The longer of two.
    #[must_use]
    pub fn longer_of(self, other: Self) -> Self {
        if self.until_day >= other.until_day {
            self
        } else {
            other
        }
    }
}

impl Event {
    /// Whether it only tells of a message, which is no visit and no taste.
    #[must_use]
    pub fn is_of_message(&self) -> bool {
        matches!(
            self.kind,
            EventKind::MessageSent | EventKind::MessageOpened | EventKind::MessageClicked
        )
    }

    /// Whether someone else than the visitor says it: no visit either.
    #[must_use]
    pub fn is_told_by_others(&self) -> bool {
        self.kind == EventKind::ScenarioFired
            || (self.kind == EventKind::Declare && self.said.by != Source::Visitor as u8)
    }
}

impl Profile {
    /// A declared fact.
    #[must_use]
    pub fn fact(&self, hash: u32) -> Option<&Fact> {
        self.facts
            .binary_search_by_key(&hash, |f| f.hash)
            .ok()
            .map(|i| &self.facts[i])
    }

    /// Takes a declared fact; an event that declares topics only has none.
    pub(super) fn take_fact(&mut self, event: &Event) {
        let (hash, value, at_s) = (event.said.of & STORED, event.said.what, event.at_s);
        if let (Some(source), true) = (Source::of_number(event.said.by), hash > 0) {
            // Of two words of one second here, the second is the correction.
            let correct =
                |known: Fact, said: Fact| if said.at_s >= known.at_s { said } else { known };
            put(
                &mut self.facts,
                Fact {
                    hash,
                    value,
                    source,
                    at_s,
                },
                |f| f.hash,
                correct,
            );
            self.keep_customer_bounds();
        }
    }

    /// Takes a word about a message.
    pub(super) fn take_message(&mut self, event: &Event) {
        let step = match event.kind {
            EventKind::MessageClicked => MessageStep::Clicked,
            EventKind::MessageOpened => MessageStep::Opened,
            _ => MessageStep::Sent,
        };
        let Some(channel) = Channel::of_number(event.said.by) else {
            return;
        };
        let unnamed = || mix(u64::from(event.at_s), u64::from(event.said.by)) as u32 | 1;
        let id = if event.said.of == 0 {
            unnamed()
        } else {
            event.said.of
        };
        let at_min = event.at_s / 60;
        let message = Message {
            id,
            channel,
            family: event.said.what & STORED,
            step,
            sent_min: at_min,
            at_min,
        };
        put(&mut self.messages, message, |m| m.id, Message::joined_with);
        self.keep_customer_bounds();
    }

    /// Keeps a negative persona until the end of a day. Returns whether that is news.
    pub fn keep_persona(&mut self, hash: u32, until_day: u16) -> bool {
        if self
            .personas
            .iter()
            .any(|p| p.hash == hash && p.until_day >= until_day)
        {
            return false;
        }
        put(
            &mut self.personas,
            PersonaKept { hash, until_day },
            |p| p.hash,
            PersonaKept::longer_of,
        );
        self.keep_customer_bounds();
        true
    }

    /// Forgets what is over the lists' bounds.
    pub(crate) fn keep_customer_bounds(&mut self) {
        forget_least(&mut self.facts, MAX_FACTS, |f| (f.at_s, f.hash));
        forget_least(&mut self.messages, MAX_MESSAGES, |m| (m.sent_min, m.id));
        forget_least(&mut self.personas, MAX_PERSONAS, |p| (p.until_day, p.hash));
    }

    /// Brings back what a clock in the future has written.
    pub(super) fn mend_customer(&mut self, now_s: u32) {
        let (minute, last_day) = (now_s / 60, (now_s / DAY_S) as u16 + MAX_PERSONA_DAYS);
        self.facts
            .iter_mut()
            .for_each(|f| f.at_s = f.at_s.min(now_s));
        for message in &mut self.messages {
            (message.sent_min, message.at_min) =
                (message.sent_min.min(minute), message.at_min.min(minute));
        }
        self.personas
            .iter_mut()
            .for_each(|p| p.until_day = p.until_day.min(last_day));
    }
}

/// Puts an item into its place in a sorted list, joined with what is known of it.
fn put<T: Copy>(list: &mut Vec<T>, item: T, hash: impl Fn(&T) -> u32, join: impl Fn(T, T) -> T) {
    match list.binary_search_by_key(&hash(&item), &hash) {
        Ok(at) => list[at] = join(list[at], item),
        Err(at) => list.insert(at, item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_message() -> impl Strategy<Value = Message> {
        (0u8..6, 0u32..3, 0u8..3, 100u32..200, 0u32..5).prop_map(
            |(channel, family, step, at_min, sent)| Message {
                id: 7,
                channel: Channel::of_number(channel).unwrap_or_default(),
                family,
                step: MessageStep::of_number(step).unwrap_or_default(),
                sent_min: at_min - sent,
                at_min,
            },
        )
    }

    proptest! {
        #[test]
        fn words_about_a_message_join_in_any_order(a in any_message(), b in any_message(), c in any_message()) {
            prop_assert_eq!(a.joined_with(b), b.joined_with(a));
            prop_assert_eq!(a.joined_with(b).joined_with(c), a.joined_with(b.joined_with(c)));
            prop_assert_eq!(a.joined_with(a), a);
        }
    }

    #[test]
    fn a_machine_s_open_is_taken_back_and_a_click_is_not() {
        let sent = Message {
            id: 1,
            channel: Channel::Email,
            family: 0,
            step: MessageStep::Sent,
            sent_min: 5,
            at_min: 5,
        };
        let opened = Message {
            step: MessageStep::Opened,
            at_min: 6,
            ..sent
        };
        let by_machine = Message { at_min: 7, ..sent };
        let clicked = Message {
            step: MessageStep::Clicked,
            at_min: 6,
            ..sent
        };
        assert_eq!(sent.joined_with(opened).step, MessageStep::Opened);
        assert_eq!(opened.joined_with(by_machine).step, MessageStep::Sent);
        assert_eq!(by_machine.joined_with(clicked).step, MessageStep::Clicked);
    }

    #[test]
    fn a_message_is_no_visit_and_lists_keep_their_bounds() {
        let mut profile = Profile::default();
        for i in 1..200u32 {
            let said = crate::core::event::Said {
                of: i,
                what: 0,
                by: 1,
            };
            profile.take_message(&Event {
                said,
                ..Event::bare(EventKind::MessageSent, i * 60)
            });
            profile.take_fact(&Event {
                said,
                ..Event::bare(EventKind::Declare, i * 60)
            });
            profile.keep_persona(i, i as u16);
        }
        assert_eq!(
            (
                profile.messages.len(),
                profile.facts.len(),
                profile.personas.len()
            ),
            (32, 24, 8)
        );
        assert_eq!((profile.counts.visits, profile.last_s), (0, 0));
        assert!(profile.messages.iter().all(|m| m.sent_min > 160));
    }
}
