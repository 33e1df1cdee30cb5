//! Times in logs and imports. In: ISO 8601 in UTC, dates, seconds or milliseconds since 1970. Out: milliseconds since
//! 1970. Never: a time zone; a date that the calendar lacks.

use escale::internals::base::civil::Date;

/// Least number that is read as milliseconds; as seconds it lies beyond the year 5138.
const LEAST_MILLISECONDS: f64 = 1e11;
/// Milliseconds of a day.
pub const DAY_MS: f64 = 86_400_000.0;

/// Parses a time.
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
    parse_iso(text).ok_or_else(|| {
        format!("`{text}` is not a time: write 2026-05-01T09:30:00Z, or seconds since 1970")
    })
}

/// Parses `2026-05-01`, optionally with `T09:30` or `T09:30:15`, a fraction and `Z`.
fn parse_iso(text: &str) -> Option<f64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let date = Date::parse(date).filter(|_| date.len() == 10)?;
    let mut clock = time.split(':').map(|part| part.parse::<f64>().ok());
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0.0))?;
    let is_time = (0.0..24.0).contains(&hour)
        && (0.0..60.0).contains(&minute)
        && (0.0..61.0).contains(&second)
        && clock.next().is_none();
    is_time.then(|| {
        f64::from(date.unix_day()) * DAY_MS + (hour * 3600.0 + minute * 60.0 + second) * 1000.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_of_each_form_gives_milliseconds() {
        for (text, ms) in [
            ("1970-01-02", 86_400_000.0),
            ("2000-02-29T12:00:00Z", 951_825_600_000.0),
            ("2026-05-01T09:30:15.5Z", 1_777_627_815_500.0),
            ("2026-05-01 09:30", 1_777_627_800_000.0),
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
            "2026-05-01T09:30:00+02:00",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
