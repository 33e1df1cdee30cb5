//! Times inside the core: whole seconds since the landmark, UTC. Comes in: milliseconds since the Unix epoch, or
//! a date as people write it. Never: a clock.

/// Seconds from the Unix epoch to the landmark, 2020-01-01T00:00:00Z.
pub const LANDMARK_UNIX_S: u64 = 1_577_836_800;
/// Seconds of a day.
pub const DAY_S: u32 = 86_400;
/// The last day that a journey may name, in days since the landmark: the end of 2099.
pub const LAST_DAY: u16 = 29_219;

/// Seconds since the landmark of a time in milliseconds since the Unix epoch. What is not a number or lies
/// before the landmark is the landmark; the last second that fits in 31 bits (year 2088) is the end of time.
///
/// ```
/// use escale::core::base::time::seconds_of;
/// assert_eq!(seconds_of(1_577_836_801_999.0), 1);
/// assert_eq!(seconds_of(f64::NAN), 0);
/// assert_eq!(seconds_of(-1.0), 0);
/// ```
#[must_use]
pub fn seconds_of(unix_ms: f64) -> u32 {
    // A float cast saturates and takes NaN to zero; both are wanted here.
    let unix_s = (unix_ms / 1000.0) as u64;
    unix_s.saturating_sub(LANDMARK_UNIX_S).min(i32::MAX as u64) as u32
}

/// Milliseconds since the Unix epoch of seconds since the landmark.
#[must_use]
pub fn unix_ms_of(seconds: u32) -> f64 {
    (u64::from(seconds) + LANDMARK_UNIX_S) as f64 * 1000.0
}

/// Days since the landmark of a date written `YYYY-MM-DD` (what follows, such as a time of day, is ignored), for
/// the years 2020 to 2099.
///
/// ```
/// use escale::core::base::time::day_of_date;
/// assert_eq!(day_of_date("2020-03-01"), Some(60));
/// assert_eq!(day_of_date("2021-02-29"), None);
/// ```
#[must_use]
pub fn day_of_date(date: &str) -> Option<u16> {
    let text = date.as_bytes().get(..10)?;
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let (year, month, day) = (
        digits(&text[..4])?,
        digits(&text[5..7])?,
        digits(&text[8..10])?,
    );
    day_of(year, (month as u16, day as u16))
}

/// The day since the landmark of a date, month and day of the month; none: there is no such date from 2020 to 2099.
///
/// ```
/// use escale::core::base::time::day_of;
/// assert_eq!(day_of(2020, (3, 1)), Some(60));
/// assert_eq!(day_of(2021, (2, 29)), None);
/// ```
#[must_use]
pub fn day_of(year: u32, (month, day): (u16, u16)) -> Option<u16> {
    let (month, day) = (u32::from(month), u32::from(day));
    if !(2020..2100).contains(&year)
        || !(1..=12).contains(&month)
        || day < 1
        || day > month_length(year, month)
    {
        return None;
    }
    let years = year - 2020;
    let before_year = years * 365 + years.div_ceil(4);
    let before_month: u32 = (1..month).map(|m| month_length(year, m)).sum();
    Some((before_year + before_month + day - 1) as u16)
}

/// Month and day of the month of a day since the landmark, for the years 2020 to 2099.
///
/// ```
/// use escale::core::base::time::{day_of_date, month_and_day};
/// assert_eq!(day_of_date("2028-02-29").map(month_and_day), Some((2, 29)));
/// ```
#[must_use]
pub fn month_and_day(day: u16) -> (u16, u16) {
    let (cycles, mut rest) = (u32::from(day) / 1461, u32::from(day) % 1461);
    let mut year = 2020 + 4 * cycles;
    for length in [366, 365, 365] {
        if rest < length {
            break;
        }
        (rest, year) = (rest - length, year + 1);
    }
    let mut month = 1;
    while rest >= month_length(year, month) && month < 12 {
        (rest, month) = (rest - month_length(year, month), month + 1);
    }
    (month as u16, rest as u16 + 1)
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |n, c| {
        c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0'))
    })
}

/// 2000 to 2099 has a leap year every four.
pub(crate) fn month_length(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(year.is_multiple_of(4)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_days_from_the_landmark() {
        assert_eq!(day_of_date("2020-01-01"), Some(0));
        assert_eq!(day_of_date("2020-12-31"), Some(365));
        assert_eq!(day_of_date("2021-01-01"), Some(366));
        assert_eq!(day_of_date("2024-02-29T10:00:00+02:00"), Some(1520));
        assert_eq!(day_of_date("2026-11-21"), Some(2516));
    }

    #[test]
    fn every_day_has_its_month() {
        for (date, month_day) in [
            ("2020-01-01", (1, 1)),
            ("2020-12-31", (12, 31)),
            ("2023-03-01", (3, 1)),
        ] {
            assert_eq!(day_of_date(date).map(month_and_day), Some(month_day));
        }
        for day in 0..29_000 {
            let (month, date) = month_and_day(day);
            assert!(
                (1..=12).contains(&month) && (1..=31).contains(&date),
                "{day}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2026",
            "2026/11/21",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "1999-01-01",
            "20é6-01-01",
        ] {
            assert_eq!(day_of_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_ends_of_time_saturate() {
        assert_eq!(seconds_of(f64::INFINITY), i32::MAX as u32);
        assert_eq!(seconds_of(0.0), 0);
        assert_eq!(unix_ms_of(0), 1_577_836_800_000.0);
    }
}
