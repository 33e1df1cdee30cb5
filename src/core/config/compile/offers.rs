//! Families, placements and offers into their rows.

use serde_json::Value;

use super::Compiler;
use super::rules::Weighted;
use crate::core::attribute::AttributeTree;
use crate::core::base::civil::Day;
use crate::core::base::hash::Namespace;
use crate::core::base::time::DAY_S;
use crate::core::base::validation_error::ValidationError;
use crate::core::condition::{self, encode::Step};
use crate::core::config::NONE;
use crate::core::config::layout::Section;
use crate::core::config::source::{OfferConfig, SiteConfig};

impl Compiler {
    pub(super) fn families(&mut self, site: &SiteConfig) {
        for (index, (name, family)) in site.families.iter().enumerate() {
            let path = format!("/families/{name}");
            let then = match &family.then {
                None => NONE,
                Some(then) => self
                    .position(&self.families.clone(), then, &format!("{path}/then"))
                    .unwrap_or(NONE),
            };
            if usize::from(then) == index {
                self.error(
                    format!("{path}/then"),
                    "a family cannot follow itself".into(),
                    "Name another family".into(),
                );
            }
            let row = [
                self.out.text(name),
                self.enter(Namespace::Family, name, index, &path),
            ];
            row.iter()
                .for_each(|v| self.out.put(Section::Families, &v.to_le_bytes()));
            let rest_s = (family.rest_days * f64::from(DAY_S)).round() as u32;
            self.out.put(Section::Families, &rest_s.to_le_bytes());
            self.out
                .put(Section::Families, &family.ignored_after.to_le_bytes());
            self.out.put(Section::Families, &then.to_le_bytes());
        }
    }

    pub(super) fn offer(&mut self, offer: &OfferConfig, index: usize, value_weight: f64) {
        let path = format!("/offers/{index}");
        let hash = self.enter(Namespace::Offer, &offer.id, index, &format!("{path}/id"));
        let family = self
            .position(
                &self.families.clone(),
                &offer.family,
                &format!("{path}/family"),
            )
            .unwrap_or(NONE);
        let (from_s, until_s) = self.dates(offer, &path);
        let (first_weight, weights) = self.weights(&offer.topics, Weighted::Offer, &path);
        let condition = self.condition(offer.when.as_ref(), &format!("{path}/when"));
        let (first_content, contents) = self.content(offer, &format!("{path}/content"));
        let (first_variant, variants) = self.variants(offer, &path);
        let base = offer.rate.log2() + value_weight * offer.value.log2() + offer.priority;
        let name = self.out.text(&offer.id);
        for v in [name, hash, from_s, until_s, condition, first_weight] {
            self.out.put(Section::Offers, &v.to_le_bytes());
        }
        self.out.put(Section::Offers, &weights.to_le_bytes());
        self.out.put(Section::Offers, &family.to_le_bytes());
        self.out.put(Section::Offers, &(base as f32).to_le_bytes());
        self.out.put(Section::Offers, &first_content.to_le_bytes());
        self.out.put(Section::Offers, &contents.to_le_bytes());
        self.out.put(Section::Offers, &[offer.kind as u8, variants]);
        self.out.put(Section::Offers, &first_variant.to_le_bytes());
        self.out.put(Section::Offers, &[0; 4]);
    }

    pub(super) fn dates(&mut self, offer: &OfferConfig, path: &str) -> (u32, u32) {
        let mut day = |date: &Option<String>, field: &str| match date.as_deref().map(Day::parse) {
            Some(None) => {
                self.error(
                    format!("{path}/{field}"),
                    "this is no date".into(),
                    "Write YYYY-MM-DD, from 2020 on".into(),
                );
                None
            }
            other => other.flatten().map(|day| u32::from(day.get())),
        };
        let (from, until) = (day(&offer.from, "from"), day(&offer.until, "until"));
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            self.error(
                format!("{path}/until"),
                "the offer ends before it begins".into(),
                "Swap `from` and `until`".into(),
            );
        }
        (
            from.unwrap_or(0) * DAY_S,
            until.map_or(u32::MAX, |day| (day + 1) * DAY_S),
        )
    }

    pub(super) fn condition(&mut self, when: Option<&Value>, path: &str) -> u32 {
        let Some(when) = when else { return u32::MAX };
        let code = self.compiled(when, path);
        self.conditions.keep(code)
    }

    /// A condition's steps.
    pub(super) fn compiled(&mut self, when: &Value, path: &str) -> Vec<Step> {
        let tree = AttributeTree {
            families: &self.families,
            topics: &self.topics,
            facets: &self.facets,
            customer: &self.names,
            seasons: &self.seasons,
        };
        condition::compile::compile(when, &tree, path, &mut self.errors)
    }

    pub(super) fn candidates(&mut self, site: &SiteConfig) {
        let placements = self.placements.clone();
        for (i, offer) in site.offers.iter().enumerate() {
            for (j, name) in offer.placements.iter().enumerate() {
                self.position(&placements, name, &format!("/offers/{i}/placements/{j}"));
            }
        }
        for (index, (name, placement)) in site.placements.iter().enumerate() {
            let first = self.out.rows(Section::Candidates) as u32;
            for (i, _) in site
                .offers
                .iter()
                .enumerate()
                .filter(|(_, o)| o.placements.contains(name))
            {
                self.out.put(Section::Candidates, &(i as u16).to_le_bytes());
            }
            let count = self.out.rows(Section::Candidates) as u32 - first;
            let path = format!("/placements/{name}");
            if count == 0 {
                let error = ValidationError {
                    path: path.clone(),
                    message: format!("no offer may stand in `{name}`"),
                    hint: "Add it to an offer's placements".into(),
                };
                self.warnings.push(error);
            }
            let row = [
                self.out.text(name),
                self.enter(Namespace::Placement, name, index, &path),
                first,
                count,
            ];
            row.iter()
                .for_each(|v| self.out.put(Section::Placements, &v.to_le_bytes()));
            self.out.put(
                Section::Placements,
                &(placement.min_confidence as f32).to_le_bytes(),
            );
            self.out.put(
                Section::Placements,
                &[placement.slots.to_le_bytes(), [0; 2]].concat(),
            );
        }
    }
}
