//! The rows of the compiled config as plain values, read at their place.

pub mod customer;
pub mod time;

use super::layout::{OFFER_BYTES, Section, WEIGHT_BYTES};
use super::{Config, Rows};
use crate::core::base::event_kind::EventKind;
use crate::core::base::offer_kind::OfferKind;
use crate::core::condition::bytecode::Conditions;

/// Ten years: people's configs can say no more.
const LONGEST_HALF_LIFE_S: u32 = 3650 * 86_400;

/// The index that stands for "none".
pub const NONE: u16 = u16::MAX;

/// The numbers that steer the engine; see `people::PolicyJson` for their meaning and units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Policy {
    /// Events that the site's base rates count for.
    pub prior_strength: f64,
    /// Weight of tastes relative to intents.
    pub taste_weight: f64,
    /// Weight of affinities in scores.
    pub affinity_weight: f64,
    /// Spread of the draw. 0 always takes the best offer.
    pub temperature: f64,
    /// Share of draws that ignore the scores.
    pub exploration: f64,
    /// Time for which a visitor keeps a draw.
    pub sticky_s: u32,
    /// Silence that ends a visit.
    pub visit_gap_s: u32,
    /// Share of visitors without personalised offers.
    pub holdout: f64,
    /// Penalty of an ignored exposure, in doublings.
    pub fatigue: f64,
    /// Half-life of that penalty.
    pub fatigue_half_life_s: u32,
    /// Penalty for an offer of the same family on the page, in doublings.
    pub similarity: f64,
    /// `true` if a condition asks about the current page.
    pub asks_for_page: bool,
}

/// A facet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facet {
    /// Name, in the string table.
    pub name: u32,
    /// Hash of the name.
    pub hash: u32,
    /// Half-life of its tastes.
    pub taste_half_life_s: u32,
    /// Half-life of its intents.
    pub intent_half_life_s: u32,
    /// Index of its first topic.
    pub first_topic: u16,
    /// Number of its topics.
    pub topics: u16,
    /// Weight of its lifts in scores. The weights of offers already include it.
    pub weight: f64,
}

/// A topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Topic {
    /// Name, in the string table.
    pub name: u32,
    /// Hash of the name.
    pub hash: u32,
    /// Facet of the topic.
    pub facet: u16,
    /// The larger place a destination lies in, or [`NONE`].
    pub parent: u16,
    /// The share of the site's visitors' interest that goes to it.
    pub base_rate: f64,
}

/// A family of offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    /// Name, in the string table.
    pub name: u32,
    /// Hash of the name.
    pub hash: u32,
    /// Time for which it rests.
    pub rest_s: u32,
    /// Ignored exposures after which it rests; 0 = never.
    pub ignored_after: u16,
    /// The family promoted meanwhile, or [`NONE`].
    pub then: u16,
}

/// A placement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Name, in the string table.
    pub name: u32,
    /// Hash of the name.
    pub hash: u32,
    /// Index of its first candidate.
    pub first_candidate: u32,
    /// Number of its candidates.
    pub candidates: u32,
    /// Under this confidence the page's own content stays.
    pub min_confidence: f64,
    /// Number of its slots.
    pub slots: u16,
}

/// An offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Id, in the string table.
    pub name: u32,
    /// Hash of the id.
    pub hash: u32,
    /// Begin of the period in which it may be shown.
    pub from_s: u32,
    /// End of that period.
    pub until_s: u32,
    /// The index at which its condition begins, or `u32::MAX`.
    pub condition: u32,
    /// Index of its first topic with a weight.
    pub first_weight: u32,
    /// Number of its topics.
    pub weights: u16,
    /// Family of the offer.
    pub family: u16,
    /// `log₂ rate + log₂ value + priority`, summed beforehand.
    pub base_score: f64,
    /// Index of its first text.
    pub first_content: u32,
    /// Number of its texts.
    pub contents: u16,
    /// Kind of the offer.
    pub kind: OfferKind,
    /// Number of its variants.
    pub variants: u8,
    /// Index of its first variant.
    pub first_variant: u32,
}

/// An offer in other texts. Its texts are whole: what it shares with the offer stands there again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variant {
    /// Id, in the string table.
    pub name: u32,
    /// The index at which its condition begins, or `u32::MAX`.
    pub condition: u32,
    /// Index of its first text.
    pub first_content: u32,
    /// Number of its texts.
    pub contents: u16,
}

impl Config {
    pub(super) fn read_policy(&self) -> Policy {
        let row = self.numbers::<48>(Section::Policy);
        Policy {
            prior_strength: row.f32(0),
            taste_weight: row.f32(4),
            affinity_weight: row.f32(8),
            temperature: row.f32(12),
            exploration: row.f32(16),
            sticky_s: row.u32(20),
            visit_gap_s: row.u32(24),
            holdout: row.f32(28),
            fatigue: row.f32(32),
            fatigue_half_life_s: row.u32(36),
            similarity: row.f32(40),
            asks_for_page: row.u32(44) == 1,
        }
    }

    /// Returns the weight of one event of this kind.
    #[must_use]
    pub fn event_weight(&self, kind: EventKind) -> f64 {
        self.row::<4>(Section::EventWeights, kind as usize).f32(0)
    }

    /// A facet by its index.
    #[must_use]
    pub fn facet(&self, index: u16) -> Facet {
        let row = self.row::<24>(Section::Facets, usize::from(index));
        Facet {
            name: row.u32(0),
            // As many bits as a profile keeps of them, whatever the bytes.
            hash: row.u32(4) & 0xffff,
            taste_half_life_s: row.u32(8).min(LONGEST_HALF_LIFE_S),
            intent_half_life_s: row.u32(12).min(LONGEST_HALF_LIFE_S),
            first_topic: row.u16(16),
            topics: row.u16(18),
            weight: row.f32(20),
        }
    }

    /// A topic by its index.
    #[must_use]
    pub fn topic(&self, index: u16) -> Topic {
        let row = self.row::<16>(Section::Topics, usize::from(index));
        Topic {
            name: row.u32(0),
            hash: row.u32(4) & 0xff_ffff,
            facet: row.u16(8),
            parent: row.u16(10),
            base_rate: row.f32(12),
        }
    }

    /// A family by its index.
    #[must_use]
    pub fn family(&self, index: u16) -> Family {
        let row = self.row::<16>(Section::Families, usize::from(index));
        Family {
            name: row.u32(0),
            hash: row.u32(4),
            rest_s: row.u32(8),
            ignored_after: row.u16(12),
            then: row.u16(14),
        }
    }

    /// A placement by its index.
    #[must_use]
    pub fn placement(&self, index: u16) -> Placement {
        let row = self.row::<24>(Section::Placements, usize::from(index));
        Placement {
            name: row.u32(0),
            hash: row.u32(4),
            first_candidate: row.u32(8),
            candidates: row.u32(12),
            min_confidence: row.f32(16),
            slots: row.u16(20),
        }
    }

    /// The offers of a placement, by their indices.
    pub fn candidates(&self, placement: &Placement) -> impl ExactSizeIterator<Item = u16> + '_ {
        let all = self.section(Section::Candidates).as_chunks::<2>().0;
        let first = all.get(placement.first_candidate as usize..).unwrap_or(&[]);
        let listed = first.get(..placement.candidates as usize).unwrap_or(first);
        listed.iter().map(|index| u16::from_le_bytes(*index))
    }

    /// An offer by its index.
    #[must_use]
    pub fn offer(&self, index: u16) -> Offer {
        self.rows(Section::Offers).offer(index)
    }

    /// An offer's variant, counted from 1; none: 0, or the offer has fewer.
    #[must_use]
    pub fn variant(&self, offer: &Offer, number: u8) -> Option<Variant> {
        let at = usize::from(number.checked_sub(1).filter(|at| *at < offer.variants)?);
        let row = self.row::<16>(Section::Variants, offer.first_variant as usize + at);
        Some(Variant {
            name: row.u32(0),
            condition: row.u32(4),
            first_content: row.u32(8),
            contents: row.u16(12),
        })
    }

    /// Topics with weights: `count` rows from `first`.
    pub fn topic_weights(&self, first: u32, count: u16) -> impl Iterator<Item = (u16, f64)> + '_ {
        self.rows(Section::TopicWeights).topic_weights(first, count)
    }

    /// The texts of an offer's variant (0: its own) in a language: (key, value). A language that
    /// the offer has not falls back to its first.
    pub fn content(
        &self,
        offer: u16,
        variant: u8,
        language: &str,
    ) -> impl Iterator<Item = (&str, &str)> {
        self.content_strings(offer, variant, language)
            .map(|(key, value)| (self.text(key), self.text(value)))
    }

    /// As [`Self::content`], as strings of the string table.
    pub fn content_strings(
        &self,
        offer: u16,
        variant: u8,
        language: &str,
    ) -> impl Iterator<Item = (u32, u32)> {
        let row = self.offer(offer);
        let variant = self.variant(&row, variant);
        let (first, count) = variant.map_or((row.first_content, row.contents), |v| {
            (v.first_content, v.contents)
        });
        self.texts(first, count, language)
    }

    /// Returns (key, value) pairs as indices of the string table, from `count` rows of content that
    /// begin at `first`. Uses the given language, or the first one there is.
    pub(super) fn texts(
        &self,
        first: u32,
        count: u16,
        language: &str,
    ) -> impl Iterator<Item = (u32, u32)> {
        let rows = first as usize..first as usize + usize::from(count);
        let read = |i: usize, field: usize| self.row::<12>(Section::Content, i).u32(field);
        let is_meant = |known: &u32| self.text_bytes(*known) == language.as_bytes();
        // Equal texts are kept once: the same language is the same string.
        let chosen = rows
            .clone()
            .map(|i| read(i, 0))
            .find(is_meant)
            .unwrap_or(read(rows.start, 0));
        rows.filter(move |i| read(*i, 0) == chosen)
            .map(move |i| (read(i, 4), read(i, 8)))
    }

    /// Returns a topic's label in a language. Without a label, returns its name.
    #[must_use]
    pub fn label(&self, topic: u16, language: &str) -> &str {
        let mut rows = (0..self.count(Section::Labels)).map(|i| self.row::<12>(Section::Labels, i));
        let label =
            rows.find(|row| row.u32(4) == u32::from(topic) && self.text(row.u32(0)) == language);
        let label = label.map(|row| row.u32(8));
        self.text(label.unwrap_or_else(|| self.topic(topic).name))
    }

    /// All conditions.
    #[must_use]
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions {
            tests: self.section(Section::Tests),
            operands: self.section(Section::Operands),
            words: self.section(Section::Conditions),
        }
    }
}

impl Rows<'_, OFFER_BYTES> {
    /// An offer by its index.
    pub fn offer(self, index: u16) -> Offer {
        let row = self.row(usize::from(index));
        Offer {
            name: row.u32(0),
            hash: row.u32(4),
            from_s: row.u32(8),
            until_s: row.u32(12),
            condition: row.u32(16),
            first_weight: row.u32(20),
            weights: row.u16(24),
            family: row.u16(26),
            base_score: row.f32(28),
            first_content: row.u32(32),
            contents: row.u16(36),
            kind: OfferKind::of_number(row.byte(38)),
            variants: row.byte(39),
            first_variant: row.u32(40),
        }
    }
}

impl<'a> Rows<'a, WEIGHT_BYTES> {
    /// Topics with weights: `count` rows from `first`.
    #[inline(always)]
    pub fn topic_weights(self, first: u32, count: u16) -> impl Iterator<Item = (u16, f64)> + 'a {
        (0..usize::from(count)).map(move |i| {
            let row = self.row(first as usize + i);
            (row.u16(0), row.f32(4))
        })
    }
}
