//! A story's own clock. Comes in: times as people write them; goes out: milliseconds since the Unix
//! epoch. Time never goes back.

use crate::core::base::civil::Day;
use crate::core::base::time::Seconds;

/// Seconds of each unit.
const UNITS: [(char, f64); 5] = [
    ('s', 1.0),
    ('m', 60.0),
    ('h', 3600.0),
    ('d', 86_400.0),
    ('w', 604_800.0),
];
/// Time between a step and the next one that names no time, in milliseconds.
const STEP_MS: f64 = 60_000.0;

/// Why a time cannot be taken: what is wrong, and what to write.
pub type TimeError = (String, &'static str);

/// The clock of a story.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    now_ms: Option<f64>,
}

impl Clock {
    /// Returns the time, in milliseconds. An error if the story has given none yet.
    pub fn now_ms(&self) -> Result<f64, TimeError> {
        self.now_ms.ok_or_else(|| {
            (
                "the story has no beginning".to_owned(),
                "Write `\"at\": \"2026-11-21T10:00\"` in its first step",
            )
        })
    }

    /// A minute passes.
    pub fn pass(&mut self) -> Result<f64, TimeError> {
        self.move_to(self.now_ms()? + STEP_MS)
    }

    /// `2026-11-21T10:00` or `+5m`.
    pub fn at(&mut self, text: &str) -> Result<f64, TimeError> {
        if let Some(length) = text.strip_prefix('+') {
            return self.wait(length);
        }
        let at_ms = date_time_ms(text).ok_or_else(|| {
            (
                format!("`{text}` is no time"),
                "Write 2026-11-21T10:00 (UTC, from 2020 on), or +5m",
            )
        })?;
        self.move_to(at_ms)
    }

    /// `3d`.
    pub fn wait(&mut self, length: &str) -> Result<f64, TimeError> {
        let length_ms = length_ms(length).ok_or_else(|| {
            (
                format!("`{length}` is no length of time"),
                "Write 30s, 5m, 2h, 3d or 1w",
            )
        })?;
        self.move_to(self.now_ms()? + length_ms)
    }

    fn move_to(&mut self, at_ms: f64) -> Result<f64, TimeError> {
        if self.now_ms.is_some_and(|now_ms| at_ms < now_ms) {
            return Err((
                "this is before the step before it".to_owned(),
                "Put the steps in the order of time",
            ));
        }
        self.now_ms = Some(at_ms);
        Ok(at_ms)
    }
}

fn length_ms(text: &str) -> Option<f64> {
    let (_, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
    let count: u32 = text[..text.len() - 1].parse().ok()?;
    Some(f64::from(count) * seconds * 1000.0)
}

/// `YYYY-MM-DD`, with `THH:MM` or `THH:MM:SS` and `Z` behind it as one likes.
fn date_time_ms(text: &str) -> Option<f64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00"));
    let day = Day::parse(date).filter(|_| date.len() == 10)?;
    let mut parts = time
        .split(':')
        .map(|part| part.parse::<u32>().ok().filter(|_| part.len() == 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let is_time = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    is_time.then(|| {
        let of_day = Seconds::new(hour * 3600 + minute * 60 + second);
        day.start().plus(of_day).unix_ms()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_in_every_dress() {
        let mut clock = Clock::default();
        assert!(clock.pass().is_err() && clock.wait("3d").is_err());
        assert_eq!(clock.at("2026-11-21T12:00"), Ok(1_795_262_400_000.0));
        assert_eq!(clock.at("2026-11-21T12:00:30Z"), Ok(1_795_262_430_000.0));
        assert_eq!(clock.at("+5m"), Ok(1_795_262_730_000.0));
        assert_eq!(clock.wait("1w"), Ok(1_795_867_530_000.0));
        assert_eq!(clock.pass(), Ok(1_795_867_590_000.0));
        assert!(clock.at("2026-11-22").is_err(), "back");
    }

    #[test]
    fn text_without_a_time_is_rejected() {
        for text in [
            "",
            "soon",
            "2026-11-21T",
            "2026-11-21T25:00",
            "2026-11-21T9:00",
            "2026-02-30",
            "+5",
            "+m",
            "+-1d",
        ] {
            let mut clock = Clock { now_ms: Some(0.0) };
            assert!(clock.at(text).is_err(), "{text}");
        }
    }
}
