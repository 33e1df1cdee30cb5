//! The part of `escale.json` that is about offers: families, placements, the offers themselves and
//! their other texts. One definition for reading and for the JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::time::CapConfig;
pub use crate::core::base::offer_kind::OfferKind;

/// A family of offers.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyConfig {
    /// After how many viewed but ignored offers the family rests; 0 = never.
    #[serde(default = "default_ignored")]
    #[schemars(range(min = 0, max = 8))]
    pub ignored_after: u16,
    /// For how many days it rests.
    #[serde(default = "default_rest_days")]
    #[schemars(range(min = 0, max = 365))]
    pub rest_days: f64,
    /// The family that is promoted meanwhile.
    #[serde(default)]
    pub then: Option<String>,
    /// At most so many exposures of its offers, messages of other channels included.
    #[serde(default)]
    pub caps: Vec<CapConfig>,
    /// `true` if a booking suppresses its products of the same theme until the return.
    #[serde(default)]
    pub suppressed_by_booking: bool,
}

/// A placement.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacementConfig {
    /// Number of offers that it shows.
    #[serde(default = "one_slot")]
    #[schemars(range(min = 1, max = 16))]
    pub slots: u16,
    /// At most so many exposures in it.
    #[serde(default)]
    pub caps: Vec<CapConfig>,
    /// Minimum confidence in the visitor (0 to 1) before Escale replaces the page's own content.
    #[serde(default = "default_confidence")]
    #[schemars(range(min = 0, max = 1))]
    pub min_confidence: f64,
}

/// An offer.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferConfig {
    /// Id of the offer, unique in the config.
    pub id: String,
    /// Family that the offer belongs to.
    pub family: String,
    /// Kind of the offer.
    #[serde(default)]
    pub kind: OfferKind,
    /// Placements that may show it.
    #[schemars(length(min = 1))]
    pub placements: Vec<String>,
    /// Topics of the offer, with weights from −1 to 1.
    #[serde(default)]
    pub topics: BTreeMap<String, f64>,
    /// Who is meant: a condition over the attribute tree.
    #[serde(default)]
    pub when: Option<Value>,
    /// Value of a success to the site, in its currency.
    #[serde(default = "one")]
    #[schemars(range(min = 0.01, max = 1_000_000))]
    pub value: f64,
    /// The share of exposures that succeed, where it is known.
    #[serde(default = "default_rate")]
    #[schemars(range(min = 0.000_001, max = 1))]
    pub rate: f64,
    /// At most so many exposures of it.
    #[serde(default)]
    pub caps: Vec<CapConfig>,
    /// Offers that a booking of this one makes as needless as itself, until the return.
    #[serde(default)]
    pub substitutes: Vec<String>,
    /// Doublings added by hand.
    #[serde(default)]
    #[schemars(range(min = -10, max = 10))]
    pub priority: f64,
    /// The first day, `YYYY-MM-DD`, UTC.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day, `YYYY-MM-DD`, UTC.
    #[serde(default)]
    pub until: Option<String>,
    /// `true` if its price differs from visitor to visitor. The site must declare it, and a notice
    /// then stands beside the price. Escale itself chooses what is offered, never what it costs.
    #[serde(default)]
    pub price_personalised: bool,
    /// Texts by language, then by key: title, text, url, cta, image, alt, badge, price, rating.
    pub content: Texts,
    /// Other texts for some visitors: the first whose condition holds is shown.
    #[serde(default)]
    pub variants: Vec<VariantConfig>,
}

/// Texts by language, then by key.
pub type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// An offer in another format or tone.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantConfig {
    /// Its name among the offer's variants.
    pub id: String,
    /// Audience: a condition over the attribute tree. The default is everybody.
    #[serde(default)]
    pub when: Option<Value>,
    /// The texts that differ from the offer's own, by language, then by key.
    pub content: Texts,
}

fn one() -> f64 {
    1.0
}
fn one_slot() -> u16 {
    1
}
fn default_confidence() -> f64 {
    0.3
}
fn default_ignored() -> u16 {
    3
}
fn default_rest_days() -> f64 {
    7.0
}
fn default_rate() -> f64 {
    0.02
}
