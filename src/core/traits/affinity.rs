//! Affinities of a visitor, read from the counters at a time. Comes in: a profile and the config;
//! goes out: for each topic its lift over the site's base rate, for each facet the confidence.
//!
//! Within a facet, with `m_k = ρ·taste_k + intent_k`, base rates `b_k` and prior strength `α`:
//! `p_k = (m_k + α·b_k) / (Σm + α)`, lift `p_k / b_k`, confidence `Σm / (Σm + α)`. That is the mean
//! of a Dirichlet posterior, with the site's own rates as the prior. See Gelman et al., *Bayesian
//! Data Analysis*, 3.4.
//!
//! If the model has transitions for the facet, `m_k` is replaced there by `Σm·next_k` with
//! `next = (1 − λ)·P[last→k] + λ·m_k/Σm`. `P` are the site's own transition rates, shrunk in the
//! same way.

use crate::core::base::hash::Namespace;
use crate::core::base::time::DAY_S;
use crate::core::config::layout::Section;
use crate::core::config::{Config, Transitions};
use crate::core::profile::Profile;

/// The readings of all facets and topics, by their indices.
#[derive(Clone, Debug, Default)]
pub struct Affinity {
    /// Facets, by index.
    pub facets: Vec<FacetReading>,
    /// Topics, by index.
    pub topics: Vec<TopicReading>,
}

/// A facet at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FacetReading {
    /// `Σm`: events' worth of what is left.
    pub mass: f64,
    /// 0 (nothing known) to 1.
    pub confidence: f64,
}

/// A topic at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TopicReading {
    /// `m_k`.
    pub mass: f64,
    /// `p_k`, 0 to 1; sums to 1 in its facet, where nothing was removed; 0 for what was.
    pub probability: f64,
    /// `log₂(p_k / b_k)`; 0 = as everyone.
    pub log_lift: f64,
}

/// Base rates are never taken as smaller than this: one page view is no reason for a lift of a
/// thousand.
const LEAST_BASE_RATE: f64 = 0.001;
/// The lift of a topic that the visitor removed: an offer about it needs a thousand times the
/// rest of the others.
const DENIED_LOG_LIFT: f64 = -10.0;

impl Affinity {
    /// Reads a profile at a time, in seconds since the epoch of stored times.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, now_s: u32) -> Self {
        let mut affinity = Self {
            facets: vec![FacetReading::default(); config.count(Section::Facets)],
            topics: vec![TopicReading::default(); config.count(Section::Topics)],
        };
        let now_s = profile.read_time(now_s);
        affinity.take_masses(profile, config, now_s);
        affinity.take_declared(profile, config, now_s);
        affinity.take_denied(profile, config);
        affinity.shrink(profile, config);
        affinity
    }

    /// Returns the confidence in the visitor: that of the best known facet.
    #[must_use]
    pub fn best_confidence(&self) -> f64 {
        self.facets
            .iter()
            .fold(0.0, |best, f| f.confidence.max(best))
    }

    /// A topic's `log₂ lift`, 0 for one that is not there.
    #[must_use]
    pub fn log_lift(&self, topic: u16) -> f64 {
        self.topics
            .get(usize::from(topic))
            .map_or(0.0, |t| t.log_lift)
    }

    fn take_masses(&mut self, profile: &Profile, config: &Config, now_s: u32) {
        let taste_weight = config.policy().taste_weight;
        for counters in &profile.facets {
            for topic in &counters.topics {
                let Some(index) = config.index_of(Namespace::Topic, topic.hash) else {
                    continue;
                };
                let mass = taste_weight * topic.taste.at(now_s, counters.taste_half_life_s)
                    + topic.intent.at(now_s, counters.intent_half_life_s);
                if let Some(reading) = self.topics.get_mut(usize::from(index)) {
                    reading.mass += mass;
                }
            }
        }
    }

    /// Adds declared topics. Each counts as a number of events, and decays like them.
    fn take_declared(&mut self, profile: &Profile, config: &Config, now_s: u32) {
        let worth = config.declared_worth();
        for fact in &profile.facts {
            let facet = config.index_of(Namespace::Fact, fact.hash);
            let Some(index) = config.index_of(Namespace::Topic, fact.value) else {
                continue;
            };
            // A fact that is a number has the index of no facet.
            if facet == Some(config.topic(index).facet)
                && let Some(reading) = self.topics.get_mut(usize::from(index))
            {
                let days = f64::from(now_s.saturating_sub(fact.at_s)) / f64::from(DAY_S);
                reading.mass += worth.weight
                    * crate::core::base::number::exp2(-days / worth.half_life_days.max(0.01));
            }
        }
    }

    /// Clears the topics that the visitor removed. They have no mass, whatever is known of them,
    /// and a negative lift.
    fn take_denied(&mut self, profile: &Profile, config: &Config) {
        for index in profile
            .denied()
            .filter_map(|topic| config.index_of(Namespace::Topic, topic))
        {
            if let Some(reading) = self.topics.get_mut(usize::from(index)) {
                *reading = TopicReading {
                    log_lift: DENIED_LOG_LIFT,
                    ..TopicReading::default()
                };
            }
        }
    }

    fn shrink(&mut self, profile: &Profile, config: &Config) {
        let prior = config.policy().prior_strength;
        for (index, facet_reading) in self.facets.iter_mut().enumerate() {
            let facet = config.facet(index as u16);
            let topics = usize::from(facet.first_topic)
                ..usize::from(facet.first_topic) + usize::from(facet.topics);
            let Some(readings) = self.topics.get_mut(topics.clone()) else {
                continue;
            };
            let mass: f64 = readings.iter().map(|t| t.mass).sum();
            let whole = mass + prior;
            *facet_reading = FacetReading {
                mass,
                confidence: if mass > 0.0 { mass / whole } else { 0.0 },
            };
            let next = Next::of(profile, config, index as u16);
            for (topic, reading) in topics.zip(readings) {
                if reading.log_lift < 0.0 {
                    continue;
                }
                let base = config.topic(topic as u16).base_rate.max(LEAST_BASE_RATE);
                if mass > 0.0 {
                    let expected = next.as_ref().map_or(reading.mass, |n| {
                        n.expected(config, topic as u16, (reading.mass, mass))
                    });
                    reading.probability = (expected + prior * base) / whole;
                    reading.log_lift = libm::log2(reading.probability / base);
                } else {
                    reading.probability = base;
                }
            }
        }
    }
}

/// The next topic of a facet, by the site's transitions from the visitor's last topic.
struct Next {
    table: Transitions,
    first_topic: u16,
    /// The last topic, counted within the facet.
    last: u16,
}

impl Next {
    /// None where the model has no table, or the last topic is not known.
    fn of(profile: &Profile, config: &Config, facet: u16) -> Option<Self> {
        let table = config.transitions(facet)?;
        let row = config.facet(facet);
        let last = config.index_of(
            Namespace::Topic,
            profile.facets.find(row.hash)?.latest_topic,
        )?;
        let last = last
            .checked_sub(row.first_topic)
            .filter(|last| *last < row.topics)?;
        Some(Self {
            table,
            first_topic: row.first_topic,
            last,
        })
    }

    /// `Σm·next_k`: the mass to be expected for a topic that has this one of all.
    fn expected(&self, config: &Config, topic: u16, (mass, all): (f64, f64)) -> f64 {
        let follows = config.transition(&self.table, self.last, topic - self.first_topic);
        (1.0 - self.table.lambda) * all * follows + self.table.lambda * mass
    }
}
