//! The one place that reads the clock. Out: milliseconds and days since the Unix epoch, UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch; a clock before it reads 0.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

/// Whole days since the Unix epoch.
pub fn today() -> u32 {
    (now_ms() / 86_400_000) as u32
}
