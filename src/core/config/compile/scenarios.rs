//! Scenarios of a config into their rows.

use super::{Compiler, unknown};
use crate::core::base::enums::Moment;
use crate::core::base::event_kind::EventKind;
use crate::core::base::hash::Namespace;
use crate::core::base::time::DAY_S;
use crate::core::config::layout::Section;
use crate::core::config::source::SiteConfig;
use crate::core::config::source::time::{DelayConfig, LengthConfig, ScenarioConfig};
use crate::core::config::{NONE, RelativeTo, Trigger};

/// Default time for which a scenario stays due, in seconds.
const WITHIN_S: u32 = 7 * DAY_S;

impl Compiler {
    pub(super) fn scenarios(&mut self, site: &SiteConfig) {
        let ids: Vec<String> = site.offers.iter().map(|o| o.id.clone()).collect();
        for (index, scenario) in site.scenarios.iter().enumerate() {
            self.scenario(scenario, index, &ids);
        }
    }

    fn scenario(&mut self, scenario: &ScenarioConfig, index: usize, ids: &[String]) {
        let path = format!("/scenarios/{index}");
        let hash = self.enter(
            Namespace::Scenario,
            &scenario.name,
            index,
            &format!("{path}/name"),
        );
        let on = self.trigger(&scenario.on, &format!("{path}/on"));
        let condition = self.condition(scenario.when.as_ref(), &format!("{path}/when"));
        let after_s = self.delay(&scenario.after, on, &format!("{path}/after"));
        let (offer, webhook) = self.then(scenario, ids, &format!("{path}/then"));
        let first_unless = self.short(
            self.out.rows(Section::ScenarioUnless),
            &format!("{path}/unless"),
        );
        for (i, name) in scenario.unless.iter().enumerate() {
            let kind = self.event_kind(name, &format!("{path}/unless/{i}"));
            self.out.put(Section::ScenarioUnless, &kind.to_le_bytes());
        }
        let within_s = scenario.within.map_or(WITHIN_S, |w| w.seconds());
        let (most, per) = scenario
            .at_most
            .map_or((0, 0), |cap| (cap.most, cap.per as u16));
        let name = self.out.text(&scenario.name);
        for v in [name, hash, condition, after_s as u32, within_s, webhook] {
            self.out.put(Section::Scenarios, &v.to_le_bytes());
        }
        let unless = self.short(scenario.unless.len(), &format!("{path}/unless"));
        for v in [
            on.map_or(NONE, Trigger::stored),
            scenario.after.relative as u16,
            offer,
            most,
            per,
            first_unless,
            unless,
            0,
        ] {
            self.out.put(Section::Scenarios, &v.to_le_bytes());
        }
    }

    fn trigger(&mut self, on: &str, path: &str) -> Option<Trigger> {
        if let Some(moment) = on.strip_prefix("trip.").and_then(Moment::of_name) {
            return Some(Trigger::Moment(moment));
        }
        if let Some((_, trigger)) = OWN_TRIGGERS.iter().find(|(name, _)| *name == on) {
            return Some(*trigger);
        }
        if let Some(kind) = seen_kind(on) {
            return Some(Trigger::Event(kind));
        }
        let moments: Vec<String> = Moment::ALL
            .iter()
            .map(|m| format!("trip.{}", m.name()))
            .collect();
        let kinds = seen_names();
        let own = OWN_TRIGGERS.iter().map(|(name, _)| *name);
        let mut names: Vec<&str> = own.chain(kinds).collect();
        names.extend(moments.iter().map(String::as_str));
        self.errors.push(unknown(path, on, &names));
        None
    }

    fn event_kind(&mut self, name: &str, path: &str) -> u16 {
        let kind = seen_kind(name);
        if kind.is_none() {
            let names: Vec<&str> = seen_names().collect();
            self.errors.push(unknown(path, name, &names));
        }
        kind.map_or(NONE, |k| k as u16)
    }

    fn delay(&mut self, after: &DelayConfig, on: Option<Trigger>, path: &str) -> i32 {
        let after_s = (after.minutes * 60.0 + after.hours * 3600.0 + after.days * f64::from(DAY_S))
            .round() as i32;
        // An unknown trigger is an error already.
        let has_dates = matches!(
            on,
            None | Some(Trigger::Booking | Trigger::QuoteAbandoned | Trigger::Moment(_))
        );
        if after.relative != RelativeTo::Event && !has_dates {
            let hint =
                "Wait for `booking`, `quote_abandoned` or a trip's moment, or count from the event"
                    .to_owned();
            self.error(
                format!("{path}/relative"),
                "this has no departure and no return".into(),
                hint,
            );
        }
        if after.relative == RelativeTo::Event && after_s < 0 && on != Some(Trigger::Birthday) {
            let hint =
                "Write a delay of 0 or more, or count from the departure or the return".to_owned();
            self.error(
                path.into(),
                "nothing can follow before it happens".into(),
                hint,
            );
        }
        after_s
    }

    fn then(&mut self, scenario: &ScenarioConfig, ids: &[String], path: &str) -> (u16, u32) {
        match (&scenario.then.offer, &scenario.then.webhook) {
            (Some(offer), None) => (
                self.position(ids, offer, &format!("{path}/offer"))
                    .unwrap_or(NONE),
                0,
            ),
            (None, Some(webhook)) => (NONE, self.out.text(webhook)),
            _ => {
                let hint = "Write one of `offer` and `webhook`".to_owned();
                self.error(
                    path.into(),
                    "a scenario does exactly one thing".into(),
                    hint,
                );
                (NONE, 0)
            }
        }
    }
}

/// Name of [`EventKind::Unsubscribe`] in the reactions that a back end imports.
const UNSUBSCRIBED: &str = "unsubscribed";

/// Returns the kind of event of a name. `None` for `scenario_fired`, which no scenario waits for.
fn seen_kind(name: &str) -> Option<EventKind> {
    let name = if name == UNSUBSCRIBED {
        EventKind::Unsubscribe.name()
    } else {
        name
    };
    EventKind::of_name(name).filter(|kind| *kind != EventKind::ScenarioFired)
}

fn seen_names() -> impl Iterator<Item = &'static str> {
    let kinds = EventKind::ALL.iter().map(|kind| kind.name());
    kinds.filter(|name| seen_kind(name).is_some())
}

/// Triggers that are no events or moments, by their names.
const OWN_TRIGGERS: [(&str, Trigger); 4] = [
    ("booking", Trigger::Booking),
    ("first_visit", Trigger::FirstVisit),
    ("birthday", Trigger::Birthday),
    ("quote_abandoned", Trigger::QuoteAbandoned),
];

impl LengthConfig {
    fn seconds(self) -> u32 {
        (self.minutes * 60.0 + self.hours * 3600.0 + self.days * f64::from(DAY_S)).round() as u32
    }
}
