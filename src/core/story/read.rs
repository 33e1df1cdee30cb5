//! From a story's text to its steps. Comes in: JSON and the config it is about; goes out: the
//! story, or every error with its path and a hint. What the engine would pass over in silence (a
//! field it does not know) is an error here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::super::config::Config;
use super::super::config::structure;
use super::super::profile::Profile;
use super::clock::Clock;
use super::source::{PageConfig, PageDetail, StepConfig, StoryConfig, json_schema};
use super::{Act, Step, Story};
use crate::core::base::error::WireError;
use crate::core::base::hash::{digest, mix};
use crate::core::base::validation_error::ValidationError;

/// Reads a story about a config.
///
/// # Errors
///
/// Every error at once, each with its JSON path and a hint.
///
/// # Examples
///
/// ```
/// use escale::{Config, compile};
/// use escale::internals::story;
/// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "placements": {"hero": {}},
/// #   "offers": [{"id": "lisbon", "family": "city", "placements": ["hero"], "topics": {"trip.city": 1}, "content": {"en": {"title": "Lisbon"}}}]}"#;
/// let config = Config::from_bytes(compile(json).unwrap().bytes).unwrap();
/// let wrong = r#"{"name": "a", "steps": [{"at": "2026-11-21T10:00", "track": "serach"}], "then": [{"placement": "hero", "shows": {"offer": "lisbon"}}]}"#;
/// let errors = story::read(wrong, &config).unwrap_err();
/// assert_eq!((errors[0].path.as_str(), errors[0].hint.as_str()), ("/steps/0/track", "Did you mean `search`?"));
/// ```
pub fn read(json: &str, config: &Config) -> Result<Story, Vec<ValidationError>> {
    let error = |message: String, hint: &str| {
        vec![ValidationError {
            path: String::new(),
            message,
            hint: hint.into(),
        }]
    };
    let document: Value = serde_json::from_str(json).map_err(|e| {
        error(
            format!("the text is not JSON: {e}"),
            "Mend the text at this line and column",
        )
    })?;
    let errors = structure::validate(&document, &json_schema());
    if !errors.is_empty() {
        return Err(errors);
    }
    let written: StoryConfig = serde_json::from_value(document)
        .map_err(|e| error(e.to_string(), "See the guide for this field"))?;
    let mut reader = Reader {
        config,
        clock: Clock::default(),
        errors: Vec::new(),
    };
    let steps = written
        .steps
        .iter()
        .enumerate()
        .filter_map(|(i, s)| reader.step(s, &format!("/steps/{i}")))
        .collect();
    let expectations = written
        .then
        .iter()
        .enumerate()
        .filter_map(|(i, t)| reader.expectation(t, format!("/then/{i}")))
        .collect();
    let arms = reader.arms(&written);
    let known = [("/replica", &written.replica), ("/remote", &written.remote)]
        .map(|(path, text)| reader.profile(path, text));
    let story = Story {
        name: written.name,
        visitor: written.visitor.as_deref().map(visitor),
        arms,
        known,
        steps,
        expectations,
    };
    if reader.errors.is_empty() {
        Ok(story)
    } else {
        Err(reader.errors)
    }
}

/// Sixteen hexadecimal digits are the hash itself, as golden cases have it.
fn visitor(text: &str) -> u64 {
    let hash = u64::from_str_radix(text, 16)
        .ok()
        .filter(|_| text.len() == 16);
    hash.unwrap_or_else(|| mix(u64::from(digest(text.as_bytes())), text.len() as u64))
}

pub(super) struct Reader<'a> {
    pub(super) config: &'a Config,
    pub(super) clock: Clock,
    errors: Vec<ValidationError>,
}

impl Reader<'_> {
    pub(super) fn error(&mut self, path: &str, message: String, hint: impl Into<String>) {
        self.errors.push(ValidationError {
            path: path.to_owned(),
            message,
            hint: hint.into(),
        });
    }

    /// A profile's bytes; none are an empty one.
    fn profile(&mut self, path: &str, text: &Option<String>) -> Vec<u8> {
        let Some(text) = text.as_deref().filter(|text| !text.is_empty()) else {
            return Vec::new();
        };
        match URL_SAFE_NO_PAD
            .decode(text)
            .map(|bytes| (Profile::decode(&bytes).map(|_| ()), bytes))
        {
            Ok((Ok(()), bytes)) => return bytes,
            Ok((Err(WireError::Newer(_)), _)) => {
                self.error(
                    path,
                    "this profile is of a later release".into(),
                    "Update this program",
                );
            }
            _ => self.error(
                path,
                "this is no profile".into(),
                "Copy it whole from an exported profile",
            ),
        }
        Vec::new()
    }

    /// The hashes of the arms that the visitor must be in.
    fn arms(&mut self, written: &StoryConfig) -> Vec<u32> {
        if written.visitor.is_some() && !written.arms.is_empty() {
            let hint = "Leave `visitor` out: one in these arms is found";
            self.error(
                "/arms",
                "a visitor of a name is in the arms that follow from it".into(),
                hint,
            );
        }
        let mut hashes = Vec::new();
        for (experiment, arm) in &written.arms {
            let path = format!("/arms/{experiment}");
            let of_it: Vec<_> = self
                .config
                .arms()
                .filter(|a| self.config.text(a.experiment_name) == experiment)
                .collect();
            match of_it.iter().find(|a| self.config.text(a.name) == arm) {
                Some(found) => hashes.push(found.hash),
                None if of_it.is_empty() => {
                    self.error(
                        &path,
                        format!("`{experiment}` is no experiment"),
                        "Define it in `experiments` first",
                    );
                }
                None => {
                    let names: Vec<&str> = of_it.iter().map(|a| self.config.text(a.name)).collect();
                    let hint = format!("Use one of {}", names.join(", "));
                    self.error(&path, format!("`{experiment}` has no arm `{arm}`"), hint);
                }
            }
        }
        hashes
    }

    fn step(&mut self, step: &StepConfig, path: &str) -> Option<Step> {
        let (at, moved) = match (&step.at, &step.wait) {
            (Some(at), None) => ("/at", self.clock.at(at)),
            (None, Some(length)) => ("/wait", self.clock.wait(length)),
            (None, None) => ("", self.clock.pass()),
            (Some(_), Some(_)) => (
                "/wait",
                Err(("a step has one time".to_owned(), "Write `at` or `wait`")),
            ),
        };
        if let Err((message, hint)) = &moved {
            self.error(&format!("{path}{at}"), message.clone(), *hint);
        }
        let act = self.act(step, path)?;
        Some(Step {
            at_ms: moved.ok()?,
            act,
        })
    }

    fn act(&mut self, step: &StepConfig, path: &str) -> Option<Act> {
        if step.fields.is_some() && step.track.is_none() {
            let hint = "Name the event in `track`, or write them in `declare`";
            self.error(
                &format!("{path}/fields"),
                "these are no event's fields".into(),
                hint,
            );
        }
        match (&step.page, &step.track, &step.declare, &step.see) {
            (None, None, None, None) => Some(Act::Wait),
            (Some(page), None, None, None) => Some(Act::Page(match page {
                PageConfig::Url(url) => PageDetail {
                    url: url.clone(),
                    ..PageDetail::default()
                },
                PageConfig::Full(page) => page.clone(),
            })),
            (None, Some(name), None, None) => self.call(name, step.fields.as_ref(), path, "fields"),
            (None, None, Some(fields), None) => self.call("declare", Some(fields), path, "declare"),
            (None, None, None, Some(place)) => {
                self.named(place, &format!("{path}/see")).map(Act::See)
            }
            _ => {
                self.error(
                    path,
                    "a step does one thing".into(),
                    "Write one of `page`, `track`, `declare`, `see`",
                );
                None
            }
        }
    }
}
