//! Decision for one customer. In: what is wanted, and everything held of the customer. Out: a line for each slot. Never: a
//! line without a reason.

use escale::internals::base::enums::Frequency;
use escale::internals::base::hash::mix;
use escale::internals::decision::caps;
use escale::internals::decision::context::Exclusion;
use escale::{Config, Decision, DecisionRequest, Engine, Reason};

use super::line::DecisionLine;
use super::person::HeldPerson;
use super::wanted::Wanted;
use crate::ingest::consent::{Consent, consent_in_force, is_withdrawn};
use crate::statistics::person::{Arm, BOTH, arms};
use crate::sync::replica;

/// Draws that are tried for one in the customer's arms.
const MOST_DRAWS: usize = 10_000;

/// Decides for each slot of the placement, until one stays empty.
pub fn lines(wanted: &Wanted, customer: &str, person: &HeldPerson) -> Vec<DecisionLine> {
    let imported = person.imported();
    if let Some(reason) = exclusion_by_consent(wanted, &imported) {
        return vec![DecisionLine::nothing(customer.to_owned(), reason)];
    }
    let mut engine = Engine::new(wanted.config.clone());
    engine.set_visitor(draws(&wanted.config, person));
    let (states, now_ms) = (person.states(), wanted.at_ms);
    engine.take(replica::together(
        &states,
        &imported,
        &wanted.config,
        now_ms,
    ));
    let (mut lines, mut exclude) = (Vec::new(), Vec::new());
    for slot in 0..wanted.slots() {
        let decision = engine.choose(&DecisionRequest {
            now_ms: now_ms as f64,
            placement: wanted.placement,
            slot,
            exclude: &exclude,
        });
        exclude.extend(decision.offer);
        if slot > 0 && decision.offer.is_none() {
            break;
        }
        lines.push(line(wanted, customer, &engine, (slot, &decision)));
        if decision.offer.is_none() {
            break;
        }
    }
    lines
}

/// Returns the reason why the customer must not be contacted. `None` if it may.
fn exclusion_by_consent(wanted: &Wanted, imported: &[Vec<u8>]) -> Option<&'static str> {
    let decoded = imported.iter().filter_map(|bytes| Consent::decode(bytes));
    let consents: Vec<Consent> = decoded.collect();
    if let Some(purpose) = &wanted.purpose
        && consent_in_force(&consents, purpose, wanted.channel) != Some(true)
    {
        return Some("no_consent");
    }
    let withdrawn = wanted
        .channel
        .is_some_and(|channel| is_withdrawn(&consents, channel));
    withdrawn.then_some("withdrawn")
}

/// Returns a seed of draws in the arms that the customer's browsers saw: the holdout is the same off the site.
fn draws(config: &Config, person: &HeldPerson) -> u64 {
    let hash = person.key.hash();
    let first = hash
        .0
        .iter()
        .fold(0, |draws, byte| mix(draws, u64::from(*byte)));
    let seen: Vec<Arm> = person
        .arms()
        .into_iter()
        .filter(|arm| arm.arm != BOTH)
        .collect();
    let fits = |draws: &u64| {
        let own = arms(config, *draws);
        let differs = |seen: &Arm| {
            own.iter()
                .any(|arm| arm.experiment == seen.experiment && arm.arm != seen.arm)
        };
        !seen.iter().any(differs)
    };
    let all = std::iter::successors(Some(first), |draws| Some(mix(*draws, first)));
    all.take(MOST_DRAWS).find(fits).unwrap_or(first)
}

fn line(
    wanted: &Wanted,
    customer: &str,
    engine: &Engine,
    (slot, decision): (u8, &Decision),
) -> DecisionLine {
    let config = engine.config();
    let facts = engine.facts(wanted.at_ms as f64);
    let offer = decision.offer.map(|index| config.offer(index));
    let texts = decision.offer.map(|index| {
        let content = engine.content(index, decision.variant, &wanted.language);
        let pairs = content.map(|(key, text)| (key.to_owned(), text.to_owned()));
        pairs.collect()
    });
    let variant = offer
        .as_ref()
        .and_then(|o| config.variant(o, decision.variant));
    DecisionLine {
        slot,
        offer: decision.offer.map(|index| config.name(index).to_owned()),
        family: offer.as_ref().map(|o| config.name(o.family).to_owned()),
        variant: variant.map(|variant| config.text(variant.name).to_owned()),
        texts: texts.unwrap_or_default(),
        propensity: decision.propensity,
        pressure_left: caps::left(facts.profile, config, facts.now_s),
        preferred_channel: facts
            .customer
            .channel
            .map(|channel| channel.name().to_owned()),
        ..DecisionLine::nothing(customer.to_owned(), reason(wanted, engine, decision))
    }
}

/// Returns the reason of a decision. Where no offer is eligible, it is the one that excludes most of them.
fn reason(wanted: &Wanted, engine: &Engine, decision: &Decision) -> &'static str {
    if decision.reason != Reason::NoEligibleOffer {
        return decision.reason.name();
    }
    let config = engine.config();
    let context = engine.context(wanted.at_ms as f64);
    let placement = config.placement(wanted.placement);
    if context.eligibility.is_full(&placement) {
        return Exclusion::Capped.name();
    }
    if context.profile.preference.frequency == Frequency::Never {
        return Exclusion::Preference.name();
    }
    let mut counts: Vec<(Exclusion, u32)> = Vec::new();
    for index in config.candidates(&placement) {
        let Some(reason) = context.exclusion_from(&placement, &config.offer(index), &[]) else {
            continue;
        };
        match counts.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => counts.push((reason, 1)),
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(decision.reason.name(), |(reason, _)| reason.name())
}
