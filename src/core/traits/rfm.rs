//! Purchases of a customer: recency, frequency and amount as scores from 1 to 5, and the value
//! class. Comes in: the bookings of all channels; goes out: scores, or none where nothing was ever
//! bought. Cancelled bookings count nowhere.
//!
//! Recency, frequency, monetary value: Hughes, *Strategic Database Marketing*, 1994. The boundaries
//! are the site's own: thresholds, or the limits of its fifths.

use crate::core::base::enums::ValueClass;
use crate::core::base::time::DAY_S;
use crate::core::config::{Boundaries, Config};
use crate::core::profile::{Booking, Profile};

/// The scores; all 0 where nothing was bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rfm {
    /// 5 = bought lately.
    pub recency: u8,
    /// 5 = bought often.
    pub frequency: u8,
    /// 5 = paid much.
    pub monetary: u8,
    /// Class of the value of all bookings.
    pub value_class: ValueClass,
}

impl Rfm {
    /// Reads a profile at a time, in seconds since the epoch of stored times.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, now_s: u32) -> Self {
        let active = || profile.bookings.iter().filter(|b| !b.cancelled);
        let Some(last_min) = active().map(|b| b.at_min).max() else {
            return Self::default();
        };
        let bounds = config.rfm_bounds();
        let days = f64::from(now_s.saturating_sub(last_min.saturating_mul(60))) / f64::from(DAY_S);
        let paid = paid(active());
        Self {
            recency: 6 - class(&bounds.recency_days, |boundary| days > boundary),
            frequency: class(&bounds.frequency, |boundary| {
                active().count() as f64 >= boundary
            }),
            monetary: class(&bounds.monetary, |boundary| paid >= boundary),
            value_class: if paid >= bounds.high_value {
                ValueClass::High
            } else {
                ValueClass::Standard
            },
        }
    }

    /// The three scores together, 3 to 15.
    ///
    /// ```
    /// use escale::internals::traits::rfm::Rfm;
    /// assert_eq!(Rfm { recency: 5, frequency: 2, monetary: 3, ..Rfm::default() }.score(), Some(10));
    /// assert_eq!(Rfm::default().score(), None);
    /// ```
    #[must_use]
    pub fn score(&self) -> Option<u8> {
        (self.recency > 0).then_some(self.recency + self.frequency + self.monetary)
    }
}

/// Returns the total amount paid, in the site's currency.
fn paid<'a>(bookings: impl Iterator<Item = &'a Booking>) -> f64 {
    bookings.map(|b| f64::from(b.value_cents)).sum::<f64>() / 100.0
}

/// 1, and one more for each boundary that was passed.
fn class(boundaries: &Boundaries, is_passed: impl Fn(f64) -> bool) -> u8 {
    1 + boundaries
        .iter()
        .filter(|boundary| is_passed(**boundary))
        .count() as u8
}

#[cfg(test)]
#[cfg(feature = "full")]
mod tests {
    use super::*;
    use crate::core::config::compile;
    use crate::core::event::Travel;
    use proptest::prelude::*;
    use std::sync::OnceLock;

    const NOW_S: u32 = 200_000_000;

    /// Compiled once: property tests ask often.
    fn config() -> &'static Config {
        static CONFIG: OnceLock<Config> = OnceLock::new();
        let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {}, "placements": {}, "offers": [],
            "rfm": {"recency_days": [30, 90, 180, 365], "frequency": [2, 3, 4, 6], "monetary": [300, 800, 2000, 5000], "high_value": 2000}}"#;
        CONFIG.get_or_init(|| Config::from_bytes(compile(json).unwrap().bytes).unwrap())
    }

    fn bought(list: &[(u32, u32, bool)]) -> Profile {
        let bookings = list
            .iter()
            .enumerate()
            .map(|(i, (days_ago, euros, cancelled))| Booking {
                id: i as u32 + 1,
                at_min: (NOW_S - days_ago * DAY_S) / 60,
                cancelled: *cancelled,
                travel: Travel::default(),
                value_cents: euros * 100,
            });
        Profile {
            bookings: bookings.collect(),
            ..Profile::default()
        }
    }

    fn read(list: &[(u32, u32, bool)]) -> (u8, u8, u8, ValueClass) {
        let rfm = Rfm::read(&bought(list), config(), NOW_S);
        (rfm.recency, rfm.frequency, rfm.monetary, rfm.value_class)
    }

    #[test]
    fn scores_follow_the_boundaries() {
        assert_eq!(read(&[]), (0, 0, 0, ValueClass::None));
        assert_eq!(read(&[(10, 200, false)]), (5, 1, 1, ValueClass::Standard));
        assert_eq!(
            read(&[(100, 300, false), (400, 1700, false)]),
            (3, 2, 4, ValueClass::High)
        );
        assert_eq!(read(&[(366, 9000, false); 6]), (1, 5, 5, ValueClass::High));
    }

    #[test]
    fn cancelled_bookings_count_nowhere() {
        assert_eq!(read(&[(10, 9000, true)]), (0, 0, 0, ValueClass::None));
        assert_eq!(
            read(&[(10, 9000, true), (200, 100, false)]),
            read(&[(200, 100, false)])
        );
    }

    proptest! {
        #[test]
        fn scores_stay_within_1_and_5_and_more_is_never_less(
            list in prop::collection::vec((0u32..900, 0u32..9000, any::<bool>()), 0..10), days in 0u32..900, euros in 0u32..9000,
        ) {
            let (before, mut more) = (Rfm::read(&bought(&list), config(), NOW_S), list);
            more.push((days, euros, false));
            let after = Rfm::read(&bought(&more), config(), NOW_S);
            for (before, after) in [(before.recency, after.recency), (before.frequency, after.frequency), (before.monetary, after.monetary)] {
                prop_assert!((1..=5).contains(&after) && before <= after);
            }
            prop_assert!(before.value_class <= after.value_class);
        }
    }
}
