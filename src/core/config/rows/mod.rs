//! The rows of the compiled config as plain values, read at their place.

pub mod customer;
pub mod tables;
pub mod time;

use core::num::NonZeroU16;

use super::layout::{OFFER_BYTES, Section, WEIGHT_BYTES};
use super::{Config, Row, Rows};
use crate::core::base::event_kind::EventKind;
use crate::core::base::hash::Namespace;
use crate::core::base::index::Index;
use crate::core::base::offer_kind::OfferKind;
use crate::core::condition::bytecode::{ConditionIndex, Conditions};
use customer::{Persona, Question, Segment};
use time::{Scenario, Season, Zone};

/// Ten years: people's configs can say no more.
const LONGEST_HALF_LIFE_S: u32 = 3650 * 86_400;

/// Stored index that stands for "none".
#[cfg(feature = "full")]
pub(crate) const NONE: u16 = u16::MAX;

/// A row type with a table of its own.
pub trait Table {
    /// Section that holds the rows.
    const SECTION: Section;
}

/// A row type whose rows have names.
pub trait Named: Table {
    /// Namespace of the names.
    const NAMESPACE: Namespace;
    /// Returns the name of a row.
    fn name(config: &Config, index: Index<Self>) -> &str
    where
        Self: Sized;
}

macro_rules! tables {
    ($($row:ident: $section:ident $(named $namespace:ident by $read:ident)?;)*) => {$(
        impl Table for $row {
            const SECTION: Section = Section::$section;
        }
        $(impl Named for $row {
            const NAMESPACE: Namespace = Namespace::$namespace;

            fn name(config: &Config, index: Index<Self>) -> &str {
                config.text(config.$read(index).name)
            }
        })?
    )*};
}

tables! {
    Facet: Facets named Facet by facet;
    Topic: Topics named Topic by topic;
    Family: Families named Family by family;
    Placement: Placements named Placement by placement;
    Offer: Offers named Offer by offer;
    Segment: Segments named Segment by segment;
    Persona: Personas named Persona by persona;
    Question: Questions;
    Zone: Zones named Zone by zone;
    Season: Seasons named Season by season;
    Scenario: Scenarios named Scenario by scenario;
}

impl Table for FactName {
    const SECTION: Section = Section::Facts;
}

impl Named for FactName {
    const NAMESPACE: Namespace = Namespace::Fact;

    fn name(config: &Config, index: Index<Self>) -> &str {
        config.fact_name(index)
    }
}

/// Position of a text in the string table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextIndex(u32);

impl TextIndex {
    /// Returns the position of the text with this number, from 0.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number of the text, from 0.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// A fact that visitors can declare. The facets come first: a topic answers each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactName;

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
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Half-life of its tastes.
    pub taste_half_life_s: u32,
    /// Half-life of its intents.
    pub intent_half_life_s: u32,
    /// Index of its first topic.
    pub first_topic: Index<Topic>,
    /// Number of its topics.
    pub topics: u16,
    /// Weight of its lifts in scores. The weights of offers already include it.
    pub weight: f64,
    /// Events that the site's base rates count for.
    pub prior_strength: f64,
}

/// A topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Topic {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Facet of the topic.
    pub facet: Index<Facet>,
    /// The larger place that a destination lies in.
    pub parent: Option<Index<Topic>>,
    /// The share of the site's visitors' interest that goes to it.
    pub base_rate: f64,
}

/// A family of offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Time for which it rests.
    pub rest_s: u32,
    /// Ignored exposures after which it rests. `None` if it never does.
    pub ignored_after: Option<NonZeroU16>,
    /// The family promoted meanwhile.
    pub then: Option<Index<Family>>,
}

/// A placement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Name, in the string table.
    pub name: TextIndex,
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
    /// Index of the row.
    pub index: Index<Offer>,
    /// Id, in the string table.
    pub name: TextIndex,
    /// Hash of the id.
    pub hash: u32,
    /// Begin of the period in which it may be shown.
    pub from_s: u32,
    /// End of that period.
    pub until_s: u32,
    /// Condition that a visitor must meet.
    pub condition: Option<ConditionIndex>,
    /// Index of its first topic with a weight.
    pub first_weight: u32,
    /// Number of its topics.
    pub weights: u16,
    /// Family of the offer.
    pub family: Index<Family>,
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
    pub name: TextIndex,
    /// Condition that a visitor must meet.
    pub condition: Option<ConditionIndex>,
    /// Index of its first text.
    pub first_content: u32,
    /// Number of its texts.
    pub contents: u16,
}

impl<const N: usize> Row<'_, N> {
    /// A text's position.
    pub(crate) fn text(self, at: usize) -> TextIndex {
        TextIndex(self.u32(at))
    }

    /// A condition's position.
    pub(crate) fn condition(self, at: usize) -> Option<ConditionIndex> {
        ConditionIndex::from_stored(self.u32(at))
    }
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
    pub fn facet(&self, index: Index<Facet>) -> Facet {
        let row = self.row::<28>(Section::Facets, index.position());
        Facet {
            name: row.text(0),
            // As many bits as a profile keeps of them, whatever the bytes.
            hash: row.u32(4) & 0xffff,
            taste_half_life_s: row.u32(8).min(LONGEST_HALF_LIFE_S),
            intent_half_life_s: row.u32(12).min(LONGEST_HALF_LIFE_S),
            first_topic: Index::new(row.u16(16)),
            topics: row.u16(18),
            weight: row.f32(20),
            prior_strength: row.f32(24),
        }
    }

    /// A topic by its index.
    #[must_use]
    pub fn topic(&self, index: Index<Topic>) -> Topic {
        let row = self.row::<16>(Section::Topics, index.position());
        Topic {
            name: row.text(0),
            hash: row.u32(4) & 0xff_ffff,
            facet: Index::new(row.u16(8)),
            parent: Index::from_stored(row.u16(10)),
            base_rate: row.f32(12),
        }
    }

    /// A family by its index.
    #[must_use]
    pub fn family(&self, index: Index<Family>) -> Family {
        let row = self.row::<16>(Section::Families, index.position());
        Family {
            name: row.text(0),
            hash: row.u32(4),
            rest_s: row.u32(8),
            ignored_after: NonZeroU16::new(row.u16(12)),
            then: Index::from_stored(row.u16(14)),
        }
    }

    /// A placement by its index.
    #[must_use]
    pub fn placement(&self, index: Index<Placement>) -> Placement {
        let row = self.row::<24>(Section::Placements, index.position());
        Placement {
            name: row.text(0),
            hash: row.u32(4),
            first_candidate: row.u32(8),
            candidates: row.u32(12),
            min_confidence: row.f32(16),
            slots: row.u16(20),
        }
    }

    /// The offers of a placement, by their indices.
    pub fn candidates(
        &self,
        placement: &Placement,
    ) -> impl ExactSizeIterator<Item = Index<Offer>> + '_ {
        let all = self.section(Section::Candidates).as_chunks::<2>().0;
        let first = all.get(placement.first_candidate as usize..).unwrap_or(&[]);
        let listed = first.get(..placement.candidates as usize).unwrap_or(first);
        listed
            .iter()
            .map(|index| Index::new(u16::from_le_bytes(*index)))
    }

    /// An offer by its index.
    #[must_use]
    pub fn offer(&self, index: Index<Offer>) -> Offer {
        self.rows(Section::Offers).offer(index)
    }

    /// An offer's variant, counted from 1; none: 0, or the offer has fewer.
    #[must_use]
    pub fn variant(&self, offer: &Offer, number: u8) -> Option<Variant> {
        let at = usize::from(number.checked_sub(1).filter(|at| *at < offer.variants)?);
        let row = self.row::<16>(Section::Variants, offer.first_variant as usize + at);
        Some(Variant {
            name: row.text(0),
            condition: row.condition(4),
            first_content: row.u32(8),
            contents: row.u16(12),
        })
    }

    /// Topics with weights: `count` rows from `first`.
    pub fn topic_weights(
        &self,
        first: u32,
        count: u16,
    ) -> impl Iterator<Item = (Index<Topic>, f64)> + '_ {
        self.rows(Section::TopicWeights).topic_weights(first, count)
    }

    /// The texts of an offer's variant (0: its own) in a language: (key, value). A language that
    /// the offer has not falls back to its first.
    pub fn content(
        &self,
        offer: Index<Offer>,
        variant: u8,
        language: &str,
    ) -> impl Iterator<Item = (&str, &str)> {
        self.content_strings(offer, variant, language)
            .map(|(key, value)| (self.text(key), self.text(value)))
    }

    /// As [`Self::content`], as strings of the string table.
    pub fn content_strings(
        &self,
        offer: Index<Offer>,
        variant: u8,
        language: &str,
    ) -> impl Iterator<Item = (TextIndex, TextIndex)> {
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
    ) -> impl Iterator<Item = (TextIndex, TextIndex)> {
        let rows = first as usize..first as usize + usize::from(count);
        let read = |i: usize, field: usize| self.row::<12>(Section::Content, i).text(field);
        let is_meant = |known: &TextIndex| self.text_bytes(*known) == language.as_bytes();
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
    pub fn label(&self, topic: Index<Topic>, language: &str) -> &str {
        let mut rows = (0..self.count(Section::Labels)).map(|i| self.row::<12>(Section::Labels, i));
        let label = rows.find(|row| {
            row.u32(4) == u32::from(topic.number()) && self.text(row.text(0)) == language
        });
        let label = label.map(|row| row.text(8));
        self.text(label.unwrap_or_else(|| self.topic(topic).name))
    }

    /// All conditions.
    #[must_use]
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions {
            tests: self.section(Section::Tests),
            operands: self.section(Section::Operands),
            instructions: self.section(Section::Conditions),
        }
    }
}

impl Rows<'_, OFFER_BYTES> {
    /// An offer by its index.
    pub fn offer(self, index: Index<Offer>) -> Offer {
        let row = self.row(index.position());
        Offer {
            index,
            name: row.text(0),
            hash: row.u32(4),
            from_s: row.u32(8),
            until_s: row.u32(12),
            condition: row.condition(16),
            first_weight: row.u32(20),
            weights: row.u16(24),
            family: Index::new(row.u16(26)),
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
    pub fn topic_weights(
        self,
        first: u32,
        count: u16,
    ) -> impl Iterator<Item = (Index<Topic>, f64)> + 'a {
        (0..usize::from(count)).map(move |i| {
            let row = self.row(first as usize + i);
            (Index::new(row.u16(0)), row.f32(4))
        })
    }
}
