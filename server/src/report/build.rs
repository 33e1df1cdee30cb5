//! The report from sums. In: sums by the keys they are counted under. Out: tables by name,
//! comparisons. Never: a name that the config does not have. An entry removed from the config
//! appears by its hash.

use escale::internals::base::civil::Date;
use escale::internals::config::{Offer, Placement, TextIndex};
use std::collections::BTreeMap;

use escale::Config;
use escale::internals::base::enums::{Stage, ValueClass};

use super::interval::{Sample, difference_of_means, difference_of_shares, ratio, verdict};
use super::period::Period;
use super::stratified::{self, Stratum, check_support};
use super::{
    Arm, Day, Estimate, Experiment, ExperimentArm, OfferRow, People, Report, Row, Tally, Uplift,
    Worth,
};
use crate::statistics::ATTRIBUTED_DAYS;
use crate::statistics::change::{PeopleSums, ShownSums, StratumSums};
use crate::statistics::person::{BOTH, HOLDOUT};
use crate::statistics::sums::Sums;

const ARMS: [&str; 2] = ["personalised", "held_out"];

/// Builds the report of a period from its sums.
pub fn build(site: &str, period: Period, sums: &Sums, config: &Config) -> Report {
    let (from, to) = period.texts();
    let names = Names(config);
    let shown = |name: &dyn Fn(&crate::statistics::sums::Shown) -> String| {
        rows(sums.shown.iter().map(|(key, sums)| (name(key), sums)))
    };
    Report {
        site: site.to_owned(),
        from,
        to,
        attribution_days: ATTRIBUTED_DAYS,
        total: tally(
            &sums
                .shown
                .iter()
                .fold([0; 6], |all, (_, one)| added(all, one)),
        ),
        days: sums
            .days
            .iter()
            .map(|(day, sums)| Day {
                day: Date::from_unix_day(*day).to_string(),
                tally: tally(sums),
            })
            .collect(),
        placements: shown(&|key| names.placement(key.placement)),
        families: shown(&|key| names.family(key.offer)),
        stages: shown(&|key| {
            named(
                Stage::of_number(key.segment % 8).map(Stage::name),
                key.segment % 8,
            )
        }),
        value_classes: shown(&|key| {
            named(
                ValueClass::of_number(key.segment / 8).map(ValueClass::name),
                key.segment / 8,
            )
        }),
        arms: shown(&|key| named(ARMS.get(usize::from(key.arm)).copied(), key.arm)),
        offers: offers(sums, &names),
        people: people(sums),
        uplift: uplift([of_arm(sums, HOLDOUT, 0), of_arm(sums, HOLDOUT, 1)]),
        experiments: experiments(sums, &names),
    }
}

fn added(all: ShownSums, one: &ShownSums) -> ShownSums {
    std::array::from_fn(|at| all[at] + one[at])
}

fn tally(&[decisions, exposures, clicks, quotes, bookings, paid_cents]: &ShownSums) -> Tally {
    let rate = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
    Tally {
        decisions,
        exposures,
        viewable_rate: rate(exposures, decisions),
        clicks,
        click_rate: rate(clicks, exposures),
        quotes,
        bookings,
        revenue: paid_cents as f64 / 100.0,
    }
}

/// Most exposures first.
fn rows<'a>(cells: impl Iterator<Item = (String, &'a ShownSums)>) -> Vec<Row> {
    let mut by_name: BTreeMap<String, ShownSums> = BTreeMap::new();
    for (name, sums) in cells {
        let held = by_name.entry(name).or_default();
        *held = added(*held, sums);
    }
    let mut rows: Vec<Row> = by_name
        .into_iter()
        .map(|(name, sums)| Row {
            name,
            tally: tally(&sums),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.tally.exposures));
    rows
}

fn offers(sums: &Sums, names: &Names<'_>) -> Vec<OfferRow> {
    let mut by_offer: BTreeMap<(u32, u32), ShownSums> = BTreeMap::new();
    for (key, sums) in &sums.shown {
        let held = by_offer.entry((key.placement, key.offer)).or_default();
        *held = added(*held, sums);
    }
    // Visitors first seen in the period may have seen an offer that no one was shown in it.
    for key in sums.weighed.keys() {
        by_offer.entry(*key).or_default();
    }
    let exposures = exposures(sums);
    let row = |((placement, offer), shown): ((u32, u32), ShownSums)| OfferRow {
        offer: names.offer(offer),
        placement: names.placement(placement),
        family: names.family(offer),
        tally: tally(&shown),
        worth: {
            let seen = exposures.get(&placement).copied().unwrap_or(0.0);
            worth(sums, (placement, offer), seen, names.0)
        },
    };
    let mut rows: Vec<OfferRow> = by_offer.into_iter().map(row).collect();
    rows.sort_by(|a, b| {
        b.tally
            .exposures
            .cmp(&a.tally.exposures)
            .then_with(|| a.offer.cmp(&b.offer))
    });
    rows
}

/// Exposures of personalised visitors by placement.
fn exposures(sums: &Sums) -> BTreeMap<u32, f64> {
    let mut exposures = BTreeMap::new();
    for ((placement, _), strata) in &sums.strata {
        let sum = exposures.entry(*placement).or_insert(0.0);
        *sum += strata.values().map(|[_, seen, ..]| seen).sum::<f64>();
    }
    exposures
}

/// Estimates an offer's outcomes in a placement if it were shown to all.
fn worth(sums: &Sums, key: (u32, u32), exposures: f64, config: &Config) -> Worth {
    let strata = sums.strata.get(&key);
    let visitors = sums
        .weighed
        .get(&key)
        .map_or(0.0, |[visitors, ..]| *visitors);
    let support = config.find::<Placement>(key.0).map_or(Ok(()), |placement| {
        let candidates = config.placement(placement).candidates as usize;
        check_support(exposures, config.policy().exploration, candidates)
    });
    let of = |outcome: usize| match (strata, support) {
        (Some(strata), Ok(())) => {
            let strata = strata.values().map(|sums| stratum(sums, outcome));
            stratified::rate(&strata.collect::<Vec<_>>())
        }
        _ => Estimate::default(),
    };
    Worth {
        visitors: visitors.round() as i64,
        click_rate: of(0),
        quote_rate: of(1),
        booking_rate: of(2),
        unsupported: support.err(),
    }
}

/// Returns the sums of one outcome in a stratum.
fn stratum(
    &[visitors, exposures, w, ww, ref outcomes @ ..]: &StratumSums,
    outcome: usize,
) -> Stratum {
    let [a, aw, aa] = [0, 1, 2].map(|i| outcomes.get(3 * outcome + i).copied().unwrap_or(0.0));
    Stratum {
        visitors,
        exposures,
        w,
        ww,
        a,
        aw,
        aa,
    }
}

fn people(sums: &Sums) -> People {
    let arm = |arm: u8| did(of_arm(sums, HOLDOUT, arm));
    People {
        personalised: arm(0),
        held_out: arm(1),
        left_out: arm(BOTH).people,
    }
}

fn did([people, quoted, booked, paid_cents, _]: PeopleSums) -> Arm {
    let whole = |sum: f64| sum.round() as i64;
    Arm {
        people: whole(people),
        quoted: whole(quoted),
        booked: whole(booked),
        revenue: paid_cents / 100.0,
    }
}

fn of_arm(sums: &Sums, experiment: u32, arm: u8) -> PeopleSums {
    sums.people
        .get(&(experiment, arm))
        .copied()
        .unwrap_or_default()
}

fn experiments(sums: &Sums, names: &Names<'_>) -> Vec<Experiment> {
    let mut arms: BTreeMap<u32, Vec<(u8, PeopleSums)>> = BTreeMap::new();
    for ((experiment, arm), sums) in sums
        .people
        .iter()
        .filter(|((experiment, _), _)| *experiment != HOLDOUT)
    {
        arms.entry(*experiment).or_default().push((*arm, *sums));
    }
    arms.into_iter()
        .map(|(hash, arms)| experiment(hash, &arms, names))
        .collect()
}

fn experiment(hash: u32, arms: &[(u8, PeopleSums)], names: &Names<'_>) -> Experiment {
    let left_out = arms
        .iter()
        .find(|(arm, _)| *arm == BOTH)
        .map_or(0, |(_, sums)| did(*sums).people);
    let arms: Vec<&(u8, PeopleSums)> = arms.iter().filter(|(arm, _)| *arm != BOTH).collect();
    let beside = |at: usize, sums: PeopleSums| match arms.first() {
        Some((_, first)) if at > 0 => uplift([sums, *first]),
        _ => Vec::new(),
    };
    let arm = |(at, (arm, sums)): (usize, &&(u8, PeopleSums))| ExperimentArm {
        name: names.arm(hash, *arm),
        did: did(*sums),
        beside_first: beside(at, *sums),
    };
    Experiment {
        name: names.experiment(hash),
        left_out,
        arms: arms.iter().enumerate().map(arm).collect(),
    }
}

/// Each outcome of the first beside the second.
fn uplift(arms: [PeopleSums; 2]) -> Vec<Uplift> {
    let share = |of: usize| {
        arms.map(|arm| Sample {
            n: arm[0],
            sum: arm[of],
            squares: arm[of],
        })
    };
    let paid = arms.map(|arm| Sample {
        n: arm[0],
        sum: arm[3] / 100.0,
        squares: arm[4] / 10_000.0,
    });
    let payers = arms.map(|arm| arm[2]);
    let shares = [("quoted", share(1)), ("booked", share(2))].map(|(outcome, [one, other])| {
        let relative = ratio(one, other, [one.sum, other.sum], false);
        row(
            outcome,
            [one, other],
            difference_of_shares(one, other),
            relative,
        )
    });
    let revenue = row(
        "revenue",
        paid,
        difference_of_means(paid[0], paid[1], payers),
        ratio(paid[0], paid[1], payers, true),
    );
    shares.into_iter().chain([revenue]).collect()
}

fn row(
    outcome: &'static str,
    [one, other]: [Sample; 2],
    difference: Estimate,
    relative: Estimate,
) -> Uplift {
    let verdict = verdict(&difference);
    Uplift {
        outcome,
        personalised: one.mean(),
        held_out: other.mean(),
        difference,
        relative,
        verdict,
    }
}

fn named(name: Option<&str>, number: u8) -> String {
    name.map_or_else(|| format!("#{number}"), str::to_owned)
}

/// Hashes to names.
struct Names<'a>(&'a Config);

impl Names<'_> {
    fn placement(&self, hash: u32) -> String {
        self.name(
            hash,
            self.0
                .find::<Placement>(hash)
                .map(|index| self.0.placement(index).name),
        )
    }

    fn offer(&self, hash: u32) -> String {
        self.name(
            hash,
            self.0
                .find::<Offer>(hash)
                .map(|index| self.0.offer(index).name),
        )
    }

    /// The family of an offer.
    fn family(&self, offer: u32) -> String {
        let index = self.0.find::<Offer>(offer);
        let family = index.map(|index| self.0.family(self.0.offer(index).family).name);
        family.map_or_else(
            || "#retired".to_owned(),
            |name| self.0.text(name).to_owned(),
        )
    }

    fn experiment(&self, hash: u32) -> String {
        self.name(
            hash,
            self.0
                .arms()
                .find(|arm| arm.experiment == hash)
                .map(|arm| arm.experiment_name),
        )
    }

    fn arm(&self, experiment: u32, number: u8) -> String {
        let named = self
            .0
            .arms()
            .filter(|arm| arm.experiment == experiment)
            .nth(usize::from(number));
        named.map_or_else(
            || format!("#{number}"),
            |arm| self.0.text(arm.name).to_owned(),
        )
    }

    fn name(&self, hash: u32, name: Option<TextIndex>) -> String {
        name.map_or_else(
            || format!("#{hash:08x}"),
            |name| self.0.text(name).to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use escale::compile;
    use escale::internals::base::hash::{Namespace, name_hash};

    use super::*;

    #[test]
    fn arms_of_an_experiment_are_compared_with_its_first() {
        let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {}, "placements": {}, "offers": [],
            "experiments": {"tone": {"arms": {"formal": 1, "friendly": 1}}}}"#;
        let config = Config::from_bytes(compile(json).expect("compiles").bytes).expect("opens");
        let mut sums = Sums::default();
        for (arm, booked) in [(0, 100.0), (1, 200.0), (BOTH, 4.0)] {
            let did = [2_000.0, 0.0, booked, booked * 500.0, booked * 250_000.0];
            sums.people
                .insert((name_hash(Namespace::Experiment, "tone"), arm), did);
        }
        let [experiment] = &experiments(&sums, &Names(&config))[..] else {
            panic!("one experiment")
        };
        assert_eq!(
            (experiment.name.as_str(), experiment.left_out),
            ("tone", 2_000)
        );
        let arms: Vec<&str> = experiment
            .arms
            .iter()
            .map(|arm| arm.name.as_str())
            .collect();
        assert_eq!(arms, ["formal", "friendly"]);
        assert!(experiment.arms[0].beside_first.is_empty());
        let booked = &experiment.arms[1].beside_first[1];
        assert_eq!(
            (booked.verdict, booked.personalised, booked.held_out),
            ("more", Some(0.1), Some(0.05))
        );
    }
}
