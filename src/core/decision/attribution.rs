//! The decision that an impression or a click is about. Comes in: what the page tells of its
//! choice, and what is known of the visitor; goes out: the decision's id and numbers, with eight
//! coarse levels. What cannot be read settles nothing.

use super::context::DecisionContext;
use super::decide::{DecisionRequest, seed};
use crate::core::base::hash::mix;
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;
use crate::core::config::{Offer, Placement, season};
use crate::core::event::decision_record::{DecisionRecord, Levels};
use crate::core::event::offer::ReportedDecision;
use crate::core::traits::affinity::Affinity;
use crate::core::traits::contacts;

/// The decision of a visitor, by the indices of its placement and its offer. Its id is that
/// of the draw, and of the offer that won it: a reload that shows the same is the same decision.
#[must_use]
pub fn record(
    context: &DecisionContext,
    reported: &ReportedDecision,
    placement: Index<Placement>,
    offer: Index<Offer>,
) -> DecisionRecord {
    let config = context.config;
    let visitor = context.facts.draws();
    let request = DecisionRequest {
        now_ms: reported.at_ms,
        placement,
        slot: reported.slot,
        exclude: &[],
    };
    let offer = config.offer(offer);
    let draw = seed(config, &config.placement(placement), &request, visitor);
    DecisionRecord {
        id: (mix(draw, u64::from(offer.hash)) as u32).max(1),
        config: config.version_hash(),
        propensity: reported.propensity,
        variant: reported.variant,
        arm: reported.arm,
        levels: levels(context, &offer),
    }
}

/// See `decision_record::LEVELS` for their order. Read where they lie: asked for as conditions are,
/// each would be in the module twice.
fn levels(context: &DecisionContext, offer: &Offer) -> Levels {
    let (config, profile, now_s) = (context.config, context.profile, context.now_s);
    let customer = &context.facts.customer;
    let moment = context
        .facts
        .time
        .leading()
        .map_or(0, |trip| trip.moment as u8 + 1);
    let slows = season::taste_weight(config, profile.zone(config), now_s) < 1.0;
    Levels::of([
        customer.stage.stage as u8,
        customer.rfm.value_class as u8,
        few(profile.counts.visits),
        moment,
        fit(context, offer),
        confidence(&context.facts.affinity),
        u8::from(slows),
        few(contacts::count(&context.facts.contacts, now_s, 7 * DAY_S)),
    ])
}

/// Returns the fit of an offer's topics, in doublings. 3 is less than one doubling in its favour,
/// and 2 is up to one against it.
fn fit(context: &DecisionContext, offer: &Offer) -> u8 {
    let mut doublings = 3.0;
    for (topic, weight) in context
        .config
        .topic_weights(offer.first_weight, offer.weights)
    {
        doublings += weight * context.facts.affinity.log_lift(topic);
    }
    doublings.clamp(0.0, 7.0) as u8
}

/// Returns the confidence in the visitor, in quarters.
fn confidence(affinity: &Affinity) -> u8 {
    let mut best = 0;
    for facet in &affinity.facets {
        best = best.max((facet.confidence * 4.0) as u8);
    }
    best.min(3)
}

/// None or one, two or three, up to nine, more.
fn few(count: u32) -> u8 {
    u8::from(count >= 2) + u8::from(count >= 4) + u8::from(count >= 10)
}
