//! A file a log format. In: one row. Out: what a visitor did, in the engine's own words; nothing for rows that say
//! nothing of a visitor.

mod escale;
mod flickr;
mod msnbc;
mod tafeng;
mod trivago;
mod weblog;

use super::Action;
use super::row::{Row, pack};
use crate::cli::LogKind;

/// One event and whose it is.
pub struct Said {
    pub visitor: String,
    pub at_ms: f64,
    pub action: Action,
}

/// How a row of this format reads.
pub type Preset = fn(&Row<'_>) -> Result<Vec<Said>, String>;

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

/// A name as topics are written: lower case, words joined by hyphens, at most 40 characters.
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
    fn names_become_topics() {
        assert_eq!(slug("Tokyo, Japan"), "tokyo-japan");
        assert_eq!(slug("  Focus on Rating!"), "focus-on-rating");
        assert_eq!(slug("…"), "");
    }
}
