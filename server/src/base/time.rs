//! Times in logs. In: dates and times of the usual forms, seconds or milliseconds since 1970. Out: milliseconds since
//! 1970. Never: a date that the calendar lacks, or one with two readings.

use escale::internals::base::civil::Date;

use super::values::{Convention, Origin, date};

/// Least number that is read as milliseconds; as seconds it lies beyond the year 5138.
const LEAST_MILLISECONDS: f64 = 1e11;
/// Milliseconds of a day.
pub const DAY_MS: f64 = 86_400_000.0;

/// Parses a time. One without an offset is UTC.
///
/// # Errors
/// A message if the text is neither a time nor a number.
pub fn parse(text: &str) -> Result<f64, String> {
    if let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Ok(if number.abs() < LEAST_MILLISECONDS {
            number * 1000.0
        } else {
            number
        });
    }
    date::time(text, Convention::Unknown, Origin::Json)?
        .unix_ms()
        .ok_or_else(|| format!("`{text}` is before 1970"))
}

/// Returns a time in UTC as RFC 3339 has it, from seconds since 1970.
pub fn rfc3339(unix_s: u64) -> String {
    let date = Date::from_unix_day((unix_s / 86_400) as u32);
    let (hour, minute, second) = (unix_s / 3_600 % 24, unix_s / 60 % 60, unix_s % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_of_seconds_reads_back() {
        for (unix_s, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_825_599, "2000-02-29T11:59:59Z"),
            (1_795_983_845, "2026-11-29T20:24:05Z"),
        ] {
            assert_eq!(rfc3339(unix_s), text);
            assert_eq!(parse(text), Ok(unix_s as f64 * 1000.0));
        }
    }

    #[test]
    fn parse_of_each_form_gives_milliseconds() {
        for (text, ms) in [
            ("1970-01-02", 86_400_000.0),
            ("2000-02-29T12:00:00Z", 951_825_600_000.0),
            ("2026-05-01T09:30:15.5Z", 1_777_627_815_500.0),
            ("2026-05-01 09:30", 1_777_627_800_000.0),
            ("2026-05-01T11:30:00+02:00", 1_777_627_800_000.0),
            ("1541574837", 1_541_574_837_000.0),
            ("1541574837000", 1_541_574_837_000.0),
        ] {
            assert_eq!(parse(text), Ok(ms), "{text}");
        }
        for wrong in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-05",
            "2026-05-01T25:00",
            "NaN",
            "02/04/2026",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
