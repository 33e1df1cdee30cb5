//! The one calendar: days and dates of the Gregorian calendar, UTC. In: a count of days, or a date
//! as text. Out: the other form. Never: a time zone.
//!
//! Conversions follow Howard Hinnant, *chrono-compatible low-level date algorithms*
//! (`civil_from_days`, `days_from_civil`). By hand because the runtime cannot afford a date
//! library, and the server shares it.

use std::fmt;

use super::time::{DAY_S, EPOCH_UNIX_S, Timestamp};

/// Days from the Unix epoch to the epoch of stored times, 2020-01-01.
pub const EPOCH_UNIX_DAY: u32 = (EPOCH_UNIX_S / DAY_S as u64) as u32;

/// Days from 0000-03-01, the first day of the algorithms' calendar, to the Unix epoch.
const UNIX_DAY_SHIFT: u32 = 719_468;

/// A UTC day: whole days since 2020-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u16);

/// A date of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u32,
    month_day: MonthDay,
}

/// A day of any year, such as a birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

impl Day {
    /// The last day that a journey may name: 2099-12-31.
    pub const MAX_TRAVEL: Self = Self(29_219);

    /// Returns the day this many days after 2020-01-01.
    #[must_use]
    pub const fn new(days: u16) -> Self {
        Self(days)
    }

    /// Parses `YYYY-MM-DD` for the years 2020 to 2099. Text after the date, such as a time of day,
    /// is ignored.
    ///
    /// ```
    /// use escale::internals::base::civil::Day;
    /// assert_eq!(Day::parse("2020-03-01"), Some(Day::new(60)));
    /// assert_eq!(Day::parse("2024-02-29T10:00:00+02:00"), Some(Day::new(1520)));
    /// assert_eq!(Day::parse("2021-02-29"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Date::parse(text)?.day()
    }

    /// Returns days since 2020-01-01.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Returns days since 1970-01-01.
    #[must_use]
    pub fn unix_day(self) -> u32 {
        u32::from(self.0) + EPOCH_UNIX_DAY
    }

    /// Returns the first second of the day, saturating.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        Timestamp::new((self.0 as u32).saturating_mul(DAY_S))
    }

    /// Returns the date of the day.
    ///
    /// ```
    /// use escale::internals::base::civil::Day;
    /// assert_eq!(Day::new(60).date().to_string(), "2020-03-01");
    /// ```
    #[must_use]
    pub fn date(self) -> Date {
        Date::from_unix_day(self.unix_day())
    }
}

impl Date {
    /// Returns the date of a day since 1970-01-01.
    ///
    /// ```
    /// use escale::internals::base::civil::Date;
    /// assert_eq!(Date::from_unix_day(11_016).to_string(), "2000-02-29");
    /// ```
    #[must_use]
    pub fn from_unix_day(unix_day: u32) -> Self {
        let days = unix_day.saturating_add(UNIX_DAY_SHIFT);
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // The algorithms' years begin in March, so that a leap day is the last one.
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let is_next_year = month_from_march >= 10;
        let month = month_from_march + 3 - 12 * u32::from(is_next_year);
        Self {
            year: year_of_era + era * 400 + u32::from(is_next_year),
            month_day: MonthDay {
                month: month as u8,
                day: day as u8,
            },
        }
    }

    /// Parses `YYYY-MM-DD` for the years 1970 to 9999. Text after the date is ignored. `None` for a
    /// date that does not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes().get(..10)?;
        if text[4] != b'-' || text[7] != b'-' {
            return None;
        }
        let month_day = MonthDay {
            month: digits(&text[5..7])? as u8,
            day: digits(&text[8..])? as u8,
        };
        month_day.in_year(digits(&text[..4])?)
    }

    /// Returns the year, such as 2026.
    #[must_use]
    pub fn year(self) -> u32 {
        self.year
    }

    /// Returns month and day of the month.
    #[must_use]
    pub fn month_day(self) -> MonthDay {
        self.month_day
    }

    /// Returns days since 1970-01-01. [`MonthDay::in_year`] checks that the date exists.
    #[must_use]
    pub fn unix_day(self) -> u32 {
        let MonthDay { month, day } = self.month_day;
        let year = self.year - u32::from(month <= 2);
        let month_from_march = (u32::from(month) + 9) % 12;
        let (era, year_of_era) = (year / 400, year % 400);
        let of_year = (153 * month_from_march + 2) / 5 + u32::from(day) - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        era * 146_097 + of_era - UNIX_DAY_SHIFT
    }

    /// Returns the day, for the years 2020 to 2099.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        let days = self.unix_day().checked_sub(EPOCH_UNIX_DAY)?;
        (days <= u32::from(Day::MAX_TRAVEL.0)).then_some(Day(days as u16))
    }
}

impl MonthDay {
    /// Returns the date in a year from 1970 to 9999. `None` if the year has no such day.
    ///
    /// ```
    /// use escale::internals::base::civil::MonthDay;
    /// let leap_day = MonthDay { month: 2, day: 29 };
    /// assert!(leap_day.in_year(2024).is_some() && leap_day.in_year(2026).is_none());
    /// ```
    #[must_use]
    pub fn in_year(self, year: u32) -> Option<Date> {
        let date = Date {
            year,
            month_day: self,
        };
        // A date that does not exist comes back from its count of days as another one.
        let is_in_range = (1970..10_000).contains(&year) && self.month > 0 && self.day > 0;
        (is_in_range && Date::from_unix_day(date.unix_day()) == date).then_some(date)
    }

    /// Packs month and day into one number, ordered as the days of a year.
    #[must_use]
    pub fn pack(self) -> u32 {
        32 * u32::from(self.month) + u32::from(self.day)
    }

    /// Unpacks a number of [`MonthDay::pack`]. `None` if it is no day of a year; months of 30 days
    /// may have 31 here.
    #[must_use]
    pub fn unpack(packed: u32) -> Option<Self> {
        let (month, day) = (packed / 32, packed % 32);
        ((1..=12).contains(&month) && day > 0).then_some(Self {
            month: month as u8,
            day: day as u8,
        })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MonthDay { month, day } = self.month_day;
        write!(f, "{:04}-{month:02}-{day:02}", self.year)
    }
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |n, c| {
        c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_days_from_the_epoch() {
        for (date, day) in [
            ("2020-01-01", 0),
            ("2020-12-31", 365),
            ("2021-01-01", 366),
            ("2024-02-29T10:00:00+02:00", 1520),
            ("2026-11-21", 2516),
            ("2099-12-31", 29_219),
        ] {
            assert_eq!(Day::parse(date), Some(Day::new(day)), "{date}");
        }
    }

    #[test]
    fn every_day_has_one_date() {
        for day in (0..=Day::MAX_TRAVEL.get()).map(Day::new) {
            let date = day.date();
            assert_eq!(date.day(), Some(day));
            assert_eq!(Date::parse(&date.to_string()), Some(date));
            assert_eq!(
                MonthDay::unpack(date.month_day.pack()),
                Some(date.month_day)
            );
        }
    }

    #[test]
    fn days_since_1970_read_as_dates() {
        for (day, text) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (18_262, "2020-01-01"),
            (20_818, "2026-12-31"),
        ] {
            assert_eq!(Date::from_unix_day(day).to_string(), text);
            assert_eq!(Date::parse(text).map(Date::unix_day), Some(day));
        }
    }

    #[test]
    fn text_without_a_date_is_rejected() {
        for text in [
            "",
            "2026",
            "2026/11/21",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-04-31",
            "2021-02-29",
            "1999-01-01",
            "2100-01-01",
            "20é6-01-01",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
