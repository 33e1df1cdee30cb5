//! Good inputs to begin with: what the golden cases and the demo's stories say, and what the engine
//! makes of it. Nothing of it is kept in the repository a second time.

use std::path::PathBuf;

use escale::internals::event::fields::{RECORD, UNIT};
use escale::{Engine, PageFacts};
use serde_json::Value;

use crate::site::{self, config_of};

/// A golden case, lived through.
pub struct Lived {
    /// Its config, as people write it.
    pub config: String,
    /// Calls: a page's three texts, or a call's name and packed fields.
    pub calls: Vec<String>,
    /// The bytes of its events, a batch a step.
    pub events: Vec<Vec<u8>>,
    /// The profile at the end.
    pub profile: Vec<u8>,
}

/// The texts of a folder's JSON files, by name.
pub fn json_files(folder: &str) -> Vec<String> {
    let path = site::path(folder);
    let entries =
        std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect()
}

/// All golden cases that tell of a visitor.
pub fn golden() -> Vec<Lived> {
    let cases = json_files("tests/cases");
    let lived: Vec<Lived> = cases
        .iter()
        .filter_map(|case| live(&serde_json::from_str(case).ok()?))
        .collect();
    assert!(lived.len() >= 8, "only {} golden cases", lived.len());
    lived
}

fn live(case: &Value) -> Option<Lived> {
    let config = match &case["config"] {
        Value::String(path) => site::text(path),
        config => config.to_string(),
    };
    let steps = case["steps"].as_array()?;
    let mut engine = Engine::new(config_of(&config));
    engine.set_visitor(site::VISITOR);
    let mut lived = Lived {
        config,
        calls: Vec::new(),
        events: Vec::new(),
        profile: Vec::new(),
    };
    steps.iter().for_each(|step| lived.step(&mut engine, step));
    lived.profile = engine.save();
    Some(lived)
}

impl Lived {
    fn step(&mut self, engine: &mut Engine, step: &Value) {
        let now_ms = step["at"].as_f64().unwrap_or(site::NOW_MS);
        let events = if let Some(page) = step.get("page") {
            let [explicit, url, tokens] =
                ["explicit", "url", "tokens"].map(|key| page[key].as_str().unwrap_or(""));
            self.calls
                .push(format!("page\0{explicit}\0{url}\0{tokens}"));
            engine.page(
                now_ms,
                &PageFacts {
                    explicit,
                    url,
                    tokens,
                },
            )
        } else if let Some(name) = step["track"].as_str() {
            let fields = packed(&step["fields"]);
            self.calls.push(format!("{name}\0{fields}"));
            engine.track(now_ms, name, &fields).unwrap_or_default()
        } else {
            return;
        };
        engine.apply(&events);
        self.events.push(events);
    }
}

fn packed(fields: &Value) -> String {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let fields = fields.as_object().into_iter().flatten();
    fields
        .map(|(key, value)| format!("{key}{UNIT}{}{RECORD}", text(value)))
        .collect()
}
