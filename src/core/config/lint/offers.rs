//! Offers, segments and personas that no one can reach. Comes in: their conditions; goes out:
//! warnings, which offers are dead, and what lists and names never hold.

use super::condition::{Impossible, Judge, Never};
use super::{Lint, is_out_of_reach, part};
use crate::core::config::source::OfferConfig;

impl Lint<'_> {
    /// Segments and personas: their own conditions first, then who rests on them.
    pub(super) fn customers(&mut self, forgotten: Vec<String>) -> Never {
        let site = self.site;
        let mut never = Never::from([("page.topics", forgotten)]);
        // A segment may rest on others: as many rounds as it takes.
        let mut dead: Vec<String> = Vec::new();
        loop {
            never.insert("segments", dead.clone());
            let alive = site
                .segments
                .iter()
                .filter(|(name, _)| !dead.contains(name));
            let found: Vec<(String, Impossible)> = alive
                .filter_map(|(name, when)| {
                    let path = format!("/segments/{}", part(name));
                    Some((
                        name.clone(),
                        self.judge(&never, false).impossible(when, &path)?,
                    ))
                })
                .collect();
            if found.is_empty() {
                break;
            }
            for (name, impossible) in found {
                self.impossible(&format!("no visitor belongs to `{name}`"), impossible);
                dead.push(name);
            }
        }
        let personas = self.personas(&never);
        never.insert("persona", personas.clone());
        never.insert("persona.negative", personas);
        never
    }

    /// The personas that fit no one.
    fn personas(&mut self, never: &Never) -> Vec<String> {
        let site = self.site;
        let mut dead = Vec::new();
        for (name, persona) in &site.personas {
            let mut points = 0.0;
            for (i, rule) in persona.rules.iter().enumerate() {
                let path = format!("/personas/{}/rules/{i}/when", part(name));
                match self.judge(never, false).impossible(&rule.when, &path) {
                    Some(impossible) => self.impossible("this rule holds for no one", impossible),
                    None => points += rule.points.max(0.0),
                }
            }
            if points < persona.threshold {
                let message = format!(
                    "`{name}` fits no one: rules that can hold give at most {points} points"
                );
                self.warn(
                    format!("/personas/{}", part(name)),
                    message,
                    "Mend its rules, or lower the threshold",
                );
                dead.push(name.clone());
            }
        }
        dead
    }

    pub(super) fn placements(&mut self) {
        for (name, placement) in self
            .site
            .placements
            .iter()
            .filter(|(_, p)| is_out_of_reach(p))
        {
            self.warn(
                format!("/placements/{}/min_confidence", part(name)),
                format!(
                    "nobody is ever known so surely: `{name}` keeps the page's own content ({})",
                    placement.min_confidence
                ),
                "Write less than 1; 0.3 to 0.6 is usual",
            );
        }
    }

    pub(super) fn offers(&mut self, never: &Never) {
        let site = self.site;
        for (i, offer) in site.offers.iter().enumerate() {
            let judge = self.judge(never, offer.kind.is_commercial());
            let path = format!("/offers/{i}/when");
            if let Some(impossible) = offer
                .when
                .as_ref()
                .and_then(|when| judge.impossible(when, &path))
            {
                self.impossible(&format!("no visitor can see `{}`", offer.id), impossible);
                self.dead[i] = true;
            }
            self.variants(offer, i, never);
            // The placement itself has been warned of.
            self.dead[i] |= offer
                .placements
                .iter()
                .filter_map(|p| site.placements.get(p))
                .all(is_out_of_reach);
        }
    }

    /// Variants that hold for no one, or stand behind one that everybody gets.
    fn variants(&mut self, offer: &OfferConfig, i: usize, never: &Never) {
        let first_for_all = offer.variants.iter().position(|v| v.when.is_none());
        for (j, variant) in offer.variants.iter().enumerate() {
            let (path, what) = (
                format!("/offers/{i}/variants/{j}"),
                format!("no visitor gets `{}`", variant.id),
            );
            if let Some(first) = first_for_all.filter(|first| *first < j) {
                let message = format!(
                    "{what}: `{}` comes before it and is for everybody",
                    offer.variants[first].id
                );
                self.warn(path, message, "Put the one without `when` last");
            } else if let Some(when) = &variant.when {
                let judge = self.judge(never, offer.kind.is_commercial());
                if let Some(impossible) = judge.impossible(when, &format!("{path}/when")) {
                    self.impossible(&what, impossible);
                }
            }
        }
    }

    pub(super) fn judge<'j>(&'j self, never: &'j Never, is_commercial: bool) -> Judge<'j> {
        Judge {
            site: self.site,
            tree: self.tree,
            never,
            is_commercial,
        }
    }

    pub(super) fn impossible(&mut self, what: &str, why: Impossible) {
        self.warn(why.path, format!("{what}: {}", why.message), &why.hint);
    }
}
