//! Scenarios that come to nothing. Comes in: scenarios and which offers are dead; goes out:
//! warnings of those that are never due, or whose offer cannot be shown when they are.

use super::Lint;
use super::condition::Never;
use crate::core::config::RelativeTo;
use crate::core::config::source::time::{DelayConfig, ScenarioConfig};
use crate::core::config::source::{OfferConfig, SiteConfig};

/// Default number of days for which a scenario is due.
const WITHIN_DAYS: f64 = 7.0;

impl Lint<'_> {
    pub(super) fn scenarios(&mut self, never: &Never) {
        for (i, scenario) in self.site.scenarios.iter().enumerate() {
            let path = format!("/scenarios/{i}");
            let offer = self
                .site
                .offers
                .iter()
                .position(|o| Some(&o.id) == scenario.then.offer.as_ref());
            let sells = offer.is_some_and(|o| self.site.offers[o].kind.is_commercial());
            let judge = self.judge(never, sells);
            let when = scenario.when.as_ref();
            if let Some(impossible) =
                when.and_then(|when| judge.impossible(when, &format!("{path}/when")))
            {
                self.impossible(&format!("`{}` is never due", scenario.name), impossible);
            }
            self.due(scenario, &path);
            if let Some(offer) = offer {
                self.shown(scenario, offer, &path);
            }
        }
    }

    /// Warns if the scenario is never due.
    fn due(&mut self, scenario: &ScenarioConfig, path: &str) {
        if within_days(scenario) <= 0.0 {
            let message = format!("`{}` is due for no time at all", scenario.name);
            return self.warn(
                format!("{path}/within"),
                message,
                "Write minutes, hours or days, or leave it out",
            );
        }
        let lasts = lasting_days(self.site, &scenario.on);
        let waits = days(&scenario.after);
        if let Some(lasts) =
            lasts.filter(|l| scenario.after.relative == RelativeTo::Event && waits > *l)
        {
            let message = format!(
                "`{}` lasts {lasts} days, and is over before `{}` is due",
                scenario.on, scenario.name
            );
            let hint =
                format!("Wait for less than {lasts} days, or make it last longer in `journey`");
            self.warn(format!("{path}/after"), message, &hint);
        }
    }

    /// Warns if the scenario's offer cannot be shown when it is due.
    fn shown(&mut self, scenario: &ScenarioConfig, offer: usize, path: &str) {
        let (path, id) = (format!("{path}/then/offer"), &self.site.offers[offer].id);
        if self.dead[offer] {
            let message = format!("`{id}` cannot stand in any placement: no visitor can see it");
            return self.warn(path, message, "Mend the offer, or name another");
        }
        let rest = self.site.pressure.rest_after_booking_days;
        let is_over = days(&scenario.after) + within_days(scenario) <= rest;
        if scenario.on == "booking"
            && scenario.after.relative == RelativeTo::Event
            && rests_after_booking(&self.site.offers[offer])
            && is_over
        {
            let message = format!(
                "`{id}` rests for {rest} days after a booking, and by then this is no longer due"
            );
            self.warn(
                path,
                message,
                "Wait for longer, make it a complement, or lower `rest_after_booking_days`",
            );
        }
    }
}

/// The kinds that the engine holds back after a booking.
fn rests_after_booking(offer: &OfferConfig) -> bool {
    offer.kind.rests_after_booking()
}

/// For how many days a cause can be seen, where it passes.
fn lasting_days(site: &SiteConfig, on: &str) -> Option<f64> {
    let journey = &site.journey;
    match on {
        "trip.returned" => Some(journey.returned_days.into()),
        "trip.before_departure" => Some(journey.before_departure_days.into()),
        "trip.dreaming" | "trip.planning" | "trip.quoted" | "quote_abandoned" => {
            Some(journey.trip_age_days.into())
        }
        _ => None,
    }
}

fn within_days(scenario: &ScenarioConfig) -> f64 {
    scenario.within.map_or(WITHIN_DAYS, |w| {
        w.minutes / 1440.0 + w.hours / 24.0 + w.days
    })
}

fn days(after: &DelayConfig) -> f64 {
    after.minutes / 1440.0 + after.hours / 24.0 + after.days
}
