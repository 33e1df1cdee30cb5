//! What a visitor likes, read from the counters at a time. Comes in: a profile and the config; goes out: for each
//! topic its lift over the site's base rate, for each facet the confidence.
//!
//! Within a facet, with `m_k = ρ·taste_k + intent_k`, base rates `b_k` and prior strength `α`:
//! `p_k = (m_k + α·b_k) / (Σm + α)`, lift `p_k / b_k`, confidence `Σm / (Σm + α)`. That is the mean of a Dirichlet
//! posterior with the site's own rates as the prior (Gelman et al., *Bayesian Data Analysis*, 3.4).

use super::config::Config;
use super::config::layout::Section;
use super::hash::Namespace;
use super::profile::Profile;

/// The readings of all facets and topics, by their small integers.
#[derive(Clone, Debug, Default)]
pub struct Affinity {
    pub facets: Vec<FacetReading>,
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
    /// `p_k`, 0 to 1; sums to 1 in its facet.
    pub probability: f64,
    /// `log₂(p_k / b_k)`; 0 = as everyone.
    pub log_lift: f64,
}

/// Base rates are never taken as smaller than this: one page view is no reason for a lift of a thousand.
const LEAST_BASE_RATE: f64 = 0.001;

impl Affinity {
    /// Reads a profile at a time, in seconds since the landmark.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, now_s: u32) -> Self {
        let mut affinity = Self {
            facets: vec![FacetReading::default(); config.count(Section::Facets)],
            topics: vec![TopicReading::default(); config.count(Section::Topics)],
        };
        affinity.take_masses(profile, config, profile.reading_s(now_s));
        affinity.shrink(config);
        affinity
    }

    /// How sure one can be of the visitor at all: the confidence of the best known facet.
    #[must_use]
    pub fn best_confidence(&self) -> f64 {
        self.facets.iter().fold(0.0, |best, f| f.confidence.max(best))
    }

    /// A topic's `log₂ lift`, 0 for one that is not there.
    #[must_use]
    pub fn log_lift(&self, topic: u16) -> f64 {
        self.topics.get(usize::from(topic)).map_or(0.0, |t| t.log_lift)
    }

    fn take_masses(&mut self, profile: &Profile, config: &Config, now_s: u32) {
        let taste_weight = config.policy().taste_weight;
        for counters in &profile.facets {
            for topic in &counters.topics {
                let Some(index) = config.index_of(Namespace::Topic, topic.hash) else { continue };
                let mass = taste_weight * topic.taste.at(now_s, counters.taste_half_life_s)
                    + topic.intent.at(now_s, counters.intent_half_life_s);
                if let Some(reading) = self.topics.get_mut(usize::from(index)) {
                    reading.mass += mass;
                }
            }
        }
    }

    fn shrink(&mut self, config: &Config) {
        let prior = config.policy().prior_strength;
        for (index, facet_reading) in self.facets.iter_mut().enumerate() {
            let facet = config.facet(index as u16);
            let topics = usize::from(facet.first_topic)..usize::from(facet.first_topic) + usize::from(facet.topics);
            let Some(readings) = self.topics.get_mut(topics.clone()) else { continue };
            let mass: f64 = readings.iter().map(|t| t.mass).sum();
            let whole = mass + prior;
            *facet_reading = FacetReading { mass, confidence: if mass > 0.0 { mass / whole } else { 0.0 } };
            for (topic, reading) in topics.zip(readings) {
                let base = config.topic(topic as u16).base_rate.max(LEAST_BASE_RATE);
                if mass > 0.0 {
                    reading.probability = (reading.mass + prior * base) / whole;
                    reading.log_lift = libm::log2(reading.probability / base);
                } else {
                    reading.probability = base;
                }
            }
        }
    }
}
