//! A requested audience. In: a segment's name or a condition, a channel, a purpose. Out: the same,
//! checked and compiled.

use clap::ValueEnum as _;
use escale::Config;
use escale::internals::base::enums::Channel;
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::condition::encode::Condition;
use escale::internals::config::attribute_names::AttributeNames;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::Format;
use crate::ingest::consent::is_name;

/// Channel and purpose of an audience.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// email, sms, mail, call, shop or web: those who withdrew from it, or unsubscribed, are left out.
    pub channel: Option<String>,
    /// Only customers who agreed to this purpose, by the channel if one is named.
    pub purpose: Option<String>,
    /// ndjson, unless csv.
    pub format: Option<String>,
}

pub enum Whom {
    /// A segment's hash.
    Segment(u32),
    /// A compiled condition.
    Condition(Condition),
}

/// One audience, at one moment.
pub struct Wanted {
    pub config: Config,
    pub whom: Whom,
    pub channel: Option<Channel>,
    pub purpose: Option<String>,
    pub format: Format,
    pub now_ms: u64,
}

impl Wanted {
    /// Returns the audience of a segment.
    ///
    /// # Errors
    ///
    /// A message if there is no such segment, channel or format.
    pub fn segment(config: &Config, name: &str, asked: Wish, now_ms: u64) -> Result<Self, String> {
        let vocabulary = AttributeNames::of(config);
        if !vocabulary.segments().iter().any(|segment| segment == name) {
            return Err(format!(
                "the config has no segment of that name: it has {}",
                vocabulary.segments().join(", ")
            ));
        }
        Self::of(
            config,
            Whom::Segment(name_hash(Namespace::Segment, name)),
            asked,
            now_ms,
        )
    }

    /// Returns the audience of a condition.
    ///
    /// # Errors
    ///
    /// A message with all errors of the condition, or if there is no such channel or format.
    pub fn condition(
        config: &Config,
        condition: &Value,
        asked: Wish,
        now_ms: u64,
    ) -> Result<Self, String> {
        let code = AttributeNames::of(config)
            .condition(condition)
            .map_err(|errors| {
                let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                all.join("; ")
            })?;
        Self::of(config, Whom::Condition(code), asked, now_ms)
    }

    fn of(config: &Config, whom: Whom, asked: Wish, now_ms: u64) -> Result<Self, String> {
        let channel = match asked.channel.as_deref() {
            None => None,
            Some(name) => Some(
                Channel::of_name(name)
                    .ok_or("`channel` is email, sms, mail, call, shop or web".to_owned())?,
            ),
        };
        if asked
            .purpose
            .as_ref()
            .is_some_and(|name| !is_name(name) || name.is_empty())
        {
            return Err("`purpose` is a name of letters, digits and .-_".into());
        }
        let format = match asked.format.as_deref() {
            None => Format::Ndjson,
            Some(name) => {
                Format::from_str(name, false).map_err(|_| "`format` is ndjson or csv".to_owned())?
            }
        };
        Ok(Self {
            config: config.clone(),
            whom,
            channel,
            purpose: asked.purpose,
            format,
            now_ms,
        })
    }
}
