//! A story's calls of the site (`track`, `declare`). Comes in: a name and fields; goes out: what
//! the engine takes, or every error. The engine passes over fields that it does not know; here they
//! are errors.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::condition::nearest::nearest;
use super::super::engine::Engine;
use super::super::event::EventKind;
use super::Act;
use super::read::Reader;
use crate::core::base::error::TrackError;
use crate::core::event::fields::{RECORD, UNIT};

/// The fields that events may have.
const FIELDS: [&str; 24] = [
    "topics",
    "interests",
    "destination",
    "start_date",
    "end_date",
    "adults",
    "children",
    "value",
    "currency",
    "id",
    "step",
    "offer",
    "placement",
    "frequency",
    "fact",
    "source",
    "zone",
    "birthday",
    "channel",
    "family",
    "machine",
    "scenario",
    "cause",
    "ordinal",
];

impl Reader<'_> {
    /// One call; the engine is asked whether it would take it.
    pub(super) fn call(
        &mut self,
        name: &str,
        fields: Option<&BTreeMap<String, Value>>,
        path: &str,
        at: &str,
    ) -> Option<Act> {
        if EventKind::of_name(name).is_none() {
            let hint = did_you_mean(name, EventKind::ALL.iter().map(|k| k.name()));
            self.error(
                &format!("{path}/track"),
                format!("`{name}` is no event"),
                hint,
            );
            return None;
        }
        let mut packed = Vec::new();
        for (key, value) in fields.into_iter().flatten() {
            let path = format!("{path}/{at}/{key}");
            if !FIELDS.contains(&key.as_str()) {
                self.error(
                    &path,
                    format!("`{key}` is no field"),
                    did_you_mean(key, FIELDS),
                );
            }
            match value {
                Value::String(text) => packed.push((path, format!("{key}{UNIT}{text}{RECORD}"))),
                Value::Number(_) | Value::Bool(_) => {
                    packed.push((path, format!("{key}{UNIT}{value}{RECORD}")))
                }
                _ => self.error(
                    &path,
                    format!("`{key}` is no text and no number"),
                    "Write one of them",
                ),
            }
        }
        self.try_fields(name, &packed, &format!("{path}/{at}"));
        Some(Act::Track {
            name: name.to_owned(),
            fields: packed.into_iter().map(|(_, field)| field).collect(),
        })
    }

    /// Checks that the engine accepts the call. If it does not, reports the field that it rejects.
    fn try_fields(&mut self, name: &str, packed: &[(String, String)], path: &str) {
        let mut engine = Engine::new(self.config.clone());
        let mut takes =
            |fields: String| engine.track(0.0, name, &fields) != Err(TrackError::BadField);
        if takes(packed.iter().map(|(_, field)| field.as_str()).collect()) {
            return;
        }
        let without = |at: usize| packed.iter().enumerate().filter(move |(i, _)| *i != at);
        let minded = (0..packed.len())
            .find(|at| takes(without(*at).map(|(_, (_, field))| field.as_str()).collect()));
        let path = minded.map_or(path, |at| &packed[at].0).to_owned();
        let hint = "Write dates as YYYY-MM-DD, numbers as such, and names as the config has them";
        self.error(&path, format!("`{name}` cannot read this"), hint);
    }
}

/// The nearest of the words that exist, or some of them.
pub(super) fn did_you_mean<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!(
            "Use one of {}",
            known.into_iter().take(12).collect::<Vec<_>>().join(", ")
        ),
    }
}
