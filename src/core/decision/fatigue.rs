//! Fatigue with an offer. In: exposures and clicks. Out: a penalty in doublings. Never: a penalty
//! for exposures before the family's last click.

use crate::core::config::Config;
use crate::core::profile::{OfferSeen, Profile};
use crate::core::traits::family_pressure::clicked_min;

/// Bonus of a promoted family's offers, in doublings.
pub const PROMOTION: f64 = 2.0;

/// Returns the visitor's fatigue with an offer, in doublings. Each exposure since the family's last
/// click counts, and decays with the policy's half-life.
#[must_use]
pub fn fatigue(seen: &OfferSeen, profile: &Profile, config: &Config, now_s: u32) -> f64 {
    let policy = config.policy();
    let clicked_min = clicked_min(profile, seen.family);
    let half_life_s = f64::from(policy.fatigue_half_life_s.max(60));
    let left = |minute: &u32| {
        crate::core::base::number::exp2(-f64::from(now_s.saturating_sub(minute * 60)) / half_life_s)
    };
    policy.fatigue
        * seen
            .exposed_min
            .iter()
            .filter(|at| **at > clicked_min)
            .map(left)
            .sum::<f64>()
}
