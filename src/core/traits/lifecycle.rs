//! Lifecycle stage of a visitor:
//! `unknown → visitor → prospect → quoting → new → occasional → regular → lapsed`. Comes in:
//! bookings, quotes, visits and a mark for history that may have been purged; goes out: one stage,
//! and the rule that gave it. Total: every profile has a stage. A purge never makes a customer
//! "new".

use crate::core::base::enums::{MessageStep, Stage};
use crate::core::base::time::DAY_S;
use crate::core::config::{Config, LifecycleBounds};
use crate::core::profile::{Profile, TripStep};

/// A stage and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageReading {
    /// Stage of the life cycle.
    pub stage: Stage,
    /// Rule that decided on the stage.
    pub because: Rule,
}

/// The rules, in the order in which they are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// Bought, but not for long.
    LongSilence,
    /// Bought often enough.
    ManyBookings,
    /// Bought more than once, or once some time ago.
    SomeBookings,
    /// The visible history is that of a beginner, but earlier history may have been purged.
    HistoryUncertain,
    /// Bought once, lately.
    FirstBooking,
    /// A quote is open.
    OpenQuote,
    /// Came back, or searched.
    ShownInterest,
    /// Was seen.
    Seen,
    /// Was never seen.
    #[default]
    NeverSeen,
}

impl Rule {
    /// The name, as exports carry it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LongSilence => "long_silence",
            Self::ManyBookings => "many_bookings",
            Self::SomeBookings => "some_bookings",
            Self::HistoryUncertain => "history_uncertain",
            Self::FirstBooking => "first_booking",
            Self::OpenQuote => "open_quote",
            Self::ShownInterest => "shown_interest",
            Self::Seen => "seen",
            Self::NeverSeen => "never_seen",
        }
    }
}

impl StageReading {
    /// Reads a profile at a time, in seconds since the epoch of stored times. `is_uncertain` marks
    /// earlier history as possibly lost.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, now_s: u32, is_uncertain: bool) -> Self {
        let bounds = config.lifecycle_bounds();
        let certain = of_customer(profile, &bounds, now_s)
            .unwrap_or_else(|| of_visitor(profile, &bounds, now_s));
        // What purchases prove stands; that someone is a beginner, only a whole history can prove.
        let is_beginner = matches!(
            certain.stage,
            Stage::Visitor | Stage::Prospect | Stage::Quoting | Stage::New
        );
        if is_uncertain && is_beginner {
            reading(Stage::Unknown, Rule::HistoryUncertain)
        } else {
            certain
        }
    }
}

fn reading(stage: Stage, because: Rule) -> StageReading {
    StageReading { stage, because }
}

/// The stage of one who has bought.
fn of_customer(profile: &Profile, bounds: &LifecycleBounds, now_s: u32) -> Option<StageReading> {
    let active = || profile.bookings.iter().filter(|b| !b.cancelled);
    let bookings = active().count() as f64;
    let days = days_since(active().map(|b| b.at_min).max()?, now_s);
    Some(match () {
        () if days > bounds.lapsed_days => reading(Stage::Lapsed, Rule::LongSilence),
        () if bookings >= bounds.regular_bookings => reading(Stage::Regular, Rule::ManyBookings),
        () if bookings > 1.0 || days > bounds.new_days => {
            reading(Stage::Occasional, Rule::SomeBookings)
        }
        () => reading(Stage::New, Rule::FirstBooking),
    })
}

/// The stage of one who has not.
fn of_visitor(profile: &Profile, bounds: &LifecycleBounds, now_s: u32) -> StageReading {
    let counts = &profile.counts;
    // Who is known by mail alone is seen in reactions.
    let reactions = profile
        .messages
        .iter()
        .filter(|m| m.step > MessageStep::Sent);
    let seen = counts.visits.max(reactions.count() as u32);
    let has_interest = f64::from(seen) >= bounds.prospect_visits
        || f64::from(counts.searches) >= bounds.prospect_searches
        || counts.quote_starts > 0;
    match () {
        () if is_quoting(profile, bounds.quote_days, now_s) => {
            reading(Stage::Quoting, Rule::OpenQuote)
        }
        () if has_interest => reading(Stage::Prospect, Rule::ShownInterest),
        () if seen > 0 => reading(Stage::Visitor, Rule::Seen),
        () => reading(Stage::Unknown, Rule::NeverSeen),
    }
}

/// Returns `true` if a quote is open. A quote that named no trip stays open as long as the visitor
/// comes by.
fn is_quoting(profile: &Profile, quote_days: f64, now_s: u32) -> bool {
    let is_quote = |step| matches!(step, TripStep::QuoteStarted | TripStep::QuoteSubmitted);
    let latest_min = profile
        .trips
        .iter()
        .filter(|t| is_quote(t.step))
        .map(|t| t.last_min)
        .max();
    let silent_min = (profile.counts.quote_starts > 0).then_some(profile.last_s / 60);
    latest_min
        .or(silent_min)
        .is_some_and(|minute| days_since(minute, now_s) <= quote_days)
}

fn days_since(minute: u32, now_s: u32) -> f64 {
    f64::from(now_s.saturating_sub(minute.saturating_mul(60))) / f64::from(DAY_S)
}

#[cfg(test)]
#[cfg(feature = "full")]
mod tests {
    use super::*;
    use crate::core::config::compile;
    use crate::core::event::Travel;
    use crate::core::profile::{Booking, Counts, Trip};
    use proptest::prelude::*;
    use std::sync::OnceLock;

    const NOW_S: u32 = 200_000_000;

    /// Compiled once: property tests ask often.
    fn config() -> &'static Config {
        static CONFIG: OnceLock<Config> = OnceLock::new();
        let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {}, "placements": {}, "offers": [],
            "lifecycle": {"prospect_visits": 3, "prospect_searches": 2, "quote_days": 20, "new_days": 200, "regular_bookings": 3, "lapsed_days": 500}}"#;
        CONFIG.get_or_init(|| Config::from_bytes(compile(json).unwrap().bytes).unwrap())
    }

    /// One who came so often, and bought so many days ago.
    fn visitor(visits: u32, searches: u32, bought_days_ago: &[u32]) -> Profile {
        let bookings = bought_days_ago.iter().enumerate().map(|(i, days)| Booking {
            id: i as u32 + 1,
            at_min: (NOW_S - days * DAY_S) / 60,
            cancelled: false,
            travel: Travel::default(),
            value_cents: 1,
        });
        let counts = Counts {
            visits,
            searches,
            ..Counts::default()
        };
        Profile {
            counts,
            last_s: NOW_S,
            bookings: bookings.collect(),
            ..Profile::default()
        }
    }

    fn stage(profile: &Profile, is_uncertain: bool) -> (Stage, Rule) {
        let reading = StageReading::read(profile, config(), NOW_S, is_uncertain);
        (reading.stage, reading.because)
    }

    #[test]
    fn each_stage_has_its_rule() {
        assert_eq!(
            stage(&Profile::default(), false),
            (Stage::Unknown, Rule::NeverSeen)
        );
        assert_eq!(
            stage(&visitor(1, 0, &[]), false),
            (Stage::Visitor, Rule::Seen)
        );
        assert_eq!(
            stage(&visitor(3, 0, &[]), false),
            (Stage::Prospect, Rule::ShownInterest)
        );
        assert_eq!(
            stage(&visitor(1, 2, &[]), false),
            (Stage::Prospect, Rule::ShownInterest)
        );
        assert_eq!(
            stage(&visitor(1, 0, &[100]), false),
            (Stage::New, Rule::FirstBooking)
        );
        assert_eq!(
            stage(&visitor(1, 0, &[300]), false),
            (Stage::Occasional, Rule::SomeBookings)
        );
        assert_eq!(
            stage(&visitor(1, 0, &[100, 300]), false),
            (Stage::Occasional, Rule::SomeBookings)
        );
        assert_eq!(
            stage(&visitor(1, 0, &[1, 2, 3]), false),
            (Stage::Regular, Rule::ManyBookings)
        );
        assert_eq!(
            stage(&visitor(9, 9, &[501; 4]), false),
            (Stage::Lapsed, Rule::LongSilence)
        );
    }

    #[test]
    fn a_quote_is_open_for_some_days() {
        let quoted = |days_ago: u32| {
            let last_min = (NOW_S - days_ago * DAY_S) / 60;
            let trip = Trip {
                id: 1,
                travel: Travel::default(),
                step: TripStep::QuoteStarted,
                last_min,
            };
            Profile {
                trips: vec![trip].into(),
                ..visitor(1, 0, &[])
            }
        };
        assert_eq!(stage(&quoted(19), false).0, Stage::Quoting);
        assert_eq!(stage(&quoted(21), false).0, Stage::Visitor);
        let mut unnamed = visitor(1, 0, &[]);
        unnamed.counts.quote_starts = 1;
        assert_eq!(stage(&unnamed, false).0, Stage::Quoting);
    }

    #[test]
    fn a_purge_never_makes_a_customer_new() {
        for profile in [visitor(1, 0, &[]), visitor(5, 5, &[]), visitor(1, 0, &[3])] {
            assert_eq!(
                stage(&profile, true),
                (Stage::Unknown, Rule::HistoryUncertain)
            );
        }
        assert_eq!(stage(&visitor(1, 0, &[1, 2]), true).0, Stage::Occasional);
        assert_eq!(stage(&visitor(1, 0, &[600]), true).0, Stage::Lapsed);
    }

    proptest! {
        #[test]
        fn every_profile_has_one_stage(visits in 0u32..9, searches in 0u32..9, days in prop::collection::vec(0u32..900, 0..6), later in 0u32..4000) {
            let profile = visitor(visits, searches, &days);
            let now_s = NOW_S.saturating_add(later * DAY_S);
            let reading = StageReading::read(&profile, config(), now_s, false);
            prop_assert_eq!(reading, StageReading::read(&profile, config(), now_s, false));
            prop_assert_eq!(reading.stage >= Stage::New, !days.is_empty());
            let unsure = StageReading::read(&profile, config(), now_s, true).stage;
            prop_assert!(unsure == Stage::Unknown || unsure == reading.stage);
        }
    }
}
