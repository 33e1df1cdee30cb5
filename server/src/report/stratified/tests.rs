//! Simulated sites of which the truth is known. Offers are drawn as the engine draws them, more often to those who like them.

use std::collections::BTreeMap;

use escale::internals::base::hash::{mix, unit};

use super::*;
use crate::statistics::stratum::stratum;

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = mix(self.0, 1);
        unit(mix(self.0, 2))
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// Size of a simulated site, and how it draws.
#[derive(Clone, Copy)]
struct Site {
    visitors: usize,
    offers: usize,
    exploration: f64,
    temperature: f64,
}

const KINDS: usize = 3;

/// Each kind of visitor: click rate and propensity of each offer.
struct Kinds {
    rates: Vec<Vec<f64>>,
    propensities: Vec<Vec<f64>>,
}

fn kinds(site: Site, random: &mut Random) -> Kinds {
    let (mut rates, mut propensities) = (Vec::new(), Vec::new());
    for _ in 0..KINDS {
        let scores: Vec<f64> = (0..site.offers).map(|_| random.unit()).collect();
        let of_kind = scores.iter().map(|score| {
            let liking = if *score > 0.7 { 0.12 } else { 0.0 };
            random.between(0.02, 0.08) + liking
        });
        rates.push(of_kind.collect());
        let weights: Vec<f64> = scores
            .iter()
            .map(|score| (score / site.temperature).exp2())
            .collect();
        let sum: f64 = weights.iter().sum();
        let floor = site.exploration / site.offers as f64;
        let drawn = weights
            .iter()
            .map(|weight| (1.0 - site.exploration) * weight / sum + floor);
        propensities.push(drawn.collect());
    }
    Kinds {
        rates,
        propensities,
    }
}

/// Exposures of one visitor to one offer in one stratum, their weight, and that of those with a click.
type Seen = BTreeMap<(usize, u8), [f64; 3]>;

fn visit(kind: usize, exposures: usize, kinds: &Kinds, random: &mut Random) -> Seen {
    let mut seen = Seen::new();
    // Some click more than others, whatever they see.
    let eagerness = 2.0 * f64::midpoint(random.unit(), random.unit());
    for _ in 0..exposures {
        let (mut at, mut offer) = (random.unit(), 0);
        let propensities = &kinds.propensities[kind];
        while offer + 1 < propensities.len() && at >= propensities[offer] {
            at -= propensities[offer];
            offer += 1;
        }
        let propensity = propensities[offer];
        let clicked = random.unit() < kinds.rates[kind][offer] * eagerness;
        let sums = seen.entry((offer, stratum(propensity))).or_default();
        let weight = 1.0 / propensity;
        sums[0] += 1.0;
        sums[1] += weight;
        sums[2] += f64::from(u8::from(clicked)) * weight;
    }
    seen
}

/// Number of intervals that are shown, and of those that hold the truth.
#[derive(Default)]
struct Coverage {
    shown: usize,
    held: usize,
}

impl Coverage {
    fn percent(&self) -> f64 {
        100.0 * self.held as f64 / self.shown as f64
    }
}

fn simulate(site: Site, seed: u64, coverage: &mut Coverage) {
    let random = &mut Random(mix(seed, site.visitors as u64));
    let kinds = kinds(site, random);
    let mut strata: BTreeMap<(usize, u8), Stratum> = BTreeMap::new();
    let (mut exposures, mut by_kind) = (0.0, [0.0; KINDS]);
    for _ in 0..site.visitors {
        let kind = (random.unit() * KINDS as f64) as usize;
        let count = 1 + (random.unit() * 6.0) as usize;
        exposures += count as f64;
        by_kind[kind] += count as f64;
        for (key, [m, w, a]) in visit(kind, count, &kinds, random) {
            let sums = strata.entry(key).or_default();
            sums.visitors += 1.0;
            sums.exposures += m;
            (sums.w, sums.ww) = (sums.w + w, sums.ww + w * w);
            (sums.a, sums.aw, sums.aa) = (sums.a + a, sums.aw + a * w, sums.aa + a * a);
        }
    }
    if check_support(exposures, site.exploration, site.offers).is_err() {
        return;
    }
    for offer in 0..site.offers {
        let of_offer: Vec<Stratum> = strata
            .range((offer, 0)..(offer + 1, 0))
            .map(|(_, sums)| *sums)
            .collect();
        let clicks = (0..KINDS).map(|kind| by_kind[kind] * kinds.rates[kind][offer]);
        let truth = clicks.sum::<f64>() / exposures;
        let Estimate { low, high, .. } = rate(&of_offer);
        let is_held = low.is_some_and(|low| low <= truth) && high.is_some_and(|high| high >= truth);
        coverage.shown += 1;
        coverage.held += usize::from(is_held);
    }
}

fn coverage(site: Site, sites: u64) -> Coverage {
    let mut coverage = Coverage::default();
    (0..sites).for_each(|seed| simulate(site, seed, &mut coverage));
    coverage
}

/// Simulated sites; `ESCALE_SITES=1000` is the size before a release.
fn sites(usual: u64) -> u64 {
    let asked = std::env::var("ESCALE_SITES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[track_caller]
fn assert_true(site: Site, usual: u64) {
    let of = coverage(site, sites(usual));
    let percent = of.percent();
    println!(
        "{} visitors, {} offers: {percent:.1} % of {} intervals",
        site.visitors, site.offers, of.shown
    );
    assert!(of.shown > 1000, "{} intervals", of.shown);
    assert!((93.5..=96.5).contains(&percent), "{percent} %");
}

#[test]
fn rate_of_a_small_site_is_in_its_interval_as_often_as_promised() {
    assert_true(
        Site {
            visitors: 500,
            offers: 4,
            exploration: 0.1,
            temperature: 0.5,
        },
        1000,
    );
}

#[test]
fn rate_of_a_site_with_steep_choices_is_in_its_interval_as_often_as_promised() {
    assert_true(
        Site {
            visitors: 2_000,
            offers: 4,
            exploration: 0.1,
            temperature: 0.1,
        },
        400,
    );
}

#[test]
fn rate_of_a_large_site_is_in_its_interval_as_often_as_promised() {
    assert_true(
        Site {
            visitors: 20_000,
            offers: 33,
            exploration: 0.02,
            temperature: 0.5,
        },
        40,
    );
}

#[test]
fn rate_without_support_is_not_shown() {
    assert_eq!(check_support(1e6, 0.0, 4), Err(Unsupported::NoExploration));
    // The case of 33 offers by the default policy, and 2,000 visitors with three exposures each.
    let few = Unsupported::FewExposures {
        exposures: 6_000,
        needed: 33_000,
    };
    assert_eq!(check_support(6_000.0, 0.02, 33), Err(few));
    assert_eq!(check_support(33_000.0, 0.02, 33), Ok(()));
    assert_eq!(rate(&[]), Estimate::default());
}

#[test]
fn lower_limit_is_that_of_mid_p() {
    // Values by the definition: half of P(X = x) and all of P(X > x) are 2.5 % at the limit.
    for (x, n, low) in [(0.0, 20.0, 0.0), (1.0, 1.0, 0.05), (20.0, 20.0, 0.860_892)] {
        assert!(
            (lower_limit(x, n) - low).abs() < 1e-5,
            "{x} of {n}: {}",
            lower_limit(x, n)
        );
    }
}
