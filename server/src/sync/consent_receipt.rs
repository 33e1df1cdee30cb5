//! A consent receipt: the time, text version, source and purposes of a visitor's consent. In: the
//! receipt that a browser sends with a sync. Out: the same, as it is stored with the visitor and
//! shown to them. Never: the identity of the visitor; free text.

use escale::internals::base::hash::digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::names::{NAME_BYTES, is_name};

/// A browser's clock may be a little ahead; what lies further in the future is no time.
const AHEAD_MS: u64 = 5 * 60_000;
/// The largest whole number that JavaScript counts exactly.
const MAX_MS: u64 = (1 << 53) - 1;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentReceipt)]
pub struct Receipt {
    /// Milliseconds since 1970.
    #[schema(maximum = 9007199254740991u64)]
    at: u64,
    /// Version of the text that was agreed to. Empty if the site gave none.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9._-]*$")]
    version: String,
    /// Source of the consent: the site's banner, or a consent platform.
    #[schema(min_length = 1, max_length = 32, pattern = "^[A-Za-z0-9._-]*$")]
    source: String,
    /// `sync` is among them, or nothing may be sent.
    #[schema(min_items = 1, max_items = 3)]
    purposes: Vec<Purpose>,
    /// `true` if the browser's clock was ahead. The time of the consent is then unknown; a stored
    /// receipt with the same content is the earlier one.
    #[serde(skip)]
    is_ahead: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Personalise,
    Keep,
    Sync,
}

impl Receipt {
    /// Returns the receipt in its one form.
    ///
    /// # Errors
    ///
    /// A message that names the first invalid field.
    pub fn checked(mut self, now_ms: u64) -> Result<Self, String> {
        if self.at > MAX_MS {
            return Err("`consent.at` is in milliseconds since 1970".into());
        }
        for (field, name) in [("version", &self.version), ("source", &self.source)] {
            if !is_name(name) {
                return Err(format!(
                    "`consent.{field}` is a name of at most {NAME_BYTES} letters, digits and .-_"
                ));
            }
        }
        if self.source.is_empty() {
            return Err("`consent.source` says where it was said".into());
        }
        let given = self.purposes.len();
        self.purposes.sort();
        self.purposes.dedup();
        if self.purposes.len() < given {
            return Err("`consent.purposes` names one twice".into());
        }
        if !self.purposes.contains(&Purpose::Sync) {
            return Err("`consent.purposes` lacks `sync`: without it nothing may be synced".into());
        }
        let latest = now_ms.saturating_add(AHEAD_MS);
        self.is_ahead = self.at > latest;
        self.at = self.at.min(latest);
        Ok(self)
    }

    /// Numbers that are others for another receipt. Of one that is ahead they do not follow the server's clock.
    pub fn words(&self) -> [u64; 4] {
        let name = |text: &str| (text.len() as u64) << 32 | u64::from(digest(text.as_bytes()));
        let purposes = self
            .purposes
            .iter()
            .fold(0, |set, purpose| set | 1 << *purpose as u64);
        [
            if self.is_ahead { u64::MAX } else { self.at },
            name(&self.version),
            name(&self.source),
            purposes,
        ]
    }

    /// The text to keep in place of what is held; none: what is held says the same, or is of a later time.
    pub fn in_place_of(&self, held: Option<&str>) -> Option<String> {
        match held.and_then(Self::read) {
            Some(held) if held.at > self.at => None,
            Some(held) if (held.at == self.at || self.is_ahead) && held.says_the_same(self) => None,
            // A few names and a number: there is nothing that could fail.
            _ => serde_json::to_string(self).ok(),
        }
    }

    /// Returns `true` if both receipts agree in everything but the time.
    fn says_the_same(&self, other: &Self) -> bool {
        (&self.version, &self.source, &self.purposes)
            == (&other.version, &other.source, &other.purposes)
    }

    /// Reads a stored receipt.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_790_000_000_000;

    fn receipt(at: u64) -> Receipt {
        let purposes = vec![Purpose::Sync, Purpose::Personalise, Purpose::Keep];
        Receipt {
            at,
            version: "2026-11".into(),
            source: "banner".into(),
            purposes,
            is_ahead: false,
        }
    }

    #[test]
    fn it_has_one_form_and_no_room_for_a_text() {
        let checked = receipt(NOW_MS).checked(NOW_MS);
        let purposes = checked.as_ref().map(|receipt| receipt.purposes.as_slice());
        assert_eq!(
            purposes,
            Ok([Purpose::Personalise, Purpose::Keep, Purpose::Sync].as_slice())
        );
        type Change = fn(&mut Receipt);
        let wrong: [(&str, Change); 8] = [
            ("at", |receipt| receipt.at = MAX_MS + 1),
            ("version", |receipt| receipt.version = "Ana Silva".into()),
            ("version", |receipt| receipt.version = "v".repeat(33)),
            ("source", |receipt| receipt.source = "a@b".into()),
            ("source", |receipt| receipt.source = String::new()),
            ("purposes", |r| r.purposes = vec![Purpose::Sync; 2]),
            ("purposes", |r| r.purposes = vec![Purpose::Keep]),
            ("purposes", |r| r.purposes = Vec::new()),
        ];
        for (field, change) in wrong {
            let mut receipt = receipt(0);
            change(&mut receipt);
            let result = receipt.checked(NOW_MS);
            assert!(
                result
                    .as_ref()
                    .is_err_and(|why| why.contains(&format!("consent.{field}"))),
                "{result:?}"
            );
        }
    }

    /// Tags: f38.
    #[test]
    fn the_future_is_five_minutes_away_at_most() {
        for (later, kept) in [(NOW_MS + 1, NOW_MS + 1), (MAX_MS, NOW_MS + AHEAD_MS)] {
            assert_eq!(
                receipt(later).checked(NOW_MS).map(|receipt| receipt.at),
                Ok(kept)
            );
        }
    }

    /// Tags: f38.
    #[test]
    fn who_lives_in_the_future_says_the_same_at_every_hand_in() -> Result<(), String> {
        let (first, later) = (
            receipt(MAX_MS).checked(NOW_MS)?,
            receipt(MAX_MS).checked(NOW_MS + 9)?,
        );
        assert_eq!((first.words(), first.at + 9), (later.words(), later.at));
        let held = first.in_place_of(None).unwrap_or_default();
        assert_eq!(later.in_place_of(Some(&held)), None);
        let other = Receipt {
            version: "2027-01".into(),
            ..receipt(MAX_MS)
        }
        .checked(NOW_MS + 9)?;
        assert!(other.words() != first.words() && other.in_place_of(Some(&held)).is_some());
        // From a clock that is right, after that time.
        let right = receipt(later.at).checked(later.at)?;
        assert!(right.in_place_of(Some(&held)).is_some());
        Ok(())
    }

    #[test]
    fn the_later_stays_and_of_two_at_once_the_one_that_came_last() {
        let text = |receipt: &Receipt| receipt.in_place_of(None).unwrap_or_default();
        let (held, other) = (
            receipt(7),
            Receipt {
                source: "tcf".into(),
                ..receipt(7)
            },
        );
        assert_eq!(held.in_place_of(Some(&text(&held))), None);
        assert_eq!(receipt(6).in_place_of(Some(&text(&held))), None);
        assert_eq!(
            receipt(8).in_place_of(Some(&text(&held))),
            Some(text(&receipt(8)))
        );
        assert_eq!(other.in_place_of(Some(&text(&held))), Some(text(&other)));
        assert_eq!(held.in_place_of(Some("damaged")), Some(text(&held)));
    }
}
