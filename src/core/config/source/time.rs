//! The JSON form of pressure, journeys, seasons and scenarios in `escale.json`.

use crate::core::config::{Hemisphere, RelativeTo, Window};
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Pressure limits over all offers and channels.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PressureConfig {
    /// Caps over everything: exposures on the site and messages of other channels count, and
    /// commercial offers (products, complements, vouchers) are withheld.
    pub caps: Vec<CapConfig>,
    /// For how many days after a booking no product and no voucher is shown. Complements stay open.
    #[schemars(range(min = 0, max = 365))]
    pub rest_after_booking_days: f64,
}

/// At most so many exposures in a window of time.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapConfig {
    /// 1 to 8; for a life up to 65,535.
    #[schemars(range(min = 1, max = 65_535))]
    pub most: u16,
    /// Window that the cap counts over.
    pub per: Window,
}

/// The journey's clock.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JourneyConfig {
    /// From how many days before the departure the moment is `before_departure`.
    #[schemars(range(min = 0, max = 365))]
    pub before_departure_days: u16,
    /// After how many days of silence a trip that was not booked is forgotten.
    #[schemars(range(min = 1, max = 730))]
    pub trip_age_days: u16,
    /// For how many days after the return the moment is `returned`.
    #[schemars(range(min = 0, max = 730))]
    pub returned_days: u16,
    /// For how many days after the return no product of the same destination is shown.
    #[schemars(range(min = 0, max = 730))]
    pub destination_rest_days: u16,
}

impl Default for JourneyConfig {
    fn default() -> Self {
        Self {
            before_departure_days: 14,
            trip_age_days: 90,
            returned_days: 30,
            destination_rest_days: 60,
        }
    }
}

/// Quotes.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuotesConfig {
    /// After how many minutes of silence a quote that was started counts as abandoned.
    #[schemars(range(min = 1, max = 43_200))]
    pub abandoned_after_minutes: f64,
}

impl Default for QuotesConfig {
    fn default() -> Self {
        Self {
            abandoned_after_minutes: 60.0,
        }
    }
}

/// A zone of school holidays, where visitors live.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneConfig {
    /// Hemisphere of the zone, for yearly seasons.
    pub hemisphere: Hemisphere,
    /// Its school holidays.
    pub holidays: Vec<DateRange>,
}

/// Days, first and last included: `YYYY-MM-DD`, or `MM-DD` for every year.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateRange {
    /// First day: `YYYY-MM-DD`, or `MM-DD` for each year.
    pub from: String,
    /// Last day, of the same form.
    pub until: String,
}

/// A season: learning slows down, exploration rises.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeasonConfig {
    /// Name of the season.
    pub name: String,
    /// The first day, `MM-DD` of every year or `YYYY-MM-DD`. Without days, the season is that of
    /// the zones' holidays.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day. Before `from` in the year: over the turn of the year.
    #[serde(default)]
    pub until: Option<String>,
    /// The zones it is for; none = all.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The half of the earth it is for; none = both.
    #[serde(default)]
    pub hemisphere: Option<Hemisphere>,
    /// Share of an event's weight that taste learns meanwhile. Intent learns as usual.
    #[serde(default = "default_taste_weight")]
    #[schemars(range(min = 0, max = 1))]
    pub taste_weight: f64,
    /// The share of choices made among all eligible offers alike, where the policy's is smaller.
    #[serde(default)]
    #[schemars(range(min = 0, max = 0.5))]
    pub exploration: f64,
}

/// A scenario: on something, after a delay, unless something happened, at most so often, then an
/// offer or a webhook.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioConfig {
    /// Name of the scenario.
    pub name: String,
    /// An event's name; `first_visit`, `birthday`, `quote_abandoned`; or a trip's moment:
    /// `trip.dreaming`, `trip.planning`, `trip.quoted`, `trip.booked`, `trip.before_departure`,
    /// `trip.travelling`, `trip.returned`.
    pub on: String,
    /// For whom: a condition over the attribute tree.
    #[serde(default)]
    pub when: Option<Value>,
    /// Delay after the cause.
    #[serde(default)]
    pub after: DelayConfig,
    /// Time for which it stays due. The default is 7 days.
    #[serde(default)]
    pub within: Option<LengthConfig>,
    /// Events after which it does not fire.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Limit of how often it fires.
    #[serde(default)]
    pub at_most: Option<CapConfig>,
    /// Action when it is due.
    pub then: ThenConfig,
}

/// Delay after an event, a departure or a return. A negative delay means before it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DelayConfig {
    /// Minutes of the delay.
    #[schemars(range(min = -1_000_000, max = 1_000_000))]
    pub minutes: f64,
    /// Hours of the delay.
    #[schemars(range(min = -17_520, max = 17_520))]
    pub hours: f64,
    /// Days of the delay.
    #[schemars(range(min = -730, max = 730))]
    pub days: f64,
    /// Date that the delay counts from.
    pub relative: RelativeTo,
}

/// A length of time.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LengthConfig {
    /// Minutes of the period.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub minutes: f64,
    /// Hours of the period.
    #[schemars(range(min = 0, max = 17_520))]
    pub hours: f64,
    /// Days of the period.
    #[schemars(range(min = 0, max = 730))]
    pub days: f64,
}

/// Action of a scenario: exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ThenConfig {
    /// Shows this offer, which is shown at no other time. The browser owns it.
    pub offer: Option<String>,
    /// Calls this webhook. The server owns it.
    pub webhook: Option<String>,
}

/// Zones by name.
pub type Zones = BTreeMap<String, ZoneConfig>;

fn default_taste_weight() -> f64 {
    0.3
}
