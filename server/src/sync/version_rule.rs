//! In: what the store holds of a replica, and what a browser hands in. Out: a verdict.
//! Never: reads a clock or a store; the same rule serves every backend.

use escale::Profile;

use crate::sync::growth::is_plausible;

/// The stored side of a replica.
pub struct Held<'a> {
    pub version: u64,
    pub state: &'a [u8],
}

/// Verdict on the state of a sync.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Verdict {
    /// Newer than what is held: store it.
    Store,
    /// The very bytes already held: the answer was lost, or two requests crossed. Nothing changes.
    Same,
    /// The browser was rolled back or copied: what is held stays, and the browser starts a new replica.
    Conflict,
    /// More has happened than a person can do in the time: forged, or mended later by time. What is held stays.
    TooMuch,
}

/// Decides about a new state. A higher version wins if it grew at a plausible rate. The same
/// version must have the same bytes. Anything else is a roll-back or a copy. `profile` is the
/// decoded `state`.
pub fn judge(
    held: Option<Held<'_>>,
    version: u64,
    state: &[u8],
    profile: &Profile,
    today: u32,
) -> Verdict {
    match held {
        Some(held) if version == held.version && state == held.state => Verdict::Same,
        Some(held) if version <= held.version => Verdict::Conflict,
        _ if is_plausible(held.map(|held| held.state), profile, today) => Verdict::Store,
        _ => Verdict::TooMuch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(held: Option<(u64, &[u8])>, offered: (u64, &[u8]), expected: Verdict) {
        let held = held.map(|(version, state)| Held { version, state });
        assert_eq!(
            judge(held, offered.0, offered.1, &Profile::default(), 20_000),
            expected
        );
    }

    #[test]
    fn version_rules() {
        case(None, (1, b"a"), Verdict::Store);
        case(Some((1, b"a")), (2, b"b"), Verdict::Store);
        case(Some((1, b"a")), (9, b"a"), Verdict::Store);
        case(Some((2, b"b")), (2, b"b"), Verdict::Same);
        case(Some((2, b"b")), (2, b"c"), Verdict::Conflict);
        case(Some((2, b"b")), (1, b"b"), Verdict::Conflict);
        case(Some((u64::MAX, b"b")), (0, b"b"), Verdict::Conflict);
    }
}
