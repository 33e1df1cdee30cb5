//! Messages of all channels. In: reports that a message was sent, opened or clicked. Out: one entry
//! for each message. Never: two entries for one message, however its reports arrive.

use super::bounded::{Entry, Merge};
use super::wire::ago;
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::enums::{Channel, MessageStep};
use crate::core::base::event_kind::EventKind;
use crate::core::base::index::Index;
use crate::core::config::{Config, Family, Topic};
use crate::core::event::TopicWeight;

/// A message of any channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The hash of the message's id.
    pub id: u32,
    /// The channel it was sent by.
    pub channel: Channel,
    /// The hash of the offer family it was about, 0 for none.
    pub family: u32,
    /// The latest step.
    pub step: MessageStep,
    /// The minute of the first report.
    pub sent_min: u32,
    /// The minute of the latest report.
    pub at_min: u32,
}

impl Entry for Message {
    const MAX: usize = 32;
    type Age = u32;

    fn key(&self) -> u32 {
        self.id
    }

    fn age(&self) -> u32 {
        self.sent_min
    }

    fn clamp_to(&mut self, now_s: u32) {
        self.sent_min = self.sent_min.min(now_s / 60);
        self.at_min = self.at_min.min(now_s / 60);
    }
}

impl Merge for Message {
    /// Keeps the later report, but no report undoes a click. The family may be in one report only.
    fn merge(&mut self, other: &Self) {
        let key = |m: &Self| {
            let is_clicked = m.step == MessageStep::Clicked;
            (is_clicked, m.at_min, m.step, m.channel)
        };
        let sent_min = self.sent_min.min(other.sent_min);
        let family = self.family.max(other.family);
        if key(other) > key(self) {
            *self = *other;
        }
        (self.sent_min, self.family) = (sent_min, family);
    }
}

/// Returns the topics of a family: those of its offers, each with its mean weight over them.
pub(super) fn topics_of_family(config: &Config, family: Index<Family>) -> Vec<TopicWeight> {
    let mut sums: Vec<(Index<Topic>, f64)> = Vec::new();
    let mut offers = 0.0;
    for index in config.indices() {
        let offer = config.offer(index);
        if offer.family != family {
            continue;
        }
        offers += 1.0;
        for (topic, weight) in config.topic_weights(offer.first_weight, offer.weights) {
            match sums.iter_mut().find(|(known, _)| *known == topic) {
                Some((_, sum)) => *sum += weight.max(0.0),
                None => sums.push((topic, weight.max(0.0))),
            }
        }
    }
    let mut topics = Vec::new();
    for (topic, sum) in sums {
        let sixteenths = (sum / offers * 16.0).min(255.0) as u8;
        if sixteenths > 0 {
            topics.push(TopicWeight {
                topic: config.topic(topic).hash,
                sixteenths,
            });
        }
    }
    topics
}

impl Message {
    /// Returns the minute of an event. 0 if the message has not come that far, or has gone farther.
    pub(super) fn minute_of(&self, kind: EventKind) -> u32 {
        let step = (kind as u8).wrapping_sub(EventKind::MessageSent as u8);
        if step == 0 {
            self.sent_min
        } else if step == self.step as u8 {
            self.at_min
        } else {
            0
        }
    }

    /// Writes the time with a sign: back ends report messages before and after the visitor's latest
    /// event.
    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.id, 32);
        w.put(self.channel as u32, 3);
        w.put(self.step as u32, 2);
        w.put(u32::from(self.family > 0), 1);
        if self.family > 0 {
            w.put(self.family, 24);
        }
        w.put_signed(self.at_min.wrapping_sub(last_s / 60) as i32, 15);
        w.put_golomb(self.at_min.saturating_sub(self.sent_min), 8);
    }

    pub(super) fn read(r: &mut BitReader, id: u32, last_s: u32) -> Self {
        let (channel, step) = (r.take(3) as u8, r.take(2) as u8);
        let channel = r.sound(Channel::of_number(channel));
        let step = r.sound(MessageStep::of_number(step));
        let family = if r.take(1) == 1 { r.take(24) } else { 0 };
        let at_min = (last_s / 60).checked_add_signed(r.take_signed(15));
        let at_min = r.sound(at_min.filter(|at| *at <= i32::MAX as u32 / 60));
        Self {
            id,
            channel,
            family,
            step,
            sent_min: ago(r, at_min, 8),
            at_min,
        }
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

    fn merged(mut one: Message, other: Message) -> Message {
        one.merge(&other);
        one
    }

    proptest! {
        #[test]
        fn reports_of_a_message_merge_in_any_order(a in any_message(), b in any_message(), c in any_message()) {
            prop_assert_eq!(merged(a, b), merged(b, a));
            prop_assert_eq!(merged(merged(a, b), c), merged(a, merged(b, c)));
            prop_assert_eq!(merged(a, a), a);
        }
    }

    #[test]
    fn machine_open_is_reverted_and_a_click_is_not() {
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
        assert_eq!(merged(sent, opened).step, MessageStep::Opened);
        assert_eq!(merged(opened, by_machine).step, MessageStep::Sent);
        assert_eq!(merged(by_machine, clicked).step, MessageStep::Clicked);
    }
}
