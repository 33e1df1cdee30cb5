//! Imported consents. In: records. Out: bytes that lie beside those of events, and the consent in force.
//! Never: a text of the customer; bytes that decode as an event: their kind is reserved, and readers of events skip it.

use escale::internals::base::enums::Channel;
use escale::internals::base::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::fields::Text;
use super::records::ConsentRecord;
pub use crate::base::names::{NAME_BYTES, is_name};

/// Kind of a consent at the position of an event's kind; events count theirs from 0.
const KIND: u8 = 255;
/// Code for every channel.
const ALL: u8 = 255;

/// One consent or withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Seconds since the epoch.
    pub at_s: u32,
    pub granted: bool,
    pub purpose: String,
    /// `None` is every channel.
    pub channel: Option<Channel>,
    /// Version of the text that the customer agreed to.
    pub version: String,
    /// Place of the consent: a form, a call, a shop.
    pub source: String,
}

/// Readable form of a consent.
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
    /// Consent of an imported record.
    ///
    /// # Errors
    /// A message that names the field.
    pub fn of_record(record: &ConsentRecord, at_s: u32) -> Result<Self, String> {
        let channel = match &record.channel {
            None => None,
            Some(Text(name)) => Some(
                Channel::of_name(name).ok_or("`channel` is email, sms, mail, call, shop or web")?,
            ),
        };
        Ok(Self {
            at_s,
            granted: record.granted.0,
            purpose: name("purpose", Some(&record.purpose))?,
            channel,
            version: name("version", record.version.as_ref())?,
            source: name("source", record.source.as_ref())?,
        })
    }

    /// Bytes of the consent, which lie beside those of events.
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

/// Checks a name that the site chose, of a purpose, a version or a source.
fn name(field: &str, text: Option<&Text>) -> Result<String, String> {
    let name = text.map_or_else(String::new, |text| text.0.clone());
    if is_name(&name) {
        Ok(name)
    } else {
        Err(format!(
            "`{field}` is a name of at most {NAME_BYTES} letters, digits and .-_"
        ))
    }
}

/// Consent in force for a purpose and a channel. The latest wins; of two at the same time, the withdrawal.
pub fn consent_in_force(all: &[Consent], purpose: &str, channel: Option<Channel>) -> Option<bool> {
    let is_meant =
        |c: &&Consent| c.purpose == purpose && (c.channel.is_none() || c.channel == channel);
    all.iter()
        .filter(is_meant)
        .max_by_key(|c| (c.at_s, !c.granted))
        .map(|c| c.granted)
}

/// True if the latest consent for a channel, for any purpose, is a withdrawal.
pub fn is_withdrawn(all: &[Consent], channel: Channel) -> bool {
    all.iter()
        .any(|c| consent_in_force(all, &c.purpose, Some(channel)) == Some(false))
}

#[cfg(test)]
mod tests {
    use escale::Event;

    use super::*;

    fn consent_at(at_s: u32, granted: bool, channel: Option<Channel>) -> Consent {
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
    fn consent_encoded_decodes_to_itself_and_is_no_event() {
        for consent in [
            consent_at(7, true, Some(Channel::Sms)),
            consent_at(9, false, None),
        ] {
            let bytes = consent.encode();
            assert_eq!(Consent::decode(&bytes), Some(consent));
            assert_eq!(Event::decode_next(&mut bytes.as_slice()), Some(None));
            assert_eq!(Consent::decode(&bytes[..bytes.len() - 1]), None);
        }
        let mut event = Vec::new();
        Event::new(escale::internals::event::EventKind::Booking, 9).encode(&mut event);
        assert_eq!(Consent::decode(&event), None);
    }

    #[test]
    fn consent_in_force_latest_wins_and_every_channel_covers_each() {
        let all = [
            consent_at(5, true, None),
            consent_at(7, false, Some(Channel::Sms)),
            consent_at(7, true, Some(Channel::Sms)),
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
        let all = [
            consent_at(5, true, Some(Channel::Email)),
            consent_at(6, false, None),
        ];
        assert_eq!(
            consent_in_force(&all, "news", Some(Channel::Email)),
            Some(false)
        );
    }
}
