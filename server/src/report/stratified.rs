//! Outcome rate of an offer if every eligible visitor saw it, with a 95 % interval. In: sums by stratum of propensity.
//! Out: the rate, or why it cannot be estimated. Never: an interval that holds only because improbable draws are missing.
//!
//! Visitors in a stratum see the offer about equally often, so its rate there is that of everyone in it. The strata are
//! weighted by the exposures that they stand for (Cochran: *Sampling techniques*, 1977, chapter 5). Limits of each stratum are
//! those of mid-P (Berry, Armitage: *Mid-P confidence intervals*, 1995), with an effective number of exposures: one visitor's
//! exposures go together (Korn, Graubard: *Confidence intervals for proportions with small expected number of positive
//! counts*, 1998). They are joined by the method of variance estimates recovery (Zou, Donner: *Construction of confidence
//! limits about effect measures*, 2008).

use serde::Serialize;
use statrs::function::beta::beta_reg;
use utoipa::ToSchema;

use super::Estimate;
use super::interval::Z;

/// Expected exposures of an offer among visitors who see it least often. With fewer, those visitors may be missing by chance.
const LEAST_EXPECTED: f64 = 20.0;
/// Probability beyond each limit.
const ONE_SIDED: f64 = 0.025;
/// Halvings that bring a limit to the precision of its number.
const HALVINGS: usize = 50;
/// Visitors in a stratum from which the correlation of their exposures is measured.
const LEAST_CLUSTERS: f64 = 10.0;

/// Reason for the lack of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Unsupported {
    /// Without exploration some visitors never see the offer.
    NoExploration,
    /// The placement has too few exposures: those to visitors who see the offer least often may be missing.
    FewExposures { exposures: u64, needed: u64 },
}

/// Checks whether exposures reach all visitors: each decision draws an offer with at least `exploration / offers`.
///
/// # Errors
/// The reason why an estimate would miss some visitors.
pub fn check_support(exposures: f64, exploration: f64, offers: usize) -> Result<(), Unsupported> {
    if exploration <= 0.0 {
        return Err(Unsupported::NoExploration);
    }
    let needed = LEAST_EXPECTED * offers.max(1) as f64 / exploration;
    if exposures >= needed {
        return Ok(());
    }
    Err(Unsupported::FewExposures {
        exposures: exposures.max(0.0).round() as u64,
        needed: needed.ceil() as u64,
    })
}

/// Sums of a stratum over visitors. `W` is the sum of `1 / propensity` over a visitor's exposures, `A` that over the exposures
/// with the outcome.
#[derive(Clone, Copy, Default, Debug)]
pub struct Stratum {
    pub visitors: f64,
    pub exposures: f64,
    pub w: f64,
    pub ww: f64,
    pub a: f64,
    pub aw: f64,
    pub aa: f64,
}

impl Stratum {
    fn rate(&self) -> f64 {
        self.a / self.w
    }

    /// Returns the number of independent exposures that would give the same variance.
    fn effective_exposures(&self) -> f64 {
        let (rate, n) = (self.rate(), self.visitors);
        let binomial = rate * (1.0 - rate);
        if n < LEAST_CLUSTERS || binomial <= 1e-9 {
            return self.w * self.w / self.ww;
        }
        let squares = self.aa - 2.0 * rate * self.aw + rate * rate * self.ww;
        let variance = squares.max(0.0) * n / (n - 1.0) / (self.w * self.w);
        (binomial / variance).min(self.exposures)
    }

    /// Returns the limits of its rate.
    fn limits(&self) -> (f64, f64) {
        let n = self.effective_exposures();
        let x = self.rate() * n;
        (lower_limit(x, n), 1.0 - lower_limit(n - x, n))
    }
}

/// Returns the lower limit of mid-P for `x` of `n`, which need not be whole.
fn lower_limit(x: f64, n: f64) -> f64 {
    if x <= 1e-9 {
        return 0.0;
    }
    // P(X ≥ x) and P(X > x), as functions of the rate.
    let reaches = |rate: f64| beta_reg(x, n - x + 1.0, rate);
    let exceeds = |rate: f64| match n - x {
        left if left > 1e-9 => beta_reg(x + 1.0, left, rate),
        _ => 0.0,
    };
    let (mut low, mut high) = (0.0, x / n);
    for _ in 0..HALVINGS {
        let rate = f64::midpoint(low, high);
        if f64::midpoint(reaches(rate), exceeds(rate)) < ONE_SIDED {
            low = rate;
        } else {
            high = rate;
        }
    }
    low
}

/// Returns the rate over all strata and its interval. It is empty without an exposure.
pub fn rate(strata: &[Stratum]) -> Estimate {
    let strata: Vec<&Stratum> = strata.iter().filter(|s| s.exposures > 0.5).collect();
    let weight: f64 = strata.iter().map(|s| s.w).sum();
    if weight <= 0.0 {
        return Estimate::default();
    }
    let value: f64 = strata.iter().map(|s| s.a).sum::<f64>() / weight;
    let (mut below, mut above) = (0.0, 0.0);
    for stratum in strata {
        let (share, rate) = (stratum.w / weight, stratum.rate());
        let (low, high) = stratum.limits();
        // The share itself is estimated, by visitor.
        let of_share = Z * Z * stratum.ww * ((rate - value) / weight).powi(2);
        below += (share * (rate - low)).powi(2) + of_share;
        above += (share * (high - rate)).powi(2) + of_share;
    }
    Estimate {
        value: Some(value),
        low: Some((value - below.sqrt()).max(0.0)),
        high: Some((value + above.sqrt()).min(1.0)),
    }
}

#[cfg(test)]
mod tests;
