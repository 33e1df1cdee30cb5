//! Estimates with 95 % intervals, by hand: each is one formula over sums, with one quantile of the normal distribution.
//! In: sums over independent people. Out: a number and its interval. Never: an interval from so few that it would not hold
//! what it promises.

use super::Estimate;

/// Two-sided, 95 %.
pub const Z: f64 = 1.959_963_985;
/// Least number of people with an outcome. A difference of shares needs them in both arms together,
/// a ratio of shares in each arm. With fewer there is no interval.
const LEAST_OUTCOMES: f64 = 5.0;
/// Payers needed in each arm, because amounts vary so much.
const LEAST_PAYERS: f64 = 30.0;

/// Some people, the sum of what each did, and of its square.
#[derive(Clone, Copy, Default)]
pub struct Sample {
    pub n: f64,
    pub sum: f64,
    pub squares: f64,
}

impl Sample {
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0.0).then(|| self.sum / self.n)
    }

    fn variance_of_mean(&self, mean: f64) -> f64 {
        (self.squares / self.n - mean * mean).max(0.0) / (self.n - 1.0).max(1.0)
    }
}

/// One less the other, of shares: as many as two of each arm are taken to have decided either way (Agresti, Caffo: *Simple
/// and effective confidence intervals for proportions*, 2000).
pub fn difference_of_shares(one: Sample, other: Sample) -> Estimate {
    let (Some(a), Some(b)) = (one.mean(), other.mean()) else {
        return Estimate::default();
    };
    if one.sum + other.sum < LEAST_OUTCOMES {
        return Estimate {
            value: Some(a - b),
            low: None,
            high: None,
        };
    }
    let shrunk = |s: Sample| ((s.sum + 1.0) / (s.n + 2.0), s.n + 2.0);
    let ((p, n), (q, m)) = (shrunk(one), shrunk(other));
    let error = Z * (p * (1.0 - p) / n + q * (1.0 - q) / m).sqrt();
    Estimate {
        value: Some(a - b),
        low: Some(p - q - error),
        high: Some(p - q + error),
    }
}

/// One less the other, of means (Welch).
pub fn difference_of_means(one: Sample, other: Sample, payers: [f64; 2]) -> Estimate {
    let (Some(a), Some(b)) = (one.mean(), other.mean()) else {
        return Estimate::default();
    };
    if payers.iter().any(|payers| *payers < LEAST_PAYERS) {
        return Estimate {
            value: Some(a - b),
            low: None,
            high: None,
        };
    }
    let error = Z * (one.variance_of_mean(a) + other.variance_of_mean(b)).sqrt();
    Estimate {
        value: Some(a - b),
        low: Some(a - b - error),
        high: Some(a - b + error),
    }
}

/// Relative difference: `one / other - 1`, by Katz's interval on the logarithm. The estimate is
/// empty if an arm has too few people with an outcome.
pub fn ratio(one: Sample, other: Sample, outcomes: [f64; 2], is_of_money: bool) -> Estimate {
    let (Some(a), Some(b)) = (one.mean(), other.mean()) else {
        return Estimate::default();
    };
    let least = if is_of_money {
        LEAST_PAYERS
    } else {
        LEAST_OUTCOMES
    };
    if a <= 0.0 || b <= 0.0 || outcomes.iter().any(|outcomes| *outcomes < least) {
        return Estimate::default();
    }
    let part = |s: Sample, mean: f64| s.variance_of_mean(mean) / (mean * mean);
    let error = Z * (part(one, a) + part(other, b)).sqrt();
    let at = |shift: f64| (a / b) * shift.exp() - 1.0;
    Estimate {
        value: Some(at(0.0)),
        low: Some(at(-error)),
        high: Some(at(error)),
    }
}

/// Returns the verdict of a difference's interval.
pub fn verdict(difference: &Estimate) -> &'static str {
    match (difference.low, difference.high) {
        (Some(low), _) if low > 0.0 => "more",
        (_, Some(high)) if high < 0.0 => "less",
        (Some(_), Some(_)) => "no_difference_seen",
        _ => "too_few",
    }
}

#[cfg(test)]
mod tests {
    use escale::internals::base::hash::{mix, unit};

    use super::*;

    /// Returns the number of intervals, of a thousand, that hold the true value.
    fn held(truth: f64, one: impl Fn(u64) -> Estimate) -> usize {
        let covers = |e: &Estimate| {
            e.low.is_some_and(|low| low <= truth) && e.high.is_some_and(|high| high >= truth)
        };
        (0..1000).filter(|seed| covers(&one(*seed))).count()
    }

    fn shares(seed: u64, n: u64, share: f64) -> Sample {
        let sum = (0..n).filter(|at| unit(mix(seed, *at)) < share).count() as f64;
        Sample {
            n: n as f64,
            sum,
            squares: sum,
        }
    }

    #[test]
    fn intervals_of_shares_hold_what_they_promise() {
        for (n, p, m, q) in [
            (4_000, 0.03, 400, 0.02),
            (900, 0.02, 100, 0.02),
            (2_000, 0.3, 2_000, 0.25),
        ] {
            let of = held(p - q, |seed| {
                difference_of_shares(shares(seed, n, p), shares(!seed, m, q))
            });
            assert!(
                (930..=995).contains(&of),
                "{of} of 1000 differences of {p} and {q}"
            );
        }
        let of = held(0.5, |seed| {
            let (one, other) = (shares(seed, 4_000, 0.06), shares(!seed, 1_000, 0.04));
            ratio(one, other, [one.sum, other.sum], false)
        });
        assert!((930..=975).contains(&of), "{of} of 1000 ratios");
    }

    #[test]
    fn intervals_of_means_hold_what_they_promise() {
        // One in five pays, something between 0 and 3,000.
        let paid = |seed: u64, n: u64| {
            let mut sample = Sample {
                n: n as f64,
                ..Sample::default()
            };
            for at in 0..n {
                let draw = unit(mix(seed, at));
                let y = if draw < 0.2 { draw * 15_000.0 } else { 0.0 };
                (sample.sum, sample.squares) = (sample.sum + y, sample.squares + y * y);
            }
            sample
        };
        let of = held(0.0, |seed| {
            difference_of_means(paid(seed, 1_500), paid(!seed, 500), [99.0; 2])
        });
        assert!((930..=970).contains(&of), "{of} of 1000");
    }

    #[test]
    fn too_few_are_not_compared() {
        let few = difference_of_shares(shares(1, 100, 0.02), shares(2, 10, 0.0));
        assert_eq!((few.low, verdict(&few)), (None, "too_few"));
        assert_eq!(
            difference_of_shares(Sample::default(), Sample::default()),
            Estimate::default()
        );
    }
}
