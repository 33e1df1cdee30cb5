//! Results of an expectation over several visitors. Comes in: engines after a story's steps; goes
//! out: a verdict, and the account of one visitor for whom it failed.

use super::super::engine::Engine;
use super::{Expectation, Verdict, Wanted, account, shown};
use crate::core::base::index::Index;
use crate::core::config::Offer;
use crate::core::decision::decide::{Decision, Reason};

/// Counts for one expectation over the visitors.
#[derive(Default)]
pub(super) struct Tally {
    /// Visitors outside of the control group.
    pub visitors: u32,
    met: u32,
    /// The first one for whom it did not come true.
    missed: Option<Engine>,
}

impl Tally {
    /// Counts one visitor.
    pub fn take(&mut self, expectation: &Expectation, engine: &Engine) {
        let placement = expectation.placement;
        let decisions = placement.map_or(Vec::new(), |p| shown(engine, expectation.at_ms, p));
        if decisions.iter().any(|d| d.reason == Reason::Holdout) {
            return;
        }
        self.visitors += 1;
        if expectation.is_met(engine, &decisions) {
            self.met += 1;
        } else {
            self.missed.get_or_insert_with(|| engine.clone());
        }
    }

    /// Returns the result over all visitors.
    pub fn verdict(self, expectation: &Expectation, fresh: &Engine) -> Verdict {
        let share = f64::from(self.met) / f64::from(self.visitors.max(1));
        let least = if expectation.draws > 0 {
            expectation.least
        } else {
            1.0
        };
        let is_met = self.visitors > 0 && share >= least;
        let engine = self.missed.as_ref().unwrap_or(fresh);
        let why = if is_met {
            Vec::new()
        } else {
            account::why(expectation, engine)
        };
        let saw = match expectation.draws {
            0 => account::seen(expectation, engine),
            _ => format!("that for {} of {} visitors", self.met, self.visitors),
        };
        Verdict {
            path: expectation.path.clone(),
            is_met,
            expected: account::expected(expectation, engine),
            saw,
            why,
        }
    }
}

impl Expectation {
    fn is_met(&self, engine: &Engine, decisions: &[Decision]) -> bool {
        let is_there = match self.wanted {
            Wanted::Scenario(scenario) => engine
                .due(self.at_ms)
                .iter()
                .any(|due| due.scenario == scenario),
            Wanted::Default => decisions.iter().all(|decision| decision.offer.is_none()),
            wanted => decisions.iter().any(|decision| {
                let is_meant = decision
                    .offer
                    .is_some_and(|offer| wanted.means(engine, offer));
                is_meant
                    && wanted
                        .variant()
                        .is_none_or(|variant| variant == decision.variant)
            }),
        };
        is_there == self.is_shown
    }
}

impl Wanted {
    /// The variant that the offer should be in, if that matters.
    fn variant(self) -> Option<u8> {
        match self {
            Self::Offer(_, variant) => variant,
            _ => None,
        }
    }

    /// Returns `true` if this offer is the expected one.
    pub fn means(self, engine: &Engine, index: Index<Offer>) -> bool {
        let offer = engine.config().offer(index);
        match self {
            Self::Offer(wanted, _) => wanted == index,
            Self::Family(family) => offer.family == family,
            Self::Kind(kind) => offer.kind == kind,
            Self::Default | Self::Scenario(_) => false,
        }
    }
}
