//! Body of a call, and its attributes. In: a scenario that fired. Out: `type`, `timestamp` and `data` as Standard
//! Webhooks has them, and the headers of CloudEvents for the same. Never: an address, or a text that a visitor typed.

use escale::Engine;
use escale::internals::base::enums::{Channel, TripStep};
use escale::internals::base::time::Timestamp;
use escale::internals::decision::caps;
use escale::internals::decision::scenario::Due;
use escale::internals::introspect::snapshot::{self, BookingKnowledge, TripKnowledge};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::base::ids::CustomerKey;
use crate::base::time::rfc3339;
use crate::store::outbox::Call;

/// Type of every call, in the dotted form of Standard Webhooks.
const SCENARIO_FIRED: &str = "scenario.fired";

/// Body of a call.
#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    /// Time at which the scenario fired, RFC 3339.
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    /// The same for the same cause of the same customer: a receiver drops an id that it has seen.
    id: &'a str,
    site: &'a str,
    scenario: &'a str,
    webhook: &'a str,
    customer: &'a str,
    /// Time since which it was due, RFC 3339.
    due_since: String,
    /// Best channel for this customer.
    channel: Option<&'static str>,
    /// Contacts that the caps still allow.
    pressure_left: Option<u32>,
    /// Trip, quote or search that the scenario is about.
    trip: Option<Trip>,
    /// Booking that the scenario is about.
    booking: Option<Booking>,
}

/// A trip. Dates are `YYYY-MM-DD`; `adults` is 0 if unknown.
#[derive(Serialize)]
struct Trip {
    destination: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    adults: u8,
    children: u8,
    /// Furthest step, such as `quote_started` or `booked`.
    step: TripStep,
    /// Moment of the journey, such as `before_departure`.
    moment: &'static str,
}

impl From<TripKnowledge> for Trip {
    fn from(trip: TripKnowledge) -> Self {
        Self {
            destination: trip.destination,
            start_date: trip.start_date,
            end_date: trip.end_date,
            adults: trip.adults,
            children: trip.children,
            step: trip.step,
            moment: trip.moment,
        }
    }
}

/// A booking.
#[derive(Serialize)]
struct Booking {
    /// Time at which it was made, RFC 3339.
    booked: String,
    /// Price in the site's currency.
    value: f64,
    destination: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

impl From<BookingKnowledge> for Booking {
    fn from(booking: BookingKnowledge) -> Self {
        Self {
            booked: rfc3339((booking.at_ms / 1000.0) as u64),
            value: booking.value,
            destination: booking.destination,
            start_date: booking.start_date,
            end_date: booking.end_date,
        }
    }
}

/// Returns the body of a call for a scenario that fired.
pub fn body(engine: &Engine, of: &CustomerKey, id: &str, due: &Due, now_ms: u64) -> String {
    let config = engine.config();
    let scenario = config.scenario(due.scenario);
    let facts = engine.facts(now_ms as f64);
    let message = Message {
        r#type: SCENARIO_FIRED,
        timestamp: rfc3339(now_ms / 1000),
        data: Data {
            id,
            site: of.site.as_str(),
            scenario: config.text(scenario.name),
            webhook: config.text(scenario.webhook),
            customer: &of.id,
            due_since: rfc3339((Timestamp::new(due.since_s).unix_ms() / 1000.0) as u64),
            channel: facts.customer.channel.map(Channel::name),
            pressure_left: caps::left(facts.profile, config, facts.now_s),
            trip: snapshot::trip(engine, due.subject, now_ms as f64).map(Trip::from),
            booking: snapshot::booking(engine, due.subject).map(Booking::from),
        },
    };
    serde_json::to_string(&message).unwrap_or_default()
}

/// Attributes of a call that CloudEvents repeats in headers.
#[derive(Deserialize)]
pub struct Attributes {
    #[serde(skip)]
    id: String,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    timestamp: String,
    #[serde(default)]
    data: Source,
}

#[derive(Default, Deserialize)]
struct Source {
    #[serde(default)]
    site: String,
}

impl Attributes {
    /// Reads the attributes of a call from its body.
    pub fn of(call: &Call) -> Self {
        let read: Option<Self> = serde_json::from_str(&call.body).ok();
        Self {
            id: call.id.clone(),
            ..read.unwrap_or_else(|| Self {
                id: String::new(),
                r#type: SCENARIO_FIRED.to_owned(),
                timestamp: String::new(),
                data: Source::default(),
            })
        }
    }

    /// Returns the headers of the binary mode of CloudEvents 1.0.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let site = utf8_percent_encode(&self.data.site, NON_ALPHANUMERIC);
        let mut headers = vec![
            ("ce-specversion", "1.0".to_owned()),
            ("ce-id", self.id.clone()),
            ("ce-type", format!("escale.{}", self.r#type)),
            ("ce-source", format!("/sites/{site}")),
        ];
        // A call from before these attributes has no time.
        if !self.timestamp.is_empty() {
            headers.push(("ce-time", self.timestamp.clone()));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_a_call_are_those_of_its_body() {
        let body = r#"{"type":"scenario.fired","timestamp":"2026-11-29T20:00:00Z","data":{"site":"voyages été"}}"#;
        let call = |body: &str| Call {
            bucket: 0,
            id: "id-1".to_owned(),
            webhook: "crm".to_owned(),
            body: body.to_owned(),
            attempts: 1,
        };
        let headers = |body: &str| Attributes::of(&call(body)).headers();
        let expected = [
            ("ce-specversion", "1.0"),
            ("ce-id", "id-1"),
            ("ce-type", "escale.scenario.fired"),
            ("ce-source", "/sites/voyages%20%C3%A9t%C3%A9"),
            ("ce-time", "2026-11-29T20:00:00Z"),
        ];
        assert_eq!(
            headers(body),
            expected.map(|(name, value)| (name, value.to_owned()))
        );
        // A call that an earlier version queued.
        let former = headers(r#"{"type":"scenario","id":"id-1","site":"voyages"}"#);
        assert_eq!((former.len(), former[1].1.as_str()), (4, "id-1"));
    }
}
