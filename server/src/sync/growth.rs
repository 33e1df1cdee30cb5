//! Plausible growth between two syncs. In: the stored state of a replica and its new one. Out:
//! `true` if a person can have caused the difference. Never: a judgement of unreadable states,
//! which are checked elsewhere.

use escale::Profile;
use escale::internals::base::time::DAY_S;

/// A busy day and more: what a browser may have kept back.
const AT_ONCE: u64 = 1000;
/// An event a minute, day and night.
const A_DAY: u64 = 1440;

/// Returns `true` if the state grew plausibly since the held one. The limit is an event a minute,
/// plus a fixed allowance.
pub fn is_plausible(held: Option<&[u8]>, state: &Profile) -> bool {
    if fits_a_day(state) {
        return true;
    }
    let held = held
        .and_then(|held| Profile::decode(held).ok())
        .unwrap_or_default();
    let since_s = if held.last_s == 0 {
        state.first_s
    } else {
        held.last_s
    };
    let days = u64::from(state.last_s.saturating_sub(since_s) / DAY_S) + 1;
    events(state).saturating_sub(events(&held)) <= AT_ONCE + A_DAY * days
}

/// So much may be whatever was held of it, which need not be read then.
pub fn fits_a_day(state: &Profile) -> bool {
    events(state) <= AT_ONCE + A_DAY
}

/// Returns the number of events that the profile counts.
fn events(profile: &Profile) -> u64 {
    let counts = &profile.counts;
    let done = [
        counts.visits,
        counts.page_views,
        counts.searches,
        counts.quote_starts,
        counts.quote_submits,
        counts.advocacy,
    ];
    let seen = profile.offers.iter().map(|offer| offer.exposures);
    let clicked = profile.families.iter().map(|family| family.clicks);
    done.into_iter()
        .chain(seen)
        .chain(clicked)
        .map(u64::from)
        .sum()
}

#[cfg(test)]
mod tests {
    use escale::internals::profile::Counts;

    use super::*;

    fn state(page_views: u32, day: u32) -> Profile {
        let counts = Counts {
            page_views,
            visits: 1,
            ..Counts::default()
        };
        Profile {
            first_s: DAY_S,
            last_s: day * DAY_S,
            visit_s: DAY_S,
            counts,
            ..Profile::default()
        }
    }

    #[test]
    fn growth_is_measured_against_the_time_that_passed() {
        assert!(is_plausible(None, &state(2000, 1)));
        assert!(!is_plausible(None, &state(3000, 1)));
        assert!(is_plausible(None, &state(3000, 3)));
        assert!(is_plausible(
            Some(&state(100_000, 300).encode()),
            &state(100_040, 300)
        ));
        assert!(!is_plausible(
            Some(&state(100_000, 300).encode()),
            &state(200_000, 301)
        ));
        assert!(is_plausible(Some(&state(3000, 3).encode()), &state(5, 3)));
    }
}
