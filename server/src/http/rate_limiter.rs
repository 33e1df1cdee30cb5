//! Rate limit per visitor. In: a visitor's hash and a time. Out: the seconds to wait if the visitor calls too often.
//! Never: keeps an id, an address or a list that grows: a cell holds a time, and visitors whose hashes collide share it.

// By hand instead of `governor`: its keyed limiter keeps a map that grows with visitors, this one has fixed memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::ids::IdHash;

/// Number of cells, far above the number of visitors who call within a minute.
const CELLS: usize = 1 << 18;
const MINUTE_US: u64 = 60_000_000;

/// Steady rate with a burst of one minute (generic cell rate algorithm, ITU-T I.371).
pub struct RateLimiter {
    cells: Box<[AtomicU64]>,
    interval_us: u64,
}

impl RateLimiter {
    /// Limiter for so many requests a minute.
    pub fn new(requests_per_minute: u32) -> Self {
        let interval_us = MINUTE_US / u64::from(requests_per_minute.max(1));
        Self {
            cells: (0..CELLS).map(|_| AtomicU64::new(0)).collect(),
            interval_us,
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The seconds to wait if the caller exceeds the rate; the request does not count then.
    pub fn allow(&self, caller: &IdHash, now_ms: u64) -> Result<(), u16> {
        let now_us = now_ms * 1000;
        // The first bytes already choose the bucket of the store.
        let [.., a, b, c, d] = caller.0;
        let Some(cell) = self
            .cells
            .get(u32::from_le_bytes([a, b, c, d]) as usize % CELLS)
        else {
            return Ok(());
        };
        let count = |due_us: u64| {
            // A clock that was set back must not block a visitor for as long.
            let due_us = if due_us > now_us + 2 * MINUTE_US {
                now_us
            } else {
                due_us.max(now_us)
            };
            (due_us + self.interval_us <= now_us + MINUTE_US).then_some(due_us + self.interval_us)
        };
        match cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count) {
            Ok(_) => Ok(()),
            Err(due_us) => {
                let wait_us = (due_us + self.interval_us).saturating_sub(now_us + MINUTE_US);
                Err(wait_us.div_ceil(1_000_000).clamp(1, 60) as u16)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::Site;

    #[test]
    fn limiter_after_a_burst_of_one_minute_allows_the_steady_rate() {
        let limiter = RateLimiter::new(60);
        let site = Site::new("demo");
        let (one, other) = (
            IdHash::of_imported(&site, "", "one"),
            IdHash::of_imported(&site, "", "other"),
        );
        let now_ms = 1_795_000_000_000;
        assert!((0..60).all(|_| limiter.allow(&one, now_ms).is_ok()));
        assert_eq!(limiter.allow(&one, now_ms), Err(1));
        assert_eq!(limiter.allow(&other, now_ms), Ok(()));
        assert_eq!(limiter.allow(&one, now_ms + 1000), Ok(()));
        assert_eq!(limiter.allow(&one, now_ms + 1000), Err(1));
        // The clock is set back by a day.
        assert_eq!(limiter.allow(&one, now_ms - 86_400_000), Ok(()));
    }
}
