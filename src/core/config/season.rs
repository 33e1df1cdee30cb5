//! Which seasons are in force. Comes in: the config, a zone and a time; goes out: what seasons do
//! to learning and to exploration then. Dates are UTC days: a season begins at midnight at the
//! latest everywhere half a day off.

use super::{Config, Hemisphere, Season, SeasonSpan, Zone};
use crate::core::base::civil::Day;
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;

/// Iterates over the seasons in force in a zone at a time. Without a zone, the visitor lives in
/// the northern hemisphere.
pub fn in_force(
    config: &Config,
    zone: Option<Index<Zone>>,
    now_s: u32,
) -> impl Iterator<Item = Index<Season>> + '_ {
    let day = (now_s / DAY_S) as u16;
    let half = zone.map_or(Some(Hemisphere::North), |zone| config.zone(zone).hemisphere);
    let is_in_force = move |span: &SeasonSpan| {
        (span.zone.is_none() || span.zone == zone)
            && (span.hemisphere.is_none() || span.hemisphere == half)
            && span.has(day)
    };
    let spans = config.season_spans().filter(is_in_force);
    spans.map(|span| span.season)
}

/// Share of an event's weight that taste learns at a time: the smallest of the seasons in force.
#[must_use]
pub fn taste_weight(config: &Config, zone: Option<Index<Zone>>, at_s: u32) -> f64 {
    in_force(config, zone, at_s)
        .map(|s| config.season(s).taste_weight)
        .fold(1.0, f64::min)
}

/// The share of choices that seasons want made among all eligible offers alike; the policy's own,
/// if it is larger.
#[must_use]
pub fn exploration(config: &Config, zone: Option<Index<Zone>>, now_s: u32) -> f64 {
    let most = in_force(config, zone, now_s).map(|s| config.season(s).exploration);
    most.fold(config.policy().exploration, f64::max)
}

impl SeasonSpan {
    /// Returns `true` if the span contains this day. The day is counted since the epoch of stored
    /// times.
    fn has(&self, day: u16) -> bool {
        let day = if self.is_yearly {
            Day::new(day).date().month_day().pack() as u16
        } else {
            day
        };
        if self.from <= self.until {
            (self.from..=self.until).contains(&day)
        } else {
            day >= self.from || day <= self.until
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u16, until: u16) -> SeasonSpan {
        SeasonSpan {
            season: Index::new(0),
            zone: None,
            from,
            until,
            is_yearly: true,
            hemisphere: None,
        }
    }

    fn day(date: &str) -> u16 {
        Day::parse(date).map(Day::get).expect("a date")
    }

    #[test]
    fn a_season_may_go_over_the_turn_of_the_year() {
        let christmas = span(32 * 12 + 10, 32 + 6);
        for (date, is_in) in [
            ("2026-12-09", false),
            ("2026-12-10", true),
            ("2027-01-06", true),
            ("2027-01-07", false),
        ] {
            assert_eq!(christmas.has(day(date)), is_in, "{date}");
        }
    }

    #[test]
    fn every_year_has_the_season() {
        let leap_day = span(32 * 2 + 29, 32 * 2 + 29);
        assert!(leap_day.has(day("2028-02-29")) && !leap_day.has(day("2027-02-28")));
        assert!(
            (2020..2088)
                .all(|year| span(32 * 7 + 1, 32 * 8 + 31).has(day(&format!("{year}-08-15"))))
        );
    }
}
