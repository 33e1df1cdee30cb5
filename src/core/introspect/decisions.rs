//! The decisions that a profile keeps, in names: for the visitor's own eyes and the export. Comes
//! in: a profile; goes out: a list that serialises, the newest first.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::core::base::time::Timestamp;
use crate::core::config::{Config, Offer, Placement};
use crate::core::event::decision_record::LEVELS;
use crate::core::profile::Profile;
use crate::core::profile::{AttributedDecision, Outcome};

/// A decision and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionKnowledge {
    /// Eight hexadecimal digits, as is `config`: the hash of the config that it was made by.
    pub id: String,
    /// Hash of the config, eight hexadecimal digits.
    pub config: String,
    /// By name; absent where the config does not know it any more.
    pub placement: Option<String>,
    /// Id of the offer, if the config still has it.
    pub offer: Option<String>,
    /// Variant of its content. 0: its own.
    pub variant: u8,
    /// Arm: 0 personalised, 1 the control group.
    pub arm: u8,
    /// Probability of the draw.
    pub propensity: f64,
    /// Coarse features of the visitor at the decision.
    pub levels: BTreeMap<&'static str, u8>,
    /// Time of the decision, in milliseconds since the Unix epoch.
    pub at_ms: f64,
    /// `true` if the offer was seen.
    pub viewed: bool,
    /// Time of the click, in milliseconds since the Unix epoch.
    pub clicked_ms: Option<f64>,
    /// `none`, `quote`, `booking`.
    pub outcome: Outcome,
}

/// All that are kept.
#[must_use]
pub fn decisions(profile: &Profile, config: &Config) -> Vec<DecisionKnowledge> {
    let mut all: Vec<&AttributedDecision> = profile.decisions.iter().collect();
    all.sort_by_key(|s| (core::cmp::Reverse(s.at_min), s.decision.id));
    all.into_iter()
        .map(|decision| named(decision, config))
        .collect()
}

fn named(decision: &AttributedDecision, config: &Config) -> DecisionKnowledge {
    let record = &decision.decision;
    let placement = config.find::<Placement>(decision.placement);
    let offer = config.find::<Offer>(decision.offer);
    let minute_ms = |minute: u32| Timestamp::new(minute * 60).unix_ms();
    DecisionKnowledge {
        id: format!("{:08x}", record.id),
        config: format!("{:08x}", record.config),
        placement: placement.map(|index| config.name(index).to_owned()),
        offer: offer.map(|index| config.name(index).to_owned()),
        variant: record.variant,
        arm: record.arm,
        propensity: record.propensity.probability(),
        levels: LEVELS
            .iter()
            .enumerate()
            .map(|(at, name)| (*name, record.levels.level(at)))
            .collect(),
        at_ms: minute_ms(decision.at_min),
        viewed: decision.is_viewed,
        clicked_ms: decision.click.map(|click| minute_ms(click.at_min)),
        outcome: decision.outcome(),
    }
}
