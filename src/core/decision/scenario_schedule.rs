//! When it is worth looking again, though nobody comes by. Comes in: what is known of a visitor at
//! a time; goes out: the next time at which a scenario of the server may come due, never later than
//! it does. The server alone asks this.

use super::scenario::{Cause, Reader};
use crate::core::base::enums::Moment;
use crate::core::base::time::DAY_S;
use crate::core::config::{Config, Scenario, Trigger};
use crate::core::profile::TripStep;
use crate::core::traits::facts::VisitorFacts;
use crate::core::traits::trip::{TripReading, return_day};

/// Conditions change with time, and the window of a scenario is open for days.
const AGAIN_S: u32 = DAY_S;

/// Returns the time of the next evaluation, in seconds since the epoch of stored times. It is later
/// than the facts' time. `None` if only a new event can make a scenario due.
#[must_use]
pub fn next_evaluation_s(config: &Config, facts: &VisitorFacts) -> Option<u32> {
    let reader = Reader::of(config, facts);
    let mut next = None;
    let all = config.indices().map(|index| config.scenario(index));
    for scenario in all.filter(|s| s.offer.is_none()) {
        let mut causes = reader.causes(&scenario);
        causes.extend(of_trips_to_come(&reader, &scenario));
        for cause in causes {
            let is_new = !cause
                .subjects
                .iter()
                .any(|s| facts.profile.has_fired(cause.id(&scenario, *s)));
            if is_new && let Some(at_s) = next_of(&scenario, &cause, facts.now_s) {
                next = Some(next.map_or(at_s, |other: u32| other.min(at_s)));
            }
        }
    }
    next
}

fn next_of(scenario: &Scenario, cause: &Cause, now_s: u32) -> Option<u32> {
    let since_s = cause.since_s(scenario)?;
    if since_s > now_s {
        return Some(since_s);
    }
    let is_open = now_s < since_s.saturating_add(scenario.within_s);
    is_open.then(|| now_s.saturating_add(AGAIN_S))
}

/// Returns the future causes from trips: a quote is abandoned, a departure approaches, a trip
/// begins and ends.
fn of_trips_to_come(reader: &Reader, scenario: &Scenario) -> Vec<Cause> {
    let mut causes = Vec::new();
    for trip in reader.trips {
        let happens_s = match scenario.on {
            Some(Trigger::QuoteAbandoned) if is_under_way(trip) => Some(
                trip.last_s
                    .saturating_add(reader.config.timing().abandoned_after_s),
            ),
            Some(Trigger::Moment(moment)) => moment_to_come(reader, trip, moment),
            _ => None,
        };
        let to_come = happens_s.filter(|at_s| *at_s > reader.now_s);
        causes.extend(to_come.map(|at_s| Cause::of_travel(&trip.travel, trip.ids.clone(), at_s)));
    }
    causes
}

fn is_under_way(trip: &TripReading) -> bool {
    !trip.is_abandoned && matches!(trip.step, TripStep::QuoteStarted | TripStep::QuoteSubmitted)
}

/// When a trip with dates will come to a moment.
fn moment_to_come(reader: &Reader, trip: &TripReading, moment: Moment) -> Option<u32> {
    let start_s = (trip.travel.start_day > 0).then(|| u32::from(trip.travel.start_day) * DAY_S)?;
    match moment {
        Moment::BeforeDeparture => {
            let before_s = reader.config.timing().before_departure_days * DAY_S;
            Some(start_s.saturating_sub(before_s))
        }
        Moment::Travelling => Some(start_s),
        Moment::Returned => Some((u32::from(return_day(&trip.travel)) + 1) * DAY_S),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::base::time::Timestamp;
    use crate::core::config::compile;
    use crate::core::decision::scenario::Owner;
    use crate::core::engine::Engine;
    use crate::core::event::fields::{RECORD, UNIT};

    const NOW_MS: f64 = 1_795_262_400_000.0;
    const DAY_MS: f64 = 86_400_000.0;

    fn engine(scenario: &str) -> Engine {
        let json = format!(
            r#"{{"version": 1, "facets": {{"trip": {{"topics": ["city"]}}}}, "families": {{}}, "placements": {{}}, "offers": [],
                "scenarios": [{scenario}]}}"#
        );
        let compiled = compile(&json).unwrap_or_else(|errors| panic!("{errors:#?}"));
        Engine::new(Config::from_bytes(compiled.bytes).unwrap())
    }

    fn track(engine: &mut Engine, name: &str, fields: &[(&str, &str)]) {
        let packed: String = fields
            .iter()
            .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
            .collect();
        let event = engine.track(NOW_MS, name, &packed).unwrap();
        engine.apply(&event);
    }

    /// Evaluates at the scheduled times, as the server does, until the scenario is due. Checks the
    /// time since which it is.
    #[track_caller]
    fn fires(engine: &Engine, after_ms: f64) {
        let mut now_ms = NOW_MS;
        for _ in 0..40 {
            let due = engine
                .due(now_ms)
                .into_iter()
                .find(|due| due.owner == Owner::Server);
            if let Some(due) = due {
                assert!(
                    now_ms - Timestamp::new(due.since_s).unix_ms() <= f64::from(AGAIN_S) * 1000.0,
                    "looked late"
                );
                assert!(
                    (Timestamp::new(due.since_s).unix_ms() - NOW_MS - after_ms).abs() < DAY_MS,
                    "{due:?}"
                );
                return;
            }
            let next = next_evaluation_s(engine.config(), &engine.facts(now_ms));
            let next_ms = Timestamp::new(next.expect("something is to come")).unix_ms();
            assert!(next_ms > now_ms, "no look in the past");
            now_ms = next_ms;
        }
        panic!("it never comes due");
    }

    #[test]
    fn a_quote_that_is_left_is_seen_an_hour_and_a_day_later() {
        let mut engine = engine(
            r#"{"name": "q", "on": "quote_abandoned", "after": {"days": 1}, "then": {"webhook": "crm"}}"#,
        );
        assert_eq!(
            next_evaluation_s(engine.config(), &engine.facts(NOW_MS)),
            None
        );
        track(&mut engine, "quote_start", &[("destination", "lisbonne")]);
        fires(&engine, DAY_MS + 3_600_000.0);
    }

    #[test]
    fn birthdays_departures_and_returns_are_looked_forward_to() {
        let mut birthday = engine(r#"{"name": "b", "on": "birthday", "then": {"webhook": "crm"}}"#);
        track(
            &mut birthday,
            "declare",
            &[("fact", "birthday"), ("value", "12-24")],
        );
        fires(&birthday, 33.0 * DAY_MS);
        let trip = [
            ("id", "B1"),
            ("start_date", "2026-12-20"),
            ("end_date", "2026-12-27"),
        ];
        let mut review = engine(
            r#"{"name": "r", "on": "trip.returned", "after": {"days": 1}, "then": {"webhook": "crm"}}"#,
        );
        track(&mut review, "booking", &trip);
        fires(&review, 38.0 * DAY_MS);
        let mut before = engine(
            r#"{"name": "d", "on": "booking", "after": {"days": -7, "relative": "departure"}, "then": {"webhook": "crm"}}"#,
        );
        track(&mut before, "booking", &trip);
        fires(&before, 22.0 * DAY_MS);
    }

    #[test]
    fn what_fired_is_not_looked_for_again() {
        let mut engine = engine(
            r#"{"name": "w", "on": "booking", "after": {"days": 3}, "then": {"webhook": "crm"}}"#,
        );
        track(&mut engine, "booking", &[("id", "B1")]);
        fires(&engine, 3.0 * DAY_MS);
        let later_ms = NOW_MS + 3.5 * DAY_MS;
        let due = engine.due(later_ms);
        let mut fired = Vec::new();
        due[0]
            .event(engine.config(), Timestamp::from_unix_ms(later_ms).get())
            .encode(&mut fired);
        engine.apply(&fired);
        assert!(engine.due(later_ms).is_empty());
        assert_eq!(
            next_evaluation_s(engine.config(), &engine.facts(later_ms)),
            None
        );
    }
}
