//! The sums in a readable form. In: the sums of a period, and the config for names. Out: tables,
//! uplift and the worth of offers, each with its interval. Never: a comparison of fewer people than
//! can be compared; a person.

pub mod build;
pub mod csv;
pub mod interval;
pub mod period;
pub mod stratified;
#[cfg(test)]
mod tests;
pub mod words;

use serde::Serialize;
use utoipa::ToSchema;

pub use build::build;
pub use stratified::Unsupported;

/// A site's report over a period.
#[derive(Serialize, ToSchema)]
pub struct Report {
    pub site: String,
    /// The first and the last day, UTC.
    pub from: String,
    pub to: String,
    /// A quote or a booking so many days after a click is put down to it.
    pub attribution_days: u32,
    /// Sums of all decisions of the period.
    pub total: Tally,
    pub days: Vec<Day>,
    pub placements: Vec<Row>,
    pub families: Vec<Row>,
    pub stages: Vec<Row>,
    pub value_classes: Vec<Row>,
    pub arms: Vec<Row>,
    pub offers: Vec<OfferRow>,
    pub people: People,
    /// Personalised people beside those held out.
    pub uplift: Vec<Uplift>,
    pub experiments: Vec<Experiment>,
}

/// An experiment among personalised people first seen in the period.
#[derive(Serialize, ToSchema)]
pub struct Experiment {
    pub name: String,
    /// Customers seen in two of its arms: in no comparison.
    pub left_out: i64,
    /// The first is what the others are compared with.
    pub arms: Vec<ExperimentArm>,
}

#[derive(Serialize, ToSchema)]
pub struct ExperimentArm {
    pub name: String,
    #[serde(flatten)]
    pub did: Arm,
    /// Beside the first arm, which stands in the place of those held out; none for the first itself.
    pub beside_first: Vec<Uplift>,
}

/// Sums of decisions and their outcomes.
#[derive(Clone, Copy, Default, PartialEq, Debug, Serialize, ToSchema)]
pub struct Tally {
    /// Those that were seen or clicked.
    pub decisions: i64,
    /// Half of the block in view for a second.
    pub exposures: i64,
    /// Exposures among decisions.
    pub viewable_rate: Option<f64>,
    pub clicks: i64,
    /// Clicks among exposures.
    pub click_rate: Option<f64>,
    pub quotes: i64,
    pub bookings: i64,
    /// In the site's currency.
    pub revenue: f64,
}

#[derive(Serialize, ToSchema)]
pub struct Row {
    pub name: String,
    #[serde(flatten)]
    pub tally: Tally,
}

#[derive(Serialize, ToSchema)]
pub struct Day {
    pub day: String,
    #[serde(flatten)]
    pub tally: Tally,
}

/// An offer in a placement.
#[derive(Serialize, ToSchema)]
pub struct OfferRow {
    pub offer: String,
    pub placement: String,
    pub family: String,
    #[serde(flatten)]
    pub tally: Tally,
    pub worth: Worth,
}

/// Estimated outcome of an offer per exposure, if every visitor of the placement saw it. Strata by
/// propensity are weighted by the exposures that they stand for; the interval is by visitor.
#[derive(Serialize, ToSchema)]
pub struct Worth {
    /// Visitors first seen in the period who saw it.
    pub visitors: i64,
    pub click_rate: Estimate,
    pub quote_rate: Estimate,
    pub booking_rate: Estimate,
    /// Reason for the lack of estimates.
    pub unsupported: Option<Unsupported>,
}

/// A number and its 95 % interval; none where too little is known.
#[derive(Clone, Copy, Default, PartialEq, Debug, Serialize, ToSchema)]
pub struct Estimate {
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// People first seen in the period.
#[derive(Serialize, ToSchema)]
pub struct People {
    pub personalised: Arm,
    pub held_out: Arm,
    /// Customers seen in both: in no comparison.
    pub left_out: i64,
}

/// Sums of an arm's people since they were first seen.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
pub struct Arm {
    pub people: i64,
    pub quoted: i64,
    pub booked: i64,
    pub revenue: f64,
}

/// One outcome of personalising, per person.
#[derive(Serialize, ToSchema)]
pub struct Uplift {
    /// `quoted`, `booked`: the share of people who did; `revenue`: what a person paid.
    pub outcome: &'static str,
    pub personalised: Option<f64>,
    pub held_out: Option<f64>,
    /// Personalised less held out.
    pub difference: Estimate,
    /// The same, as a part of held out.
    pub relative: Estimate,
    /// `more`, `less`, `no_difference_seen`, or `too_few` to say.
    pub verdict: &'static str,
}
