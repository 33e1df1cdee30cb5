//! What a call says for pressure and scenarios: where an offer was shown, how often the visitor wants to hear, which
//! scenario fired; and the declared facts that seasons and birthdays need. Comes in: fields; goes out: hashes and small
//! integers, or that a field cannot be read.

use super::{EventKind, Mark};
use crate::core::base::civil::Date;
use crate::core::base::enums::Frequency;
use crate::core::base::error::TrackError;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::number::decimal;
use crate::core::config::Config;

/// What an event of this kind says. A placement that the config does not know (any more) is not said. Errors: a
/// frequency or a scenario that is not known, an ordinal that is no number.
pub fn mark<'a>(
    kind: EventKind,
    config: &Config,
    field: impl Fn(&str) -> Option<&'a str>,
) -> Result<Mark, TrackError> {
    let mut mark = Mark::default();
    match kind {
        EventKind::OfferImpression | EventKind::OfferClick => {
            let hash = field("placement").map_or(0, |name| name_hash(Namespace::Placement, name));
            mark.placement = config
                .index_of(Namespace::Placement, hash)
                .map_or(0, |_| hash);
        }
        EventKind::Declare | EventKind::Unsubscribe | EventKind::NewsletterSignup => {
            if let Some(name) = field("frequency").filter(|name| !name.is_empty()) {
                mark.frequency = Frequency::of_name(name).ok_or(TrackError::BadField)?;
            }
        }
        EventKind::ScenarioFired => {
            let index =
                field("scenario").and_then(|name| config.index_of_name(Namespace::Scenario, name));
            mark.scenario = config.scenario(index.ok_or(TrackError::BadField)?).hash;
            mark.ordinal = whole(field("ordinal"))? as u16;
        }
        _ => {}
    }
    Ok(mark)
}

/// What a scenario fired for: a whole number, as `Due` tells it. Errors: it is none.
pub fn cause<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<u32, TrackError> {
    whole(field("cause"))
}

fn whole(text: Option<&str>) -> Result<u32, TrackError> {
    match text {
        None | Some("") => Ok(0),
        Some(text) => decimal(text).map(|n| n as u32).ok_or(TrackError::BadField),
    }
}

/// The value of a fact that time needs: a zone's hash; a birthday (`MM-DD`, or a date whose year is dropped) as
/// `32·month + day`. The outer `None` is any other fact, the inner one a value that cannot be read.
#[must_use]
pub fn value_of_fact(config: &Config, fact: &str, value: &str) -> Option<Option<u32>> {
    match fact {
        "zone" => {
            let hash = name_hash(Namespace::Zone, value);
            Some(config.index_of(Namespace::Zone, hash).map(|_| hash))
        }
        "birthday" => {
            // A leap year has every birthday.
            let month_and_day = value.get(value.len().saturating_sub(5)..).unwrap_or("");
            let date = Date::parse(&["2020-", month_and_day].concat());
            Some(date.map(|date| date.month_day().pack()))
        }
        _ => None,
    }
}
