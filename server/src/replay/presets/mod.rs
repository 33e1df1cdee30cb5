//! Log formats, one file each. In: one record. Out: the events of a visitor, as input of the engine; none for records
//! without an event.

mod escale;
mod flickr;
mod msnbc;
mod tafeng;
mod trivago;
mod weblog;

use super::{Action, LogKind};
use crate::base::record::{Record, pack};

/// Event with its visitor.
pub struct VisitorEvent {
    pub visitor: String,
    pub at_ms: f64,
    pub action: Action,
}

/// Reader of one format's records.
pub type Preset = fn(&Record<'_>) -> Result<Vec<VisitorEvent>, String>;

pub fn preset(kind: LogKind) -> Preset {
    match kind {
        LogKind::Auto | LogKind::Escale => escale::read,
        LogKind::Trivago => trivago::read,
        LogKind::Msnbc => msnbc::read,
        LogKind::Flickr => flickr::read,
        LogKind::Weblog => weblog::read,
        LogKind::Tafeng => tafeng::read,
    }
}

fn page(topics: String) -> Action {
    Action::Page {
        topics,
        url: String::new(),
        tokens: String::new(),
    }
}

fn call(name: &str, topics: &str) -> Action {
    let mut fields = String::new();
    pack(&mut fields, "topics", topics);
    Action::Call {
        name: name.to_owned(),
        fields,
    }
}

/// Returns a name in the form of topics: lower case, words joined by hyphens, at most 40 characters.
pub fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase).take(40) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slug_of_names_has_the_form_of_topics() {
        assert_eq!(slug("Tokyo, Japan"), "tokyo-japan");
        assert_eq!(slug("  Focus on Rating!"), "focus-on-rating");
        assert_eq!(slug("…"), "");
    }
}
