//! Strata of propensity. In: a visitor's seen decisions about an offer. Out: exposures and outcomes in each stratum, by
//! visitor. Never: a decision of the holdout, or one that was not seen.

use serde::{Deserialize, Serialize};

use super::change::{StratumKey, StratumSums};
use super::outcome::{OUTCOMES, Outcome};

/// Strata of one visitor at most; what comes on top is not counted.
const MAX_STRATA: usize = 1024;
/// The last stratum holds all propensities of less than `2^-15`.
const LAST: u8 = 15;

/// Returns the stratum of a propensity: 0 from one half on, 1 from a quarter on, and so on.
pub fn stratum(propensity: f64) -> u8 {
    let halvings = (-propensity.log2()).ceil();
    (halvings - 1.0).clamp(0.0, f64::from(LAST)) as u8
}

/// Exposures of one offer to one visitor in one stratum, and what came of them.
#[derive(Clone, Copy, Default, PartialEq, Debug, Serialize, Deserialize)]
pub struct Stratum {
    placement: u32,
    offer: u32,
    number: u8,
    exposures: u32,
    /// Sum of `1 / propensity`.
    weight: f64,
    /// The same over the exposures with each outcome.
    outcomes: [f64; OUTCOMES],
}

/// Part of a stratum that one decision adds.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Part {
    exposures: u32,
    weight: f64,
    outcomes: [f64; OUTCOMES],
}

impl Part {
    /// Returns what a decision adds: nothing if it was not seen, or belongs to the holdout.
    pub fn of(decision: &Outcome) -> Self {
        if !decision.is_viewed || decision.arm != 0 || decision.propensity <= 0.0 {
            return Self::default();
        }
        let weight = 1.0 / f64::from(decision.propensity);
        Self {
            exposures: 1,
            weight,
            outcomes: decision
                .came_to()
                .map(|came| if came { weight } else { 0.0 }),
        }
    }
}

impl Stratum {
    fn key(&self) -> (u32, u32, u8) {
        (self.placement, self.offer, self.number)
    }

    fn replace(&mut self, before: Part, now: Part) {
        self.exposures = (self.exposures + now.exposures).saturating_sub(before.exposures);
        self.weight += now.weight - before.weight;
        let outcomes = self
            .outcomes
            .iter_mut()
            .zip(before.outcomes.iter().zip(now.outcomes));
        for (sum, (before, now)) in outcomes {
            *sum += now - before;
        }
    }

    /// Returns the visitor's part of the sums over visitors.
    fn sums(&self) -> StratumSums {
        let mut sums = [0.0; 13];
        if self.exposures > 0 {
            let w = self.weight;
            sums[..4].copy_from_slice(&[1.0, f64::from(self.exposures), w, w * w]);
            for (sums, a) in sums[4..].chunks_exact_mut(3).zip(self.outcomes) {
                sums.copy_from_slice(&[a, a * w, a * a]);
            }
        }
        sums
    }
}

/// Strata of one visitor, in the order of their keys.
#[derive(Default, Serialize, Deserialize)]
pub struct Strata(Vec<Stratum>);

impl Strata {
    /// Replaces a decision's part. Returns the sums before and after, or `None` if there is no room.
    pub fn replace(
        &mut self,
        decision: &Outcome,
        before: Part,
    ) -> Option<(u8, StratumSums, StratumSums)> {
        let now = Part::of(decision);
        let number = stratum(f64::from(decision.propensity));
        let at = self.place(decision.placement, decision.offer, number)?;
        let stratum = &mut self.0[at];
        let sums_before = stratum.sums();
        stratum.replace(before, now);
        Some((number, sums_before, stratum.sums()))
    }

    fn place(&mut self, placement: u32, offer: u32, number: u8) -> Option<usize> {
        let key = (placement, offer, number);
        match self.0.binary_search_by_key(&key, Stratum::key) {
            Ok(at) => Some(at),
            Err(_) if self.0.len() >= MAX_STRATA => None,
            Err(at) => {
                let stratum = Stratum {
                    placement,
                    offer,
                    number,
                    ..Stratum::default()
                };
                self.0.insert(at, stratum);
                Some(at)
            }
        }
    }
}

impl StratumKey {
    /// In the order of the table's columns.
    pub fn columns(&self) -> [i64; 4] {
        [
            self.day.into(),
            self.placement.into(),
            self.offer.into(),
            self.stratum.into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stratum_of_a_propensity_is_its_number_of_halvings() {
        for (propensity, number) in [
            (1.0, 0),
            (0.5, 0),
            (0.499, 1),
            (0.25, 1),
            (0.001, 9),
            (1e-9, LAST),
            (0.0, LAST),
        ] {
            assert_eq!(stratum(propensity), number, "{propensity}");
        }
    }
}
