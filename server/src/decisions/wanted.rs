//! Requested decisions. In: names of customers, a segment, a placement and a channel. Out: the same, checked against the
//! config. Never: an unknown name without the nearest known one.

use std::sync::Arc;

use escale::Config;
use escale::internals::base::enums::Channel;
use escale::internals::base::index::Index;
use escale::internals::condition::nearest::nearest;
use escale::internals::config::{Placement, Segment};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::audience::{self, Wish};
use crate::base::values::date::{self, DateOrder};
use crate::base::values::{Convention, Origin};
use crate::ingest::fields::Text;

/// Request for decisions: exactly one of `customers`, `segment` and `when`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionsBody {
    /// Placement of the config that the message fills.
    #[schema(example = "home-hero")]
    pub placement: String,
    /// Ids of customers.
    #[schema(example = json!(["c-1042"]))]
    pub customers: Option<Vec<String>>,
    /// Segment of the config.
    pub segment: Option<String>,
    /// Condition in the language of the config.
    #[schema(value_type = Option<Object>)]
    pub when: Option<Value>,
    /// email, sms, mail, call, shop or web. Customers who withdrew from it get no offer.
    pub channel: Option<String>,
    /// Purpose that the customers must have agreed to.
    pub purpose: Option<String>,
    /// Time of the message: ISO 8601 in UTC, or seconds or milliseconds since 1970. The default is now.
    #[schema(value_type = Option<String>)]
    pub at: Option<Text>,
    /// Language of the texts. The default is the offer's first.
    pub language: Option<String>,
    /// Id of the sending, as in the links' `escale_send`. Required by `record`.
    pub send: Option<String>,
    /// True to count each message with an offer as sent.
    #[serde(default)]
    pub record: bool,
}

/// Customers that are meant.
pub enum Whom {
    Customers(Vec<String>),
    Audience(Arc<audience::Wanted>),
}

/// Checked request.
pub struct Wanted {
    pub config: Config,
    pub whom: Whom,
    pub placement: Index<Placement>,
    pub channel: Option<Channel>,
    pub purpose: Option<String>,
    pub language: String,
    pub at_ms: u64,
    /// Id under which messages are recorded. `None` if they are not.
    pub recorded_send: Option<String>,
}

/// Error of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum WantedError {
    Placement(String),
    Channel(String),
    Segment(String),
    Other(String),
}

impl Wanted {
    /// Checks a request against the config.
    ///
    /// # Errors
    /// An unknown name, with the nearest known one, or a contradiction.
    pub fn of(config: &Config, body: DecisionsBody, now_ms: u64) -> Result<Self, WantedError> {
        let placement = config.find_name::<Placement>(&body.placement);
        let placement = placement.ok_or_else(|| {
            let names = config.names::<Placement>();
            WantedError::Placement(unknown("placement", &body.placement, names))
        })?;
        let channel = body.channel.as_deref().map(channel).transpose()?;
        let at_ms = match &body.at {
            None => now_ms,
            Some(text) => time(&text.0)?,
        };
        let recorded_send = match (body.record, &body.send, channel) {
            (false, ..) => None,
            (true, Some(send), Some(_)) => Some(send.clone()),
            (true, ..) => {
                let message = "`record` needs `send` and `channel`";
                return Err(WantedError::Other(message.into()));
            }
        };
        Ok(Self {
            config: config.clone(),
            whom: whom(config, &body, at_ms)?,
            placement,
            channel,
            purpose: body.purpose,
            language: body.language.unwrap_or_default(),
            at_ms,
            recorded_send,
        })
    }

    /// Number of the placement's slots.
    pub fn slots(&self) -> u8 {
        self.config.placement(self.placement).slots as u8
    }
}

fn whom(config: &Config, body: &DecisionsBody, at_ms: u64) -> Result<Whom, WantedError> {
    let wish = Wish {
        channel: None,
        purpose: None,
        format: None,
    };
    match (&body.customers, &body.segment, &body.when) {
        (Some(ids), None, None) => Ok(Whom::Customers(ids.clone())),
        (None, Some(name), None) => {
            if config.find_name::<Segment>(name).is_none() {
                let message = unknown("segment", name, config.names::<Segment>());
                return Err(WantedError::Segment(message));
            }
            let wanted = audience::Wanted::segment(config, name, wish, at_ms);
            audience(wanted)
        }
        (None, None, Some(when)) => {
            audience(audience::Wanted::condition(config, when, wish, at_ms))
        }
        _ => {
            let message = "send exactly one of `customers`, `segment` and `when`";
            Err(WantedError::Other(message.into()))
        }
    }
}

fn audience(wanted: Result<audience::Wanted, String>) -> Result<Whom, WantedError> {
    let wanted = wanted.map_err(WantedError::Other)?;
    Ok(Whom::Audience(Arc::new(wanted)))
}

fn channel(name: &str) -> Result<Channel, WantedError> {
    let names = || Channel::ALL.iter().map(|channel| channel.name());
    Channel::of_name(name).ok_or_else(|| WantedError::Channel(unknown("channel", name, names())))
}

fn time(text: &str) -> Result<u64, WantedError> {
    let order = Convention::<DateOrder>::Unknown;
    let moment = date::time(text, order, Origin::default())
        .map_err(|problem| WantedError::Other(format!("`at`: {problem}")))?;
    let at_ms = moment.unix_ms().map(|ms| ms as u64);
    at_ms.ok_or_else(|| WantedError::Other("`at` is before 1970".into()))
}

/// Returns the message about an unknown name.
fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("there is no {kind} `{name}`: did you mean `{near}`?"),
        None => {
            let all: Vec<&str> = known.take(12).collect();
            format!("there is no {kind} `{name}`: use one of {}", all.join(", "))
        }
    }
}
