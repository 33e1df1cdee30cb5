//! Dates and times of the usual exports. In: texts. Out: a day, a time of day and an offset. Never: a day that the
//! calendar lacks, or a guess between day and month.

use escale::internals::base::civil::Date;

use super::Convention;
use super::Origin;
use super::fold::fold;
use crate::base::time::DAY_MS;

/// Serial numbers of spreadsheets that lie between 1954 and 2119.
const SERIALS: std::ops::Range<f64> = 20_000.0..80_000.0;
/// Serial number of 1970-01-01.
const SERIAL_OF_1970: f64 = 25_569.0;
/// Longest text that is read as a time.
const MAX_CHARS: usize = 64;
const MINUTE_MS: f64 = 60_000.0;

/// Order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DateOrder {
    /// 31/12/2026
    DayFirst,
    /// 12/31/2026
    MonthFirst,
}

/// Point in time, as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub year: u32,
    pub month: u32,
    pub day: u32,
    ms_of_day: f64,
    offset_minutes: f64,
}

impl Moment {
    /// Milliseconds since 1970. A time without an offset is UTC. `None` before 1970.
    pub fn unix_ms(self) -> Option<f64> {
        let day = f64::from(Date::parse(&self.day_text())?.unix_day());
        Some(day * DAY_MS + self.ms_of_day - self.offset_minutes * MINUTE_MS)
    }

    /// `YYYY-MM-DD`, the day as it was written.
    pub fn day_text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn of_unix_ms(ms: f64) -> Option<Self> {
        let day = (ms / DAY_MS).floor();
        if !(0.0..2_932_897.0).contains(&day) {
            return None;
        }
        let text = Date::from_unix_day(day as u32).to_string();
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
        Some(Self {
            year: parts.next()??,
            month: parts.next()??,
            day: parts.next()??,
            ms_of_day: ms - day * DAY_MS,
            offset_minutes: 0.0,
        })
    }
}

/// Reads a time: any of the forms of [`day`], or seconds or milliseconds since 1970.
///
/// # Errors
/// A message without the field's name.
pub fn time(text: &str, order: Convention<DateOrder>, origin: Origin) -> Result<Moment, String> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number_as_time(text, number);
    }
    moment(text, order, origin)
}

/// Reads a day.
///
/// # Errors
/// A message without the field's name.
pub fn day(text: &str, order: Convention<DateOrder>, origin: Origin) -> Result<Moment, String> {
    let text = text.trim();
    if let Ok(number) = text.replacen(',', ".", 1).parse::<f64>() {
        return match compact(text) {
            Some(moment) => moment,
            None => Err(serial(text, number).unwrap_or_else(|| no_date(text))),
        };
    }
    moment(text, order, origin)
}

/// Returns the order that a text shows. `None` if it shows none.
pub fn order_of(text: &str) -> Option<DateOrder> {
    let mut cursor = Cursor::of(text);
    cursor.skip_weekday();
    match cursor.date()? {
        Written::Numeric(numeric) => numeric.certain_order(),
        Written::Named(_) => None,
    }
}

fn number_as_time(text: &str, number: f64) -> Result<Moment, String> {
    if let Some(moment) = compact(text) {
        return moment;
    }
    if let Some(message) = serial(text, number) {
        return Err(message);
    }
    let ms = match number {
        n if (1e9..1e11).contains(&n) => n * 1000.0,
        n if (1e11..1e14).contains(&n) => n,
        n if (1e14..1e17).contains(&n) => n / 1000.0,
        n if (0.0..1e9).contains(&n) => n * 1000.0,
        _ => return Err(no_date(text)),
    };
    Moment::of_unix_ms(ms).ok_or_else(|| no_date(text))
}

/// Message about a spreadsheet's serial number. `None` for another number.
fn serial(text: &str, number: f64) -> Option<String> {
    let moment = Moment::of_unix_ms((number - SERIAL_OF_1970) * DAY_MS)?;
    SERIALS.contains(&number).then(|| {
        format!(
            "`{text}` is a spreadsheet's serial number, of {}: format the column as a date, or import the workbook itself",
            moment.day_text()
        )
    })
}

/// Reads YYYYMMDD, with hour and minute, and second. `None` for another form.
fn compact(text: &str) -> Option<Result<Moment, String>> {
    if !matches!(text.len(), 8 | 12 | 14) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute) = (part(8, 10).unwrap_or(0), part(10, 12).unwrap_or(0));
    let second = part(12, 14).unwrap_or(0);
    let is_time = (1900..2200).contains(&year) && (1..=12).contains(&month);
    if !is_time || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(existing(text, (year, month, day)).map(|moment| Moment {
        ms_of_day: f64::from(hour * 3600 + minute * 60 + second) * 1000.0,
        ..moment
    }))
}

fn no_date(text: &str) -> String {
    let shown: String = text.chars().take(MAX_CHARS).collect();
    format!("`{shown}` is not a time: write 2026-05-01 or 2026-05-01T09:30:00+02:00")
}

/// Returns midnight of a day that the calendar has.
fn existing(text: &str, (year, month, day): (u32, u32, u32)) -> Result<Moment, String> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if day == 0 || day > days {
        return Err(format!("`{text}` is a day that does not exist"));
    }
    Ok(Moment {
        year,
        month,
        day,
        ms_of_day: 0.0,
        offset_minutes: 0.0,
    })
}

fn moment(text: &str, order: Convention<DateOrder>, origin: Origin) -> Result<Moment, String> {
    if text.is_empty() || text.chars().count() > MAX_CHARS {
        return Err(no_date(text));
    }
    let mut cursor = Cursor::of(text);
    cursor.skip_weekday();
    let day = match cursor.date().ok_or_else(|| no_date(text))? {
        Written::Named(day) => existing(text, day)?,
        Written::Numeric(numeric) => numeric.resolve(text, order, origin)?,
    };
    let (ms_of_day, offset_minutes) = cursor.clock().ok_or_else(|| no_date(text))?;
    Ok(Moment {
        ms_of_day,
        offset_minutes,
        ..day
    })
}

/// Date as it was written.
enum Written {
    /// Year, month and day, in no doubt.
    Named((u32, u32, u32)),
    Numeric(Numeric),
}

/// Two numbers and a year.
struct Numeric {
    first: u32,
    second: u32,
    year: u32,
    is_short_year: bool,
    separator: char,
}

impl Numeric {
    /// Returns the order that the numbers show. Dates with points are day-first everywhere.
    fn certain_order(&self) -> Option<DateOrder> {
        if self.is_short_year {
            return None;
        }
        match (self.first, self.second) {
            (13.., 1..=12) => Some(DateOrder::DayFirst),
            (1..=12, 13..) => Some(DateOrder::MonthFirst),
            _ if self.separator == '.' => Some(DateOrder::DayFirst),
            _ => None,
        }
    }

    fn resolve(
        &self,
        text: &str,
        order: Convention<DateOrder>,
        origin: Origin,
    ) -> Result<Moment, String> {
        let order = match (order, self.certain_order()) {
            (Convention::Given(given), _) => given,
            (_, Some(certain)) => certain,
            (Convention::Observed(observed), None) => observed,
            (_, None) if self.first == self.second && !self.is_short_year => DateOrder::DayFirst,
            (_, None) => return Err(self.ambiguous(text, origin)),
        };
        let (day, month) = match order {
            DateOrder::DayFirst => (self.first, self.second),
            DateOrder::MonthFirst => (self.second, self.first),
        };
        let year = if self.is_short_year {
            2000 + self.year
        } else {
            self.year
        };
        existing(text, (year, month, day))
    }

    fn ambiguous(&self, text: &str, origin: Origin) -> String {
        if self.first > 12 && self.second > 12 {
            return format!("`{text}` is a day that does not exist");
        }
        let reading = if self.is_short_year {
            "has a year of two digits".to_owned()
        } else {
            let (year, first, second) = (self.year, self.first, self.second);
            format!("is {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}")
        };
        let hint = match origin {
            Origin::Json => "write YYYY-MM-DD",
            Origin::File => "say --dates day-first or --dates month-first",
        };
        format!("`{text}` {reading}: {hint}")
    }
}

/// Reader of a text from its beginning.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.trim() }
    }

    fn take(&mut self, is_taken: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !is_taken(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn digits(&mut self, lengths: std::ops::RangeInclusive<usize>) -> Option<(u32, usize)> {
        let digits = self.take(|c| c.is_ascii_digit());
        lengths
            .contains(&digits.len())
            .then(|| digits.parse().ok())
            .flatten()
            .map(|number| (number, digits.len()))
    }

    fn letters(&mut self) -> String {
        fold(self.take(char::is_alphabetic))
    }

    fn spaces(&mut self) {
        self.take(char::is_whitespace);
    }

    /// Takes one of these characters, with spaces around it, or spaces alone.
    fn separator(&mut self, of: &str) -> Option<char> {
        let before = self.rest.len();
        self.spaces();
        let Some(c) = self.rest.chars().next().filter(|c| of.contains(*c)) else {
            return (self.rest.len() < before).then_some(' ');
        };
        self.rest = &self.rest[c.len_utf8()..];
        self.spaces();
        Some(c)
    }

    fn skip_weekday(&mut self) {
        let before = self.rest;
        let name = self.letters();
        let is_weekday =
            name.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(name.as_str()));
        if is_weekday {
            self.separator(".,");
            self.separator(",");
        } else {
            self.rest = before;
        }
    }

    fn date(&mut self) -> Option<Written> {
        if self.rest.starts_with(char::is_alphabetic) {
            return self.month_day_year().map(Written::Named);
        }
        let (first, length) = self.digits(1..=4)?;
        if length == 3 {
            return None;
        }
        self.ordinal();
        let separator = self.separator("-/.")?;
        if self.rest.starts_with(char::is_alphabetic) {
            return self.day_month_year(first, length).map(Written::Named);
        }
        let (second, _) = self.digits(1..=2)?;
        if self.separator("-/.")? != separator || separator == ' ' {
            return None;
        }
        if length == 4 {
            let (day, _) = self.digits(1..=2)?;
            return Some(Written::Named((first, second, day)));
        }
        let (year, digits) = self.digits(2..=4).filter(|(_, digits)| *digits != 3)?;
        Some(Written::Numeric(Numeric {
            first,
            second,
            year,
            is_short_year: digits == 2,
            separator,
        }))
    }

    /// Skips the `er` of `1er` and the `st` of `1st`.
    fn ordinal(&mut self) {
        for suffix in ["er", "st", "nd", "rd", "th"] {
            if let Some(rest) = self.rest.strip_prefix(suffix)
                && !rest.starts_with(char::is_alphabetic)
            {
                self.rest = rest;
                return;
            }
        }
    }

    /// Reads `Aug 1, 2026`.
    fn month_day_year(&mut self) -> Option<(u32, u32, u32)> {
        let month = month(&self.letters())?;
        self.separator(".-/,")?;
        let (day, _) = self.digits(1..=2)?;
        self.ordinal();
        self.separator(",-/.")?;
        let (year, _) = self.digits(4..=4)?;
        Some((year, month, day))
    }

    /// Reads the rest of `1 Aug 2026` or `2026-Aug-01`.
    fn day_month_year(&mut self, first: u32, length: usize) -> Option<(u32, u32, u32)> {
        let month = month(&self.letters())?;
        self.separator("-/.,")?;
        self.separator("-/,");
        if length == 4 {
            return Some((first, month, self.digits(1..=2)?.0));
        }
        Some((self.digits(4..=4)?.0, month, first))
    }

    /// Reads the time of day and the offset in minutes to the end of the text.
    fn clock(&mut self) -> Option<(f64, f64)> {
        if self.rest.is_empty() {
            return Some((0.0, 0.0));
        }
        self.before_clock()?;
        let (hour, _) = self.digits(1..=2)?;
        let (minute, second) = self.minutes()?;
        self.spaces();
        let hour = self.half_day(hour)?;
        let is_time = hour < 24 && minute < 60 && second < 61.0;
        let offset = self.offset()?;
        let ms = f64::from(hour * 3600 + minute * 60) * 1000.0 + second * 1000.0;
        (is_time && self.rest.is_empty()).then_some((ms, offset))
    }

    /// Takes what stands between date and time: `T`, a comma, `à`, `at` or spaces.
    fn before_clock(&mut self) -> Option<()> {
        let before = self.rest.len();
        if let Some(rest) = self.rest.strip_prefix(['T', 't']) {
            self.rest = rest;
            return Some(());
        }
        self.separator(",");
        let rest = self.rest;
        if !matches!(self.letters().as_str(), "a" | "at") {
            self.rest = rest;
        }
        self.spaces();
        (self.rest.len() < before).then_some(())
    }

    /// Reads `:09`, `:09:15.5` or `h09`. An hour alone needs `h`, or AM or PM behind it.
    fn minutes(&mut self) -> Option<(u32, f64)> {
        if let Some(rest) = self.rest.strip_prefix(['h', 'H']) {
            self.rest = rest;
            let minute = self.digits(2..=2).map_or(0, |(minute, _)| minute);
            return Some((minute, 0.0));
        }
        let Some(rest) = self.rest.strip_prefix(':') else {
            let rest = self.rest.trim_start().to_ascii_lowercase();
            return (rest.starts_with("am") || rest.starts_with("pm")).then_some((0, 0.0));
        };
        self.rest = rest;
        let (minute, _) = self.digits(1..=2)?;
        let Some(rest) = self.rest.strip_prefix(':') else {
            return Some((minute, 0.0));
        };
        self.rest = rest;
        let (second, _) = self.digits(1..=2)?;
        let mut fraction = 0.0;
        if let Some(rest) = self.rest.strip_prefix(['.', ',']) {
            self.rest = rest;
            let digits = self.take(|c| c.is_ascii_digit());
            fraction = ["0.", digits, "0"].concat().parse().ok()?;
        }
        Some((minute, f64::from(second) + fraction))
    }

    /// Applies AM or PM to an hour.
    fn half_day(&mut self, hour: u32) -> Option<u32> {
        let before = self.rest;
        let term = self
            .take(|c| c.is_ascii_alphabetic() || c == '.')
            .replace('.', "");
        let is_12 = (1..=12).contains(&hour);
        match term.to_ascii_lowercase().as_str() {
            "am" => is_12.then_some(hour % 12),
            "pm" => is_12.then_some(hour % 12 + 12),
            _ => {
                self.rest = before;
                Some(hour)
            }
        }
    }

    /// Reads `Z`, `UTC`, `+0200`, `+02:00`, `UTC+2` or `CET`.
    fn offset(&mut self) -> Option<f64> {
        self.spaces();
        let name = self.take(|c| c.is_ascii_alphabetic()).to_ascii_uppercase();
        let of_name = ZONES
            .iter()
            .find(|(zone, _)| *zone == name)
            .map(|(_, minutes)| *minutes);
        if !name.is_empty() && of_name.is_none() {
            return None;
        }
        if matches!(name.as_str(), "" | "UTC" | "GMT") {
            self.spaces();
        }
        let sign = match self.rest.chars().next() {
            Some('+') => 1.0,
            Some('-' | '\u{2212}') => -1.0,
            _ => return Some(of_name.unwrap_or(0.0)),
        };
        self.take(|c| "+-\u{2212}".contains(c));
        let (number, length) = self.digits(1..=4)?;
        let (hours, minutes) = match length {
            1 | 2 if self.rest.starts_with(':') => {
                self.take(|c| c == ':');
                (number, self.digits(2..=2)?.0)
            }
            1 | 2 => (number, 0),
            _ => (number / 100, number % 100),
        };
        (hours <= 14 && minutes < 60).then(|| sign * f64::from(hours * 60 + minutes))
    }
}

/// Zones with one meaning, in minutes east of UTC. `EST` and the like have several.
const ZONES: [(&str, f64); 9] = [
    ("Z", 0.0),
    ("UTC", 0.0),
    ("GMT", 0.0),
    ("WET", 0.0),
    ("WEST", 60.0),
    ("CET", 60.0),
    ("CEST", 120.0),
    ("EET", 120.0),
    ("EEST", 180.0),
];

const WEEKDAYS: [&str; 14] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];

/// Months in English and French, folded.
const MONTHS: [[&str; 2]; 12] = [
    ["january", "janvier"],
    ["february", "fevrier"],
    ["march", "mars"],
    ["april", "avril"],
    ["may", "mai"],
    ["june", "juin"],
    ["july", "juillet"],
    ["august", "aout"],
    ["september", "septembre"],
    ["october", "octobre"],
    ["november", "novembre"],
    ["december", "decembre"],
];

/// Returns the month that a folded name or its abbreviation denotes. `None` if several do, as with `jui`.
fn month(name: &str) -> Option<u32> {
    if name.len() < 3 {
        return None;
    }
    let is_meant = |names: &[&str; 2]| names.iter().any(|month| month.starts_with(name));
    let mut all = (1..).zip(&MONTHS).filter(|(_, names)| is_meant(names));
    match (all.next(), all.next()) {
        (Some((month, _)), None) => Some(month),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Convention<DateOrder> = Convention::Unknown;

    fn ms(text: &str, order: Convention<DateOrder>) -> Option<f64> {
        time(text, order, Origin::File).ok()?.unix_ms()
    }

    #[test]
    fn time_of_each_certain_form_is_the_same_moment() {
        let expected = Some(1_785_578_700_000.0);
        for text in [
            "2026-08-01T10:05:00Z",
            "2026-08-01T10:05Z",
            "2026-08-01 10:05",
            "2026-08-01T10:05:00.000+0000",
            "2026-08-01T12:05:00.000+0200",
            "2026-08-01T12:05:00+02:00",
            "2026-08-01 12:05:00 +0200",
            "2026-08-01T12:05:00+02",
            "2026-08-01T04:35:00-05:30",
            "2026-08-01 10:05:00 UTC",
            "2026-08-01 12:05 UTC+2",
            "2026-08-01 12:05:00 CEST",
            "2026/08/01 10:05",
            "2026.8.1 10:05:00",
            "20260801100500",
            "202608011005",
            "1785578700",
            "1785578700000",
            "1 Aug 2026 10:05",
            "01-Aug-2026 10:05:00",
            "Aug 1, 2026 10:05 AM",
            "Aug 01, 2026, 10:05 am",
            "August 1st, 2026 at 10:05 a.m.",
            "Saturday, August 1, 2026 10:05 AM",
            "Sat, 01 Aug 2026 10:05:00 GMT",
            "1er août 2026 à 10h05",
            "samedi 1 août 2026 10:05",
            "01.08.2026 10:05",
            "2026-08-01\u{a0}10:05:00,000",
        ] {
            assert_eq!(ms(text, NONE), expected, "{text}");
        }
        assert_eq!(ms("2026-08-01 12:05 AM", NONE), Some(1_785_542_700_000.0));
    }

    #[test]
    fn time_with_two_readings_follows_the_order_or_is_rejected() {
        use Convention::{Contradictory, Given, Observed};
        let day = |text: &str, order| time(text, order, Origin::File).map(Moment::day_text).ok();
        let (first, second) = (Some("2026-04-02".to_owned()), Some("2026-02-04".to_owned()));
        for text in ["02/04/2026", "2/4/2026 10:00", "02-04-2026", "2/4/26"] {
            assert_eq!(day(text, NONE), None, "{text}");
            assert_eq!(day(text, Contradictory), None, "{text}");
            assert_eq!(day(text, Observed(DateOrder::DayFirst)), first, "{text}");
            assert_eq!(day(text, Given(DateOrder::MonthFirst)), second, "{text}");
        }
        assert_eq!(day("20/12/2026", NONE).as_deref(), Some("2026-12-20"));
        assert_eq!(day("12/20/2026", NONE).as_deref(), Some("2026-12-20"));
        assert_eq!(day("04/04/2026", NONE).as_deref(), Some("2026-04-04"));
        assert_eq!(day("20/12/2026", Given(DateOrder::MonthFirst)), None);
        let message = time("02/04/2026", NONE, Origin::File)
            .err()
            .unwrap_or_default();
        assert!(
            message.contains("2026-04-02 or 2026-02-04") && message.contains("--dates"),
            "{message}"
        );
        assert_eq!(order_of("20/12/2026 10:05"), Some(DateOrder::DayFirst));
        assert_eq!(order_of("12/20/2026"), Some(DateOrder::MonthFirst));
        assert_eq!(
            [
                order_of("02/04/2026"),
                order_of("20/12/26"),
                order_of("2026-12-20")
            ],
            [None; 3]
        );
    }

    #[test]
    fn time_that_is_none_is_rejected() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "31/02/2026",
            "2026-02-29",
            "32/01/2026",
            "2026-05",
            "2026-05-01T25:00",
            "2026-05-01T10:60",
            "2026-05-01T10",
            "NaN",
            "inf",
            "13/13/2026",
            "2026-05-01 10:00 EST",
            "2026-05-01 10:00 +25:00",
            "0/0/2026",
            "2026-05/01",
            "1 jui 2026",
            "2026-05-01 13:00 PM",
            "2026-05-01T09:30:00+02:00 x",
            "01 05 2026",
            "-1785578700",
        ] {
            assert!(ms(text, NONE).is_none(), "{text}");
        }
    }

    #[test]
    fn serial_number_is_reported_for_what_it_is() {
        for text in ["46235", "46235.42"] {
            let message = time(text, NONE, Origin::File).err().unwrap_or_default();
            assert!(
                message.contains("serial number, of 2026-08-01"),
                "{message}"
            );
        }
        let message = day("46235,5", NONE, Origin::File).err().unwrap_or_default();
        assert!(message.contains("serial number"), "{message}");
        assert!(day("20260801", NONE, Origin::File).is_ok());
        assert!(day("1785578700", NONE, Origin::File).is_err());
    }
}
