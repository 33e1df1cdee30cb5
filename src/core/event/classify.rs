//! Topics of a page. Comes in: the page's own facts; goes out: topics with weights. Addresses and
//! texts end here: nothing of them goes on.
//!
//! Three sources, by trust: explicit topics, the address, the page's structured data. Within a
//! facet the more trusted source silences the others. The contribution of a source is bounded, so
//! that a crafted address moves little.

use super::{MAX_TOPICS, TopicWeight};
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::index::Index;
use crate::core::base::url_pattern;
use crate::core::config::layout::Section;
use crate::core::config::{Config, Row, Topic};

/// Facts that a page gives about itself.
///
/// ```
/// use escale::PageFacts;
/// let page = PageFacts {
///     url: "/city-trips/lisbonne?nights=3",
///     tokens: "@type=TouristTrip\ntouristType=city",
///     ..PageFacts::default()
/// };
/// assert!(page.explicit.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PageFacts<'a> {
    /// `trip.city, stay.short:0.5`: topics named by the site, with weights if it likes.
    pub explicit: &'a str,
    /// Path and query: `/city-trips/lisbonne?nights=3`.
    pub url: &'a str,
    /// `key=value` lines made of structured data.
    pub tokens: &'a str,
}

/// At most so many topics of one facet from one page.
const MOST_IN_FACET: usize = 3;
/// At most so many lines of structured data are read.
const MOST_TOKENS: usize = 64;
/// The largest weight that an explicit topic may have.
const MOST_WEIGHT: f64 = 4.0;

/// The topics of a page.
#[must_use]
pub fn classify(config: &Config, facts: &PageFacts) -> Vec<TopicWeight> {
    let mut found = Found {
        config,
        topics: Vec::new(),
        trusted: 0,
    };
    found.take_explicit(facts.explicit);
    found.trust();
    found.take_url(facts.url);
    found.trust();
    found.take_tokens(facts.tokens);
    found.weights()
}

/// The topics named in a list, `trip.city, stay.short:0.5`; names that the config has not are
/// passed over.
#[must_use]
pub fn named_topics(config: &Config, list: &str) -> Vec<TopicWeight> {
    let mut found = Found {
        config,
        topics: Vec::new(),
        trusted: 0,
    };
    found.take_explicit(list);
    found.weights()
}

struct Found<'a> {
    config: &'a Config,
    topics: Vec<(Index<Topic>, f64)>,
    /// So many of the topics come from more trusted sources.
    trusted: usize,
}

impl Found<'_> {
    /// Trusts the topics found so far more than those that follow.
    fn trust(&mut self) {
        self.trusted = self.topics.len();
    }

    /// Takes a topic, but in a facet where a more trusted source has spoken.
    fn add(&mut self, index: Index<Topic>, weight: f64) {
        let facet = self.config.topic(index).facet;
        let in_facet = |list: &[(Index<Topic>, f64)]| {
            list.iter()
                .filter(|(t, _)| self.config.topic(*t).facet == facet)
                .count()
        };
        let (all, trusted) = (
            in_facet(&self.topics),
            in_facet(&self.topics[..self.trusted]),
        );
        if let Some(known) = self
            .topics
            .iter_mut()
            .skip(self.trusted)
            .find(|(t, _)| *t == index)
        {
            known.1 = known.1.max(weight);
        } else if self.topics.len() < MAX_TOPICS && trusted == 0 && all < MOST_IN_FACET {
            self.topics.push((index, weight));
        }
    }

    fn take_explicit(&mut self, list: &str) {
        for part in list.split(',').take(2 * MAX_TOPICS) {
            let (name, weight) = part.split_once(':').unwrap_or((part, "1"));
            let weight = crate::core::base::number::decimal(weight.trim_ascii()).unwrap_or(1.0);
            if let Some(index) = self.config.find_name::<Topic>(name.trim_ascii())
                && weight > 0.0
            {
                self.add(index, weight.min(MOST_WEIGHT));
            }
        }
    }

    fn take_url(&mut self, url: &str) {
        // The browser's half gets canonical addresses from the SDK.
        #[cfg(feature = "full")]
        let url = &crate::core::base::address::canonical(url);
        for rule in 0..self.config.count(Section::PageRules) {
            let row = self.config.row::<8>(Section::PageRules, rule);
            if url_pattern::matches_page(self.config.text(row.text(0)), url) {
                self.take_rule(row);
            }
        }
    }

    fn take_tokens(&mut self, tokens: &str) {
        for token in tokens.lines().take(MOST_TOKENS) {
            let hash = name_hash(Namespace::Token, token);
            for rule in 0..self.config.count(Section::TokenRules) {
                let row = self.config.row::<8>(Section::TokenRules, rule);
                if row.u32(0) == hash {
                    self.take_rule(row);
                }
            }
        }
    }

    fn take_rule(&mut self, rule: Row<8>) {
        let config = self.config;
        for (topic, weight) in config.topic_weights(u32::from(rule.u16(4)), rule.u16(6)) {
            self.add(topic, weight.min(1.0));
        }
    }

    fn weights(self) -> Vec<TopicWeight> {
        let weight = |(index, weight): (Index<Topic>, f64)| TopicWeight {
            topic: self.config.topic(index).hash,
            sixteenths: (weight * 16.0).clamp(1.0, 64.0) as u8,
        };
        self.topics.into_iter().map(weight).collect()
    }
}
