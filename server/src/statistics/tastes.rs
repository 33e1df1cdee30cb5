//! A visitor's interest, shared among the topics of each facet. In: the profile of a sync. Out:
//! changes of the sums over visitors, from which the model derives its base rates. Never: a share
//! finer than a sixteenth. It would change, and be written, with every page.

use escale::Profile;
use escale::internals::profile::{FacetCounters, TopicCounter};
use serde::{Deserialize, Serialize};

use super::change::{Changes, TasteKey};

/// A visitor's interest in a facet is so many parts.
pub const PARTS: i64 = 16;
/// A profile holds no more.
const MAX_TOPICS: usize = 64;

/// Counted interest of a visitor: the parts of each topic, by its hash.
#[derive(Default, Serialize, Deserialize)]
pub struct Tastes(Vec<(u32, u8)>);

impl Tastes {
    /// Counts what a profile says now, in place of what was counted; the day is the visitor's first.
    pub fn count(&mut self, day: u32, profile: &Profile, changes: &mut Changes) {
        let now = parts_of(profile);
        if now == self.0 {
            return;
        }
        let sums = |parts: u8| [1, i64::from(parts)];
        for (topic, parts) in &self.0 {
            changes
                .tastes
                .update(TasteKey { day, topic: *topic }, sums(*parts), [0, 0]);
        }
        for (topic, parts) in &now {
            changes
                .tastes
                .update(TasteKey { day, topic: *topic }, [0, 0], sums(*parts));
        }
        self.0 = now;
    }
}

/// The parts that a profile tells of, topic by topic.
pub fn parts_of(profile: &Profile) -> Vec<(u32, u8)> {
    let all = profile
        .facets
        .iter()
        .flat_map(|facet| shares(facet, profile.last_s));
    all.take(MAX_TOPICS).collect()
}

/// Whole parts that add up: what is left over goes to those that were cut the most (Hamilton's method). All masses of a
/// facet fade alike, so that it does not matter when they are read.
fn shares(facet: &FacetCounters, at_s: u32) -> Vec<(u32, u8)> {
    let read = |topic: &TopicCounter| (topic.hash, topic.taste.at(at_s, facet.taste_half_life_s));
    let masses: Vec<(u32, f64)> = facet.topics.iter().map(read).collect();
    let all: f64 = masses.iter().map(|(_, mass)| mass).sum();
    if !(all > 0.0 && all.is_finite()) {
        return Vec::new();
    }
    let exact = |mass: f64| mass / all * PARTS as f64;
    let mut parts: Vec<(u32, u8, f64)> = masses
        .iter()
        .map(|(topic, mass)| (*topic, exact(*mass) as u8, exact(*mass).fract()))
        .collect();
    let given: i64 = parts.iter().map(|(_, parts, _)| i64::from(*parts)).sum();
    parts.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
    for one in parts.iter_mut().take((PARTS - given).max(0) as usize) {
        one.1 += 1;
    }
    let mut parts: Vec<(u32, u8)> = parts
        .into_iter()
        .map(|(topic, parts, _)| (topic, parts))
        .collect();
    parts.retain(|(_, parts)| *parts > 0);
    parts.sort_unstable();
    parts
}

#[cfg(test)]
mod tests {
    use escale::internals::base::decayed_mass::Mass;
    use escale::internals::profile::TopicSteps;

    use super::*;

    const DAY_S: u32 = 86_400;

    fn profile(masses: &[(u32, f64)]) -> Profile {
        let taste = |mass: f64| Mass::of(mass, 1_000, 60 * DAY_S);
        let topic = |(hash, mass): &(u32, f64)| TopicCounter {
            hash: *hash,
            taste: taste(*mass),
            intent: Mass::ZERO,
            steps: TopicSteps::default(),
        };
        let facet = FacetCounters {
            hash: 1,
            taste_half_life_s: 60 * DAY_S,
            intent_half_life_s: DAY_S,
            latest_topic: 0,
            run: 0,
            topics: masses.iter().map(topic).collect(),
        };
        Profile {
            last_s: 1_000,
            facets: vec![facet].into(),
            ..Profile::default()
        }
    }

    fn counted(held: &mut Tastes, masses: &[(u32, f64)]) -> Vec<(u32, [i64; 2])> {
        let mut changes = Changes::default();
        held.count(7, &profile(masses), &mut changes);
        changes
            .tastes
            .iter()
            .map(|(key, sums)| (key.topic, *sums))
            .collect()
    }

    #[test]
    fn a_visitor_counts_once_whatever_they_look_at() {
        let mut held = Tastes::default();
        assert_eq!(
            counted(&mut held, &[(5, 3.0), (9, 1.0)]),
            [(5, [1, 12]), (9, [1, 4])]
        );
        assert_eq!(
            counted(&mut held, &[(5, 6.0), (9, 2.0)]),
            [],
            "as much again of each"
        );
        assert_eq!(
            counted(&mut held, &[(5, 1.0), (9, 1.0)]),
            [(5, [0, -4]), (9, [0, 4])]
        );
        assert_eq!(
            counted(&mut held, &[(5, 1.0)]),
            [(5, [0, 8]), (9, [-1, -8])]
        );
        assert_eq!(counted(&mut held, &[]), [(5, [-1, -16])]);
    }

    #[test]
    fn parts_add_up_and_those_cut_the_most_get_what_is_left() {
        let thirds = counted(&mut Tastes::default(), &[(1, 1.0), (2, 1.0), (3, 1.0)]);
        assert_eq!(thirds, [(1, [1, 6]), (2, [1, 5]), (3, [1, 5])]);
        let many: Vec<(u32, f64)> = (0..40)
            .map(|hash| (hash, 1.0 + f64::from(hash) / 100.0))
            .collect();
        let parts: i64 = counted(&mut Tastes::default(), &many)
            .iter()
            .map(|(_, [_, parts])| parts)
            .sum();
        assert_eq!(parts, PARTS);
    }
}
