//! Knowledge of a customer beside tastes, read once for a moment: scores, stage, segments,
//! personas, channels. Comes in: their readings; goes out: the answers to conditions. An unknown
//! answer is `None`.

use super::channel::{self, Channels};
use super::lifecycle::StageReading;
use super::rfm::Rfm;
use crate::core::base::enums::{Channel, ValueClass};
use crate::core::config::Config;
use crate::core::profile::Profile;

/// A customer at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// Scores of purchases.
    pub rfm: Rfm,
    /// Stage of the life cycle.
    pub stage: StageReading,
    /// Reactions by channel.
    pub channels: Channels,
    /// Preferred channel. `None` without a reaction.
    pub channel: Option<Channel>,
    /// `true` for an advocate of the site.
    pub is_advocate: bool,
    /// Hashes of the segments that hold, in the order of their indices.
    pub segments: Vec<u32>,
    /// The points of every persona, by index.
    pub scores: Vec<f64>,
    /// The hash of the persona that fits best, of those that are not negative.
    pub persona: Option<u32>,
    /// The hash of the negative persona in force: no commercial offers for this one.
    pub negative_persona: Option<u32>,
}

impl Customer {
    /// Reads the parts that rest on the profile alone. Segments and personas rest on conditions,
    /// and `evaluate_segments` adds them.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, now_s: u32, is_uncertain: bool) -> Self {
        let channels = channel::read(profile, config);
        Self {
            rfm: Rfm::read(profile, config, now_s),
            stage: StageReading::read(profile, config, now_s, is_uncertain),
            channel: channel::preferred(&channels),
            channels,
            is_advocate: f64::from(profile.counts.advocacy) >= config.advocate_actions().max(1.0),
            segments: Vec::new(),
            scores: Vec::new(),
            persona: None,
            negative_persona: None,
        }
    }

    /// Returns `true` if the customer is of high value.
    #[must_use]
    pub fn is_of_high_value(&self) -> bool {
        self.rfm.value_class == ValueClass::High
    }
}
