//! Accounts of the engine for people: why this offer, and what is known. Comes in: a moment, a
//! slot; goes out: objects as `types.ts` describes them.

use std::collections::BTreeMap;

use wasm_bindgen::prelude::*;

use super::object;
use crate::core::base::index::Index;
use crate::core::config::{Persona, Topic};
use crate::core::decision::decide::DecisionRequest;
use crate::core::introspect::explain::explain;
use crate::core::introspect::snapshot::snapshot;
use crate::web::bindings::Runtime;

#[wasm_bindgen]
impl Runtime {
    /// Explains what `choose` answers for this slot when the page shows the offers of `exclude`
    /// already.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn explain(&self, now_ms: f64, placement: u16, slot: u8, exclude: &[u16]) -> JsValue {
        object(&explain(
            &self.engine,
            &DecisionRequest {
                now_ms,
                placement: Index::new(placement),
                slot,
                exclude: &exclude.iter().copied().map(Index::new).collect::<Vec<_>>(),
            },
        ))
    }

    /// Decides as if the visitor were of this persona from now on. False: the config has none of
    /// that name.
    #[wasm_bindgen(js_name = overridePersona)]
    pub fn override_persona(&mut self, name: &str) -> bool {
        let config = self.engine.config();
        let persona = config.find_name::<Persona>(name);
        let hash = persona.map(|index| config.persona(index).hash);
        self.engine.override_persona(hash);
        hash.is_some()
    }

    /// All that is known of the visitor.
    #[wasm_bindgen(unchecked_return_type = "Knowledge")]
    pub fn snapshot(&self, now_ms: f64) -> JsValue {
        object(&snapshot(&self.engine, now_ms))
    }

    /// Returns the labels of the config's topics in a language, by their names.
    #[wasm_bindgen(js_name = topicLabels, unchecked_return_type = "Record<string, string>")]
    pub fn topic_labels(&self, language: &str) -> JsValue {
        let config = self.engine.config();
        let topics = config.indices::<Topic>();
        let named = topics.map(|t| (config.text(config.topic(t).name), config.label(t, language)));
        object(&named.collect::<BTreeMap<_, _>>())
    }

    /// All that is known of the visitor as one profile's bytes: the own replica joined with the
    /// others.
    pub fn known(&self) -> Vec<u8> {
        self.engine.known().encode()
    }
}
