//! The part of `escale.json` that is about knowing customers: scores of purchases, stages,
//! segments, personas, channels, declared facts, questions, the model file. As in `people`, one
//! definition for reading and for the JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Boundaries of the scores of purchases: four numbers make five classes. They may be the site's
/// own quantiles (the limits of its fifths).
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RfmConfig {
    /// Days since the last booking: up to the first is a 5, over the last a 1. Ascending.
    #[schemars(length(min = 4))]
    pub recency_days: Vec<f64>,
    /// Bookings: under the first is a 1, from the last on a 5. Ascending.
    #[schemars(length(min = 4))]
    pub frequency: Vec<f64>,
    /// Thresholds of the total amount paid, in the site's currency, ascending. An amount below the
    /// first scores 1, and one from the last on scores 5.
    #[schemars(length(min = 4))]
    pub monetary: Vec<f64>,
    /// From how much paid in all a customer is of high value: the limit of the site's best fifth.
    #[schemars(range(min = 0))]
    pub high_value: f64,
}

/// A trial: visitors are split by hash.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentConfig {
    /// Its arms with their shares of visitors, `{"plain": 50, "friendly": 50}`, taken of their sum.
    pub arms: BTreeMap<String, f64>,
}

/// Boundaries between the stages of a customer's life.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LifecycleConfig {
    /// From how many visits on a visitor is a prospect.
    #[schemars(range(min = 1, max = 1000))]
    pub prospect_visits: u32,
    /// From how many searches on a visitor is a prospect.
    #[schemars(range(min = 1, max = 1000))]
    pub prospect_searches: u32,
    /// For how many days a quote is open.
    #[schemars(range(min = 1, max = 365))]
    pub quote_days: f64,
    /// For how many days after the only booking a customer is new.
    #[schemars(range(min = 1, max = 3650))]
    pub new_days: f64,
    /// From how many bookings on a customer is a regular.
    #[schemars(range(min = 2, max = 20))]
    pub regular_bookings: u32,
    /// After how many days without a booking a customer has lapsed.
    #[schemars(range(min = 1, max = 3650))]
    pub lapsed_days: f64,
}

/// A persona: rules whose points add up.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonaConfig {
    /// Rules that give points.
    #[schemars(length(min = 1))]
    pub rules: Vec<PersonaRule>,
    /// From how many points on it fits.
    #[serde(default = "one_point")]
    #[schemars(range(min = 0.01, max = 1000))]
    pub threshold: f64,
    /// `true` for visitors who see no commercial offers: an agent, staff, a scraper of prices, a
    /// customer in a claim.
    #[serde(default)]
    pub negative: bool,
    /// For a negative persona: for how many days it holds after it last fitted.
    #[serde(default = "default_expiry_days")]
    #[schemars(range(min = 1, max = 366))]
    pub expires_days: u16,
}

/// Evidence for or against a persona.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonaRule {
    /// A condition over the attribute tree.
    pub when: Value,
    /// Points of the rule.
    #[serde(default = "one_point")]
    #[schemars(range(min = -1000, max = 1000))]
    pub points: f64,
}

/// Prior for channels, before anything is known of the visitor.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelsConfig {
    /// Weight of the usual rates, in messages, beside the visitor's own reactions.
    #[schemars(range(min = 0.1, max = 10_000))]
    pub prior_messages: f64,
    /// Weight of an open relative to a click. Opens made by machines count nothing anyway.
    #[schemars(range(min = 0, max = 1))]
    pub open_weight: f64,
    /// The usual share of messages that are clicked, by channel: web, email, sms, mail, call, shop.
    pub rates: BTreeMap<String, f64>,
    /// Days in which customers react to a message, by channel. A message without a reaction counts
    /// as ignored afterwards. The default is 3 days.
    pub reaction_days: BTreeMap<String, f64>,
}

/// Weight of declared facts, and the interval of questions.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeclaredConfig {
    /// Weight of a declared topic, in events.
    #[schemars(range(min = 0, max = 1000))]
    pub weight: f64,
    /// After how many days that counts half.
    #[schemars(range(min = 1, max = 3650))]
    pub half_life_days: f64,
    /// For how many days no question follows another.
    #[schemars(range(min = 0, max = 365))]
    pub question_days: f64,
    /// Facts that are numbers, besides the facets, whose facts are topics: `children`,
    /// `birth_month`.
    pub numbers: Vec<String>,
}

/// A question to the visitor: the answers are topics of its facet.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionConfig {
    /// The facet it asks for; the answer is declared as the fact of that name.
    pub facet: String,
    /// The question, by language.
    pub text: BTreeMap<String, String>,
    /// Labels of the answers, by topic, then by language. The default is all topics with their
    /// labels.
    #[serde(default)]
    pub answers: BTreeMap<String, BTreeMap<String, String>>,
}

/// A model learned from the site's own aggregates.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// The share of each topic (`trip.city`) in its facet.
    #[serde(default)]
    pub base_rates: BTreeMap<String, f64>,
    /// By facet, then by topic: how often each topic comes next. What a row does not say goes by
    /// the base rates.
    #[serde(default)]
    pub transitions: BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>,
    /// `λ`: how much the visitor's own history counts beside the last topic's successors.
    #[serde(default = "default_lambda")]
    #[schemars(range(min = 0, max = 1))]
    pub lambda: f64,
    /// By facet: score tables of `escale fit`, which predict the next topic.
    #[serde(default)]
    pub affinity: BTreeMap<String, AffinityConfig>,
}

/// Score tables of one facet.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct AffinityConfig {
    /// The topics that the tables count, in their order, without the facet's name.
    pub topics: Vec<String>,
    /// Tables whose cells add up to a topic's score.
    pub tables: Vec<TableConfig>,
}

/// One score table.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct TableConfig {
    /// One to four features that index the table, such as `latest` and `topic`.
    pub by: Vec<String>,
    /// Bits of a cell in the compiled config, 4 or 8.
    pub bits: u8,
    /// A cell of 1 counts `2^shift / 64` doublings.
    #[schemars(range(min = 0, max = 7))]
    pub shift: u8,
    /// Parameter of the cells' exponential Golomb code.
    #[schemars(range(min = 0, max = 7))]
    pub golomb: u8,
    /// Cells in the order of the features, as base64url.
    pub cells: String,
}

impl Default for RfmConfig {
    fn default() -> Self {
        Self {
            recency_days: vec![30.0, 90.0, 180.0, 365.0],
            frequency: vec![2.0, 3.0, 4.0, 6.0],
            monetary: vec![300.0, 800.0, 2000.0, 5000.0],
            high_value: 3000.0,
        }
    }
}

impl Default for LifecycleConfig {
    fn default() -> Self {
        Self {
            prospect_visits: 2,
            prospect_searches: 1,
            quote_days: 30.0,
            new_days: 365.0,
            regular_bookings: 3,
            lapsed_days: 730.0,
        }
    }
}

impl Default for ChannelsConfig {
    fn default() -> Self {
        Self {
            prior_messages: 20.0,
            open_weight: 0.25,
            rates: BTreeMap::new(),
            reaction_days: BTreeMap::new(),
        }
    }
}

impl Default for DeclaredConfig {
    fn default() -> Self {
        Self {
            weight: 6.0,
            half_life_days: 365.0,
            question_days: 14.0,
            numbers: Vec::new(),
        }
    }
}

fn one_point() -> f64 {
    1.0
}
fn default_expiry_days() -> u16 {
    30
}
fn default_lambda() -> f64 {
    0.5
}
