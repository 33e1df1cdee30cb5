//! Seasons that overlap. Comes in: the compiled seasons, read as the engine reads them; goes out: a
//! warning for each pair that overlaps on one day in one zone.

use super::Lint;
use crate::core::base::civil::{Date, Day, MonthDay};
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;
use crate::core::config::season::in_force;
use crate::core::config::{Config, Season, SeasonSpan, Zone};

/// The years that the engine's time has.
const YEARS: std::ops::Range<u32> = 2020..2088;

impl Lint<'_> {
    pub(super) fn seasons(&mut self, config: &Config) {
        let seasons = &self.site.seasons;
        if seasons.len() < 2 {
            return;
        }
        let mut zones: Vec<(Option<Index<Zone>>, String)> = self
            .site
            .zones
            .keys()
            .enumerate()
            .map(|(i, name)| (Some(Index::new(i as u16)), format!("in `{name}`")))
            .collect();
        if self.site.default_zone.is_none() {
            zones.insert(0, (None, "for visitors of no zone".to_owned()));
        }
        let mut pairs: Vec<[Index<Season>; 2]> = Vec::new();
        // Of two that overlap, one begins on a day of the other.
        for day in config.season_spans().flat_map(|span| first_days(&span)) {
            for (zone, place) in &zones {
                let mut here: Vec<Index<Season>> =
                    in_force(config, *zone, u32::from(day) * DAY_S).collect();
                here.sort_unstable();
                here.dedup();
                for pair in here.windows(2).map(|pair| [pair[0], pair[1]]) {
                    if !pairs.contains(&pair) {
                        pairs.push(pair);
                        self.overlap(pair, day, place);
                    }
                }
            }
        }
    }

    fn overlap(&mut self, [first, second]: [Index<Season>; 2], day: u16, place: &str) {
        let name = |season: Index<Season>| {
            self.site
                .seasons
                .get(season.position())
                .map_or("", |s| &s.name)
        };
        let MonthDay { month, day } = Day::new(day).date().month_day();
        let message = format!(
            "`{}` and `{}` overlap {place}, on {month:02}-{day:02} for one",
            name(second),
            name(first)
        );
        let hint = "Let one end before the other, or give them other regions; where both hold, taste learns the less \
                      of the two and exploration is the larger";
        self.warn(format!("/seasons/{}", second.number()), message, hint);
    }
}

/// The days on which a span begins.
fn first_days(span: &SeasonSpan) -> Vec<u16> {
    if !span.is_yearly {
        return vec![span.from];
    }
    let Some(first) = MonthDay::unpack(u32::from(span.from)) else {
        return Vec::new();
    };
    // The day after the 28th of February, where there is no 29th.
    let march = MonthDay { month: 3, day: 1 };
    let day = |year| {
        first
            .in_year(year)
            .or_else(|| march.in_year(year))
            .and_then(Date::day)
    };
    YEARS.filter_map(day).map(Day::get).collect()
}
