//! Families at rest. In: contacts of all channels and clicks. Out: the number of ignored contacts,
//! the end of the rest and the promoted family. Never: a rest while a later click is known.
//!
//! Ignored are viewable exposures since the family's last click, and messages without a reaction.
//! At the configured number the family rests. When it has rested, the count starts again.

use super::contacts::Contact;
use crate::core::base::enums::MessageStep;
use crate::core::config::Config;
use crate::core::config::layout::Section;
use crate::core::profile::Profile;

/// A family's state at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FamilyPressure {
    /// Ignored contacts since the last click or rest.
    pub ignored: u32,
    /// End of its rest, in seconds since the epoch of stored times. In the past or 0 if it does not
    /// rest.
    pub rests_until_s: u32,
    /// `true` if a resting family promotes this one.
    pub is_promoted: bool,
}

/// Returns the state of every family, by its index. The contacts are those of
/// [`contacts`](super::contacts::contacts).
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
        let clicked_min = clicked_min(profile, family.hash);
        let is_ignored = |c: &&Contact| {
            c.family == family.hash && c.at_min > clicked_min && c.ignored_min <= now_s / 60
        };
        let ignored_min = contacts.iter().filter(is_ignored).map(|c| c.ignored_min);
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

/// Returns the minute of the latest click on the family in any channel, 0 for none.
#[must_use]
pub fn clicked_min(profile: &Profile, family: u32) -> u32 {
    let mut latest = profile.families.find(family).map_or(0, |f| f.clicked_min);
    for message in &profile.messages {
        if message.family == family && message.step == MessageStep::Clicked {
            latest = latest.max(message.at_min);
        }
    }
    latest
}

/// Returns the number of contacts ignored since the last rest, and the end of that rest.
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
