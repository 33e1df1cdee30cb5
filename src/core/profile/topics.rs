//! The counters of topics. In: weights of events. Out: a slow taste and a fast intent for each
//! topic. Never: a mass in other half-lives than those of its facet.

use core::cmp::Reverse;

use super::bounded::{Bounded, Entry, Merge};
use super::wire::{ago, read_list, take_count, write_list};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::decayed_mass::{INTENT_STEP_S, Mass, TASTE_STEP_S, elapsed_units};
use crate::core::base::time::DAY_S;
use crate::core::config::Facet;

/// Most events a day, for as long as a half-life: no history has more than one a minute.
const MOST_EVENTS_A_DAY: f64 = 1440.0;

/// A mass is written as it reads at the profile's last event, in steps of 2⁻¹⁸ doublings. Below
/// 2⁻¹⁶ of an event it has faded and is left out. No visitor reaches 2²⁰ events.
const MASS_LEAST: i64 = -16 << 18;
const MASS_MOST: i64 = 20 << 18;

/// The topics of one facet, with the half-lives of their masses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCounters {
    /// The facet's hash.
    pub hash: u32,
    /// Half-life of the tastes, in seconds.
    pub taste_half_life_s: u32,
    /// Half-life of the intents, in seconds.
    pub intent_half_life_s: u32,
    /// The hash of the latest event's topic, 0 if it was evicted.
    pub latest_topic: u32,
    /// Number of steps in a row that went to the latest topic. 0 if no steps are kept.
    pub run: u8,
    /// The counters, sorted by the topics' hashes.
    pub topics: Bounded<TopicCounter>,
}

/// One topic's slow taste and fast intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicCounter {
    /// The topic's hash.
    pub hash: u32,
    /// The slow mass.
    pub taste: Mass,
    /// The fast mass.
    pub intent: Mass,
    /// The steps to the topic.
    pub steps: TopicSteps,
}

/// Steps to a topic: events about it, in their order. A profile keeps them only in facets for which
/// the site's model has tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicSteps {
    /// The latest step, in seconds since the epoch of stored times.
    pub seen_s: u32,
    /// Number of steps. 255 is 255 or more; 0 if none are kept.
    pub views: u8,
}

impl Entry for FacetCounters {
    const MAX: usize = 16;
    type Age = Reverse<u32>;

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> Reverse<u32> {
        Reverse(self.hash)
    }

    fn clamp_to(&mut self, now_s: u32) {
        let (taste_s, intent_s) = (self.taste_half_life_s, self.intent_half_life_s);
        for topic in self.topics.iter_mut() {
            topic.taste = plausible(topic.taste, now_s, taste_s);
            topic.intent = plausible(topic.intent, now_s, intent_s);
            topic.steps.seen_s = topic.steps.seen_s.min(now_s);
        }
    }
}

impl Entry for TopicCounter {
    const MAX: usize = 32;
    type Age = Mass;

    fn key(&self) -> u32 {
        self.hash
    }

    fn age(&self) -> Mass {
        self.taste
    }

    /// Does nothing: a facet clamps its topics, whose half-lives it knows.
    fn clamp_to(&mut self, _: u32) {}
}

impl Merge for TopicCounter {
    fn merge(&mut self, other: &Self) {
        self.taste = self.taste.plus(other.taste);
        self.intent = self.intent.plus(other.intent);
        let (own, other) = (&mut self.steps, other.steps);
        own.seen_s = own.seen_s.max(other.seen_s);
        own.views = own.views.saturating_add(other.views);
    }
}

impl FacetCounters {
    pub(super) fn new(facet: &Facet) -> Self {
        Self {
            hash: facet.hash,
            taste_half_life_s: facet.taste_half_life_s,
            intent_half_life_s: facet.intent_half_life_s,
            latest_topic: 0,
            run: 0,
            topics: Bounded::default(),
        }
    }

    /// Returns `true` if the steps of this facet are kept.
    #[must_use]
    pub fn has_steps(&self) -> bool {
        self.topics.iter().any(|topic| topic.steps.views > 0)
    }

    /// Adds an event's weights to a topic.
    pub(super) fn add(&mut self, hash: u32, taste: f64, intent: f64, at_s: u32) {
        self.latest_topic = hash;
        let added = TopicCounter {
            hash,
            taste: Mass::of(taste, at_s, self.taste_half_life_s),
            intent: Mass::of(intent, at_s, self.intent_half_life_s),
            steps: TopicSteps::default(),
        };
        let empty = || TopicCounter {
            hash,
            taste: Mass::ZERO,
            intent: Mass::ZERO,
            steps: TopicSteps::default(),
        };
        if let Some(counter) = self.topics.find_or_insert(hash, empty) {
            counter.merge(&added);
        }
    }

    /// Counts the step to the latest topic from the one `before` it.
    pub(super) fn add_step(&mut self, before: u32, at_s: u32) {
        let latest = self.latest_topic;
        if before != latest {
            self.run = 0;
        }
        self.run = self.run.saturating_add(1);
        if let Some(counter) = self.topics.find_mut(latest) {
            counter.steps.seen_s = counter.steps.seen_s.max(at_s);
            counter.steps.views = counter.steps.views.saturating_add(1);
        }
    }

    /// Expresses the masses in other half-lives, as they read at `now_s`.
    pub(super) fn rescale(&mut self, taste_s: u32, intent_s: u32, now_s: u32) {
        let (old_taste_s, old_intent_s) = (self.taste_half_life_s, self.intent_half_life_s);
        for topic in self.topics.iter_mut() {
            topic.taste = topic.taste.rescaled(now_s, old_taste_s, taste_s);
            topic.intent = topic.intent.rescaled(now_s, old_intent_s, intent_s);
        }
        (self.taste_half_life_s, self.intent_half_life_s) = (taste_s, intent_s);
    }

    /// Merges the counters of another replica, whose last event `is_later` than this one's or not.
    ///
    /// Browsers may have seen different configs. The longer half-life is the same in any order of
    /// merging.
    pub(super) fn merge(&mut self, other: &Self, now_s: u32, is_later: bool) {
        let taste_s = self.taste_half_life_s.max(other.taste_half_life_s);
        let intent_s = self.intent_half_life_s.max(other.intent_half_life_s);
        self.rescale(taste_s, intent_s, now_s);
        let mut theirs = other.clone();
        theirs.rescale(taste_s, intent_s, now_s);
        self.topics.merge(&theirs.topics);
        if is_later && other.latest_topic != 0 {
            (self.latest_topic, self.run) = (other.latest_topic, other.run);
        }
    }

    /// Forgets the latest topic if it was evicted.
    pub(super) fn check_latest_topic(&mut self) {
        if self.topics.find(self.latest_topic).is_none() {
            self.latest_topic = 0;
        }
    }

    /// Writes the steps, behind all that earlier releases read.
    pub(super) fn write_steps(&self, w: &mut BitWriter, last_s: u32) {
        w.put(u32::from(self.has_steps()), 1);
        if !self.has_steps() {
            return;
        }
        w.put_golomb(u32::from(self.run), 2);
        for TopicCounter { steps, .. } in &self.topics {
            w.put_golomb(u32::from(steps.views), 2);
            if steps.views > 0 {
                w.put_golomb(last_s - steps.seen_s.min(last_s), 12);
            }
        }
    }

    /// Reads what [`Self::write_steps`] wrote.
    pub(super) fn read_steps(&mut self, r: &mut BitReader, last_s: u32) {
        if r.take(1) == 0 {
            return;
        }
        self.run = take_count(r, 2);
        for topic in self.topics.iter_mut() {
            topic.steps.views = take_count(r, 2);
            if topic.steps.views > 0 {
                topic.steps.seen_s = ago(r, last_s, 12);
            }
        }
    }

    pub(super) fn write(&self, w: &mut BitWriter, last_s: u32) {
        w.put(self.hash, 16);
        w.put_golomb(self.taste_half_life_s / TASTE_STEP_S, 10);
        w.put_golomb(self.intent_half_life_s / INTENT_STEP_S, 10);
        write_list(w, &self.topics, 3, |w, t| {
            w.put(t.hash, 24);
            write_mass(w, t.taste, elapsed_units(last_s, self.taste_half_life_s));
            write_mass(w, t.intent, elapsed_units(last_s, self.intent_half_life_s));
        });
        let latest = self.topics.position(self.latest_topic);
        w.put_golomb(latest.map_or(0, |at| at as u32 + 1), 2);
    }

    pub(super) fn read(r: &mut BitReader, hash: u32, last_s: u32) -> Self {
        let taste_half_life_s = r.take_golomb(10).saturating_mul(TASTE_STEP_S);
        let intent_half_life_s = r.take_golomb(10).saturating_mul(INTENT_STEP_S);
        let taste = elapsed_units(last_s, taste_half_life_s);
        let intent = elapsed_units(last_s, intent_half_life_s);
        let topics: Bounded<TopicCounter> = read_list(r, 3, 24, |r, hash| TopicCounter {
            hash,
            taste: read_mass(r, taste),
            intent: read_mass(r, intent),
            steps: TopicSteps::default(),
        });
        let latest = r.take_golomb(2) as usize;
        let latest_topic = match latest.checked_sub(1) {
            None => 0,
            Some(at) => r.sound(topics.get(at).map(|t| t.hash)),
        };
        Self {
            hash,
            taste_half_life_s,
            intent_half_life_s,
            latest_topic,
            run: 0,
            topics,
        }
    }
}

/// Returns a mass that a history can have made, else that of one event.
///
/// A stream of `r` events a day approaches `r · H / ln 2`.
fn plausible(mass: Mass, now_s: u32, half_life_s: u32) -> Mass {
    let most =
        MOST_EVENTS_A_DAY * f64::from(half_life_s) / f64::from(DAY_S) / core::f64::consts::LN_2;
    if mass.at(now_s, half_life_s) <= most {
        mass
    } else {
        Mass::of(1.0, now_s, half_life_s)
    }
}

/// A faded mass takes one bit. The others lose nothing.
fn write_mass(w: &mut BitWriter, mass: Mass, elapsed: i64) {
    let relative = if mass == Mass::ZERO {
        i64::MIN
    } else {
        mass.0 - elapsed
    };
    w.put(u32::from(relative >= MASS_LEAST), 1);
    if relative >= MASS_LEAST {
        w.put_signed(relative.min(MASS_MOST) as i32, 20);
    }
}

fn read_mass(r: &mut BitReader, elapsed: i64) -> Mass {
    if r.take(1) == 0 {
        return Mass::ZERO;
    }
    let relative = i64::from(r.take_signed(20));
    r.sound(Some(relative).filter(|mass| (MASS_LEAST..=MASS_MOST).contains(mass)));
    Mass(relative + elapsed)
}
