//! Families that starve. Comes in: families and which offers are dead; goes out: warnings of those
//! that have nothing to show, and of a change of subject that leads nowhere.

use super::{Lint, part};
use crate::core::config::source::FamilyConfig;

impl Lint<'_> {
    pub(super) fn families(&mut self) {
        let site = self.site;
        for (name, family) in &site.families {
            let path = format!("/families/{}", part(name));
            let mut own = site
                .offers
                .iter()
                .zip(&self.dead)
                .filter(|(o, _)| o.family == *name)
                .peekable();
            if own.peek().is_none() {
                let hint = "Give it an offer, or leave the family out";
                self.warn(
                    path.clone(),
                    format!("no offer belongs to the family `{name}`"),
                    hint,
                );
            } else if own.all(|(_, is_dead)| *is_dead) {
                let message =
                    format!("the family `{name}` starves: no visitor can see any of its offers");
                self.warn(
                    path.clone(),
                    message,
                    "Mend one of its offers, or leave the family out",
                );
            }
            if let Some(then) = &family.then {
                self.then(name, family, then, &format!("{path}/then"));
            }
        }
    }

    /// Warns if the family that follows cannot take the place of the one that rests.
    fn then(&mut self, name: &str, family: &FamilyConfig, then: &str, path: &str) {
        if family.ignored_after == 0 || family.rest_days == 0.0 {
            let message = format!("`{name}` never rests, so that `{then}` never follows it");
            let hint = "Write `ignored_after` and `rest_days` above 0, or leave `then` out";
            return self.warn(path.to_owned(), message, hint);
        }
        let (own, next) = (self.places_of(name), self.places_of(then));
        if !own.is_empty() && !next.is_empty() && own.iter().all(|place| !next.contains(place)) {
            let message = format!(
                "`{then}` cannot take the place of `{name}`: they have no placement in common"
            );
            let hint = format!(
                "Put an offer of `{then}` into {}, or name another family",
                own.join(" or ")
            );
            self.warn(path.to_owned(), message, &hint);
        }
    }

    /// Placements of the family's offers that someone can see.
    fn places_of(&self, family: &str) -> Vec<&str> {
        let alive = self
            .site
            .offers
            .iter()
            .zip(&self.dead)
            .filter(|(o, is_dead)| o.family == family && !**is_dead);
        let mut places: Vec<&str> = alive
            .flat_map(|(o, _)| o.placements.iter().map(String::as_str))
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}
