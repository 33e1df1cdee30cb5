//! The server's face to profiles. In: stored bytes. Out: whether they are a profile, what several say together, what
//! an export shows. Never: writes a profile of its own into a replica: stored bytes are sent bytes.

use escale::core::combine::combine;
use escale::core::config::Config;
use escale::core::counter::Mass;
use escale::core::engine::Engine;
use escale::core::error::WireError;
use escale::core::knowledge::snapshot;
use escale::core::profile::{FacetCounters, Profile};
use escale::core::time::{DAY_S, seconds_of};
use serde_json::Value;

use crate::refusal::Refusal;

/// A browser's clock may be ahead by this much before what it says is moved back.
const AHEAD_S: u32 = 300;
/// More than one event a minute for as long as a taste remembers: what is above it, a clock in the future made.
const MOST_EVENTS_A_DAY: f64 = 1440.0;

/// Whether a hand-in's bytes are a profile that this release reads.
pub fn check(state: &[u8]) -> Result<(), Refusal> {
    if state.is_empty() {
        return Err(Refusal::EmptyProfile);
    }
    match Profile::decode(state) {
        Ok(_) => Ok(()),
        Err(WireError::Newer(_)) => Err(Refusal::NewerProfile),
        Err(_) => Err(Refusal::CorruptProfile),
    }
}

/// What these states know together, as bytes; no time in it lies further ahead than five minutes. A state that cannot
/// be read is left out: it must not cost the others theirs.
pub fn combined(states: &[Vec<u8>], now_ms: u64) -> Vec<u8> {
    let latest_s = seconds_of(now_ms as f64).saturating_add(AHEAD_S);
    let readable = states.iter().filter_map(|state| Profile::decode(state).ok());
    let profiles: Vec<Profile> = readable.map(|profile| at_most(profile, latest_s)).collect();
    combine(&profiles).encode()
}

/// Moves back what a browser with a clock in the future has written, so that it cannot outlast every other device.
fn at_most(mut profile: Profile, latest_s: u32) -> Profile {
    if profile.last_s <= latest_s {
        return profile;
    }
    for time_s in [&mut profile.first_s, &mut profile.last_s, &mut profile.visit_s] {
        *time_s = (*time_s).min(latest_s);
    }
    let latest_min = latest_s / 60;
    let exposures = profile.offers.iter_mut().flat_map(|offer| &mut offer.exposed_min);
    let minutes = exposures
        .chain(profile.families.iter_mut().map(|family| &mut family.clicked_min))
        .chain(profile.trips.iter_mut().map(|trip| &mut trip.last_min))
        .chain(profile.bookings.iter_mut().map(|booking| &mut booking.at_min));
    minutes.for_each(|minute| *minute = (*minute).min(latest_min));
    profile.facets.iter_mut().for_each(|facet| lighten(facet, latest_s));
    profile
}

fn lighten(facet: &mut FacetCounters, now_s: u32) {
    let believable = |mass: Mass, half_life_s: u32| {
        // A stream of r events a day settles at r · H / ln 2.
        let most = MOST_EVENTS_A_DAY * f64::from(half_life_s) / f64::from(DAY_S) / std::f64::consts::LN_2;
        if mass.at(now_s, half_life_s) <= most { mass } else { Mass::of(1.0, now_s, half_life_s) }
    };
    for topic in &mut facet.topics {
        topic.taste = believable(topic.taste, facet.taste_half_life_s);
        topic.intent = believable(topic.intent, facet.intent_half_life_s);
    }
}

/// A state in words, for the visitor's own export; null where it cannot be read.
pub fn export(state: &[u8], config: &Config, now_ms: u64) -> Value {
    let mut engine = Engine::new(config.clone());
    match engine.load(state) {
        Ok(()) => serde_json::to_value(snapshot(&engine, now_ms as f64)).unwrap_or(Value::Null),
        Err(_) => Value::Null,
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_795_000_000_000;

    fn facet(at_s: u32) -> FacetCounters {
        let half_life_s = DAY_S;
        let mass = Mass::of(1.0, at_s, half_life_s);
        let topics = vec![escale::core::profile::TopicCounter { hash: 7, taste: mass, intent: mass }];
        FacetCounters {
            hash: 5,
            taste_half_life_s: half_life_s,
            intent_half_life_s: half_life_s,
            latest_topic: 7,
            topics,
        }
    }

    fn seen_at(at_s: u32) -> Profile {
        Profile { first_s: at_s, last_s: at_s, visit_s: at_s, facets: vec![facet(at_s)], ..Profile::default() }
    }

    #[test]
    fn a_clock_in_the_future_is_moved_back_to_five_minutes_ahead() {
        let now_s = seconds_of(NOW_MS as f64);
        let bytes = combined(&[seen_at(now_s + 400 * DAY_S).encode(), seen_at(now_s).encode()], NOW_MS);
        let Ok(whole) = Profile::decode(&bytes) else { panic!("a profile") };
        assert_eq!(whole.last_s, now_s + AHEAD_S);
        let reading = whole.facets[0].topics[0].intent.at(now_s + AHEAD_S, DAY_S);
        assert!((1.9..2.1).contains(&reading), "{reading}");
    }

    #[test]
    fn bytes_that_are_no_profile_are_told_apart() {
        assert!(matches!(check(&[]), Err(Refusal::EmptyProfile)));
        assert!(matches!(check(&[250, 1, 2, 3]), Err(Refusal::NewerProfile)));
        assert!(matches!(check(&[1, 1, 2, 3]), Err(Refusal::CorruptProfile)));
        assert!(check(&seen_at(9).encode()).is_ok());
    }

    #[test]
    fn an_unreadable_state_costs_only_itself() {
        let good = seen_at(9).encode();
        assert_eq!(combined(&[good.clone(), vec![0, 1, 2]], NOW_MS), combined(&[good], NOW_MS));
        assert_eq!(Profile::decode(&combined(&[], NOW_MS)), Ok(Profile::default()));
    }
}
