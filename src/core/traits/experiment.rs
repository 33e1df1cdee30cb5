//! Arms of a visitor. Comes in: a config and a visitor's hash; goes out: the arms that the visitor
//! is in. By hash alone: they are the same on every page of one browser and, after a sync, on the
//! server. Nothing is stored.

use crate::core::base::hash::{Salt, mix, unit};
use crate::core::config::{Arm, Config};

/// Returns `true` if a visitor belongs to the control group, which sees the page's own content.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::{Config, compile};
/// use escale::internals::traits::experiment::is_held_out;
/// let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {}, "placements": {}, "offers": [],
///   "policy": {"holdout": 0.1}}"#;
/// let config = Config::from_bytes(compile(json).unwrap().bytes).unwrap();
/// let held_out = (0..10_000).filter(|visitor| is_held_out(&config, *visitor)).count();
/// assert!((900..1_100).contains(&held_out));
/// # }
/// ```
#[must_use]
pub fn is_held_out(config: &Config, visitor: u64) -> bool {
    unit(Salt::HOLDOUT.mix(visitor)) < config.policy().holdout
}

/// The arm of each experiment that a visitor is in: the experiment's hash, and the arm's number
/// within it.
pub fn all(config: &Config, visitor: u64) -> impl Iterator<Item = (u32, u8)> + '_ {
    let mut experiments: Vec<u32> = config.arms().map(|arm| arm.experiment).collect();
    experiments.dedup();
    experiments.into_iter().filter_map(move |experiment| {
        let taken = of(config, experiment, visitor)?;
        let number = config
            .arms()
            .filter(|arm| arm.experiment == experiment)
            .position(|arm| arm.hash == taken.hash)?;
        Some((experiment, number as u8))
    })
}

/// The arm of one experiment (by its hash) that a visitor is in; none: there is no such experiment.
#[must_use]
pub fn of(config: &Config, experiment: u32, visitor: u64) -> Option<Arm> {
    let place = unit(mix(visitor, u64::from(experiment)));
    config
        .arms()
        .find(|arm| arm.experiment == experiment && place < arm.until)
}
