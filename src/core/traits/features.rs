//! Features of topics, which index the score tables of a model. In: the counters of a facet. Out:
//! for each topic the value of every feature. Never: a value that depends on the order in which
//! replicas were merged.

use crate::core::base::index::Index;
use crate::core::config::tables::{FEATURES, Feature, FeatureValues};
use crate::core::config::{Config, Facet, Topic};
use crate::core::profile::{Entry, Profile, TopicCounter, TopicSteps};

/// Rank of topics that were never seen.
const UNSEEN_RANK: u16 = 7;
/// Features of the topics of one facet.
pub struct TopicFeatures {
    /// Topics that were seen, see [`packed`]. 0 ends them.
    seen: [u64; TopicCounter::MAX + 1],
    /// The values of the visitor; those of a topic are 0.
    common: FeatureValues,
}

/// A topic that was seen, in one number. A larger one was seen later.
fn packed(is_latest: bool, topic: u16, steps: TopicSteps) -> u64 {
    u64::from(is_latest) << 63
        | u64::from(steps.seen_s) << 24
        | u64::from(topic) << 8
        | u64::from(steps.views)
}

/// The topic of a packed number.
fn topic_of(seen: u64) -> u16 {
    (seen >> 8) as u16
}

impl TopicFeatures {
    /// Reads the steps of a facet. `None` if none were kept there.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, facet: Index<Facet>) -> Option<Self> {
        let row = config.facet(facet);
        let counters = profile.facets.find(row.hash)?;
        // The number of topics stands for none.
        let position = |hash: u32| {
            let index = config.find::<Topic>(hash).map_or(u16::MAX, Index::number);
            index.wrapping_sub(row.first_topic.number()).min(row.topics)
        };
        let mut seen = [0; TopicCounter::MAX + 1];
        let mut places = seen.iter_mut();
        let (mut views, mut newest, mut before) = (0u8, 0, 0);
        for counter in &counters.topics {
            let (topic, steps) = (position(counter.hash), counter.steps);
            if topic == row.topics || steps.views == 0 {
                continue;
            }
            let is_latest = counter.hash == counters.latest_topic;
            views = views.saturating_add(steps.views);
            let own = packed(is_latest, topic, steps);
            if let Some(place) = places.next() {
                *place = own;
            }
            before = newest.min(own).max(before);
            newest = newest.max(own);
        }
        if newest == 0 {
            return None;
        }
        let latest = topic_of(newest);
        let before = if before > 0 {
            topic_of(before)
        } else {
            row.topics
        };
        let mut common = [0; FEATURES];
        common[Feature::Latest as usize] = latest;
        common[Feature::Before as usize] = before;
        common[Feature::Run as usize] = class(counters.run);
        common[Feature::Views as usize] = class(views);
        Some(Self { seen, common })
    }

    /// Returns the values of a topic, given its position in the facet and its share by decayed
    /// counts.
    #[must_use]
    pub fn of(&self, topic: u16, share: f64) -> FeatureValues {
        let mut values = self.common;
        values[Feature::Topic as usize] = topic;
        values[Feature::Rank as usize] = UNSEEN_RANK;
        let seen = || self.seen.iter().take_while(|seen| **seen > 0);
        for own in seen() {
            if topic_of(*own) == topic {
                let newer = seen().filter(|seen| *seen > own).count();
                values[Feature::Rank as usize] = newer.min(6) as u16;
                values[Feature::Count as usize] = class(*own as u8);
            }
        }
        values[Feature::Share as usize] = share_class(share);
        values
    }
}

/// The class of a count: 0, 1, 2, 3, 4 to 5, 6 to 9, 10 to 17, 18 or more.
fn class(count: u8) -> u16 {
    const ENDS: [u8; 7] = [0, 1, 2, 3, 5, 9, 17];
    ENDS.iter().filter(|end| count > **end).count() as u16
}

/// The class of a share, in quarters of an octave: 63 is 1, 0 is less than 2⁻¹⁶.
fn share_class(share: f64) -> u16 {
    /// Exponent and two bits of the mantissa of 1.
    const ONE: u64 = 1023 << 2;
    let quarters = ONE.saturating_sub(share.max(0.0).to_bits() >> 50);
    63 - quarters.min(63) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_fall_into_classes() {
        let classes = [0, 1, 2, 3, 4, 5, 6, 9, 10, 17, 18, 255].map(class);
        assert_eq!(classes, [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
        assert_eq!(
            [1.0, 0.5, 0.25, 0.75, 1e-9, 0.0, -1.0].map(share_class),
            [63, 59, 55, 61, 0, 0, 0]
        );
    }
}
