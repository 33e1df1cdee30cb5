//! Timing of repeated operations. In: durations. Out: operations a second, and percentiles of the
//! duration.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Durations in microseconds, of one runner or of several together.
#[derive(Default)]
pub struct Laps(Vec<u32>);

/// From when on.
pub struct Start(Instant, f64);

impl Start {
    pub fn now() -> Self {
        Self(Instant::now(), cpu_seconds())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Summary of the durations.
pub struct Figures {
    pub a_second: f64,
    /// Mean CPU time of an operation in this process, on all cores, in microseconds.
    pub cpu_us: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub most_ms: f64,
}

impl Laps {
    pub fn add(&mut self, took: Duration) {
        self.0
            .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn figures(mut self, from: &Start) -> Figures {
        let (within, cpu_seconds) = (from.elapsed(), cpu_seconds() - from.1);
        self.0.sort_unstable();
        let at = |share: f64| {
            let place =
                ((self.0.len() as f64 * share) as usize).min(self.0.len().saturating_sub(1));
            self.0.get(place).map_or(0.0, |us| f64::from(*us) / 1000.0)
        };
        let a_second = self.0.len() as f64 / within.as_secs_f64();
        let cpu_us = 1e6 * cpu_seconds / self.0.len().max(1) as f64;
        Figures {
            a_second,
            cpu_us,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            most_ms: at(1.0),
        }
    }
}

impl Figures {
    pub fn json(&self) -> Value {
        let rounded = |ms: f64| (ms * 1000.0).round() / 1000.0;
        json!({ "a_second": self.a_second.round(), "cpu_us_each": self.cpu_us.round(), "p50_ms": rounded(self.p50_ms), "p99_ms": rounded(self.p99_ms),
                "most_ms": rounded(self.most_ms) })
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            a_second,
            cpu_us,
            p50_ms,
            p99_ms,
            most_ms,
        } = self;
        write!(
            f,
            "{a_second:>8.0} a second, {cpu_us:>4.0} µs of all cores each, p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, at most {most_ms:.2} ms"
        )
    }
}

/// The time that all cores have spent on this process until now, in seconds.
pub fn cpu_seconds() -> f64 {
    /// The kernel's ticks a second, on every Linux.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .map_or(Vec::new(), |(_, rest)| rest.split_whitespace().collect());
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / TICKS
}

/// The one in the middle.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
