//! Expectations of a story. Comes in: its `then`, and its config; goes out: expectations, or errors
//! with their paths and hints.

use super::super::config::layout::Section;
use super::super::config::{Config, NONE};
use super::call::did_you_mean;
use super::people::{ThenConfig, WhatConfig};
use super::read::Reader;
use super::{Expectation, Wanted};
use crate::core::base::hash::Namespace;

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
            (None, None) => self.seen(then, &path)?,
            (Some(name), None) => (self.scenario(name, &format!("{path}/due"))?, true, NONE),
            (None, Some(name)) => (
                self.scenario(name, &format!("{path}/not_due"))?,
                false,
                NONE,
            ),
            _ => return self.nothing_wanted(&path),
        };
        if placement == NONE
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
    fn seen(&mut self, then: &ThenConfig, path: &str) -> Option<(Wanted, bool, u16)> {
        let (what, is_shown, at) = match (&then.shows, &then.hides) {
            (Some(what), None) => (what, true, "shows"),
            (None, Some(what)) => (what, false, "hides"),
            _ => return self.nothing_wanted(path),
        };
        let placement = match &then.placement {
            Some(name) => self.named(Namespace::Placement, name, &format!("{path}/placement")),
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
        let names: Vec<&str> = (0..config.scenarios())
            .map(|s| config.text(config.scenario(s).name))
            .collect();
        let found = names.iter().position(|known| *known == name);
        if found.is_none() {
            let hint = did_you_mean(name, names.iter().copied());
            self.error(path, format!("`{name}` is no scenario"), hint);
        }
        found.map(|index| Wanted::Scenario(index as u16))
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
                let index = self.named(Namespace::Offer, offer, &format!("{path}/offer"))?;
                let variant = what
                    .variant
                    .as_ref()
                    .map(|name| self.variant(index, name, &format!("{path}/variant")));
                Some(Wanted::Offer(index, variant.flatten()))
            }
            (None, Some(family), None, None) => self
                .named(Namespace::Family, family, &format!("{path}/family"))
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
    fn variant(&mut self, offer: u16, name: &str, path: &str) -> Option<u8> {
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

    pub(super) fn named(&mut self, space: Namespace, name: &str, path: &str) -> Option<u16> {
        let found = self.config.index_of_name(space, name);
        if found.is_none() {
            let names = self.names(space);
            let hint = did_you_mean(name, names.iter().map(String::as_str));
            self.error(path, format!("`{name}` is not in the config"), hint);
        }
        found
    }

    fn names(&self, space: Namespace) -> Vec<String> {
        let (section, name): (Section, fn(&Config, u16) -> u32) = match space {
            Namespace::Offer => (Section::Offers, |c, i| c.offer(i).name),
            Namespace::Family => (Section::Families, |c, i| c.family(i).name),
            _ => (Section::Placements, |c, i| c.placement(i).name),
        };
        let all = 0..self.config.count(section) as u16;
        all.map(|i| self.config.text(name(self.config, i)).to_owned())
            .collect()
    }
}
