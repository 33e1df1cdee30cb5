//! Caps that never bind. Comes in: the caps of offers, families, placements and of the whole; goes
//! out: warnings where another cap over the same time, or a longer one, always holds first.

use super::{Lint, part};
use crate::core::config::Window;
use crate::core::config::source::OfferConfig;
use crate::core::config::source::time::CapConfig;

/// A cap that is met before another.
struct First {
    whose: String,
    most: u32,
}

impl Lint<'_> {
    pub(super) fn caps(&mut self) {
        let site = self.site;
        self.list(&site.pressure.caps, "/pressure", |_| None);
        for (name, family) in &site.families {
            let sells = site
                .offers
                .iter()
                .filter(|o| o.family == *name)
                .all(|offer| offer.kind.is_commercial());
            let around = |cap: &CapConfig| {
                sells
                    .then(|| tightest(&site.pressure.caps, cap, "the whole"))
                    .flatten()
            };
            self.list(&family.caps, &format!("/families/{}", part(name)), around);
        }
        for (name, placement) in &site.placements {
            let sells = site
                .offers
                .iter()
                .filter(|o| o.placements.contains(name))
                .all(|offer| offer.kind.is_commercial());
            let around = |cap: &CapConfig| {
                sells
                    .then(|| tightest(&site.pressure.caps, cap, "the whole"))
                    .flatten()
            };
            self.list(
                &placement.caps,
                &format!("/placements/{}", part(name)),
                around,
            );
        }
        for (i, offer) in site.offers.iter().enumerate() {
            let around = |cap: &CapConfig| {
                let of_family = site
                    .families
                    .get(&offer.family)
                    .map_or(&[][..], |f| &f.caps);
                let of_family = tightest(of_family, cap, &format!("the family `{}`", offer.family));
                let of_all = tightest(&site.pressure.caps, cap, "the whole")
                    .filter(|_| offer.kind.is_commercial());
                let all = [of_family, self.of_placements(offer, cap), of_all]
                    .into_iter()
                    .flatten();
                all.min_by_key(|first| first.most)
            };
            let found = never_binding(&offer.caps, around);
            self.warn_of(found, &format!("/offers/{i}"));
        }
    }

    fn list(
        &mut self,
        caps: &[CapConfig],
        path: &str,
        around: impl Fn(&CapConfig) -> Option<First>,
    ) {
        self.warn_of(never_binding(caps, around), path);
    }

    fn warn_of(&mut self, found: Vec<(usize, &CapConfig, First)>, path: &str) {
        for (i, cap, first) in found {
            let message = format!(
                "{} per {} never binds: {} stops at {} before that",
                cap.most,
                window(cap.per),
                first.whose,
                first.most
            );
            let hint = format!("Write less than {}, or leave this cap out", first.most);
            self.warn(format!("{path}/caps/{i}"), message, &hint);
        }
    }

    /// Sum of the caps of all the offer's placements. `None` if a placement has no such cap.
    fn of_placements(&self, offer: &OfferConfig, cap: &CapConfig) -> Option<First> {
        let mut most = 0;
        for place in &offer.placements {
            most += tightest(&self.site.placements.get(place)?.caps, cap, "")
                .map(|first| first.most)?;
        }
        let whose = match &offer.placements[..] {
            [only] => format!("the placement `{only}`"),
            _ => "its placements together".to_owned(),
        };
        Some(First { whose, most })
    }
}

/// The caps of a list that another always comes before: one of the same list, or one around it.
fn never_binding(
    caps: &[CapConfig],
    around: impl Fn(&CapConfig) -> Option<First>,
) -> Vec<(usize, &CapConfig, First)> {
    let mut found = Vec::new();
    for (i, cap) in caps.iter().enumerate() {
        let beside = caps.iter().enumerate().filter(|(j, other)| {
            // Of two alike, the first one binds.
            let is_alike = other.per as u16 == cap.per as u16 && other.most == cap.most;
            *j != i && (!is_alike || *j < i)
        });
        let beside: Vec<CapConfig> = beside.map(|(_, other)| *other).collect();
        let all = [tightest(&beside, cap, "another cap here"), around(cap)]
            .into_iter()
            .flatten();
        if let Some(first) = all
            .min_by_key(|first| first.most)
            .filter(|first| first.most <= u32::from(cap.most))
        {
            found.push((i, cap, first));
        }
    }
    found
}

/// The smallest of the caps that count at least the time that another counts.
fn tightest(caps: &[CapConfig], inner: &CapConfig, whose: &str) -> Option<First> {
    let most = caps
        .iter()
        .filter(|cap| contains(cap.per, inner.per))
        .map(|cap| cap.most)
        .min()?;
    Some(First {
        whose: whose.to_owned(),
        most: u32::from(most),
    })
}

/// Returns `true` if one window always contains the other. A visit has no maximum length.
fn contains(outer: Window, inner: Window) -> bool {
    let (outer, inner) = (outer as u16, inner as u16);
    let (visit, life) = (Window::Visit as u16, Window::Life as u16);
    outer == inner || outer == life || (outer != visit && inner != visit && outer > inner)
}

fn window(per: Window) -> &'static str {
    match per {
        Window::Visit => "visit",
        Window::Hour => "hour",
        Window::Day => "day",
        Window::Week => "week",
        Window::Month => "month",
        Window::Life => "life",
    }
}
