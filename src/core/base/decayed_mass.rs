//! A mass that decays: the value of a topic to a visitor. Comes in: weights with their times; goes
//! out: the mass at a time. Reading changes nothing, and neither the rhythm of reading nor the
//! order of writing matters.
//!
//! Forward decay (Cormode, Shkapenyuk, Srivastava, Xu: *Forward decay: a practical time decay model
//! for streaming systems*, ICDE 2009): `S = Σ wᵢ · 2^(tᵢ / H)` with times since the epoch of stored
//! times, kept as `log₂ S` in whole units of 2⁻¹⁸. The one rounding is to the nearest unit, at each
//! addition.

/// Units to a doubling. At this step 10⁶ equal events still count one by one; the wire carries 24
/// bits of it.
pub const UNITS: f64 = 262_144.0;

/// Half-lives are whole numbers of these: hours for tastes, minutes for intents.
pub const TASTE_STEP_S: u32 = 3600;
/// Unit of the half-lives of intents: a minute.
pub const INTENT_STEP_S: u32 = 60;

/// `log₂` of a forward-decayed mass, in units of 2⁻¹⁸, relative to the epoch of stored times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mass(pub i64);

/// Time elapsed for this half-life, in the units of a mass: `t / H · 2¹⁸`. Only integers are used.
#[must_use]
pub fn elapsed_units(at_s: u32, half_life_s: u32) -> i64 {
    let h = u64::from(half_life_s.max(1));
    (((u64::from(at_s) << 18) + h / 2) / h) as i64
}

impl Mass {
    /// Nothing: what was never seen.
    pub const ZERO: Self = Self(i64::MIN);

    /// The mass of one event of this weight; nothing for a weight that is not a positive number.
    #[must_use]
    pub fn of(weight: f64, at_s: u32, half_life_s: u32) -> Self {
        if weight > 0.0 && weight < f64::INFINITY {
            Self(elapsed_units(at_s, half_life_s) + nearest(libm::log2(weight) * UNITS))
        } else {
            Self::ZERO
        }
    }

    /// The mass at a time: what of the events' weight is left.
    ///
    /// ```
    /// use escale::internals::base::decayed_mass::Mass;
    /// let day = 86_400;
    /// let mass = Mass::of(8.0, 10 * day, day);
    /// assert_eq!(mass.at(10 * day, day), 8.0);
    /// assert_eq!(mass.at(12 * day, day), 2.0);
    /// ```
    #[must_use]
    pub fn at(self, now_s: u32, half_life_s: u32) -> f64 {
        if self == Self::ZERO {
            return 0.0;
        }
        super::number::exp2((self.0 - elapsed_units(now_s, half_life_s)) as f64 / UNITS)
    }

    /// Two masses of the same half-life together, rounded once.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (large, small) = if self > other {
            (self, other)
        } else {
            (other, self)
        };
        if small == Self::ZERO {
            return large;
        }
        let ratio = super::number::exp2((small.0 - large.0) as f64 / UNITS);
        Self(large.0 + nearest(libm::log2(1.0 + ratio) * UNITS))
    }

    /// Returns the mass in another half-life, with the same value at `now_s`.
    #[must_use]
    pub fn rescaled(self, now_s: u32, from_half_life_s: u32, to_half_life_s: u32) -> Self {
        if self == Self::ZERO || from_half_life_s == to_half_life_s {
            return self;
        }
        Self(self.0 - elapsed_units(now_s, from_half_life_s) + elapsed_units(now_s, to_half_life_s))
    }
}

/// The nearest whole number; halves go up. (For what is far inside of i64.)
fn nearest(x: f64) -> i64 {
    (x + 0.5).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_unit_events_are_not_lost_to_rounding() {
        let (mut mass, h) = (Mass::ZERO, 60 * 86_400);
        for _ in 0..100_000 {
            mass = mass.plus(Mass::of(1.0, 1000, h));
        }
        let read = mass.at(1000, h);
        assert!((read / 100_000.0 - 1.0).abs() < 0.01, "{read}");
    }

    #[test]
    fn weights_that_are_no_weights_add_nothing() {
        for w in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Mass::of(w, 5, 10), Mass::ZERO);
        }
        assert_eq!(Mass::ZERO.plus(Mass::ZERO), Mass::ZERO);
    }

    #[test]
    fn a_half_life_of_zero_is_no_crash() {
        assert!(Mass::of(1.0, u32::MAX, 0).at(u32::MAX, 0) > 0.0);
    }
}
