//! Properties of any history. Decisions may be reported repeatedly, in any order and by any
//! replica. The sums stay those of all reported decisions.

use std::collections::BTreeMap;

use escale::Profile;
use escale::internals::base::hash::mix;
use escale::internals::event::decision_record::{DecisionRecord, Levels, Propensity};
use escale::internals::profile::{AttributedBooking, AttributedDecision, Click};
use escale::internals::profile::{Booking, Counts};

use super::LANDMARK_DAY;
use super::change::Changes;
use super::customer::Customer;
use super::person::{Arm, BOTH, Booked, Counted, Facts, HOLDOUT};
use super::visitor::{SyncFacts, Visitor};
use crate::base::ids::IdHash;

const TODAY: u32 = LANDMARK_DAY + 2_500;
const NOW_MIN: u32 = 2_500 * 24 * 60;

const PERSONALISED: [Arm; 1] = [Arm {
    experiment: HOLDOUT,
    arm: 0,
}];

/// All sums by what they are counted under.
#[derive(Default)]
struct Totals(BTreeMap<String, Vec<f64>>);

impl Totals {
    fn add(&mut self, changes: &Changes) {
        changes
            .shown
            .iter()
            .for_each(|(key, sums)| self.to(format!("{key:?}"), &sums.map(|sum| sum as f64)));
        changes
            .weighed
            .iter()
            .for_each(|(key, sums)| self.to(format!("{key:?}"), sums));
        changes
            .people
            .iter()
            .for_each(|(key, sums)| self.to(format!("{key:?}"), sums));
        changes
            .tastes
            .iter()
            .for_each(|(key, sums)| self.to(format!("{key:?}"), &sums.map(|sum| sum as f64)));
    }

    fn to(&mut self, key: String, sums: &[f64]) {
        let held = self.0.entry(key).or_insert_with(|| vec![0.0; sums.len()]);
        held.iter_mut()
            .zip(sums)
            .for_each(|(held, sum)| *held += sum);
    }

    /// Cells in which something is left, rounded where differences of large numbers leave dust.
    fn seen(&self) -> BTreeMap<&str, Vec<i64>> {
        let rounded = |sums: &Vec<f64>| {
            sums.iter()
                .map(|sum| (sum * 1000.0).round() as i64)
                .collect::<Vec<_>>()
        };
        self.0
            .iter()
            .map(|(key, sums)| (key.as_str(), rounded(sums)))
            .filter(|(_, s)| s.iter().any(|s| *s != 0))
            .collect()
    }
}

fn attributed(id: u32, seed: u64) -> AttributedDecision {
    let bits = mix(seed, u64::from(id));
    let propensity = Propensity::of(0.05 + (bits % 90) as f64 / 100.0).unwrap_or_default();
    let levels = Levels::of([
        (bits >> 8 & 3) as u8,
        (bits >> 10 & 1) as u8,
        0,
        0,
        0,
        0,
        0,
        0,
    ]);
    let decision = DecisionRecord {
        id,
        config: 7,
        propensity,
        variant: 0,
        arm: 0,
        levels,
    };
    let at_min = NOW_MIN - 2_000 - id;
    let booking = AttributedBooking {
        at_min: at_min + 40,
        is_cancelled: bits >> 13 & 1 == 1,
        id,
    };
    let booking = (bits >> 14 & 1 == 1).then_some(booking);
    let click = Click {
        at_min: at_min + 3,
        is_quoted: bits >> 15 & 1 == 1,
        booking,
    };
    let click = (bits >> 16 & 1 == 1).then_some(click);
    AttributedDecision {
        decision,
        placement: 1,
        offer: 20 + id % 3,
        at_min,
        is_viewed: bits >> 17 & 3 > 0,
        click,
    }
}

/// The decision as it was reported before all of it had happened.
fn earlier(attributed: &AttributedDecision) -> AttributedDecision {
    let click = attributed.click.map(|click| Click {
        is_quoted: false,
        booking: None,
        ..click
    });
    AttributedDecision {
        click: click.filter(|_| attributed.decision.id.is_multiple_of(2)),
        ..*attributed
    }
}

fn profile(attributed: Vec<AttributedDecision>) -> Profile {
    let word = |s: &AttributedDecision| s.click.and_then(|click| click.booking);
    let booking = |b: AttributedBooking| Booking {
        id: b.id,
        at_min: b.at_min,
        cancelled: b.is_cancelled,
        travel: Default::default(),
        value_cents: 100 * b.id,
    };
    let bookings = attributed.iter().filter_map(word).map(booking).collect();
    let counts = Counts {
        quote_submits: u32::from(attributed.len() > 4),
        ..Counts::default()
    };
    Profile {
        first_s: (NOW_MIN - 5_000) * 60,
        last_s: NOW_MIN * 60,
        counts,
        bookings,
        decisions: attributed.into(),
        ..Profile::default()
    }
}

fn count(visitor: &mut Visitor, totals: &mut Totals, replica: u8, profile: &Profile) {
    // A row is read and written as a store does it.
    *visitor = Visitor::of(Some(&visitor.bytes()));
    let facts = SyncFacts {
        replica: [replica; 8],
        profile,
        arms: &PERSONALISED,
        today: TODAY,
        is_linked: false,
    };
    totals.add(&visitor.count(&facts));
}

#[test]
fn the_order_of_hand_ins_does_not_matter() {
    for seed in 0..200 {
        let all: Vec<AttributedDecision> = (1..=12).map(|id| attributed(id, seed)).collect();
        let (mut whole, mut parts) = (Totals::default(), Totals::default());
        count(
            &mut Visitor::default(),
            &mut whole,
            0,
            &profile(all.clone()),
        );
        let mut visitor = Visitor::default();
        for step in 0..20u8 {
            let draw = mix(seed ^ 77, u64::from(step));
            let some = all.iter().enumerate().filter(|(at, _)| draw >> at & 1 == 1);
            let reported = some
                .map(|(at, s)| {
                    if draw >> (20 + at) & 1 == 1 {
                        *s
                    } else {
                        earlier(s)
                    }
                })
                .collect();
            count(&mut visitor, &mut parts, step % 3, &profile(reported));
        }
        count(&mut visitor, &mut parts, 0, &profile(all.clone()));
        assert_eq!(parts.seen(), whole.seen(), "seed {seed}");
        assert!(!whole.seen().is_empty());
    }
}

#[test]
fn a_decision_is_counted_once_within_its_time_and_never_after_it() {
    let (mut visitor, mut totals) = (Visitor::default(), Totals::default());
    let one = profile(vec![attributed(5, 1)]);
    for day in 0..100 {
        let facts = SyncFacts {
            replica: [0; 8],
            profile: &one,
            arms: &PERSONALISED,
            today: TODAY + day,
            is_linked: false,
        };
        totals.add(&visitor.count(&facts));
    }
    let decisions = |totals: &Totals| {
        totals
            .0
            .iter()
            .filter(|(key, _)| key.starts_with("Shown"))
            .map(|(_, sums)| sums[0] as i64)
            .collect::<Vec<_>>()
    };
    assert_eq!(decisions(&totals), [1]);
    assert!(visitor.bytes().len() < 120, "{}", visitor.bytes().len());
    let (mut late, mut none) = (Visitor::default(), Totals::default());
    none.add(&late.count(&SyncFacts {
        replica: [0; 8],
        profile: &one,
        arms: &PERSONALISED,
        today: TODAY + 31,
        is_linked: false,
    }));
    none.add(&late.count(&SyncFacts {
        replica: [0; 8],
        profile: &one,
        arms: &PERSONALISED,
        today: TODAY - 4,
        is_linked: false,
    }));
    assert!(decisions(&none).is_empty());
}

#[test]
fn sums_over_visitors_are_by_visitor() {
    let (mut visitor, mut totals) = (Visitor::default(), Totals::default());
    let seen = |id: u32, propensity: f64, is_clicked: bool| {
        let of = attributed(id, 0);
        let click = is_clicked.then_some(Click {
            at_min: of.at_min,
            is_quoted: false,
            booking: None,
        });
        let propensity = Propensity::of(propensity).unwrap_or_default();
        AttributedDecision {
            decision: DecisionRecord {
                propensity,
                ..of.decision
            },
            offer: 9,
            is_viewed: true,
            click,
            ..of
        }
    };
    count(
        &mut visitor,
        &mut totals,
        0,
        &profile(vec![seen(1, 0.5, true), seen(2, 0.25, false)]),
    );
    let weighed = totals
        .seen()
        .into_iter()
        .find(|(key, _)| key.starts_with("Weighed"))
        .map(|(_, sums)| sums);
    // W = 2 + 4 and A = 2: a visitor, W, W², A, A·W, A².
    let expected = [1, 6, 36, 2, 12, 4, 0, 0, 0, 0, 0, 0]
        .map(|sum| sum * 1000)
        .to_vec();
    assert_eq!(weighed, Some(expected));
}

#[test]
fn what_is_known_of_a_visitor_joins_in_any_order() {
    let facts = |replica: u8, quotes: u32, arm: u8| {
        let mut facts = Facts::default();
        let counts = Counts {
            quote_submits: quotes,
            ..Counts::default()
        };
        let reported = Profile {
            first_s: NOW_MIN * 60,
            counts,
            ..profile(vec![attributed(u32::from(replica), 3)])
        };
        facts.take(
            [replica; 8],
            &reported,
            &[Arm {
                experiment: HOLDOUT,
                arm,
            }],
            TODAY,
        );
        facts
    };
    let (early, late) = (facts(1, 2, 0), facts(1, 5, 1));
    let (mut one, mut other) = (early.clone(), late.clone());
    one.join(late);
    other.join(early);
    assert_eq!(one, other);
    assert_eq!(
        one.arms,
        [Arm {
            experiment: HOLDOUT,
            arm: BOTH
        }]
    );
}

#[test]
fn who_is_held_out_is_in_no_other_experiment() {
    let person = |holdout: u8, other: u8| {
        let arms = [
            Arm {
                experiment: HOLDOUT,
                arm: holdout,
            },
            Arm {
                experiment: 77,
                arm: other,
            },
        ];
        let mut facts = Facts::default();
        facts.take([0; 8], &profile(vec![attributed(5, 1)]), &arms, TODAY);
        facts
    };
    let keys = |visitors: &[Facts]| {
        let counted = Counted::of(
            visitors.iter(),
            &[Booked {
                at_min: NOW_MIN,
                is_cancelled: false,
                id: 1,
                value_cents: 5,
            }],
        );
        counted
            .into_iter()
            .flat_map(|counted| {
                counted
                    .keys()
                    .map(|key| (key.experiment, key.arm))
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&[person(0, 2)]), [(HOLDOUT, 0), (77, 2)]);
    assert_eq!(keys(&[person(1, 2)]), [(HOLDOUT, 1)]);
    assert_eq!(
        keys(&[person(0, 2), person(0, 1)]),
        [(HOLDOUT, 0), (77, BOTH)]
    );
    assert_eq!(keys(&[person(0, 2), person(1, 2)]), [(HOLDOUT, BOTH)]);
    assert!(keys(&[]).is_empty());
}

/// Visitors who change hands between customers, and are no one's at times: in the end everyone counts where they are, once.
#[test]
fn who_goes_from_one_customer_to_another_counts_there_alone() {
    for seed in 0..100 {
        let facts: Vec<Facts> = (0..6_u8).map(|n| lived(n, seed)).collect();
        let bookings = [Booked {
            at_min: NOW_MIN,
            is_cancelled: false,
            id: 900,
            value_cents: 7_700,
        }];
        let (mut customers, mut places) = ([(); 3].map(|()| Customer::default()), [0_usize; 6]);
        let mut totals = Totals::default();
        for (n, facts) in facts.iter().enumerate() {
            totals.add(&customers[0].propagate(IdHash([n as u8; 32]), facts.clone(), &[]));
        }
        for step in 0..40 {
            let draw = mix(seed, step);
            let (who, to) = (draw as usize % 6, (draw >> 8) as usize % 3);
            let id = IdHash([who as u8; 32]);
            if places[who] != to {
                totals.add(&customers[to].propagate(
                    id,
                    facts[who].clone(),
                    if to == 1 { &bookings } else { &[] },
                ));
                let from = &mut customers[places[who]];
                // A row is read and written as a store does it.
                *from = Customer::of(Some(&from.bytes()));
                totals.add(&from.hand_over(&[id], if places[who] == 1 { &bookings } else { &[] }));
                places[who] = to;
            }
        }
        let mut expected = Totals::default();
        for to in 0..3 {
            let mut there = Customer::default();
            for (who, facts) in facts
                .iter()
                .enumerate()
                .filter(|(who, _)| places[*who] == to)
            {
                expected.add(&there.propagate(
                    IdHash([who as u8; 32]),
                    facts.clone(),
                    if to == 1 { &bookings } else { &[] },
                ));
            }
        }
        assert_eq!(totals.seen(), expected.seen(), "seed {seed}");
    }
}

/// Facts of a visitor with some bookings and quotes of their own.
fn lived(n: u8, seed: u64) -> Facts {
    let mut facts = Facts::default();
    let reported = profile(
        (1..=3)
            .map(|id| attributed(u32::from(n) * 10 + id, seed))
            .collect(),
    );
    let arm = Arm {
        experiment: HOLDOUT,
        arm: n % 2,
    };
    facts.take([n; 8], &reported, &[arm], TODAY);
    facts
}

#[test]
fn a_visitor_of_whom_nothing_was_counted_closes_no_customer() {
    let mut customer = Customer::default();
    customer.propagate(IdHash([1; 32]), lived(1, 3), &[]);
    customer.leave(IdHash([2; 32]));
    assert!(!customer.hand_over(&[IdHash([1; 32])], &[]).is_empty());
    assert!(customer.is_empty());
}
