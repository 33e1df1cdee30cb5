//! Experiments into their rows: the arms of each, with the share of visitors that ends at each.

use std::collections::BTreeSet;

use super::Compiler;
use crate::core::attribute::NameAttribute;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::validation_error::ValidationError;
use crate::core::condition::encode::mentions;
use crate::core::config::layout::Section;
use crate::core::config::source::SiteConfig;
use crate::core::config::source::customer::ExperimentConfig;

impl Compiler {
    /// Compiles the experiments. Conditions can then ask for their arms.
    pub(super) fn experiments(&mut self, site: &SiteConfig) {
        for (index, (name, experiment)) in site.experiments.iter().enumerate() {
            let path = format!("/experiments/{name}");
            let hash = self.enter(Namespace::Experiment, name, index, &path);
            let arms = experiment.arms.keys().cloned().collect();
            self.names.experiments.insert(name.clone(), arms);
            self.arms(experiment, name, hash, &format!("{path}/arms"));
        }
    }

    fn arms(&mut self, experiment: &ExperimentConfig, name: &str, hash: u32, path: &str) {
        let whole: f64 = experiment.arms.values().sum();
        let is_share = |share: &f64| share.is_finite() && *share > 0.0;
        if experiment.arms.len() < 2
            || !experiment.arms.values().all(is_share)
            || !whole.is_finite()
        {
            let message = format!("`{name}` splits nobody");
            self.error(
                path.to_owned(),
                message,
                "Name two arms or more, each with a share above 0".into(),
            );
            return;
        }
        let mut until = 0.0;
        for (index, (arm, share)) in experiment.arms.iter().enumerate() {
            until += share / whole;
            let is_last = index + 1 == experiment.arms.len();
            let own = self.arm(name, arm, &format!("{path}/{arm}"));
            for number in [self.out.text(name), self.out.text(arm), hash, own] {
                self.out.put(Section::Arms, &number.to_le_bytes());
            }
            // The last takes all that is left, whatever the sum was rounded to.
            let until = if is_last { 1.0 } else { until as f32 };
            self.out.put(Section::Arms, &until.to_le_bytes());
        }
    }

    /// Enters an arm and gives its hash. Dots in names may make two arms the same.
    fn arm(&mut self, experiment: &str, arm: &str, path: &str) -> u32 {
        self.check_name(arm, path);
        let row = self.out.rows(Section::Arms) as u16;
        self.out
            .name(Namespace::Arm, &format!("{experiment}.{arm}"), row)
            .unwrap_or_else(|_| {
                let message =
                    format!("`{experiment}.{arm}` cannot be distinguished from another arm");
                self.error(
                    path.to_owned(),
                    message,
                    "Rename the arm or its experiment".into(),
                );
                0
            })
    }

    /// An experiment that no condition asks of splits visitors for nothing. Called when all
    /// conditions are known.
    pub(super) fn idle_experiments(&mut self, site: &SiteConfig) {
        let mut asked = BTreeSet::new();
        for code in self.conditions.kept() {
            mentions(code, |attribute, argument| {
                if attribute == NameAttribute::Arm.code() {
                    asked.insert(argument);
                }
            });
        }
        for name in site.experiments.keys() {
            if !asked.contains(&name_hash(Namespace::Experiment, name)) {
                self.warnings.push(ValidationError {
                    path: format!("/experiments/{name}"),
                    message: format!(
                        "no condition asks for `arm.{name}`: all its arms see the same"
                    ),
                    hint: format!("Ask in an offer's or a variant's `when`: {{\"arm.{name}\": …}}"),
                });
            }
        }
    }
}
