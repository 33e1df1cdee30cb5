//! The rows of the compiled config as plain values, read at their place.

use super::Config;
use super::layout::Section;
use crate::core::event::Kind;

/// The small integer that stands for "none".
pub const NONE: u16 = u16::MAX;

/// The numbers that steer the engine; see `people::PolicyJson` for their meaning and units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Policy {
    pub prior_strength: f64,
    pub taste_weight: f64,
    pub affinity_weight: f64,
    pub temperature: f64,
    pub exploration: f64,
    pub sticky_s: u32,
    pub visit_gap_s: u32,
    pub holdout: f64,
    pub fatigue: f64,
    pub fatigue_half_life_s: u32,
    pub similarity: f64,
}

/// A facet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facet {
    pub name: u32,
    pub hash: u32,
    pub taste_half_life_s: u32,
    pub intent_half_life_s: u32,
    pub first_topic: u16,
    pub topics: u16,
    /// How much its lifts count in scores; offers' weights have it in them already.
    pub weight: f64,
}

/// A topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Topic {
    pub name: u32,
    pub hash: u32,
    pub facet: u16,
    /// The larger place a destination lies in, or [`NONE`].
    pub parent: u16,
    /// The share of the site's visitors' interest that goes to it.
    pub base_rate: f64,
}

/// A family of offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    pub name: u32,
    pub hash: u32,
    pub rest_s: u32,
    /// Ignored exposures after which it rests; 0 = never.
    pub ignored_after: u16,
    /// The family promoted meanwhile, or [`NONE`].
    pub then: u16,
}

/// A placement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    pub name: u32,
    pub hash: u32,
    pub first_candidate: u32,
    pub candidates: u32,
    /// Under this confidence the page's own content stays.
    pub min_confidence: f64,
    pub slots: u16,
}

/// An offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    pub name: u32,
    pub hash: u32,
    pub from_s: u32,
    pub until_s: u32,
    /// Where its condition begins in its section, or `u32::MAX`.
    pub condition: u32,
    pub first_weight: u32,
    pub weights: u16,
    pub family: u16,
    /// `log₂ rate + log₂ value + priority`, summed beforehand.
    pub base_score: f64,
    pub first_content: u32,
    pub contents: u16,
    pub kind: u8,
}

impl Config {
    pub(super) fn read_policy(&self) -> Policy {
        let at = |i| self.f32_at(self.row(Section::Policy, i));
        let seconds = |i| self.u32_at(self.row(Section::Policy, i));
        Policy {
            prior_strength: at(0),
            taste_weight: at(1),
            affinity_weight: at(2),
            temperature: at(3),
            exploration: at(4),
            sticky_s: seconds(5),
            visit_gap_s: seconds(6),
            holdout: at(7),
            fatigue: at(8),
            fatigue_half_life_s: seconds(9),
            similarity: at(10),
        }
    }

    /// What one event of this kind adds.
    #[must_use]
    pub fn event_weight(&self, kind: Kind) -> f64 {
        self.f32_at(self.row(Section::EventWeights, kind as usize))
    }

    /// A facet by its small integer.
    #[must_use]
    pub fn facet(&self, index: u16) -> Facet {
        let at = self.row(Section::Facets, usize::from(index));
        Facet {
            name: self.u32_at(at),
            hash: self.u32_at(at + 4),
            taste_half_life_s: self.u32_at(at + 8),
            intent_half_life_s: self.u32_at(at + 12),
            first_topic: self.u16_at(at + 16),
            topics: self.u16_at(at + 18),
            weight: self.f32_at(at + 20),
        }
    }

    /// A topic by its small integer.
    #[must_use]
    pub fn topic(&self, index: u16) -> Topic {
        let at = self.row(Section::Topics, usize::from(index));
        Topic {
            name: self.u32_at(at),
            hash: self.u32_at(at + 4),
            facet: self.u16_at(at + 8),
            parent: self.u16_at(at + 10),
            base_rate: self.f32_at(at + 12),
        }
    }

    /// A family by its small integer.
    #[must_use]
    pub fn family(&self, index: u16) -> Family {
        let at = self.row(Section::Families, usize::from(index));
        Family {
            name: self.u32_at(at),
            hash: self.u32_at(at + 4),
            rest_s: self.u32_at(at + 8),
            ignored_after: self.u16_at(at + 12),
            then: self.u16_at(at + 14),
        }
    }

    /// A placement by its small integer.
    #[must_use]
    pub fn placement(&self, index: u16) -> Placement {
        let at = self.row(Section::Placements, usize::from(index));
        Placement {
            name: self.u32_at(at),
            hash: self.u32_at(at + 4),
            first_candidate: self.u32_at(at + 8),
            candidates: self.u32_at(at + 12),
            min_confidence: self.f32_at(at + 16),
            slots: self.u16_at(at + 20),
        }
    }

    /// The offers of a placement, by their small integers.
    pub fn candidates(&self, placement: &Placement) -> impl Iterator<Item = u16> + '_ {
        let first = placement.first_candidate as usize;
        let end = (first + placement.candidates as usize).min(self.count(Section::Candidates));
        (first..end).map(|i| self.u16_at(self.row(Section::Candidates, i)))
    }

    /// An offer by its small integer.
    #[must_use]
    pub fn offer(&self, index: u16) -> Offer {
        let at = self.row(Section::Offers, usize::from(index));
        Offer {
            name: self.u32_at(at),
            hash: self.u32_at(at + 4),
            from_s: self.u32_at(at + 8),
            until_s: self.u32_at(at + 12),
            condition: self.u32_at(at + 16),
            first_weight: self.u32_at(at + 20),
            weights: self.u16_at(at + 24),
            family: self.u16_at(at + 26),
            base_score: self.f32_at(at + 28),
            first_content: self.u32_at(at + 32),
            contents: self.u16_at(at + 36),
            kind: self.array_at::<1>(at + 38)[0],
        }
    }

    /// Topics with weights: `count` rows from `first`.
    pub fn topic_weights(&self, first: u32, count: u16) -> impl Iterator<Item = (u16, f64)> + '_ {
        (0..usize::from(count)).map(move |i| {
            let at = self.row(Section::TopicWeights, first as usize + i);
            (self.u16_at(at), self.f32_at(at + 4))
        })
    }

    /// The texts of an offer in a language: (key, value). A language that the offer has not falls back to its first.
    pub fn content(&self, offer: u16, language: &str) -> impl Iterator<Item = (&str, &str)> {
        let row = self.offer(offer);
        self.texts(row.first_content, row.contents, language)
    }

    /// (key, value) of `count` rows of content from `first`, in a language or the first one there is.
    pub(super) fn texts(&self, first: u32, count: u16, language: &str) -> impl Iterator<Item = (&str, &str)> {
        let rows = first as usize..first as usize + usize::from(count);
        let read = |i: usize, field: usize| self.text(self.u32_at(self.row(Section::Content, i) + field));
        let first = read(rows.start, 0);
        let chosen = rows.clone().map(|i| read(i, 0)).find(|l| *l == language).unwrap_or(first);
        rows.filter(move |i| read(*i, 0) == chosen).map(move |i| (read(i, 4), read(i, 8)))
    }

    /// What people call a topic in a language; its name where nobody said.
    #[must_use]
    pub fn label(&self, topic: u16, language: &str) -> &str {
        let rows = (0..self.count(Section::Labels)).map(|i| self.row(Section::Labels, i));
        let is_meant = |at: &usize| self.u32_at(at + 4) == u32::from(topic) && self.text(self.u32_at(*at)) == language;
        let label = rows.clone().find(is_meant).map(|at| self.u32_at(at + 8));
        self.text(label.unwrap_or_else(|| self.topic(topic).name))
    }

    /// The compiled condition of an offer, if it has one.
    #[must_use]
    pub fn condition(&self, offer: &Offer) -> Option<&[u8]> {
        self.condition_at(offer.condition)
    }

    /// The compiled condition that begins at this byte of its section; none at `u32::MAX`.
    #[must_use]
    pub fn condition_at(&self, start: u32) -> Option<&[u8]> {
        if start == u32::MAX {
            return None;
        }
        let all = self.section(Section::Conditions);
        let (head, rest) = all.get(start as usize..)?.split_first_chunk::<4>()?;
        rest.get(..u32::from_le_bytes(*head) as usize)
    }
}
