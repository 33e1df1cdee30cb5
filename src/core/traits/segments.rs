//! Segments and personas of a customer. Comes in: the facts of a moment; goes out: the customer
//! with the matching segments and personas. Segments are ordered so that each rests on earlier ones
//! only. Personas may rest on any segment. Only offers may rest on a persona.

use super::customer::Customer;
use super::facts::VisitorFacts;
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;
use crate::core::condition::bytecode::{Answers, ConditionIndex};
use crate::core::config::{Config, Persona};
use crate::core::profile::Profile;

/// Adds segments and personas to the customer of these facts.
pub fn evaluate_segments(facts: &mut VisitorFacts, config: &Config) {
    for index in config.indices() {
        let segment = config.segment(index);
        if is_met(config, segment.condition, facts) {
            facts.customer.segments.push(segment.hash);
        }
    }
    let scores: Vec<f64> = personas(config).map(|p| score(config, &p, facts)).collect();
    let customer = &mut facts.customer;
    customer.persona = best_fitting(config, &scores, false);
    customer.negative_persona = negative_in_force(facts.profile, config, facts.now_s)
        .or_else(|| best_fitting(config, &scores, true));
    customer.scores = scores;
}

/// The negative personas that fit now, and the last day on which they are in force.
pub fn negative_fits<'a>(
    customer: &'a Customer,
    config: &'a Config,
    now_s: u32,
) -> impl Iterator<Item = (u32, u16)> + 'a {
    let fitting = personas(config)
        .zip(&customer.scores)
        .filter(|(p, score)| p.is_negative && **score >= p.threshold);
    fitting.map(move |(p, _)| {
        (
            p.hash,
            (now_s / DAY_S + p.expires_days).min(u32::from(u16::MAX)) as u16,
        )
    })
}

/// Returns `true` if the config has negative personas.
#[must_use]
pub fn has_negative(config: &Config) -> bool {
    personas(config).any(|p| p.is_negative)
}

fn personas(config: &Config) -> impl Iterator<Item = Persona> + '_ {
    config.indices().map(|index| config.persona(index))
}

fn score(config: &Config, persona: &Persona, facts: &VisitorFacts) -> f64 {
    let rules = config.persona_rules(persona);
    rules
        .filter(|(condition, _)| is_met(config, *condition, facts))
        .map(|(_, points)| points)
        .sum()
}

/// The persona of the highest score among those at their threshold; of equals the first in the
/// config.
fn best_fitting(config: &Config, scores: &[f64], is_negative: bool) -> Option<u32> {
    let (mut best, mut most) = (None, f64::NEG_INFINITY);
    for (index, score) in scores.iter().enumerate() {
        let persona = config.persona(Index::new(index as u16));
        if persona.is_negative == is_negative && *score >= persona.threshold && *score > most {
            (best, most) = (Some(persona.hash), *score);
        }
    }
    best
}

/// The negative persona kept from an earlier match that lasts longest.
fn negative_in_force(profile: &Profile, config: &Config, now_s: u32) -> Option<u32> {
    let mut longest = None;
    for kept in profile
        .personas
        .iter()
        .filter(|p| u32::from(p.until_day) >= now_s / DAY_S)
    {
        if personas(config).any(|p| p.is_negative && p.hash == kept.hash) {
            longest = longest.max(Some((kept.until_day, kept.hash)));
        }
    }
    longest.map(|(_, hash)| hash)
}

fn is_met(config: &Config, condition: Option<ConditionIndex>, facts: &VisitorFacts) -> bool {
    let conditions = config.conditions();
    conditions.evaluate(condition, facts, &Answers::default())
}
