//! Learned rates of a site: the success rate of each offer for any visitor, and the shares of
//! interest among topics. In: the sums of a period. Out: rates that replace those of the config.
//! Never: a rate of fewer visitors than the least group.

pub mod base;
pub mod fit;

use std::collections::{BTreeMap, BTreeSet};

use escale::internals::config::source::customer::AffinityConfig;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Least number of visitors in a group. The results of a smaller group could reveal those of one
/// visitor.
pub const LEAST_GROUP: u32 = 50;

/// A model, as a file and as `GET /v1/model` tells it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub version: u32,
    /// Visitors first seen from the first to the last day.
    pub from: String,
    pub to: String,
    /// Definition of a success.
    pub success: Success,
    pub least_group: u32,
    /// By offer: the share of exposures that succeed if everyone is shown it to whom it can be.
    pub rates: BTreeMap<String, f64>,
    /// By topic, such as trip.city: the share of visitors' interest in its facet.
    #[serde(default)]
    pub base_rates: BTreeMap<String, f64>,
    /// By facet: numbers of the counters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facets: BTreeMap<String, FacetNumbers>,
    /// By facet: score tables that predict the next topic.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub affinity: BTreeMap<String, AffinityConfig>,
}

/// Fitted numbers of a facet, which replace those of the config.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacetNumbers {
    /// Events that the base rates count for.
    pub prior_strength: f64,
    /// Half-life of tastes.
    pub taste_half_life_days: f64,
    /// Half-life of intents.
    pub intent_half_life_hours: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Success {
    Clicks,
    Quotes,
    Bookings,
}

/// Version of the file.
pub const VERSION: u32 = 1;

impl Model {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// A message if it is no model of this version.
    pub fn read(text: &str) -> Result<Self, String> {
        let model: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if model.version != VERSION {
            return Err(format!(
                "it is of version {}: update this program",
                model.version
            ));
        }
        let all = model.rates.iter().chain(&model.base_rates);
        match all
            .into_iter()
            .find(|(_, rate)| !(**rate > 0.0 && **rate <= 1.0))
        {
            Some((name, rate)) => Err(format!(
                "the rate of `{name}` is {rate}: it is above 0 and at most 1"
            )),
            None => Ok(model),
        }
    }

    /// Replaces the rates of the config. Offers and facets that the model does not know keep
    /// theirs.
    pub fn put_into(&self, config: &mut Value) {
        let offers = config.get_mut("offers").and_then(Value::as_array_mut);
        for offer in offers
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            let rate = offer
                .get("id")
                .and_then(Value::as_str)
                .and_then(|id| self.rates.get(id));
            if let Some(rate) = rate.copied() {
                offer.insert("rate".to_owned(), rate.into());
            }
        }
        base::put_into(&self.base_rates, config);
        self.put_affinity_into(config);
    }

    /// Returns the facets that the model has and the config lacks: they have no effect.
    pub fn unknown_facets(&self, config: &Value) -> Vec<&str> {
        let is_known = |name: &str| config["facets"].get(name).is_some();
        let names = self.facets.keys().chain(self.affinity.keys());
        let unknown: BTreeSet<&str> = names
            .map(String::as_str)
            .filter(|name| !is_known(name))
            .collect();
        unknown.into_iter().collect()
    }

    /// Facets that the config does not have stay out.
    fn put_affinity_into(&self, config: &mut Value) {
        let Some(facets) = config.get_mut("facets").and_then(Value::as_object_mut) else {
            return;
        };
        for (name, numbers) in &self.facets {
            if let Some(facet) = facets.get_mut(name).and_then(Value::as_object_mut)
                && let Ok(Value::Object(numbers)) = serde_json::to_value(numbers)
            {
                facet.extend(numbers);
            }
        }
        let known: Map<String, Value> = self
            .affinity
            .iter()
            .filter(|(name, _)| facets.contains_key(*name))
            .filter_map(|(name, tables)| Some((name.clone(), serde_json::to_value(tables).ok()?)))
            .collect();
        if known.is_empty() {
            return;
        }
        if let Some(config) = config.as_object_mut()
            && let Some(model) = config
                .entry("model")
                .or_insert_with(|| Value::Object(Map::new()))
                .as_object_mut()
        {
            model.insert("affinity".to_owned(), Value::Object(known));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facet_that_the_config_lacks_is_named() -> Result<(), serde_json::Error> {
        let mut model: Model = serde_json::from_str(
            r#"{"version": 1, "from": "2026-05-01", "to": "2026-05-31", "success": "clicks", "least_group": 50, "rates": {}}"#,
        )?;
        for name in ["trip", "tempo"] {
            let numbers = FacetNumbers {
                prior_strength: 1.0,
                taste_half_life_days: 1.0,
                intent_half_life_hours: 1.0,
            };
            model.facets.insert(name.to_owned(), numbers);
        }
        let config = serde_json::json!({ "facets": { "trip": {} } });
        assert_eq!(model.unknown_facets(&config), ["tempo"]);
        let config = serde_json::json!({ "facets": { "trip": {}, "tempo": {} } });
        assert!(model.unknown_facets(&config).is_empty());
        Ok(())
    }

    #[test]
    fn what_is_no_model_is_refused_with_a_reason() {
        let model = |version: u32, rate: f64| {
            serde_json::json!({ "version": version, "from": "2026-05-01", "to": "2026-05-31", "success": "clicks",
                "least_group": 50, "rates": { "lisbon": rate } })
            .to_string()
        };
        assert!(Model::read(&model(1, 0.02)).is_ok());
        for (wrong, why) in [
            (model(2, 0.02), "version 2"),
            (model(1, 0.0), "lisbon"),
            (model(1, 1.5), "lisbon"),
        ] {
            assert!(
                Model::read(&wrong).is_err_and(|reason| reason.contains(why)),
                "{wrong}"
            );
        }
        assert!(Model::read("{}").is_err());
    }

    #[test]
    fn only_offers_that_it_knows_are_changed() -> Result<(), String> {
        let mut config =
            serde_json::json!({ "offers": [{ "id": "lisbon", "rate": 0.5 }, { "id": "bali" }, 7] });
        let text = r#"{"version": 1, "from": "", "to": "", "success": "clicks", "least_group": 50, "rates": {"lisbon": 0.1}}"#;
        Model::read(text)?.put_into(&mut config);
        assert_eq!(
            config["offers"],
            serde_json::json!([{ "id": "lisbon", "rate": 0.1 }, { "id": "bali" }, 7])
        );
        Ok(())
    }
}
