//! Changes of sums. In: what was counted before, and what is counted now. Out: the differences, a cell at a time. Never:
//! knows whose they are.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

/// Decisions: reported, viewed, clicked, quoted, booked; and the amount paid, in hundredths.
pub type ShownSums = [i64; 6];
/// Visitors, `Σ W` and `Σ W²` of each visitor's weights `W`, then of each outcome's weighted sum `A`: `Σ A`, `Σ A·W`, `Σ A²`.
pub type WeighedSums = [f64; 12];
/// Visitors, exposures, `Σ W` and `Σ W²` of each visitor's sum `W` of `1 / propensity`. Then of each outcome's part `A` of it:
/// `Σ A`, `Σ A·W`, `Σ A²`.
pub type StratumSums = [f64; 13];
/// People, those who asked for a quote, those who booked, `Σ y` and `Σ y²` of what each paid, in hundredths.
pub type PeopleSums = [f64; 5];

/// Visitors who have an interest in a topic, and its parts of theirs in the facet.
pub type TasteSums = [i64; 2];

/// Key of a decision's sums.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ShownKey {
    pub day: u32,
    pub config: u32,
    pub placement: u32,
    pub offer: u32,
    pub arm: u8,
    /// `8 · value class + stage`.
    pub segment: u8,
}

/// Key of a visitor's weights. The day is the visitor's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct WeighedKey {
    pub day: u32,
    pub placement: u32,
    pub offer: u32,
}

/// Key of a stratum's sums. The day is the visitor's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StratumKey {
    pub day: u32,
    pub placement: u32,
    pub offer: u32,
    pub stratum: u8,
}

/// Key of a person's sums. The day is the person's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PeopleKey {
    pub day: u32,
    pub experiment: u32,
    pub arm: u8,
}

/// Key of an interest's sums. The day is the visitor's first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TasteKey {
    pub day: u32,
    pub topic: u32,
}

impl ShownKey {
    /// In the order of the table's columns.
    pub fn columns(&self) -> [i64; 6] {
        let Self {
            day,
            config,
            placement,
            offer,
            arm,
            segment,
        } = *self;
        [
            day.into(),
            config.into(),
            placement.into(),
            offer.into(),
            arm.into(),
            segment.into(),
        ]
    }
}

impl WeighedKey {
    /// In the order of the table's columns.
    pub fn columns(&self) -> [i64; 3] {
        [self.day, self.placement, self.offer].map(i64::from)
    }
}

impl PeopleKey {
    /// In the order of the table's columns.
    pub fn columns(&self) -> [i64; 3] {
        [self.day.into(), self.experiment.into(), self.arm.into()]
    }
}

impl TasteKey {
    /// In the order of the table's columns.
    pub fn columns(&self) -> [i64; 2] {
        [self.day, self.topic].map(i64::from)
    }
}

/// Changes of sums that one write makes.
#[derive(Default, Debug, PartialEq)]
pub struct Changes {
    pub shown: Cells<ShownKey, i64, 6>,
    pub weighed: Cells<WeighedKey, f64, 12>,
    pub strata: Cells<StratumKey, f64, 13>,
    pub people: Cells<PeopleKey, f64, 5>,
    pub tastes: Cells<TasteKey, i64, 2>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.shown.0.is_empty()
            && self.weighed.0.is_empty()
            && self.strata.0.is_empty()
            && self.people.0.is_empty()
            && self.tastes.0.is_empty()
    }
}

/// Differences by key, in the order of the keys.
#[derive(Debug, PartialEq)]
pub struct Cells<K, T, const N: usize>(BTreeMap<K, [T; N]>);

impl<K, T, const N: usize> Default for Cells<K, T, N> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K, T, const N: usize> Cells<K, T, N>
where
    K: Ord + Copy,
    T: Copy + Default + PartialEq + AddAssign + Sub<Output = T>,
{
    /// From what was counted under a key to what is counted now.
    pub fn update(&mut self, key: K, before: [T; N], now: [T; N]) {
        let cell = self.0.entry(key).or_insert([T::default(); N]);
        for (cell, (before, now)) in cell.iter_mut().zip(before.into_iter().zip(now)) {
            *cell += now - before;
        }
        if *cell == [T::default(); N] {
            self.0.remove(&key);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &[T; N])> {
        self.0.iter()
    }
}
