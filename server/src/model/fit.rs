//! Success rates from sums. In: sums of visitors' weights and outcomes, by placement and offer.
//! Out: a rate for each offer, shrunk towards the site's mean if the data are few. Never: a group
//! that is too small.
//!
//! Each offer in each placement has the ratio `v = Σ A / Σ W` and `n = (Σ W)² / Σ W²` effective
//! visitors. Placements differ by themselves, so each offer is compared with the mean of its
//! placement. The variance of the true ratios, `t²`, is the observed variance less the part due to
//! chance. A ratio of `n` visitors is shrunk towards 1 by `t² / (t² + s²)` (Morris: *Parametric
//! empirical Bayes inference*, 1983).

use escale::internals::config::Offer;
use std::collections::BTreeMap;

use escale::Config;

use super::{Model, Success, VERSION};
use crate::report::period::Period;
use crate::statistics::change::WeighedSums;
use crate::statistics::sums::Sums;

/// One offer in one placement.
#[derive(Clone, Copy)]
struct Group {
    placement: u32,
    offer: u32,
    /// Effective visitors, the share that succeeded, and its error squared.
    n: f64,
    share: f64,
    error: f64,
}

/// Beside its placement's mean.
#[derive(Clone, Copy, Default)]
struct Ratio {
    ratio: f64,
    error: f64,
    n: f64,
}

/// Fits the rates of a period; offers of which too little is known are left out.
pub fn fit(
    sums: &Sums,
    config: &Config,
    period: Period,
    success: Success,
    least_group: u32,
) -> Model {
    let (from, to) = period.texts();
    let of_weighed = |(&(placement, offer), sums): (&(u32, u32), &WeighedSums)| {
        group(placement, offer, sums, success, least_group)
    };
    let groups: Vec<Group> = sums.weighed.iter().filter_map(of_weighed).collect();
    let mean = mean(groups.iter());
    let ratios = ratios(&groups);
    let spread = spread(ratios.values());
    let named = |(offer, ratio): (&u32, &Ratio)| {
        let index = config.find::<Offer>(*offer)?;
        let drawn = 1.0
            + (ratio.ratio - 1.0)
                * if spread > 0.0 {
                    spread / (spread + ratio.error)
                } else {
                    0.0
                };
        let rate = (mean * drawn).clamp(1e-5, 1.0);
        Some((config.name(index).to_owned(), rate))
    };
    let rates = if mean > 0.0 {
        ratios.iter().filter_map(named).collect()
    } else {
        BTreeMap::new()
    };
    let base_rates = super::base::fit(&sums.tastes, config, least_group);
    Model {
        version: VERSION,
        from,
        to,
        success,
        least_group,
        rates,
        base_rates,
        facets: BTreeMap::new(),
        affinity: BTreeMap::new(),
    }
}

fn group(
    placement: u32,
    offer: u32,
    sums: &WeighedSums,
    success: Success,
    least_group: u32,
) -> Option<Group> {
    let [visitors, w, ww, ..] = *sums;
    if visitors.round() < f64::from(least_group) || w <= 0.0 || ww <= 0.0 {
        return None;
    }
    let [a, aw, aa] = [0, 1, 2].map(|at| sums[3 + 3 * success as usize + at]);
    let share = a / w;
    let error = (aa - 2.0 * share * aw + share * share * ww).max(0.0) / (w * w);
    Some(Group {
        placement,
        offer,
        n: w * w / ww,
        share,
        error,
    })
}

/// Groups, weighted by their effective visitors.
fn mean<'a>(groups: impl Iterator<Item = &'a Group>) -> f64 {
    let (sum, n) = groups.fold((0.0, 0.0), |(sum, n), group| {
        (sum + group.share * group.n, n + group.n)
    });
    if n > 0.0 { sum / n } else { 0.0 }
}

/// Each offer beside the means of its placements.
fn ratios(groups: &[Group]) -> BTreeMap<u32, Ratio> {
    let mut ratios: BTreeMap<u32, Ratio> = BTreeMap::new();
    for group in groups {
        let mean = mean(
            groups
                .iter()
                .filter(|other| other.placement == group.placement),
        );
        if mean > 0.0 {
            let held = ratios.entry(group.offer).or_default();
            held.ratio += group.n * group.share / mean;
            held.error += group.n * group.n * group.error / (mean * mean);
            held.n += group.n;
        }
    }
    for ratio in ratios.values_mut() {
        ratio.ratio /= ratio.n;
        ratio.error /= ratio.n * ratio.n;
    }
    ratios
}

/// Variance of the true ratios: the observed one, less chance.
fn spread<'a>(ratios: impl Iterator<Item = &'a Ratio>) -> f64 {
    let all: Vec<&Ratio> = ratios.collect();
    if all.len() < 2 {
        return 0.0;
    }
    let n = all.len() as f64;
    let mean = all.iter().map(|ratio| ratio.ratio).sum::<f64>() / n;
    let observed = all
        .iter()
        .map(|ratio| (ratio.ratio - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    let chance = all.iter().map(|ratio| ratio.error).sum::<f64>() / n;
    (observed - chance).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Period = Period {
        from_day: 20_000,
        to_day: 20_089,
    };

    fn config() -> Config {
        let offer = |id: &str| serde_json::json!({ "id": id, "family": "f", "placements": ["home"], "content": { "en": { "title": id } } });
        let json = serde_json::json!({ "version": 1, "facets": { "trip": { "topics": ["city"] } }, "families": { "f": {} },
            "placements": { "home": {}, "row": {} }, "offers": [offer("good"), offer("poor"), offer("new")] });
        let config = escale::compile(&json.to_string())
            .ok()
            .and_then(|c| Config::from_bytes(c.bytes).ok());
        config.unwrap_or_else(|| panic!("a good config"))
    }

    /// Visitors of one exposure of weight 2, of whom some clicked.
    fn weighed(visitors: f64, clicked: f64) -> WeighedSums {
        let (w, ww, a) = (2.0 * visitors, 4.0 * visitors, 2.0 * clicked);
        [
            visitors,
            w,
            ww,
            a,
            2.0 * a,
            2.0 * a,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
        ]
    }

    fn fitted(all: &[(&str, &str, f64, f64)]) -> BTreeMap<String, f64> {
        use escale::internals::base::hash::{Namespace, name_hash};
        let hash = name_hash;
        let mut sums = Sums::default();
        for (placement, offer, visitors, clicked) in all {
            let key = (
                hash(Namespace::Placement, placement),
                hash(Namespace::Offer, offer),
            );
            sums.weighed.insert(key, weighed(*visitors, *clicked));
        }
        fit(&sums, &config(), PERIOD, Success::Clicks, 50).rates
    }

    #[test]
    fn much_that_is_known_stands_and_little_is_drawn_to_the_mean() {
        let rates = fitted(&[
            ("home", "good", 20_000.0, 2_000.0),
            ("home", "poor", 20_000.0, 400.0),
            ("home", "new", 60.0, 12.0),
        ]);
        assert!(
            (rates["good"] - 0.1).abs() < 0.005 && (rates["poor"] - 0.02).abs() < 0.005,
            "{rates:?}"
        );
        assert!(rates["new"] < 0.19 && rates["new"] > 0.06, "{rates:?}");
    }

    #[test]
    fn where_offers_differ_by_chance_alone_they_do_not_differ() {
        let rates = fitted(&[
            ("home", "good", 100.0, 6.0),
            ("home", "poor", 100.0, 5.0),
            ("home", "new", 100.0, 4.0),
        ]);
        assert!(
            rates.values().all(|rate| (rate - 0.05).abs() < 1e-9),
            "{rates:?}"
        );
    }

    #[test]
    fn placements_differ_by_themselves() {
        // Twice as good as the other in a placement where clicks are rare; as good as the other where it stands alone.
        let rates = fitted(&[
            ("row", "good", 50_000.0, 1_000.0),
            ("row", "poor", 50_000.0, 500.0),
            ("home", "poor", 50_000.0, 5_000.0),
        ]);
        assert!(rates["good"] > rates["poor"] * 1.2, "{rates:?}");
    }

    #[test]
    fn small_groups_and_retired_offers_are_left_out() {
        let rates = fitted(&[
            ("home", "good", 49.0, 9.0),
            ("home", "poor", 50.0, 2.0),
            ("home", "gone", 900.0, 20.0),
        ]);
        assert_eq!(rates.keys().collect::<Vec<_>>(), ["poor"]);
        assert!(fitted(&[]).is_empty());
        assert!(fitted(&[("home", "good", 80.0, 0.0)]).is_empty());
    }
}
