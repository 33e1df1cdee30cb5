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

use super::features::TopicFeatures;
use crate::core::base::index::Index;
use crate::core::base::number::exp2;
use crate::core::base::time::DAY_S;
use crate::core::config::layout::Section;
use crate::core::config::tables::{SCORE_UNITS, Tables};
use crate::core::config::{Config, Facet, FactName, Topic, Transitions};
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
    /// The part of `m_k` that the visitor declared.
    pub declared: f64,
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
        let mut affinity = Self::read_by_counts(profile, config, now_s);
        affinity.score(profile, config);
        affinity
    }

    /// Reads as [`Self::read`] does, but without the score tables of the model. They take these
    /// shares as a feature.
    #[must_use]
    pub fn read_by_counts(profile: &Profile, config: &Config, now_s: u32) -> Self {
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
    pub fn log_lift(&self, topic: Index<Topic>) -> f64 {
        self.topics
            .get(topic.position())
            .map_or(0.0, |t| t.log_lift)
    }

    fn take_masses(&mut self, profile: &Profile, config: &Config, now_s: u32) {
        let taste_weight = config.policy().taste_weight;
        for counters in &profile.facets {
            for topic in &counters.topics {
                let Some(index) = config.find::<Topic>(topic.hash) else {
                    continue;
                };
                let mass = taste_weight * topic.taste.at(now_s, counters.taste_half_life_s)
                    + topic.intent.at(now_s, counters.intent_half_life_s);
                if let Some(reading) = self.topics.get_mut(index.position()) {
                    reading.mass += mass;
                }
            }
        }
    }

    /// Adds declared topics. Each counts as a number of events, and decays like them.
    fn take_declared(&mut self, profile: &Profile, config: &Config, now_s: u32) {
        let worth = config.declared_worth();
        for fact in &profile.facts {
            let declared = config.find::<FactName>(fact.hash);
            let facet = declared.and_then(|fact| config.facet_of(fact));
            let Some(index) = config.find::<Topic>(fact.value) else {
                continue;
            };
            if facet == Some(config.topic(index).facet)
                && let Some(reading) = self.topics.get_mut(index.position())
            {
                let days = f64::from(now_s.saturating_sub(fact.at_s)) / f64::from(DAY_S);
                let declared = worth.weight * exp2(-days / worth.half_life_days.max(0.01));
                reading.mass += declared;
                reading.declared += declared;
            }
        }
    }

    /// Clears the topics that the visitor removed. They have no mass, whatever is known of them,
    /// and a negative lift.
    fn take_denied(&mut self, profile: &Profile, config: &Config) {
        for index in profile
            .denied()
            .filter_map(|topic| config.find::<Topic>(topic))
        {
            if let Some(reading) = self.topics.get_mut(index.position()) {
                *reading = TopicReading {
                    log_lift: DENIED_LOG_LIFT,
                    ..TopicReading::default()
                };
            }
        }
    }

    fn shrink(&mut self, profile: &Profile, config: &Config) {
        for (index, facet_reading) in self.facets.iter_mut().enumerate() {
            let index = Index::new(index as u16);
            let facet = config.facet(index);
            let first = facet.first_topic.position();
            let topics = first..first + usize::from(facet.topics);
            let Some(readings) = self.topics.get_mut(topics.clone()) else {
                continue;
            };
            let mass: f64 = readings.iter().map(|t| t.mass).sum();
            let prior = facet.prior_strength;
            let whole = mass + prior;
            *facet_reading = FacetReading {
                mass,
                confidence: if mass > 0.0 { mass / whole } else { 0.0 },
            };
            let next = Next::of(profile, config, index);
            for (topic, reading) in topics.zip(readings) {
                if reading.log_lift < 0.0 {
                    continue;
                }
                let topic = Index::new(topic as u16);
                let base = config.topic(topic).base_rate.max(LEAST_BASE_RATE);
                if mass > 0.0 {
                    let expected = next.as_ref().map_or(reading.mass, |n| {
                        n.expected(config, topic, reading, facet_reading)
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

impl Affinity {
    /// Replaces the probabilities of facets for which the model has score tables.
    fn score(&mut self, profile: &Profile, config: &Config) {
        for index in config.indices::<Facet>() {
            let Some(tables) = config.tables(index) else {
                continue;
            };
            let facet = config.facet(index);
            let first = facet.first_topic.position();
            let topics = first..first + usize::from(facet.topics);
            if let Some(features) = TopicFeatures::read(profile, config, index)
                && let Some(readings) = self.topics.get_mut(topics)
            {
                let whole = self.facets[index.position()].mass + facet.prior_strength;
                apply_tables(&tables, &features, readings, whole);
            }
        }
    }
}

/// Replaces the shares by decayed counts by `softmax(score)`. Declared topics keep their mass.
fn apply_tables(
    tables: &Tables<'_>,
    features: &TopicFeatures,
    readings: &mut [TopicReading],
    whole: f64,
) {
    let (mut most, mut sum) = (f64::MIN, 0.0);
    let mut declared = 0.0;
    for (topic, reading) in readings.iter_mut().enumerate() {
        declared += reading.declared;
        if reading.probability > 0.0 {
            let values = features.of(topic as u16, reading.probability);
            reading.log_lift -= libm::log2(reading.probability);
            reading.probability = f64::from(tables.score(&values));
            most = reading.probability.max(most);
        }
    }
    // A topic that the visitor removed keeps its negative lift; that of the others has no share yet.
    for reading in readings.iter_mut().filter(|r| r.log_lift >= 0.0) {
        reading.probability = exp2((reading.probability - most) / SCORE_UNITS);
        sum += reading.probability;
    }
    for reading in readings.iter_mut().filter(|r| r.log_lift >= 0.0) {
        reading.probability =
            ((whole - declared) * reading.probability / sum + reading.declared) / whole;
        reading.log_lift += libm::log2(reading.probability);
    }
}

/// The next topic of a facet, by the site's transitions from the visitor's last topic.
struct Next {
    table: Transitions,
    first_topic: Index<Topic>,
    /// The last topic, counted within the facet.
    last: u16,
}

impl Next {
    /// None where the model has no table, or the last topic is not known.
    fn of(profile: &Profile, config: &Config, facet: Index<Facet>) -> Option<Self> {
        let table = config.transitions(facet)?;
        let row = config.facet(facet);
        let latest = config.find::<Topic>(profile.facets.find(row.hash)?.latest_topic)?;
        let last = latest.number().checked_sub(row.first_topic.number());
        let last = last.filter(|last| *last < row.topics)?;
        Some(Self {
            table,
            first_topic: row.first_topic,
            last,
        })
    }

    /// Returns `Σm·next_k`: the expected mass of a topic of the facet.
    fn expected(
        &self,
        config: &Config,
        topic: Index<Topic>,
        reading: &TopicReading,
        facet: &FacetReading,
    ) -> f64 {
        let to = topic.number() - self.first_topic.number();
        let follows = config.transition(&self.table, self.last, to);
        (1.0 - self.table.lambda) * facet.mass * follows + self.table.lambda * reading.mass
    }
}
