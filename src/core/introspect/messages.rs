//! Sentences of an explanation. In: a message with its arguments, a language. Out: the sentence of
//! the catalogue `www/messages`. Never: a sentence written in Rust.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// Languages of the catalogue, by their codes.
pub const LANGUAGES: [&str; 2] = ["fr", "en"];

/// A message for the visitor.
#[derive(Clone, Debug)]
pub enum Message<'a> {
    /// A topic that the visitor likes, and its share of their interest in percent.
    Liked {
        /// The topic's label.
        label: &'a str,
        /// Percent.
        share: u32,
    },
    /// The offer's family replaces one that the visitor ignored.
    Promoted,
    /// No topic speaks for the offer.
    General,
    /// More page views would change the choice.
    SayMore,
    /// Without this topic another offer would have been chosen.
    Without {
        /// The topic's label.
        label: &'a str,
        /// The other offer's title.
        title: &'a str,
    },
    /// Without this topic the same offer would have been chosen.
    WithoutSame {
        /// The topic's label.
        label: &'a str,
    },
    /// Without this topic no offer would have been chosen.
    WithoutDefault {
        /// The topic's label.
        label: &'a str,
    },
    /// So many page views on one topic are missing.
    MorePages {
        /// Page views.
        count: u32,
    },
    /// The visitor is in the control group.
    Holdout,
    /// No offer is eligible.
    NoEligibleOffer,
    /// The config has no such placement.
    UnknownPlacement,
    /// The profile is empty.
    NothingKnown,
}

impl Message<'_> {
    /// Returns the sentence in a language; English if the catalogue lacks the language.
    #[must_use]
    pub fn text(&self, language: &str) -> String {
        let sentence = catalogue(language).explain.get(self.id());
        let sentence = sentence.map_or_else(|| self.id().to_owned(), Clone::clone);
        fill(&sentence, &self.arguments())
    }

    fn id(&self) -> &'static str {
        match self {
            Self::Liked { .. } => "liked",
            Self::Promoted => "promoted",
            Self::General => "general",
            Self::SayMore => "say_more",
            Self::Without { .. } => "without",
            Self::WithoutSame { .. } => "without_same",
            Self::WithoutDefault { .. } => "without_default",
            Self::MorePages { .. } => "more_pages",
            Self::Holdout => "holdout",
            Self::NoEligibleOffer => "no_eligible_offer",
            Self::UnknownPlacement => "unknown_placement",
            Self::NothingKnown => "nothing_known",
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match *self {
            Self::Liked { label, share } => {
                vec![("label", label.to_owned()), ("share", share.to_string())]
            }
            Self::Without { label, title } => {
                vec![("label", label.to_owned()), ("title", title.to_owned())]
            }
            Self::WithoutSame { label } | Self::WithoutDefault { label } => {
                vec![("label", label.to_owned())]
            }
            Self::MorePages { count } => vec![("count", count.to_string())],
            _ => Vec::new(),
        }
    }
}

/// Fills the `{placeholders}` of a sentence. One without an argument stays as it is.
fn fill(sentence: &str, arguments: &[(&str, String)]) -> String {
    let mut parts = sentence.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let value = part.split_once('}').and_then(|(name, rest)| {
            let (_, value) = arguments.iter().find(|(known, _)| *known == name)?;
            Some((value, rest))
        });
        match value {
            Some((value, rest)) => text.extend([value, rest]),
            None => text.extend(["{", part]),
        }
    }
    text
}

/// The catalogue's section for explanations.
#[derive(Default, Deserialize)]
struct Catalogue {
    explain: BTreeMap<String, String>,
}

fn catalogue(language: &str) -> &'static Catalogue {
    static FRENCH: OnceLock<Catalogue> = OnceLock::new();
    static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
    let (cell, json) = match language {
        "fr" => (&FRENCH, include_str!("../../../www/messages/fr.json")),
        _ => (&ENGLISH, include_str!("../../../www/messages/en.json")),
    };
    cell.get_or_init(|| serde_json::from_str(json).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ALL: [Message; 12] = [
        Message::Liked {
            label: "sun",
            share: 40,
        },
        Message::Promoted,
        Message::General,
        Message::SayMore,
        Message::Without {
            label: "sun",
            title: "Bali",
        },
        Message::WithoutSame { label: "sun" },
        Message::WithoutDefault { label: "sun" },
        Message::MorePages { count: 2 },
        Message::Holdout,
        Message::NoEligibleOffer,
        Message::UnknownPlacement,
        Message::NothingKnown,
    ];

    #[test]
    fn catalogue_has_exactly_the_messages_of_explanations() {
        let ids: BTreeSet<&str> = ALL.iter().map(Message::id).collect();
        for language in LANGUAGES {
            let held: BTreeSet<&str> = catalogue(language).explain.keys().map(|id| &**id).collect();
            assert_eq!(ids, held, "{language}");
        }
    }

    #[test]
    fn message_text_has_every_argument_and_no_placeholder() {
        for language in LANGUAGES {
            for message in &ALL {
                let text = message.text(language);
                assert!(!text.contains(['{', '}']), "{text}");
                for (_, value) in message.arguments() {
                    assert!(text.contains(&value), "{text} lacks {value}");
                }
            }
        }
    }
}
