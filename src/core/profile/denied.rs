//! Topics that a visitor has struck out: "I am not interested in that". Comes in: a topic's hash; goes out: a declared
//! fact that says so, and what it means for the counters. A denial is a fact like any other, so that it has a source and
//! a date, travels with the profile, and the latest word holds. Must never be mistaken for an answer to a question.

use super::Profile;
use super::customer::Fact;
use crate::core::base::hash::denial_of;

impl Fact {
    /// The topic that this fact denies, if that is what it says.
    #[must_use]
    pub fn denied(&self) -> Option<u32> {
        (self.value > 0 && self.hash == denial_of(self.value)).then_some(self.value)
    }
}

impl Profile {
    /// The topics that are struck out.
    pub fn denied(&self) -> impl Iterator<Item = u32> {
        self.facts.iter().filter_map(Fact::denied)
    }

    /// What was counted of denied topics is forgotten.
    pub(super) fn forget_denied(&mut self) {
        let Self { facts, facets, .. } = self;
        for topic in facts.iter().filter_map(Fact::denied) {
            facets
                .iter_mut()
                .for_each(|f| f.topics.retain(|t| t.hash != topic));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::base::enums::Source;
    use crate::core::event::{Event, EventKind, Said};

    fn told(topic: u32, at_s: u32, is_denied: bool) -> Event {
        let said = Said {
            of: denial_of(topic),
            what: if is_denied { topic } else { 0 },
            by: Source::Visitor as u8,
        };
        Event {
            said,
            ..Event::bare(EventKind::Declare, at_s)
        }
    }

    #[test]
    fn the_latest_word_on_a_topic_holds() {
        let mut profile = Profile::default();
        profile.take_fact(&told(7, 10, true));
        assert_eq!(profile.denied().collect::<Vec<_>>(), [7]);
        profile.take_fact(&told(7, 11, false));
        assert_eq!(profile.denied().count(), 0);
    }

    #[test]
    fn an_answer_is_no_denial() {
        let fact = Fact {
            hash: 7,
            value: 7,
            source: Source::Visitor,
            at_s: 1,
        };
        assert_eq!(fact.denied(), None);
    }
}
