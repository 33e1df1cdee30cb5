//! Times as logs write them. In: ISO 8601 in UTC, dates, seconds or milliseconds since 1970. Out: milliseconds.

/// Numbers from here on are milliseconds; as seconds they would lie beyond the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;
pub const DAY_MS: f64 = 86_400_000.0;

/// Milliseconds since the Unix epoch.
pub fn parse(text: &str) -> Result<f64, String> {
    if let Ok(number) = text.parse::<f64>()
        && number.is_finite()
    {
        return Ok(if number.abs() < MILLISECONDS_FROM {
            number * 1000.0
        } else {
            number
        });
    }
    iso(text).ok_or_else(|| {
        format!("`{text}` is no time: write 2026-05-01T09:30:00Z, or seconds since 1970")
    })
}

/// `2026-05-01`, with `T09:30`, `T09:30:15`, a fraction and `Z` behind it as one likes.
fn iso(text: &str) -> Option<f64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let mut clock = time.split(':').map(|part| part.parse::<f64>().ok());
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0.0))?;
    let sane = (1..=12).contains(&month) && (1..=31).contains(&day) && (0.0..24.0).contains(&hour);
    let sane = sane && (0.0..60.0).contains(&minute) && (0.0..61.0).contains(&second);
    (sane && parts.next().is_none() && clock.next().is_none()).then(|| {
        days(year, month, day) as f64 * DAY_MS + (hour * 3600.0 + minute * 60.0 + second) * 1000.0
    })
}

/// Days since the Unix epoch (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_dress() {
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
            "2026-05",
            "2026-05-01T25:00",
            "NaN",
            "2026-05-01T09:30:00+02:00",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
