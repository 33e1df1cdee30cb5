//! A story as people write it: what a visitor does, and what they should see then. One definition
//! for reading and for the JSON Schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::config::source::OfferKind;

/// A visitor's story.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryConfig {
    /// Location of the JSON Schema, for editors.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// "A visitor who reads three city pages should see a city offer".
    pub name: String,
    /// Who it is, any text: draws follow from it. Nobody in particular where it is left out.
    #[serde(default)]
    pub visitor: Option<String>,
    /// The arms of experiments that the visitor is in: `{"tone": "friendly"}`.
    #[serde(default)]
    pub arms: BTreeMap<String, String>,
    /// Profile at the beginning: a replica's bytes in base64url, as in an exported profile. The
    /// default is an empty profile.
    #[serde(default)]
    pub replica: Option<String>,
    /// Profile of the other replicas, in the same form.
    #[serde(default)]
    pub remote: Option<String>,
    /// Steps of the visitor, in the order of time.
    pub steps: Vec<StepConfig>,
    /// Expectations after the steps.
    #[schemars(length(min = 1))]
    pub then: Vec<ThenConfig>,
}

/// One step: a time, and at most one of `page`, `track`, `declare`, `see`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepConfig {
    /// `2026-11-21T10:00` (UTC), or `+5m` after the step before (s, m, h, d, w). Without it, a
    /// minute passes.
    #[serde(default)]
    pub at: Option<String>,
    /// The same without the plus: `3d`.
    #[serde(default)]
    pub wait: Option<String>,
    /// A page that is viewed: its path, or what it says of itself.
    #[serde(default)]
    pub page: Option<PageConfig>,
    /// An event of the site, with its fields: `search`, `quote_start`, `booking`, …
    #[serde(default)]
    pub track: Option<String>,
    /// Fields of the call.
    #[serde(default)]
    pub fields: Option<BTreeMap<String, Value>>,
    /// A declaration of the visitor: `{"fact": "party", "value": "couple"}`,
    /// `{"frequency": "monthly"}`.
    #[serde(default)]
    pub declare: Option<BTreeMap<String, Value>>,
    /// A placement whose offers the visitor looks at, and passes over.
    #[serde(default)]
    pub see: Option<String>,
}

/// A page: its path and query alone, or with more.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PageConfig {
    /// Address of the page.
    Url(String),
    /// Facts of the page.
    Full(PageDetail),
}

/// Facts that a page gives about itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PageDetail {
    /// Topics that it names: `trip.city, stay.short:0.5`.
    pub explicit: String,
    /// Path and query.
    pub url: String,
    /// Structured data, `key=value` in lower case.
    pub tokens: Vec<String>,
}

/// An expectation. For a `placement`, exactly one of `shows` and `hides`. Otherwise a scenario that
/// should be `due`, or `not_due`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThenConfig {
    /// When; by default right after the last step.
    #[serde(default)]
    pub at: Option<String>,
    /// Name of the placement.
    #[serde(default)]
    pub placement: Option<String>,
    /// Content that one of its slots shows.
    #[serde(default)]
    pub shows: Option<WhatConfig>,
    /// Content that none of its slots shows.
    #[serde(default)]
    pub hides: Option<WhatConfig>,
    /// A scenario that waits for its offer to be seen, or for its webhook to be called.
    #[serde(default)]
    pub due: Option<String>,
    /// A scenario that does not.
    #[serde(default)]
    pub not_due: Option<String>,
    /// Tells it of so many visitors, whose draws differ.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub in_draws: Option<u32>,
    /// To how large a share of them it must come true.
    #[serde(default = "default_share")]
    #[schemars(range(min = 0, max = 1))]
    pub at_least: f64,
}

/// Exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WhatConfig {
    /// This offer.
    pub offer: Option<String>,
    /// In this one of its variants.
    pub variant: Option<String>,
    /// Any offer of this family.
    pub family: Option<String>,
    /// Any offer of this kind.
    pub kind: Option<OfferKind>,
    /// `true`: the page's own content, in all slots.
    pub default: Option<bool>,
}

fn default_share() -> f64 {
    0.9
}

/// The JSON Schema of a story.
#[must_use]
pub fn json_schema() -> Value {
    schemars::schema_for!(StoryConfig).to_value()
}
