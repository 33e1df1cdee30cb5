//! Topics that nothing gives. Comes in: facets and the rules that give their topics; goes out:
//! warnings, and the topics that pages never have. A facet that rules name less than half of is
//! taken for one that pages name themselves.

use std::collections::BTreeSet;

use super::{Lint, part};

/// Searches give every topic of this facet, by the place's name.
const BY_SEARCH: &str = "destination";

impl Lint<'_> {
    /// The topics that the rules of their facet left out.
    pub(super) fn topics(&mut self) -> Vec<String> {
        let site = self.site;
        let rules = site
            .pages
            .iter()
            .chain(&site.json_ld)
            .flat_map(|rule| rule.topics.keys().cloned());
        let by_rules: BTreeSet<String> = rules.collect();
        let answers = site
            .questions
            .iter()
            .flat_map(|q| q.answers.keys().map(move |a| format!("{}.{a}", q.facet)));
        let answered: BTreeSet<String> = answers.collect();
        let mut forgotten = Vec::new();
        for (facet, config) in site.facets.iter().filter(|(name, _)| *name != BY_SEARCH) {
            let topics = config.details();
            let full = |name: &str| format!("{facet}.{name}");
            let asks_all = site
                .questions
                .iter()
                .any(|q| q.facet == *facet && q.answers.is_empty());
            let named = topics
                .iter()
                .filter(|t| by_rules.contains(&full(&t.name)))
                .count();
            if asks_all || named == 0 || 2 * named < topics.len() {
                continue;
            }
            for (i, topic) in topics.iter().enumerate() {
                let name = full(&topic.name);
                // What lies in a larger place gives that too.
                let contains_another = topics
                    .iter()
                    .any(|t| t.parent.as_ref() == Some(&topic.name));
                if by_rules.contains(&name) || answered.contains(&name) || contains_another {
                    continue;
                }
                self.warn(
                    format!("/facets/{}/topics/{i}", part(facet)),
                    format!("nothing gives `{name}`: no page rule, no structured data and no answer names it"),
                    "Add a rule to `pages` or `json_ld`, or leave the topic out",
                );
                forgotten.push(name);
            }
        }
        forgotten
    }
}
