//! Arms of experiments. In: a config and the number that a visitor's draws follow from. Out: the arm in each experiment.
//! Never: an arm that the browser would not have drawn.

use escale::Config;
use escale::internals::traits::experiment::{self, is_held_out};

use crate::statistics::person::{Arm, HOLDOUT};

/// Arms of a visitor: the holdout's, and one of each experiment.
pub fn arms(config: &Config, draws: u64) -> Vec<Arm> {
    let held_out = Arm {
        experiment: HOLDOUT,
        arm: u8::from(is_held_out(config, draws)),
    };
    let assigned = experiment::all(config, draws).map(|(experiment, arm)| Arm { experiment, arm });
    std::iter::once(held_out).chain(assigned).collect()
}
