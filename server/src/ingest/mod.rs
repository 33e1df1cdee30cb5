//! Imports from the site's back end. In: records as JSON or CSV. Out: events, keyed by a hash of the record's own id.
//! Never: keeps a text: names and ids are hashed, as in a browser.

pub mod body;
pub mod consent;
pub mod fields;
pub mod import;
pub mod normalise;
pub mod records;
mod subject;
pub mod table;

use escale::internals::base::fold::fold_place;
use escale::internals::base::time::{EPOCH_UNIX_S, Timestamp};
use escale::internals::config::Topic;
use escale::internals::event::fields::Fields;
use escale::{Config, Event};
use serde_json::{Map, Value};

use crate::base::ids::{CustomerKey, IdHash, Site};
use crate::base::record::pack;
use crate::base::time::DAY_MS;
use crate::store::ImportedEvent;
pub use crate::store::imported::judge;
use consent::Consent;
use normalise::{Conventions, Normalised, normalise};
pub use subject::Subject;
use subject::{Call, Content};

/// Tolerance for a back end's clock that is ahead.
const MAX_AHEAD_MS: f64 = 300_000.0;

/// Reader of records.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub site: &'a Site,
    pub config: &'a Config,
    pub now_ms: f64,
    /// Readings of numbers and dates; the default for JSON.
    pub conventions: &'a Conventions,
}

/// Encoded event of a record.
struct EncodedEvent {
    name: &'static str,
    at_s: u32,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    /// Reads one record.
    ///
    /// # Errors
    /// Messages for the sender, one for each field.
    pub fn read(
        &self,
        subject: Subject,
        object: Map<String, Value>,
    ) -> Result<(CustomerKey, ImportedEvent), String> {
        let normalised = normalise(subject, object, self.conventions);
        if normalised.problems.is_empty() {
            return self.read_normalised(subject, normalised.object);
        }
        Err(self.every_problem(subject, normalised).join("; "))
    }

    /// Adds the messages about the other fields of a record with problems.
    fn every_problem(&self, subject: Subject, normalised: Normalised) -> Vec<String> {
        let Normalised {
            mut object,
            wrong,
            mut problems,
        } = normalised;
        for field in wrong {
            let stand_in = match field.as_str() {
                "customer" | "id" => "-".to_owned(),
                "at" => self.now_ms.to_string(),
                field if subject.required().contains(&field) => return problems,
                _ => continue,
            };
            object.insert(field, Value::String(stand_in));
        }
        problems.extend(self.read_normalised(subject, object).err());
        problems
    }

    fn read_normalised(
        &self,
        subject: Subject,
        object: Map<String, Value>,
    ) -> Result<(CustomerKey, ImportedEvent), String> {
        let record = subject.parse(object)?;
        let customer = CustomerKey::parse(self.site, &record.customer)
            .map_err(|error| format!("`customer` {error}"))?;
        let at_ms = self.time(&record.at)?;
        let event = match &record.content {
            Content::Consent(consent) => {
                let at_s = Timestamp::from_unix_ms(at_ms).get();
                let bytes = Consent::of_record(consent, at_s)?.encode();
                let name = "consent";
                EncodedEvent { name, at_s, bytes }
            }
            Content::Call(call) => self.encoded(call, at_ms)?,
        };
        let imported = ImportedEvent {
            id: IdHash::of_imported(self.site, event.name, &record.id),
            day: (at_ms / DAY_MS) as u32,
            at_s: event.at_s,
            event: event.bytes,
        };
        Ok((customer, imported))
    }

    /// Encodes the event of a call.
    fn encoded(&self, call: &Call, at_ms: f64) -> Result<EncodedEvent, String> {
        let mut event = self.event(call, at_ms)?;
        if call.without_topics {
            event.topics.clear();
        }
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        Ok(EncodedEvent {
            name: call.name,
            at_s: event.at_s,
            bytes,
        })
    }

    /// Reads the milliseconds that [`normalise`] wrote.
    fn time(&self, text: &str) -> Result<f64, String> {
        let at_ms: f64 = text.parse().map_err(|_| "`at` is not a time")?;
        if at_ms < EPOCH_UNIX_S as f64 * 1000.0 {
            return Err("`at` is before 2020, the engine's epoch".into());
        }
        if at_ms > self.now_ms + MAX_AHEAD_MS {
            return Err("`at` is in the future; a time without an offset is UTC".into());
        }
        Ok(at_ms)
    }

    /// Returns the folded name of the call's destination, if the config knows it only so.
    fn known_place(&self, call: &Call) -> Option<String> {
        let (_, name) = call.fields.iter().find(|(key, _)| *key == "destination")?;
        let is_known = |name: &str| {
            let topic = ["destination.", name].concat();
            self.config.find_name::<Topic>(&topic).is_some()
        };
        let folded = fold_place(name);
        (!is_known(&name.trim().to_ascii_lowercase()) && is_known(&folded)).then_some(folded)
    }

    fn event(&self, call: &Call, at_ms: f64) -> Result<Event, String> {
        let place = self.known_place(call);
        let fields: Vec<(&str, &String)> = call
            .fields
            .iter()
            .map(|(key, value)| match (&place, *key) {
                (Some(place), "destination") => ("destination", place),
                (_, key) => (key, value),
            })
            .collect();
        let track = |without: Option<usize>| {
            let mut packed = String::new();
            let used = fields
                .iter()
                .enumerate()
                .filter(|(at, _)| Some(*at) != without);
            used.for_each(|(_, (key, value))| pack(&mut packed, key, value));
            let at_s = Timestamp::from_unix_ms(at_ms).get();
            Event::parse(self.config, at_s, call.name, &Fields::parse(&packed))
        };
        track(None).map_err(|_| {
            // The engine does not name the field: it is the one without which the call succeeds.
            let wrong = (0..fields.len())
                .find(|at| track(Some(*at)).is_ok())
                .and_then(|at| fields.get(at));
            match wrong {
                Some((key, _)) => {
                    format!("`{key}` cannot be read, or names an unknown part of the config")
                }
                None => "a field cannot be read, or names an unknown part of the config".to_owned(),
            }
        })
    }
}
