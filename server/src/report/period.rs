//! Which days are reported. In: what was asked, as text. Out: the first and the last day. Never: more than is kept.

use escale::internals::base::civil::Date;

/// Default length in days.
const DAYS: u32 = 90;
/// Two years and a month: as long as anything is kept of anyone.
const MOST_DAYS: u32 = 760;

/// Days since the Unix epoch, both of them included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    pub from_day: u32,
    pub to_day: u32,
}

impl Period {
    /// Reads `from` and `to` (dates), or `days` until today. Returns the reason if they cannot be read.
    pub fn read(
        from: Option<&str>,
        to: Option<&str>,
        days: Option<u32>,
        today: u32,
    ) -> Result<Self, String> {
        let to_day = to.map(|to| day("to", to)).transpose()?.unwrap_or(today);
        let from_day = match (from, days) {
            (Some(_), Some(_)) => {
                return Err("`from` and `days` say two things: leave one of them out".into());
            }
            (Some(from), None) => day("from", from)?,
            (None, days) => {
                let days = days.unwrap_or(DAYS);
                if !(1..=MOST_DAYS).contains(&days) {
                    return Err(format!("`days` is from 1 to {MOST_DAYS}"));
                }
                to_day.saturating_sub(days - 1)
            }
        };
        if from_day > to_day {
            return Err("`from` is after `to`".into());
        }
        if to_day - from_day >= MOST_DAYS {
            return Err(format!("a report covers {MOST_DAYS} days at most"));
        }
        Ok(Self { from_day, to_day })
    }

    /// As people write it.
    pub fn texts(&self) -> (String, String) {
        (
            Date::from_unix_day(self.from_day).to_string(),
            Date::from_unix_day(self.to_day).to_string(),
        )
    }
}

fn day(name: &str, text: &str) -> Result<u32, String> {
    Date::parse(text)
        .filter(|_| text.len() == 10)
        .map(Date::unix_day)
        .ok_or_else(|| format!("`{name}` is a date such as 2026-05-01"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_or_refused_with_a_reason() {
        let today = 20_818;
        let read = |from, to, days| Period::read(from, to, days, today);
        assert_eq!(
            read(None, None, Some(1)),
            Ok(Period {
                from_day: today,
                to_day: today
            })
        );
        assert_eq!(read(None, None, None).map(|p| p.from_day), Ok(today - 89));
        assert_eq!(
            read(Some("2026-12-01"), Some("2026-12-31"), None).map(|p| p.texts().0),
            Ok("2026-12-01".into())
        );
        for (from, to, days) in [
            (Some("yesterday"), None, None),
            (Some("1777627800"), None, None),
            (Some("2026-12-31"), Some("2026-12-01"), None),
            (Some("2026-12-01"), None, Some(3)),
            (Some("2020-01-01"), None, None),
            (None, None, Some(0)),
            (None, None, Some(761)),
        ] {
            assert!(read(from, to, days).is_err(), "{from:?} {to:?} {days:?}");
        }
    }
}
