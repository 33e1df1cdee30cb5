//! One good question at a time. Comes in: the knowledge of a visitor and the offers that could be
//! shown; goes out: the most informative question, or none. Never one that was answered, and none
//! too soon after another.
//!
//! An answer is worth the uncertainty it takes away, as far as the offers depend on that facet. The
//! uncertainty is the entropy of the facet's probabilities (Shannon, *A mathematical theory of
//! communication*, 1948).

use crate::core::base::enums::Source;
use crate::core::base::index::Index;
use crate::core::base::offer_kind::OfferKind;
use crate::core::base::time::DAY_S;
use crate::core::config::{Config, Facet, Offer, Question};
use crate::core::profile::Profile;
use crate::core::traits::affinity::Affinity;

/// The best question for a visitor, by its index. `offers`: those that could be shown.
#[must_use]
pub fn pick(
    profile: &Profile,
    affinity: &Affinity,
    config: &Config,
    offers: &[Index<Offer>],
    now_s: u32,
) -> Option<Index<Question>> {
    if asked_lately(profile, config, now_s) {
        return None;
    }
    let open = config
        .indices()
        .filter(|q| profile.facts.find(config.question(*q).fact).is_none());
    let worth = |question: Index<Question>| {
        let facet = config.question(question).facet;
        entropy(affinity, config, facet) * weight_in(config, offers, facet)
    };
    let worthwhile = open
        .map(|q| (q, worth(q)))
        .filter(|(_, worth)| *worth > 0.0);
    worthwhile
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(question, _)| question)
}

/// Returns `true` if a question was shown or answered within the days of rest.
fn asked_lately(profile: &Profile, config: &Config, now_s: u32) -> bool {
    let questions = || config.indices().map(|q| config.question(q).fact);
    let answered = profile
        .facts
        .iter()
        .filter(|f| f.source == Source::Visitor && questions().any(|q| q == f.hash));
    let is_question = |hash: u32| {
        config
            .find::<Offer>(hash)
            .is_some_and(|offer| config.offer(offer).kind == OfferKind::Question)
    };
    let shown = profile
        .offers
        .iter()
        .filter(|o| is_question(o.hash))
        .map(crate::core::profile::OfferSeen::last_min);
    let rest_s = config.declared_worth().question_days * f64::from(DAY_S);
    let latest_min = answered
        .map(|f| f.at_s / 60)
        .chain(shown.filter(|minute| *minute > 0))
        .max();
    latest_min.is_some_and(|at| f64::from(now_s.saturating_sub(at.saturating_mul(60))) < rest_s)
}

/// Returns the entropy of a facet, in bits.
fn entropy(affinity: &Affinity, config: &Config, facet: Index<Facet>) -> f64 {
    let facet = config.facet(facet);
    let first = facet.first_topic.position();
    let topics = affinity
        .topics
        .get(first..first + usize::from(facet.topics))
        .unwrap_or(&[]);
    topics
        .iter()
        .map(|t| t.probability)
        .filter(|p| *p > 0.0)
        .map(|p| -p * libm::log2(p))
        .sum()
}

/// Returns the total weight of a facet in these offers.
fn weight_in(config: &Config, offers: &[Index<Offer>], facet: Index<Facet>) -> f64 {
    let weight_of = |offer: &Index<Offer>| {
        let offer = config.offer(*offer);
        let weights = config.topic_weights(offer.first_weight, offer.weights);
        weights
            .filter(|(topic, _)| config.topic(*topic).facet == facet)
            .map(|(_, a)| a.abs())
            .sum::<f64>()
    };
    offers.iter().map(weight_of).sum::<f64>() * config.facet(facet).weight
}
