//! A word of consent that the back end tells: to what, by which channel, yes or no. In: an object's fields. Out: bytes
//! beside those of events, and what several of them come to. Never: a text of the customer's own; taken for an event: no
//! event is of this kind, and who reads events passes it over.

use escale::core::base::enums::Channel;
use escale::core::base::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

pub use crate::base::names::{NAME_BYTES, is_name};
use crate::base::record::Record;

pub const FIELDS: [&str; 8] = [
    "customer", "id", "at", "granted", "purpose", "channel", "version", "source",
];

/// Where an event has its kind; kinds are counted from 0.
const KIND: u8 = 255;
/// By every channel.
const ALL: u8 = 255;

/// Yes or no, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Seconds since the landmark.
    pub at_s: u32,
    pub granted: bool,
    pub purpose: String,
    /// `None` is every channel.
    pub channel: Option<Channel>,
    /// Of the words that were agreed to.
    pub version: String,
    /// Where it was said: a form, a call, a shop.
    pub source: String,
}

/// The same, for people.
#[derive(Serialize, ToSchema)]
pub struct ConsentExport {
    at_ms: f64,
    granted: bool,
    purpose: String,
    channel: Option<&'static str>,
    version: String,
    source: String,
}

impl Consent {
    /// What a row says, or what is wrong with it.
    pub fn read(row: &Record<'_>, at_s: u32) -> Result<Self, String> {
        let granted = match &*row.need("granted")? {
            "true" | "1" | "yes" => true,
            "false" | "0" | "no" => false,
            _ => return Err("`granted` is true or false".into()),
        };
        let channel = match row.get("channel") {
            None => None,
            Some(name) => Some(
                Channel::of_name(&name)
                    .ok_or("`channel` is email, sms, mail, call, shop or web")?,
            ),
        };
        let purpose = name(row, "purpose")?;
        if purpose.is_empty() {
            return Err("no `purpose`".into());
        }
        let (version, source) = (name(row, "version")?, name(row, "source")?);
        Ok(Self {
            at_s,
            granted,
            purpose,
            channel,
            version,
            source,
        })
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0, KIND];
        bytes.extend_from_slice(&self.at_s.to_le_bytes());
        bytes.extend([
            u8::from(self.granted),
            self.channel.map_or(ALL, |channel| channel as u8),
        ]);
        for name in [&self.purpose, &self.version, &self.source] {
            bytes.push(name.len() as u8);
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes[0] = bytes.len() as u8;
        bytes
    }

    /// `None` for the bytes of an event.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let ([_, KIND, a, b, c, d, granted, channel], mut rest) = bytes.split_first_chunk()? else {
            return None;
        };
        let mut name = || {
            let (length, after) = rest.split_first()?;
            let (text, after) = after.split_at_checked(usize::from(*length))?;
            rest = after;
            String::from_utf8(text.to_vec()).ok()
        };
        let (purpose, version, source) = (name()?, name()?, name()?);
        let at_s = u32::from_le_bytes([*a, *b, *c, *d]);
        Some(Self {
            at_s,
            granted: *granted == 1,
            purpose,
            channel: Channel::of_number(*channel),
            version,
            source,
        })
    }

    pub fn export(self) -> ConsentExport {
        let Self {
            at_s,
            granted,
            purpose,
            channel,
            version,
            source,
        } = self;
        ConsentExport {
            at_ms: Timestamp::new(at_s).unix_ms(),
            granted,
            purpose,
            channel: channel.map(Channel::name),
            version,
            source,
        }
    }
}

/// A name of the site's own: of a purpose, a version, a source.
fn name(row: &Record<'_>, field: &str) -> Result<String, String> {
    let name = row.get(field).unwrap_or_default();
    if is_name(&name) {
        Ok(name.into_owned())
    } else {
        Err(format!(
            "`{field}` is a name of at most {NAME_BYTES} letters, digits and .-_"
        ))
    }
}

/// What all words on a purpose and a channel come to: the latest holds, and of two at once the no.
pub fn consent_in_force(all: &[Consent], purpose: &str, channel: Option<Channel>) -> Option<bool> {
    let is_meant =
        |c: &&Consent| c.purpose == purpose && (c.channel.is_none() || c.channel == channel);
    all.iter()
        .filter(is_meant)
        .max_by_key(|c| (c.at_s, !c.granted))
        .map(|c| c.granted)
}

/// Whether the latest word on a channel, for any purpose, is a no.
pub fn is_withdrawn(all: &[Consent], channel: Channel) -> bool {
    all.iter()
        .any(|c| consent_in_force(all, &c.purpose, Some(channel)) == Some(false))
}

#[cfg(test)]
mod tests {
    use escale::core::event::Event;

    use super::*;

    fn said(at_s: u32, granted: bool, channel: Option<Channel>) -> Consent {
        Consent {
            at_s,
            granted,
            purpose: "news".into(),
            channel,
            version: "2".into(),
            source: String::new(),
        }
    }

    #[test]
    fn a_word_survives_its_bytes_and_is_no_event() {
        for consent in [said(7, true, Some(Channel::Sms)), said(9, false, None)] {
            let bytes = consent.encode();
            assert_eq!(Consent::decode(&bytes), Some(consent));
            assert_eq!(Event::decode_next(&mut bytes.as_slice()), Some(None));
            assert_eq!(Consent::decode(&bytes[..bytes.len() - 1]), None);
        }
        let mut event = Vec::new();
        Event::new(escale::core::event::EventKind::Booking, 9).encode(&mut event);
        assert_eq!(Consent::decode(&event), None);
    }

    #[test]
    fn the_latest_word_holds_and_one_of_every_channel_holds_for_each() {
        let all = [
            said(5, true, None),
            said(7, false, Some(Channel::Sms)),
            said(7, true, Some(Channel::Sms)),
        ];
        assert_eq!(
            consent_in_force(&all, "news", Some(Channel::Email)),
            Some(true)
        );
        assert_eq!(
            consent_in_force(&all, "news", Some(Channel::Sms)),
            Some(false)
        );
        assert_eq!(consent_in_force(&all, "calls", Some(Channel::Sms)), None);
        assert!(is_withdrawn(&all, Channel::Sms) && !is_withdrawn(&all, Channel::Email));
        let all = [said(5, true, Some(Channel::Email)), said(6, false, None)];
        assert_eq!(
            consent_in_force(&all, "news", Some(Channel::Email)),
            Some(false)
        );
    }
}
