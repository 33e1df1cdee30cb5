//! Score tables of affinities, read at their place. In: a facet, the values of its features. Out:
//! the score of a topic. Never: an error; a missing cell counts nothing.

use super::Facet;
use crate::core::base::index::Index;
use crate::core::config::layout::Section;
use crate::core::config::{Config, Row, Rows};

/// Bytes of the row of a table.
const TABLE_BYTES: usize = 12;
/// Scores count in this many units a doubling.
pub const SCORE_UNITS: f64 = 64.0;

/// A feature: what a score table is indexed by. The numbers are stored.
///
/// The first features describe the visitor in a facet, the others one topic of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Feature {
    /// Topic of the latest step, or none.
    Latest = 1,
    /// The different topic seen before the latest one, or none.
    Before = 2,
    /// Number of steps in a row to the latest topic, in 8 classes.
    Run = 3,
    /// Number of steps, in 8 classes.
    Views = 4,
    /// The topic itself.
    Topic = 5,
    /// Recency rank of the topic: 0 is the latest, 6 the seventh or later, 7 unseen.
    Rank = 6,
    /// Number of steps to the topic, in 8 classes.
    Count = 7,
    /// The topic's share by decayed counts, in quarters of an octave.
    Share = 8,
}

/// Number of features, and of the unused number 0.
pub const FEATURES: usize = 9;

/// Value of each feature, by its number.
pub type FeatureValues = [u16; FEATURES];

impl Feature {
    /// All features.
    pub const ALL: [Self; FEATURES - 1] = [
        Self::Latest,
        Self::Before,
        Self::Run,
        Self::Views,
        Self::Topic,
        Self::Rank,
        Self::Count,
        Self::Share,
    ];

    /// Returns the name of the feature in a model file.
    #[cfg(feature = "full")]
    #[must_use]
    pub fn name(self) -> &'static str {
        const NAMES: [&str; FEATURES - 1] = [
            "latest", "before", "run", "views", "topic", "rank", "count", "share",
        ];
        NAMES[self as usize - 1]
    }

    /// Returns `true` if the values are topics of the facet.
    #[cfg(feature = "full")]
    #[must_use]
    pub fn counts_topics(self) -> bool {
        SIZES[self as usize] == 0
    }

    /// Returns the number of values, in a facet with this many topics.
    #[inline(always)]
    #[must_use]
    pub fn size(self, topics: u16) -> usize {
        size(self as usize, topics)
    }
}

/// Number of values of each feature. 0 stands for the topics of the facet, and none of them.
const SIZES: [u8; FEATURES] = [1, 0, 0, 8, 8, 0, 8, 8, 64];

#[inline(always)]
fn size(feature: usize, topics: u16) -> usize {
    match SIZES[feature] {
        0 => usize::from(topics) + 1,
        size => usize::from(size),
    }
}

/// The tables of one facet.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    rows: Rows<'a, TABLE_BYTES>,
    first: u16,
    count: u16,
    cells: &'a [u8],
    topics: u16,
}

impl Tables<'_> {
    /// Returns the score of a topic with these values, in units of 1/64 doubling.
    #[must_use]
    pub fn score(&self, values: &FeatureValues) -> i32 {
        let mut score = 0;
        for table in 0..self.count {
            let row = usize::from(self.first) + usize::from(table);
            score += self.cell(self.rows.row(row), values);
        }
        score
    }

    fn cell(&self, row: Row<'_, TABLE_BYTES>, values: &FeatureValues) -> i32 {
        let mut index = 0usize;
        for place in 0..4 {
            // No number lies beyond the features, whatever the bytes.
            let feature = usize::from(row.byte(place)) % FEATURES;
            index = index
                .wrapping_mul(size(feature, self.topics))
                .wrapping_add(usize::from(values[feature]));
        }
        // Bits of a cell, by which it is moved to the top of a byte and back.
        let is_half = usize::from(row.byte(4) == 4);
        let at = (row.u32(8) as usize).wrapping_add(index >> is_half);
        let byte = self.cells.get(at).copied().unwrap_or(0);
        let left = is_half * (4 - (index & 1) * 4);
        i32::from((byte << left) as i8 >> (is_half * 4)) << (row.byte(5) & 7)
    }
}

impl Config {
    /// Returns the score tables of a facet. `None` if the model has none for it.
    #[must_use]
    pub fn tables(&self, facet: Index<Facet>) -> Option<Tables<'_>> {
        let row = self.row::<12>(Section::Models, facet.position());
        let count = row.u16(10);
        (count > 0).then(|| Tables {
            rows: self.rows(Section::Tables),
            first: row.u16(8),
            count,
            cells: self.section(Section::Cells),
            topics: self.facet(facet).topics,
        })
    }
}
