//! Expectations of a story. Comes in: its `then`, and its config; goes out: expectations, or errors
//! with their paths and hints.

use super::super::base::index::Index;
use super::super::config::{Family, Named, Offer, Placement, Scenario};
use super::call::did_you_mean;
use super::read::Reader;
use super::source::{ThenConfig, WhatConfig};
use super::{Expectation, Wanted};

impl Reader<'_> {
    pub(super) fn expectation(&mut self, then: &ThenConfig, path: String) -> Option<Expectation> {
        let now = match &then.at {
            Some(at) => self.clock.at(at),
            None => self.clock.now_ms(),
        };
        if let Err((message, hint)) = &now {
            self.error(&format!("{path}/at"), message.clone(), *hint);
        }
        let (wanted, is_shown, placement) = match (&then.due, &then.not_due) {
            (None, None) => {
                let (wanted, is_shown, placement) = self.seen(then, &path)?;
                (wanted, is_shown, Some(placement))
            }
            (Some(name), None) => (self.scenario(name, &format!("{path}/due"))?, true, None),
            (None, Some(name)) => {
                let wanted = self.scenario(name, &format!("{path}/not_due"))?;
                (wanted, false, None)
            }
            _ => return self.nothing_wanted(&path),
        };
        if placement.is_none()
            && (then.shows.is_some() || then.hides.is_some() || then.placement.is_some())
        {
            return self.nothing_wanted(&path);
        }
        let draws = then.in_draws.unwrap_or(0);
        Some(Expectation {
            path,
            at_ms: now.ok()?,
            placement,
            wanted,
            is_shown,
            draws,
            least: then.at_least,
        })
    }

    fn nothing_wanted<T>(&mut self, path: &str) -> Option<T> {
        let hint =
            "Write one of `shows` and `hides` with a `placement`, or one of `due` and `not_due`";
        self.error(path, "it says nothing, or too much".into(), hint);
        None
    }

    /// Reads an expectation of a placement: content that it should show or not show.
    fn seen(&mut self, then: &ThenConfig, path: &str) -> Option<(Wanted, bool, Index<Placement>)> {
        let (what, is_shown, at) = match (&then.shows, &then.hides) {
            (Some(what), None) => (what, true, "shows"),
            (None, Some(what)) => (what, false, "hides"),
            _ => return self.nothing_wanted(path),
        };
        let placement = match &then.placement {
            Some(name) => self.named(name, &format!("{path}/placement")),
            None => {
                self.error(
                    &format!("{path}/placement"),
                    "it does not say where".into(),
                    "Name the `placement`",
                );
                None
            }
        };
        let wanted = self.wanted(what, &format!("{path}/{at}"));
        Some((wanted?, is_shown, placement?))
    }

    fn scenario(&mut self, name: &str, path: &str) -> Option<Wanted> {
        let config = self.config;
        let mut all = config.indices::<Scenario>();
        let found = all.find(|index| config.name(*index) == name);
        if found.is_none() {
            let hint = did_you_mean(name, config.names::<Scenario>());
            self.error(path, format!("`{name}` is no scenario"), hint);
        }
        found.map(Wanted::Scenario)
    }

    fn wanted(&mut self, what: &WhatConfig, path: &str) -> Option<Wanted> {
        if what.variant.is_some() && what.offer.is_none() {
            self.error(
                &format!("{path}/variant"),
                "a variant is one of an offer".into(),
                "Name the `offer` too",
            );
        }
        match (&what.offer, &what.family, what.kind, what.default) {
            (Some(offer), None, None, None) => {
                let index = self.named::<Offer>(offer, &format!("{path}/offer"))?;
                let variant = what
                    .variant
                    .as_ref()
                    .map(|name| self.variant(index, name, &format!("{path}/variant")));
                Some(Wanted::Offer(index, variant.flatten()))
            }
            (None, Some(family), None, None) => self
                .named::<Family>(family, &format!("{path}/family"))
                .map(Wanted::Family),
            (None, None, Some(kind), None) => Some(Wanted::Kind(kind)),
            (None, None, None, Some(true)) => Some(Wanted::Default),
            _ => {
                let hint = "Write one of `offer`, `family`, `kind` and `\"default\": true`";
                self.error(path, "it names nothing, or too much".into(), hint);
                None
            }
        }
    }

    /// The number of an offer's variant, from 1.
    fn variant(&mut self, offer: Index<Offer>, name: &str, path: &str) -> Option<u8> {
        let config = self.config;
        let offer = config.offer(offer);
        let names: Vec<&str> = (1..=offer.variants)
            .filter_map(|number| config.variant(&offer, number))
            .map(|variant| config.text(variant.name))
            .collect();
        let found = names.iter().position(|known| *known == name);
        if found.is_none() {
            let hint = if names.is_empty() {
                "Leave it out: the offer has one form".to_owned()
            } else {
                did_you_mean(name, names.iter().copied())
            };
            self.error(path, format!("the offer has no variant `{name}`"), hint);
        }
        found.map(|at| at as u8 + 1)
    }

    pub(super) fn named<T: Named>(&mut self, name: &str, path: &str) -> Option<Index<T>> {
        let config = self.config;
        let found = config.find_name(name);
        if found.is_none() {
            let hint = did_you_mean(name, config.names::<T>());
            self.error(path, format!("`{name}` is not in the config"), hint);
        }
        found
    }
}
