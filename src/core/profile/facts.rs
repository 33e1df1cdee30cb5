//! Declared facts. In: declarations of the visitor, a shop or a CRM. Out: the latest value of each
//! fact, and the topics that the visitor denied. Never: a denial that reads like an answer to a
//! question.

use super::bounded::{Bounded, Entry, Merge};
use super::wire::ago;
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::enums::Source;
use crate::core::base::hash::denial_of;

/// A declared fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The hash of the fact's name.
    pub hash: u32,
    /// A topic's hash, a number's hundredths plus one, or 0 for a declined answer.
    pub value: u32,
    /// The declaring party.
    pub source: Source,
    /// Seconds since the epoch. Visitors correct themselves within a minute.
    pub at_s: u32,
}

impl Entry for Fact {
    const MAX: usize = 24;
    type Age = u32;

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> u32 {
        self.at_s
    }

    fn clamp_to(&mut self, now_s: u32) {
        self.at_s = self.at_s.min(now_s);
    }
}

impl Merge for Fact {
    /// Keeps the later value. Of two at the same second that of the larger source wins.
    fn merge(&mut self, other: &Self) {
        let key = |f: &Self| (f.at_s, f.source, f.value);
        if key(other) > key(self) {
            *self = *other;
        }
    }
}

impl Fact {
    /// Returns the answer as a hash. `None` if it was declined.
    #[must_use]
    pub fn answer(&self) -> Option<u32> {
        (self.value > 0).then_some(self.value)
    }

    /// Returns the answer as a number. `None` if it was declined.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.value
            .checked_sub(1)
            .map(|hundredths| f64::from(hundredths) / 100.0)
    }

    /// Returns the topic that this fact denies.
    #[must_use]
    pub fn denied(&self) -> Option<u32> {
        (self.value > 0 && self.hash == denial_of(self.value)).then_some(self.value)
    }

    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 24);
        w.put(self.source as u32, 2);
        w.put_golomb(last_s.saturating_sub(self.at_s), 22);
        w.put_golomb(self.value, 23);
    }

    pub(super) fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
        let source = r.take(2) as u8;
        let source = r.sound(Source::of_number(source));
        Self {
            hash,
            source,
            at_s: ago(r, last_s, 22),
            value: r.take_golomb(23),
        }
    }
}

impl Bounded<Fact> {
    /// Adds a declaration. Of two declarations of one second on one device the second is a
    /// correction.
    pub(super) fn declare(&mut self, fact: Fact) {
        match self.find_mut(fact.hash) {
            Some(held) if fact.at_s >= held.at_s => *held = fact,
            Some(_) => {}
            None => self.insert_new(fact),
        }
    }

    /// Iterates over the denied topics.
    pub(super) fn denied(&self) -> impl Iterator<Item = u32> {
        self.iter().filter_map(Fact::denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial(topic: u32, at_s: u32, is_denied: bool) -> Fact {
        Fact {
            hash: denial_of(topic),
            value: if is_denied { topic } else { 0 },
            source: Source::Visitor,
            at_s,
        }
    }

    #[test]
    fn latest_declaration_on_a_topic_wins() {
        let mut facts = Bounded::default();
        facts.declare(denial(7, 10, true));
        assert_eq!(facts.denied().collect::<Vec<_>>(), [7]);
        facts.declare(denial(7, 9, false));
        assert_eq!(facts.denied().count(), 1);
        facts.declare(denial(7, 10, false));
        assert_eq!(facts.denied().count(), 0);
    }

    #[test]
    fn answer_is_no_denial() {
        let fact = Fact {
            hash: 7,
            ..denial(7, 1, true)
        };
        assert_eq!(fact.denied(), None);
    }
}
