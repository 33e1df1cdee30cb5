//! What the site's back end tells of its customers. In: objects of fields. Out: events, keyed by a hash of the teller's
//! own id. Never: keeps a text: names and ids end here, as in a browser.

pub mod body;
pub mod consent;
pub mod csv_file;
pub mod schema;
mod subject;
pub mod take;

use escale::core::base::enums::Channel;
use escale::core::base::time::{EPOCH_UNIX_S, Timestamp};
use escale::core::config::Config;
use escale::core::event::Event;
use escale::core::event::fields::Fields;
use serde_json::{Map, Value};

use crate::base::ids::{CUSTOMER_BYTES, CustomerKey, IdHash, Site};
use crate::base::record::{Record, pack};
use crate::base::time;
use crate::store::ImportedEvent;
pub use crate::store::imported::judge;
use consent::Consent;
pub use subject::Subject;

/// A back end's clock may be ahead by this much.
const AHEAD_MS: f64 = 300_000.0;
const DAY_MS: f64 = 86_400_000.0;

/// What it takes to read a telling.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub site: &'a Site,
    pub config: &'a Config,
    pub now_ms: f64,
}

impl Reader<'_> {
    /// One object, or what is wrong with it, for the one who sent it.
    pub fn read(
        &self,
        subject: Subject,
        object: &Map<String, Value>,
    ) -> Result<(CustomerKey, ImportedEvent), String> {
        if let Some(name) = object.keys().find(|name| !subject.knows(name)) {
            return Err(format!(
                "there is no field `{name}`: it takes {}",
                subject.fields().join(", ")
            ));
        }
        let row = Record::Json(object);
        let customer = row.need("customer")?;
        if !CustomerKey::is_id(&customer) {
            return Err(format!("`customer` has more than {CUSTOMER_BYTES} bytes"));
        }
        let at_ms = self.time(&row.need("at")?)?;
        let (name, at_s, bytes) = match subject {
            Subject::Consents => {
                let consent = Consent::read(&row, Timestamp::from_unix_ms(at_ms).get())?;
                ("consent".to_owned(), consent.at_s, consent.encode())
            }
            _ => self.bytes(subject, &row, at_ms)?,
        };
        let id = IdHash::of_imported(self.site, &name, &row.need("id")?);
        let customer = CustomerKey {
            site: self.site.clone(),
            id: customer.into_owned(),
        };
        Ok((
            customer,
            ImportedEvent {
                id,
                day: (at_ms / DAY_MS) as u32,
                at_s,
                event: bytes,
            },
        ))
    }

    /// The name of the engine's call, its time, the bytes of its event.
    fn bytes(
        &self,
        subject: Subject,
        row: &Record<'_>,
        at_ms: f64,
    ) -> Result<(String, u32, Vec<u8>), String> {
        let (name, fields) = subject.call(row)?;
        let mut event = self.event(&name, &fields, at_ms)?;
        if subject == Subject::Bookings
            && row.get("channel").as_deref() == Some(Channel::Web.name())
        {
            // The browser has seen it, and learned from it what it is about.
            event.topics.clear();
        }
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        Ok((name, event.at_s, bytes))
    }

    fn time(&self, text: &str) -> Result<f64, String> {
        let at_ms = time::parse(text)?;
        if at_ms < EPOCH_UNIX_S as f64 * 1000.0 {
            return Err("`at` is before 2020, where time begins here".into());
        }
        if at_ms > self.now_ms + AHEAD_MS {
            return Err("`at` is in the future".into());
        }
        Ok(at_ms)
    }

    fn event(&self, name: &str, fields: &[(String, String)], at_ms: f64) -> Result<Event, String> {
        let call = |without: Option<usize>| {
            let mut packed = String::new();
            let used = fields
                .iter()
                .enumerate()
                .filter(|(at, _)| Some(*at) != without);
            used.for_each(|(_, (key, value))| pack(&mut packed, key, value));
            let at_s = Timestamp::from_unix_ms(at_ms).get();
            Event::parse(self.config, at_s, name, &Fields::parse(&packed))
        };
        call(None).map_err(|_| {
            // The engine says that a field is wrong; the one without which all is well is the one.
            let culprit = (0..fields.len())
                .find(|at| call(Some(*at)).is_ok())
                .and_then(|at| fields.get(at));
            match culprit {
                Some((key, _)) => {
                    format!("`{key}` cannot be read, or names what the config does not have")
                }
                None => "a field cannot be read, or names what the config does not have".to_owned(),
            }
        })
    }
}
