//! When to be silent, and of what. Comes in: exposures, clicks, feedback; goes out: which families
//! rest, which are promoted meanwhile, and how tired an offer is.
//!
//! Ignored = viewable exposures of a family since its last click. At the configured number the
//! family rests from the last of them on; when it has rested, counting begins anew.

use crate::core::base::index::Index;
use crate::core::config::layout::Section;
use crate::core::config::{Config, Offer};
use crate::core::profile::{OfferSeen, Profile};
use crate::core::traits::contacts::Contact;

/// Bonus of a promoted family's offers, in doublings.
pub const PROMOTION: f64 = 2.0;

/// A family's state at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FamilyPressure {
    /// Exposures since the last click or rest.
    pub ignored: u32,
    /// End of its rest, in seconds since the epoch of stored times. In the past or 0 if it does not
    /// rest.
    pub rests_until_s: u32,
    /// `true` if a resting family promotes this one.
    pub is_promoted: bool,
}

/// The state of every family, by its index; the contacts in the order of time.
#[must_use]
pub fn read(
    profile: &Profile,
    config: &Config,
    contacts: &[Contact],
    now_s: u32,
) -> Vec<FamilyPressure> {
    let mut families = vec![FamilyPressure::default(); config.count(Section::Families)];
    for index in config.indices() {
        let family = config.family(index);
        let Some(ignored_after) = family.ignored_after else {
            continue;
        };
        let clicked_min = profile
            .families
            .find(family.hash)
            .map_or(0, |f| f.clicked_min);
        let is_ignored =
            |c: &&Contact| c.offer != 0 && c.family == family.hash && c.at_min > clicked_min;
        let ignored_min = contacts.iter().filter(is_ignored).map(|c| c.at_min);
        let (ignored, rests_until_s) =
            rest_of(ignored_min, u32::from(ignored_after.get()), family.rest_s);
        families[index.position()].ignored = ignored;
        families[index.position()].rests_until_s = rests_until_s;
        if rests_until_s > now_s
            && let Some(then) = family.then
            && let Some(promoted) = families.get_mut(then.position())
        {
            promoted.is_promoted = true;
        }
    }
    families
}

/// Returns the visitor's fatigue with an offer, in doublings. Each exposure since the family's last
/// click counts, and decays with the policy's half-life.
#[must_use]
pub fn fatigue(seen: &OfferSeen, profile: &Profile, config: &Config, now_s: u32) -> f64 {
    let policy = config.policy();
    let clicked_min = profile
        .families
        .find(seen.family)
        .map_or(0, |f| f.clicked_min);
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

/// The index of an offer that was seen, if the config still has it.
#[must_use]
pub fn offer_index(seen: &OfferSeen, config: &Config) -> Option<Index<Offer>> {
    config.find::<Offer>(seen.hash)
}

/// Goes through the exposures in their order: how many were ignored since the last rest, and until
/// when the last rest goes.
fn rest_of(exposed_min: impl Iterator<Item = u32>, ignored_after: u32, rest_s: u32) -> (u32, u32) {
    let (mut ignored, mut rests_until_s) = (0, 0);
    for at_s in exposed_min.map(|minute| minute * 60) {
        if at_s >= rests_until_s {
            ignored += 1;
        }
        if ignored >= ignored_after {
            (ignored, rests_until_s) = (0, at_s.saturating_add(rest_s));
        }
    }
    (ignored, rests_until_s)
}

#[cfg(test)]
mod tests {
    use super::rest_of;

    #[test]
    fn the_third_ignored_exposure_begins_a_rest_and_a_rest_ends() {
        let rest_of = |minutes: &[u32]| rest_of(minutes.iter().copied(), 3, 600);
        assert_eq!(rest_of(&[1, 2]), (2, 0));
        assert_eq!(rest_of(&[1, 2, 3]), (0, 780));
        assert_eq!(rest_of(&[1, 2, 3, 5, 13]), (1, 780));
    }
}
