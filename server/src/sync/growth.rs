//! Plausible growth between two syncs. In: the stored state of a replica and its new one. Out:
//! `true` if a person can have caused the difference. Never: a judgement of unreadable states,
//! which are checked elsewhere.

use escale::Profile;
use escale::internals::base::time::{DAY_S, Timestamp};

/// A busy day and more: what a browser may have kept back.
const AT_ONCE: u64 = 1000;
/// An event a minute, day and night.
const A_DAY: u64 = 1440;
/// Days that count at most, whatever times the state claims.
const MOST_DAYS: u32 = 90;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// Returns `true` if the state grew plausibly since the held one. The limit is an event a minute,
/// plus a fixed allowance.
///
/// Times in a state are its sender's own. None counts beyond `today`, a state without a first time began now, and no more
/// than [`MOST_DAYS`] count.
pub fn is_plausible(held: Option<&[u8]>, state: &Profile, today: u32) -> bool {
    if fits_a_day(state) {
        return true;
    }
    let held = held
        .and_then(|held| Profile::decode(held).ok())
        .unwrap_or_default();
    let end_of_today = Timestamp::from_unix_ms(f64::from(today + 1) * DAY_MS).get();
    let last_s = state.last_s.min(end_of_today);
    let since_s = match (held.last_s, state.first_s) {
        (0, 0) => last_s,
        (0, first_s) => first_s,
        (held_s, _) => held_s,
    };
    let days = (last_s.saturating_sub(since_s) / DAY_S).min(MOST_DAYS) + 1;
    events(state).saturating_sub(events(&held)) <= AT_ONCE + A_DAY * u64::from(days)
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

    /// Day 301 of the engine's epoch, since 1970.
    const TODAY: u32 = 18_262 + 301;

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
        let is_plausible =
            |held: Option<&[u8]>, state: &Profile| super::is_plausible(held, state, TODAY);
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

    #[test]
    fn growth_of_a_state_with_forged_times_has_the_limit_of_ninety_days() {
        let forged = |first_s, last_s, page_views| {
            let state = Profile {
                first_s,
                last_s,
                ..state(page_views, 1)
            };
            is_plausible(None, &state, TODAY)
        };
        let now_s = 300 * DAY_S;
        let most = (AT_ONCE + A_DAY * u64::from(MOST_DAYS + 1)) as u32;
        for last_s in [now_s, u32::MAX] {
            // Without a first time, the state began now.
            assert!(forged(0, last_s, 2000) && !forged(0, last_s, 25_000_000));
            assert!(!forged(0, last_s, 3000));
            assert!(forged(1, last_s, most - 1) && !forged(1, last_s, most + 1));
        }
        let held = state(3000, 300).encode();
        let ahead = Profile {
            last_s: u32::MAX,
            ..state(200_000, 300)
        };
        assert!(!is_plausible(Some(&held), &ahead, TODAY));
    }
}
