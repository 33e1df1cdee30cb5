//! What a call declares, or tells of a message. Comes in: the kind of event and its fields; goes out: hashes and small
//! integers, or that a field cannot be read. Texts end here.

use super::context::value_of_fact;
use super::{EventKind, Said};
use crate::core::base::enums::{Channel, Source};
use crate::core::base::error::TrackError;
use crate::core::base::hash::{Namespace, denial_of, name_hash};
use crate::core::base::number::decimal;
use crate::core::config::Config;
use crate::core::config::layout::Section;

/// What an event of this kind says. Errors: a fact, source, channel or family that is not known; a value that is none.
pub fn said<'a>(
    kind: EventKind,
    config: &Config,
    field: impl Fn(&str) -> Option<&'a str>,
) -> Result<Said, TrackError> {
    match kind {
        EventKind::Declare => declared(config, field),
        EventKind::MessageSent | EventKind::MessageOpened | EventKind::MessageClicked => {
            of_message(config, field)
        }
        _ => Ok(Said::default()),
    }
}

/// The kind, but that a machine's open only shows that a message was sent.
pub fn kind_told<'a>(kind: EventKind, field: impl Fn(&str) -> Option<&'a str>) -> EventKind {
    match field("machine") {
        Some("1" | "true" | "yes") if kind == EventKind::MessageOpened => EventKind::MessageSent,
        _ => kind,
    }
}

fn declared<'a>(
    config: &Config,
    field: impl Fn(&str) -> Option<&'a str>,
) -> Result<Said, TrackError> {
    let source = match field("source") {
        None | Some("") => Source::Visitor,
        Some(name) => Source::of_name(name).ok_or(TrackError::BadField)?,
    };
    if let Some((topic, is_denied)) = field("deny")
        .map(|t| (t, true))
        .or_else(|| Some((field("allow")?, false)))
    {
        let index = config
            .index_of_name(Namespace::Topic, topic)
            .ok_or(TrackError::BadField)?;
        let hash = config.topic(index).hash;
        return Ok(Said {
            of: denial_of(hash),
            what: if is_denied { hash } else { 0 },
            by: source as u8,
        });
    }
    let of_its_own = || {
        ["zone", "birthday"]
            .into_iter()
            .find_map(|fact| Some((fact, field(fact)?)))
    };
    let named = field("fact").map(|fact| (fact, field("value").unwrap_or("").trim_ascii()));
    let Some((fact, text)) = named.or_else(of_its_own) else {
        return Ok(Said {
            by: source as u8,
            ..Said::default()
        });
    };
    let of = name_hash(Namespace::Fact, fact);
    if let Some(what) = value_of_fact(config, fact, text) {
        return Ok(Said {
            of,
            what: what.ok_or(TrackError::BadField)?,
            by: source as u8,
        });
    }
    let index = config
        .index_of(Namespace::Fact, of)
        .ok_or(TrackError::BadField)?;
    let what = match text {
        "" => Some(0),
        text if usize::from(index) < config.count(Section::Facets) => topic(config, fact, text),
        text => {
            decimal(text).map(|number| ((number * 100.0 + 0.5).floor() as u32).saturating_add(1))
        }
    };
    Ok(Said {
        of,
        what: what.ok_or(TrackError::BadField)?,
        by: source as u8,
    })
}

/// An answer as a topic of its facet: `city`, or `trip.city` in full.
fn topic(config: &Config, facet: &str, answer: &str) -> Option<u32> {
    let within = [facet, ".", answer].concat();
    let name = if answer
        .strip_prefix(facet)
        .is_some_and(|rest| rest.starts_with('.'))
    {
        answer
    } else {
        &within
    };
    config
        .index_of_name(Namespace::Topic, name)
        .map(|index| config.topic(index).hash)
}

fn of_message<'a>(
    config: &Config,
    field: impl Fn(&str) -> Option<&'a str>,
) -> Result<Said, TrackError> {
    let channel = field("channel")
        .and_then(Channel::of_name)
        .ok_or(TrackError::BadField)?;
    let what = match field("family") {
        None | Some("") => 0,
        Some(family) => {
            let index = config
                .index_of_name(Namespace::Family, family)
                .ok_or(TrackError::BadField)?;
            config.family(index).hash
        }
    };
    let of = field("id")
        .filter(|id| !id.is_empty())
        .map_or(0, |id| name_hash(Namespace::Message, id));
    Ok(Said {
        of,
        what,
        by: channel as u8,
    })
}
