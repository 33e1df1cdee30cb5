//! `escale.json`, as people write it. One definition for reading, for the JSON Schema and for the
//! guide. Names are free texts of up to 64 characters; weights and rates are plain numbers.

pub mod customer;
pub mod offers;
pub mod time;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use customer::{
    ChannelsConfig, DeclaredConfig, ExperimentConfig, LifecycleConfig, ModelConfig, PersonaConfig,
    QuestionConfig, RfmConfig,
};
pub use offers::{FamilyConfig, OfferConfig, OfferKind, PlacementConfig, Texts, VariantConfig};
use time::{JourneyConfig, PressureConfig, QuotesConfig, ScenarioConfig, SeasonConfig, Zones};

/// The whole config of a site.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteConfig {
    /// Location of the JSON Schema, for editors.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Topics that visitors can like, facet by facet.
    pub facets: BTreeMap<String, FacetConfig>,
    /// Weights that one event adds to the mass of its topics, where they differ from the default.
    #[serde(default)]
    pub events: BTreeMap<String, EventConfig>,
    /// Which addresses are about what.
    #[serde(default)]
    pub pages: Vec<PageRule>,
    /// Which structured data are about what.
    #[serde(default)]
    pub json_ld: Vec<PageRule>,
    /// Families of offers: what rests together when it is ignored.
    pub families: BTreeMap<String, FamilyConfig>,
    /// The places on the site that an offer can fill.
    pub placements: BTreeMap<String, PlacementConfig>,
    /// The offers.
    pub offers: Vec<OfferConfig>,
    /// Pressure limits over all offers and channels.
    #[serde(default)]
    pub pressure: PressureConfig,
    /// The journey's clock.
    #[serde(default)]
    pub journey: JourneyConfig,
    /// Quotes.
    #[serde(default)]
    pub quotes: QuotesConfig,
    /// Zones of school holidays. A visitor's is the declared fact `zone`.
    #[serde(default)]
    pub zones: Zones,
    /// The zone of visitors who did not say.
    #[serde(default)]
    pub default_zone: Option<String>,
    /// Seasons in which people are not quite themselves.
    #[serde(default)]
    pub seasons: Vec<SeasonConfig>,
    /// Scenarios: actions after something happens.
    #[serde(default)]
    pub scenarios: Vec<ScenarioConfig>,
    /// Boundaries of the scores of purchases: recency, frequency, amount.
    #[serde(default)]
    pub rfm: RfmConfig,
    /// Boundaries between the stages of a customer's life.
    #[serde(default)]
    pub lifecycle: LifecycleConfig,
    /// Named conditions, which others may name in `segments`.
    #[serde(default)]
    pub segments: BTreeMap<String, Value>,
    /// Trials: visitors are split by hash, and conditions ask for the arm, as in
    /// `{"arm.tone": "friendly"}`.
    #[serde(default)]
    pub experiments: BTreeMap<String, ExperimentConfig>,
    /// Kinds of visitors, by weighted rules.
    #[serde(default)]
    pub personas: BTreeMap<String, PersonaConfig>,
    /// Prior for each channel.
    #[serde(default)]
    pub channels: ChannelsConfig,
    /// Number of reviews, shares and referrals that make an advocate.
    #[serde(default = "default_advocate_actions")]
    #[schemars(range(min = 1, max = 1000))]
    pub advocate_actions: u32,
    /// Declared facts: what they are worth, and how often to ask.
    #[serde(default)]
    pub declared: DeclaredConfig,
    /// Questions to ask, one at a time.
    #[serde(default)]
    pub questions: Vec<QuestionConfig>,
    /// A model learned from the site's own aggregates.
    #[serde(default)]
    pub model: ModelConfig,
    /// The numbers that steer the engine.
    #[serde(default)]
    pub policy: PolicyConfig,
}

/// A facet: one question about taste, such as "what kind of trip?".
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FacetConfig {
    /// Its possible answers. A topic is called by facet and name: `trip.city`.
    #[schemars(length(min = 1))]
    pub topics: Vec<TopicConfig>,
    /// After how many days a slow taste counts half.
    #[serde(default = "default_taste_days")]
    #[schemars(range(min = 1, max = 3650))]
    pub taste_half_life_days: f64,
    /// After how many hours a present intent counts half.
    #[serde(default = "default_intent_hours")]
    #[schemars(range(min = 0.1, max = 8760))]
    pub intent_half_life_hours: f64,
    /// Events that the site's own rates count for in this facet. The default is
    /// `policy.prior_strength`.
    #[serde(default)]
    #[schemars(range(min = 0.01, max = 1000))]
    pub prior_strength: Option<f64>,
    /// Weight of this facet in an offer's score.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 10))]
    pub weight: f64,
}

/// A topic: its name alone, or with more.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum TopicConfig {
    /// A topic by its name.
    Name(String),
    /// A topic with details.
    Full(TopicDetail),
}

/// A topic with its details.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicDetail {
    /// Name of the topic.
    pub name: String,
    /// The share of the site's visits that are about it; by default all topics of a facet alike.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1))]
    pub base_rate: Option<f64>,
    /// For a destination: the larger place it lies in, a topic of the same facet.
    #[serde(default)]
    pub parent: Option<String>,
    /// Other spellings that searches and pages use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Labels by language. A label completes "You have shown interest in …".
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// `true` for health, belief or another special category. Such topics are rejected.
    #[serde(default)]
    pub sensitive: bool,
}

/// An event's weight.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventConfig {
    /// Weight of the facet in scores.
    #[schemars(range(min = 0, max = 100))]
    pub weight: f64,
}

/// Topics of the pages that match.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageRule {
    /// An address pattern (`/ski/*`, `/search?*theme=ski*`), or for structured data `key=value` in
    /// lower case.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Topics with weights, above 0 to 1.
    pub topics: BTreeMap<String, f64>,
}

/// The numbers that steer the engine.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// `α`: how many events' worth the site's own rates count beside the visitor's.
    #[schemars(range(min = 0.01, max = 1000))]
    pub prior_strength: f64,
    /// `ρ`: how much slow taste counts beside present intent.
    #[schemars(range(min = 0, max = 100))]
    pub taste_weight: f64,
    /// `γ`: doublings of an offer's score for a doubling of lift.
    #[schemars(range(min = 0, max = 10))]
    pub affinity_weight: f64,
    /// Exponent of an offer's value in its score. At 1, twice the value gives twice the score. At
    /// 0, the value does not count.
    #[schemars(range(min = 0, max = 1))]
    pub value_weight: f64,
    /// `τ`: 0 = always the best, larger = the more by chance.
    #[schemars(range(min = 0, max = 10))]
    pub temperature: f64,
    /// `ε`: the share of choices made among all eligible offers alike.
    #[schemars(range(min = 0, max = 0.5))]
    pub exploration: f64,
    /// For how many minutes a visitor's draw stays the same.
    #[schemars(range(min = 1, max = 10_080))]
    pub sticky_minutes: f64,
    /// After how many minutes of silence a new visit begins.
    #[schemars(range(min = 1, max = 1440))]
    pub visit_gap_minutes: f64,
    /// The share of visitors who see the page's own content, for comparison.
    #[schemars(range(min = 0, max = 0.5))]
    pub holdout: f64,
    /// Doublings that each ignored exposure takes from an offer.
    #[schemars(range(min = 0, max = 10))]
    pub fatigue: f64,
    /// After how many days that is half forgotten.
    #[schemars(range(min = 0.01, max = 365))]
    pub fatigue_half_life_days: f64,
    /// Doublings taken from an offer for each offer of its family that the page shows already.
    #[schemars(range(min = 0, max = 10))]
    pub similarity: f64,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            prior_strength: 2.0,
            taste_weight: 0.5,
            affinity_weight: 1.0,
            value_weight: 0.25,
            temperature: 0.5,
            exploration: 0.02,
            sticky_minutes: 30.0,
            visit_gap_minutes: 30.0,
            holdout: 0.05,
            fatigue: 0.5,
            fatigue_half_life_days: 7.0,
            similarity: 1.0,
        }
    }
}

fn default_taste_days() -> f64 {
    60.0
}
fn default_intent_hours() -> f64 {
    24.0
}
fn one() -> f64 {
    1.0
}
fn default_advocate_actions() -> u32 {
    2
}

/// The JSON Schema of `escale.json`, made from these types.
#[must_use]
pub fn json_schema() -> Value {
    schemars::schema_for!(SiteConfig).to_value()
}
