//! Facets and topics of a config into their rows.

use super::Compiler;
use super::model::rated;
use crate::core::base::decayed_mass::{INTENT_STEP_S, TASTE_STEP_S};
use crate::core::base::fold::fold_place;
use crate::core::base::hash::Namespace;
use crate::core::base::time::DAY_S;
use crate::core::base::validation_error::ValidationError;
use crate::core::config::NONE;
use crate::core::config::layout::Section;
use crate::core::config::source::{FacetConfig, SiteConfig, TopicConfig, TopicDetail};

/// Facet whose topics are places.
const PLACES: &str = "destination";
/// Names that hint at special categories of personal data (GDPR, article 9): warned of, since a
/// name proves nothing.
const SENSITIVE_NAMES: [&str; 10] = [
    "pilgrim", "pelerin", "medical", "halal", "kosher", "casher", "lgbt", "accessib", "handicap",
    "fertil",
];

/// Place of a topic in the config.
struct Place<'a> {
    facet: &'a str,
    facet_index: usize,
    index: usize,
}

impl Compiler {
    /// Facets in the order of their names, topics in that of the config, each facet's in one run.
    pub(super) fn facets(&mut self, site: &SiteConfig) {
        self.facets = site.facets.keys().cloned().collect();
        let mut first = 0;
        for (index, (name, facet)) in site.facets.iter().enumerate() {
            let path = format!("/facets/{name}");
            let row = [
                self.out.text(name),
                self.enter(Namespace::Facet, name, index, &path),
            ];
            let half_lives = [
                stepped(facet.taste_half_life_days * f64::from(DAY_S), TASTE_STEP_S),
                stepped(facet.intent_half_life_hours * 3600.0, INTENT_STEP_S),
            ];
            row.iter()
                .for_each(|v| self.out.put(Section::Facets, &v.to_le_bytes()));
            half_lives
                .iter()
                .for_each(|h| self.out.put(Section::Facets, &h.to_le_bytes()));
            self.out.put(Section::Facets, &(first as u16).to_le_bytes());
            self.out
                .put(Section::Facets, &(facet.topics.len() as u16).to_le_bytes());
            self.out
                .put(Section::Facets, &(facet.weight as f32).to_le_bytes());
            let prior = facet.prior_strength.unwrap_or(site.policy.prior_strength);
            self.out.put(Section::Facets, &(prior as f32).to_le_bytes());
            let details = rated(&site.model, name, facet.details());
            for (i, topic) in details.iter().enumerate() {
                self.topics
                    .insert(format!("{name}.{}", topic.name), (first + i) as u16);
                self.facet_weights.push(facet.weight);
            }
            let usual = self.usual_rate(&path, &details);
            for (i, topic) in details.iter().enumerate() {
                let place = Place {
                    facet: name,
                    facet_index: index,
                    index: first + i,
                };
                self.topic(&place, topic, usual);
            }
            first += details.len();
        }
        self.folded_places(site);
    }

    /// Adds the folded form of each name and alias of a destination, unless another topic has it.
    fn folded_places(&mut self, site: &SiteConfig) {
        let Some(facet) = site.facets.get(PLACES) else {
            return;
        };
        for topic in facet.details() {
            let Some(index) = self
                .topics
                .get(&format!("{PLACES}.{}", topic.name))
                .copied()
            else {
                continue;
            };
            for name in topic.aliases.iter().chain([&topic.name]) {
                let folded = format!("{PLACES}.{}", fold_place(name));
                // A name that another topic has stays that topic's.
                let _ = self.out.name(Namespace::Topic, &folded, index);
            }
        }
    }

    /// Base rate of topics without their own. They share equally the rest that the other topics
    /// leave.
    fn usual_rate(&mut self, path: &str, topics: &[TopicDetail]) -> f64 {
        let given: f64 = topics.iter().filter_map(|t| t.base_rate).sum();
        let unsaid = topics.iter().filter(|t| t.base_rate.is_none()).count();
        if given > 1.000_001 {
            let message = format!("the base rates of its topics add up to {given}");
            self.error(
                path.to_owned(),
                message,
                "Let them add up to at most 1".into(),
            );
        }
        (1.0 - given).max(0.0) / unsaid.max(1) as f64
    }

    fn topic(&mut self, place: &Place, topic: &TopicDetail, usual_rate: f64) {
        let Place {
            facet,
            facet_index,
            index,
        } = *place;
        let (name, path) = (
            format!("{facet}.{}", topic.name),
            format!("/facets/{facet}/topics/{}", topic.name),
        );
        self.check_sensitive(topic, &path);
        let hash = self.enter(Namespace::Topic, &name, index, &path);
        for alias in &topic.aliases {
            self.enter(
                Namespace::Topic,
                &format!("{facet}.{}", alias.to_ascii_lowercase()),
                index,
                &path,
            );
        }
        for (language, label) in &topic.labels {
            for part in [self.out.text(language), index as u32, self.out.text(label)] {
                self.out.put(Section::Labels, &part.to_le_bytes());
            }
        }
        let parent = match &topic.parent {
            None => NONE,
            Some(parent) => self
                .known(&format!("{facet}.{parent}"), &format!("{path}/parent"))
                .unwrap_or(NONE),
        };
        self.parents.push(parent);
        let base = topic.base_rate.unwrap_or(usual_rate);
        let text = self.out.text(&name);
        self.out.put(Section::Topics, &text.to_le_bytes());
        self.out.put(Section::Topics, &hash.to_le_bytes());
        self.out
            .put(Section::Topics, &(facet_index as u16).to_le_bytes());
        self.out.put(Section::Topics, &parent.to_le_bytes());
        self.out.put(Section::Topics, &(base as f32).to_le_bytes());
    }

    pub(super) fn check_sensitive(&mut self, topic: &TopicDetail, path: &str) {
        let hint =
            "Leave it out: health, belief, orientation and the like may not be inferred".to_owned();
        if topic.sensitive {
            self.error(
                path.to_owned(),
                format!("`{}` is a sensitive topic", topic.name),
                hint,
            );
        } else if SENSITIVE_NAMES
            .iter()
            .any(|part| topic.name.to_lowercase().contains(part))
        {
            let message = format!("`{}` sounds like a sensitive topic", topic.name);
            self.warnings.push(ValidationError {
                path: path.to_owned(),
                message,
                hint,
            });
        }
    }
}

impl FacetConfig {
    pub(in crate::core::config) fn details(&self) -> Vec<TopicDetail> {
        self.topics.iter().map(TopicConfig::detail).collect()
    }
}

impl TopicConfig {
    fn detail(&self) -> TopicDetail {
        match self {
            Self::Name(name) => TopicDetail {
                name: name.clone(),
                ..TopicDetail::default()
            },
            Self::Full(detail) => detail.clone(),
        }
    }
}

/// A time in seconds to the nearest whole number of steps, at least one.
fn stepped(seconds: f64, step_s: u32) -> u32 {
    ((seconds / f64::from(step_s)).round() as u32).max(1) * step_s
}
