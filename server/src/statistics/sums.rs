//! The sums of a period, over all buckets. In: rows of a store. Out: the same by what a report asks for. Never: one person's.

use std::collections::BTreeMap;

use super::change::{PeopleSums, ShownSums, StratumSums, TasteSums, WeighedSums};

/// Sums of a period, from which a report is built.
#[derive(Default)]
pub struct Sums {
    pub shown: BTreeMap<Shown, ShownSums>,
    /// By day since the Unix epoch.
    pub days: BTreeMap<u32, ShownSums>,
    /// By placement and offer.
    pub weighed: BTreeMap<(u32, u32), WeighedSums>,
    /// By placement and offer, then by stratum of propensity.
    pub strata: BTreeMap<(u32, u32), BTreeMap<u8, StratumSums>>,
    /// By experiment and arm.
    pub people: BTreeMap<(u32, u8), PeopleSums>,
    /// By topic.
    pub tastes: BTreeMap<u32, TasteSums>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub placement: u32,
    pub offer: u32,
    pub arm: u8,
    pub segment: u8,
}

impl Sums {
    pub fn add_shown(&mut self, [placement, offer, arm, segment]: [i64; 4], sums: ShownSums) {
        let key = Shown {
            placement: placement as u32,
            offer: offer as u32,
            arm: arm as u8,
            segment: segment as u8,
        };
        self.shown.insert(key, sums);
    }

    pub fn add_day(&mut self, [day]: [i64; 1], sums: ShownSums) {
        self.days.insert(day as u32, sums);
    }

    pub fn add_weighed(&mut self, [placement, offer]: [i64; 2], sums: WeighedSums) {
        self.weighed.insert((placement as u32, offer as u32), sums);
    }

    pub fn add_stratum(&mut self, [placement, offer, stratum]: [i64; 3], sums: StratumSums) {
        let of = self
            .strata
            .entry((placement as u32, offer as u32))
            .or_default();
        of.insert(stratum as u8, sums);
    }

    pub fn add_people(&mut self, [experiment, arm]: [i64; 2], sums: PeopleSums) {
        self.people.insert((experiment as u32, arm as u8), sums);
    }

    pub fn add_taste(&mut self, [topic]: [i64; 1], sums: TasteSums) {
        self.tastes.insert(topic as u32, sums);
    }
}
