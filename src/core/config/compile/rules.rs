//! Compiles event weights and the topics of pages into their rows.

use std::collections::BTreeMap;

use super::{Compiler, unknown};
use crate::core::base::address::{canonical_pattern, composed};
use crate::core::base::event_kind::EventKind;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::time::DAY_S;
use crate::core::config::layout::Section;
use crate::core::config::source::{PageRule, PolicyConfig, SiteConfig};

/// Owner of weighted topics.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighted {
    Page,
    Offer,
}

impl Compiler {
    pub(super) fn policy(&mut self, policy: &PolicyConfig) {
        let float = |x: f64| (x as f32).to_le_bytes();
        let seconds = |x: f64| (x.round() as u32).to_le_bytes();
        let rows = [
            float(policy.prior_strength),
            float(policy.taste_weight),
            float(policy.affinity_weight),
            float(policy.temperature),
            float(policy.exploration),
            seconds(policy.sticky_minutes * 60.0),
            seconds(policy.visit_gap_minutes * 60.0),
            float(policy.holdout),
            float(policy.fatigue),
            seconds(policy.fatigue_half_life_days * f64::from(DAY_S)),
            float(policy.similarity),
        ];
        rows.iter()
            .for_each(|row| self.out.put(Section::Policy, row));
    }

    pub(super) fn events(&mut self, site: &SiteConfig) {
        for name in site
            .events
            .keys()
            .filter(|name| EventKind::of_name(name).is_none())
        {
            let names: Vec<&str> = EventKind::ALL.iter().map(|k| k.name()).collect();
            self.errors
                .push(unknown(&format!("/events/{name}"), name, &names));
        }
        for kind in EventKind::ALL {
            let weight = site
                .events
                .get(kind.name())
                .map_or(kind.default_weight(), |e| e.weight as f32);
            self.out.put(Section::EventWeights, &weight.to_le_bytes());
        }
    }

    pub(super) fn page_rule(&mut self, section: Section, rule: &PageRule, path: &str) {
        if rule.pattern.is_empty() {
            self.error(
                format!("{path}/match"),
                "the pattern is empty".into(),
                "Write a path such as /ski/*".into(),
            );
        }
        let key = match section {
            Section::TokenRules => {
                name_hash(Namespace::Token, &composed(&rule.pattern).to_lowercase())
            }
            _ => self.out.text(&canonical_pattern(&rule.pattern)),
        };
        let (first, count) = self.weights(&rule.topics, Weighted::Page, path);
        self.out.put(section, &key.to_le_bytes());
        let first = self.short(first as usize, &format!("{path}/topics"));
        self.out.put(section, &first.to_le_bytes());
        self.out.put(section, &count.to_le_bytes());
    }

    /// Topics with weights into their pool; an offer's count as much as their facets do.
    pub(super) fn weights(
        &mut self,
        topics: &BTreeMap<String, f64>,
        of: Weighted,
        path: &str,
    ) -> (u32, u16) {
        let first = self.out.rows(Section::TopicWeights) as u32;
        let least = if of == Weighted::Offer { -1.0 } else { 0.0 };
        for (name, weight) in topics {
            let path = format!("{path}/topics/{name}");
            if !(least..=1.0).contains(weight) || *weight == 0.0 {
                let message = format!("{weight} is no weight here");
                self.error(
                    path.clone(),
                    message,
                    format!("Write a number above {least} to 1"),
                );
            }
            let Some(index) = self.known(name, &path) else {
                continue;
            };
            let counts = if of == Weighted::Offer {
                self.facet_weights[usize::from(index)]
            } else {
                1.0
            };
            self.out.put(
                Section::TopicWeights,
                &[index.to_le_bytes(), [0; 2]].concat(),
            );
            self.out.put(
                Section::TopicWeights,
                &((weight * counts) as f32).to_le_bytes(),
            );
        }
        (first, self.short(topics.len(), &format!("{path}/topics")))
    }
}
