//! The server's face to profiles. In: stored bytes. Out: whether they are a profile, what several say together, what
//! an export shows. Never: writes a profile of its own into a replica: stored bytes are sent bytes.

use escale::internals::base::time::Timestamp;
use escale::internals::profile::{Bounded, Message, merged};
use escale::{Config, Engine, Event, Profile, WireError, snapshot};
use serde_json::Value;

use crate::sync::request::{RemoteState, Taken};

/// A browser's clock may be ahead by this much before what it says is moved back.
const AHEAD_S: u32 = 300;

const DAY_MS: u64 = 86_400_000;

/// Error for bytes that are not a profile of this release.
#[derive(Debug, PartialEq, Eq)]
pub enum StateError {
    Empty,
    Corrupt,
    /// A newer release wrote them.
    Newer,
}

/// Decodes the state of a sync. Its bytes must be those that this release would write. Other bytes
/// for the same profile could carry foreign data.
///
/// # Errors
/// Bytes that are not such a profile.
pub fn check(state: &[u8]) -> Result<Profile, StateError> {
    if state.is_empty() {
        return Err(StateError::Empty);
    }
    match Profile::decode(state) {
        Ok(profile) if profile.encode() == state => Ok(profile),
        Err(WireError::Newer(_)) => Err(StateError::Newer),
        Ok(_) | Err(_) => Err(StateError::Corrupt),
    }
}

/// Merges the states and the imported events. Returns the bytes of a profile.
///
/// `own` is the state of the browser that asks, which is not merged. The reactions that it has
/// counted teach nothing here.
pub fn merged_state(remote: &RemoteState, own: &Profile, config: &Config, now_ms: u64) -> Vec<u8> {
    let states = decoded(&remote.states, now_ms);
    merged_with_imports(states, &own.messages, &remote.imported, config).encode()
}

/// The same as a profile. A state that cannot be read is left out: it must not cost the others theirs.
pub fn together(states: &[Taken], imported: &[Vec<u8>], config: &Config, now_ms: u64) -> Profile {
    merged_with_imports(
        decoded(states, now_ms),
        &Bounded::default(),
        imported,
        config,
    )
}

fn decoded(states: &[Taken], now_ms: u64) -> Vec<Profile> {
    let each = states.iter().filter_map(|taken| mended(taken, now_ms));
    each.collect()
}

fn merged_with_imports(
    mut profiles: Vec<Profile>,
    counted: &Bounded<Message>,
    imported: &[Vec<u8>],
    config: &Config,
) -> Profile {
    if !imported.is_empty() {
        let mut counted = counted.clone();
        for profile in &profiles {
            counted.merge(&profile.messages);
        }
        profiles.push(profile_of_imports(imported, counted, config));
    }
    match profiles.pop() {
        Some(alone) if profiles.is_empty() => alone,
        Some(last) => {
            profiles.push(last);
            merged(&profiles)
        }
        None => Profile::default(),
    }
}

/// Returns the imported events as a profile of their own. The engine of the browsers applies them in the order of time.
/// None of them is a visit to the site.
///
/// `counted` are the messages that browsers have reported: a reaction teaches its topics once.
pub fn profile_of_imports(
    events: &[Vec<u8>],
    counted: Bounded<Message>,
    config: &Config,
) -> Profile {
    let mut events: Vec<(Event, &[u8])> = events
        .iter()
        .filter_map(|bytes| {
            Some((
                Event::decode_next(&mut bytes.as_slice())??,
                bytes.as_slice(),
            ))
        })
        .collect();
    events.sort_by(|(a, a_bytes), (b, b_bytes)| (a.at_s, a_bytes).cmp(&(b.at_s, b_bytes)));
    let mut profile = Profile {
        messages: counted,
        ..Profile::default()
    };
    events
        .iter()
        .for_each(|(event, _)| profile.apply(event, config));
    (profile.counts.visits, profile.visit_s) = (0, 0);
    profile
}

/// Decodes a state and clamps its times to the clock. `None` if the state cannot be decoded. No
/// time lies more than five minutes ahead, nor after the day the state was taken. Otherwise a clock
/// in the future would make the state the newest at every sync of another browser.
fn mended(taken: &Taken, now_ms: u64) -> Option<Profile> {
    let end_of_day_ms = (u64::from(taken.day) + 1) * DAY_MS;
    let latest_s = Timestamp::from_unix_ms(now_ms.min(end_of_day_ms) as f64)
        .get()
        .saturating_add(AHEAD_S);
    let mut profile = Profile::decode(&taken.state).ok()?;
    profile.clamp_to_clock(latest_s);
    Some(profile)
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
    use escale::internals::base::decayed_mass::Mass;
    use escale::internals::base::time::DAY_S;
    use escale::internals::profile::{FacetCounters, TopicCounter, TopicSteps};

    use super::*;

    const NOW_MS: u64 = 1_795_000_000_000;
    const TODAY: u32 = (NOW_MS / DAY_MS) as u32;

    fn taken(state: &[u8], day: u32) -> Taken {
        Taken {
            state: state.to_vec(),
            day,
        }
    }

    fn facet(at_s: u32) -> FacetCounters {
        let half_life_s = DAY_S;
        let mass = Mass::of(1.0, at_s, half_life_s);
        let topics = vec![TopicCounter {
            hash: 7,
            taste: mass,
            intent: mass,
            steps: TopicSteps::default(),
        }];
        FacetCounters {
            hash: 5,
            taste_half_life_s: half_life_s,
            intent_half_life_s: half_life_s,
            latest_topic: 7,
            run: 0,
            topics: topics.into(),
        }
    }

    fn seen_at(at_s: u32) -> Profile {
        Profile {
            first_s: at_s,
            last_s: at_s,
            visit_s: at_s,
            facets: vec![facet(at_s)].into(),
            ..Profile::default()
        }
    }

    fn together(states: Vec<Taken>) -> Vec<u8> {
        let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "offers": [],
            "placements": {"home": {}}}"#;
        let config = escale::compile(json)
            .ok()
            .and_then(|c| Config::from_bytes(c.bytes).ok());
        let Some(config) = config else {
            panic!("a good config")
        };
        merged_state(
            &RemoteState {
                seq: 0,
                states,
                imported: Vec::new(),
            },
            &Profile::default(),
            &config,
            NOW_MS,
        )
    }

    #[test]
    fn a_clock_in_the_future_is_moved_back_to_five_minutes_ahead() {
        let now_s = Timestamp::from_unix_ms(NOW_MS as f64).get();
        let bytes = together(vec![
            taken(&seen_at(now_s + 400 * DAY_S).encode(), TODAY),
            taken(&seen_at(now_s).encode(), TODAY),
        ]);
        let Ok(whole) = Profile::decode(&bytes) else {
            panic!("a profile")
        };
        assert_eq!(whole.last_s, now_s + AHEAD_S);
        let reading = whole.facets[0].topics[0].intent.at(now_s + AHEAD_S, DAY_S);
        assert!((1.9..2.1).contains(&reading), "{reading}");
    }

    #[test]
    fn invalid_bytes_of_each_kind_give_distinct_errors() {
        assert!(matches!(check(&[]), Err(StateError::Empty)));
        assert!(matches!(check(&[250, 1, 2, 3]), Err(StateError::Newer)));
        assert!(matches!(check(&[1, 1, 2, 3]), Err(StateError::Corrupt)));
        assert!(check(&seen_at(9).encode()).is_ok());
    }

    #[test]
    fn an_unreadable_state_costs_only_itself() {
        let good = seen_at(9).encode();
        let (both, alone) = (
            vec![taken(&good, TODAY), taken(&[0, 1, 2], TODAY)],
            vec![taken(&good, TODAY)],
        );
        assert_eq!(together(both), together(alone));
        assert_eq!(
            Profile::decode(&together(Vec::new())),
            Ok(Profile::default())
        );
    }
}
