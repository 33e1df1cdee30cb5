//! What a page is about. Comes in: what the page says of itself; goes out: topics with weights. Addresses and texts
//! end here: nothing of them goes on.
//!
//! Three sources, by trust: explicit topics, the address, the page's structured data. Within a facet the more
//! trusted source silences the others. What a source may add is bounded, so that a crafted address moves little.

use super::config::Config;
use super::config::layout::Section;
use super::event::{MAX_TOPICS, TopicWeight};
use super::hash::{Namespace, name_hash};
use super::pattern;

/// What a page says of itself.
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
/// At most so many lines of structured data are looked at.
const MOST_TOKENS: usize = 64;
/// The largest weight that an explicit topic may have.
const MOST_WEIGHT: f64 = 4.0;

/// The topics of a page.
#[must_use]
pub fn classify(config: &Config, facts: &PageFacts) -> Vec<TopicWeight> {
    let mut found = Found { config, topics: Vec::new() };
    found.source(|add| explicit_topics(config, facts.explicit, add));
    found.source(|add| topics_of_url(config, facts.url, add));
    found.source(|add| topics_of_tokens(config, facts.tokens, add));
    found.topics.into_iter().map(|(index, weight)| topic_weight(config, index, weight)).collect()
}

/// The topics named in a list, `trip.city, stay.short:0.5`; names that the config has not are passed over.
#[must_use]
pub fn named_topics(config: &Config, list: &str) -> Vec<TopicWeight> {
    let mut found = Found { config, topics: Vec::new() };
    found.source(|add| explicit_topics(config, list, add));
    found.topics.into_iter().map(|(index, weight)| topic_weight(config, index, weight)).collect()
}

struct Found<'a> {
    config: &'a Config,
    topics: Vec<(u16, f64)>,
}

impl Found<'_> {
    /// Takes one source's topics, but in facets where a more trusted one has spoken.
    fn source(&mut self, read: impl FnOnce(&mut dyn FnMut(u16, f64))) {
        let trusted = self.topics.len();
        let (config, topics) = (self.config, &mut self.topics);
        read(&mut |index, weight| {
            let facet = config.topic(index).facet;
            let in_facet = |list: &[(u16, f64)]| list.iter().filter(|(t, _)| config.topic(*t).facet == facet).count();
            if let Some(known) = topics.iter_mut().skip(trusted).find(|(t, _)| *t == index) {
                known.1 = known.1.max(weight);
            } else if topics.len() < MAX_TOPICS && in_facet(&topics[..trusted]) == 0 && in_facet(topics) < MOST_IN_FACET
            {
                topics.push((index, weight));
            }
        });
    }
}

fn explicit_topics(config: &Config, list: &str, add: &mut dyn FnMut(u16, f64)) {
    for part in list.split(',').take(2 * MAX_TOPICS) {
        let (name, weight) = part.split_once(':').unwrap_or((part, "1"));
        let weight = super::number::decimal(weight.trim_ascii()).unwrap_or(1.0);
        if let Some(index) = config.index_of_name(Namespace::Topic, name.trim_ascii())
            && weight > 0.0
        {
            add(index, weight.min(MOST_WEIGHT));
        }
    }
}

fn topics_of_url(config: &Config, url: &str, add: &mut dyn FnMut(u16, f64)) {
    for rule in 0..config.count(Section::PageRules) {
        let at = config.row(Section::PageRules, rule);
        if pattern::matches(config.text(config.u32_at(at)), url) {
            weights_of(config, at, add);
        }
    }
}

fn topics_of_tokens(config: &Config, tokens: &str, add: &mut dyn FnMut(u16, f64)) {
    for token in tokens.lines().take(MOST_TOKENS) {
        let hash = name_hash(Namespace::Token, token);
        let rules = 0..config.count(Section::TokenRules);
        for rule in rules.map(|i| config.row(Section::TokenRules, i)).filter(|at| config.u32_at(*at) == hash) {
            weights_of(config, rule, add);
        }
    }
}

fn weights_of(config: &Config, rule: usize, add: &mut dyn FnMut(u16, f64)) {
    let (first, count) = (config.u16_at(rule + 4), config.u16_at(rule + 6));
    config.topic_weights(u32::from(first), count).for_each(|(topic, weight)| add(topic, weight.min(1.0)));
}

fn topic_weight(config: &Config, index: u16, weight: f64) -> TopicWeight {
    TopicWeight { topic: config.topic(index).hash, sixteenths: (weight * 16.0).clamp(1.0, 64.0) as u8 }
}
