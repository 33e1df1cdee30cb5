//! Config of one facet, by which paths are scored. In: topics, rates, a model. Out: what a browser
//! would load. Never: offers or rules.

use escale::Config;
use escale::internals::config::source::customer::{AffinityConfig, TableConfig};
use escale::internals::config::table_codec::encode_cells;
use serde_json::{Map, Value, json};

use super::visits::Paths;
use crate::base::errors::Errors;
use crate::config_source;
use crate::model::FacetNumbers;

/// Parts of the config of one facet.
pub struct Site<'a> {
    pub paths: &'a Paths,
    /// By topic.
    pub base_rates: &'a [f64],
    /// `None` for the defaults.
    pub numbers: Option<FacetNumbers>,
    pub tables: Option<&'a AffinityConfig>,
}

impl Site<'_> {
    /// Compiles the config.
    ///
    /// # Errors
    /// A model that the compiler rejects.
    pub fn config(&self) -> Result<Config, Errors> {
        let name = &self.paths.facet;
        let mut facet = Map::new();
        if let Some(numbers) = self.numbers
            && let Ok(Value::Object(numbers)) = serde_json::to_value(numbers)
        {
            facet = numbers;
        }
        facet.insert("topics".into(), json!(self.paths.topics));
        let rates = self.paths.topics.iter().zip(self.base_rates);
        let rates: Map<String, Value> = rates
            .map(|(topic, rate)| (format!("{name}.{topic}"), json!(rate)))
            .collect();
        let mut model = json!({ "base_rates": rates });
        if let Some(tables) = self.tables {
            model["affinity"] = json!({ name.as_str(): tables });
        }
        let document = json!({
            "version": 1, "facets": { name.as_str(): facet }, "families": {}, "placements": {}, "offers": [],
            "model": model,
        });
        let compiled = config_source::compile_json(document.to_string().as_bytes())?;
        config_source::check(compiled.bytes)
    }
}

/// Tables that count nothing. With them, profiles keep steps.
pub fn no_tables(topics: &[String]) -> AffinityConfig {
    AffinityConfig {
        topics: topics.to_vec(),
        tables: vec![TableConfig {
            by: vec!["run".to_owned()],
            bits: 8,
            shift: 0,
            golomb: 0,
            cells: encode_cells(&[0; 8], 0),
        }],
    }
}
