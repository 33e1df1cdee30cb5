//! Times and spans of the core, all whole numbers in UTC. In: milliseconds since the Unix epoch.
//! Out: typed times. Never: a reading of the clock.

use super::civil::Day;

/// Seconds from the Unix epoch to [`EPOCH`](Timestamp::EPOCH), 2020-01-01T00:00:00Z.
pub const EPOCH_UNIX_S: u64 = 1_577_836_800;
/// Seconds of a day.
pub const DAY_S: u32 = 86_400;

/// A point in time: whole seconds since 2020-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u32);

/// A point in time at the resolution that profiles store: whole minutes since 2020-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u32);

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(u32);

/// A span of whole minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minutes(u32);

impl Timestamp {
    /// The epoch of all stored times: 2020-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The latest time that [`Timestamp::from_unix_ms`] returns, in the year 2088.
    pub const MAX: Self = Self(i32::MAX as u32);

    /// Returns the time this many seconds after the epoch.
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Converts milliseconds since the Unix epoch. NaN and times before the epoch become the epoch;
    /// later times than [`Timestamp::MAX`] become that.
    ///
    /// ```
    /// use escale::internals::base::time::Timestamp;
    /// assert_eq!(Timestamp::from_unix_ms(1_577_836_801_999.0), Timestamp::new(1));
    /// assert_eq!(Timestamp::from_unix_ms(f64::NAN), Timestamp::EPOCH);
    /// assert_eq!(Timestamp::from_unix_ms(f64::INFINITY), Timestamp::MAX);
    /// ```
    #[must_use]
    pub fn from_unix_ms(unix_ms: f64) -> Self {
        // A float cast saturates and takes NaN to zero; both are wanted here.
        let unix_s = (unix_ms / 1000.0) as u64;
        Self(unix_s.saturating_sub(EPOCH_UNIX_S).min(i32::MAX as u64) as u32)
    }

    /// Returns milliseconds since the Unix epoch.
    #[must_use]
    pub fn unix_ms(self) -> f64 {
        (u64::from(self.0) + EPOCH_UNIX_S) as f64 * 1000.0
    }

    /// Returns seconds since the epoch of 2020.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the minute that contains this time.
    #[must_use]
    pub const fn minute(self) -> Minute {
        Minute(self.0 / 60)
    }

    /// Returns the UTC day that contains this time.
    #[must_use]
    pub const fn day(self) -> Day {
        Day::new((self.0 / DAY_S) as u16)
    }

    /// Returns the span since an earlier time; zero if that time is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }

    /// Returns the time a span later, saturating.
    #[must_use]
    pub const fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Returns the time a span earlier, not before the epoch.
    #[must_use]
    pub const fn minus(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Minute {
    /// Returns the time this many minutes after the epoch.
    #[must_use]
    pub const fn new(minutes: u32) -> Self {
        Self(minutes)
    }

    /// Returns minutes since the epoch of 2020.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the first second of the minute, saturating.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(60))
    }

    /// Returns the span since an earlier minute; zero if that minute is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Minutes {
        Minutes(self.0.saturating_sub(earlier.0))
    }

    /// Returns the minute a span later, saturating.
    #[must_use]
    pub const fn plus(self, span: Minutes) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Returns the minute a span earlier, not before the epoch.
    #[must_use]
    pub const fn minus(self, span: Minutes) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Seconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One day.
    pub const DAY: Self = Self(DAY_S);

    /// Returns a span of this many seconds.
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Returns a span of whole days, saturating.
    #[must_use]
    pub const fn from_days(days: u32) -> Self {
        Self(days.saturating_mul(DAY_S))
    }

    /// Returns the number of seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Returns the span in days.
    #[must_use]
    pub fn days(self) -> f64 {
        f64::from(self.0) / f64::from(DAY_S)
    }
}

impl Minutes {
    /// Returns a span of this many minutes.
    #[must_use]
    pub const fn new(minutes: u32) -> Self {
        Self(minutes)
    }

    /// Returns a span of whole days, saturating.
    #[must_use]
    pub const fn from_days(days: u32) -> Self {
        Self(days.saturating_mul(24 * 60))
    }

    /// Returns the number of minutes.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_outside_the_range_saturate() {
        assert_eq!(Timestamp::from_unix_ms(f64::INFINITY), Timestamp::MAX);
        assert_eq!(Timestamp::from_unix_ms(0.0), Timestamp::EPOCH);
        assert_eq!(Timestamp::EPOCH.unix_ms(), 1_577_836_800_000.0);
        assert_eq!(Timestamp::new(5).since(Timestamp::new(9)), Seconds::ZERO);
        assert_eq!(Timestamp::new(5).minus(Seconds::DAY), Timestamp::EPOCH);
        assert_eq!(Minute::new(u32::MAX).start(), Timestamp::new(u32::MAX));
    }

    #[test]
    fn a_timestamp_lies_in_its_minute_and_its_day() {
        let at = Timestamp::new(2 * DAY_S + 61);
        assert_eq!((at.minute(), at.day()), (Minute::new(2881), Day::new(2)));
        assert_eq!(at.since(at.day().start()), Seconds::new(61));
        assert_eq!(Seconds::from_days(3).days(), 3.0);
    }
}
