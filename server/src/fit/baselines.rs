//! Simple methods beside the engine. In: the same paths. Out: the same figures. Never: anything
//! that a browser would load.

use super::figures::{Figures, Step};
use super::visits::{Paths, VisitorPath};

/// Simple method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Baseline {
    Popularity,
    MostRecent,
    MostFrequent,
    /// Counts that halve with each step.
    Decay,
    Transitions,
}

impl Baseline {
    pub const ALL: [Self; 5] = [
        Self::Popularity,
        Self::MostRecent,
        Self::MostFrequent,
        Self::Decay,
        Self::Transitions,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Popularity => "popularity",
            Self::MostRecent => "most recent",
            Self::MostFrequent => "most frequent",
            Self::Decay => "decay by step",
            Self::Transitions => "transitions",
        }
    }
}

/// Share of each topic after each topic, with one step of base rates.
pub fn transitions(visitors: &[&VisitorPath], base_rates: &[f64]) -> Vec<Vec<f64>> {
    let mut table: Vec<Vec<f64>> = vec![base_rates.to_vec(); base_rates.len()];
    for pair in visitors.iter().flat_map(|path| path.visits.windows(2)) {
        for from in &pair[0].topics {
            for to in &pair[1].topics {
                table[usize::from(*from)][usize::from(*to)] += 1.0;
            }
        }
    }
    table
}

/// Scores a method on paths.
pub fn score(
    baseline: Baseline,
    visitors: &[&VisitorPath],
    paths: &Paths,
    base_rates: &[f64],
    table: &[Vec<f64>],
) -> Figures {
    let mut figures = Figures::default();
    for path in visitors {
        let mut counts = vec![0.0; base_rates.len()];
        for (at, pair) in path.visits.windows(2).enumerate() {
            for topic in &pair[0].topics {
                let topic = usize::from(*topic);
                match baseline {
                    Baseline::MostRecent => counts[topic] = at as f64 + 1.0,
                    Baseline::MostFrequent => counts[topic] += 1.0,
                    Baseline::Decay => {
                        counts.iter_mut().for_each(|count| *count /= 2.0);
                        counts[topic] += 1.0;
                    }
                    Baseline::Transitions => counts.clone_from(&table[topic]),
                    Baseline::Popularity => counts.copy_from_slice(base_rates),
                }
            }
            let sum: f64 = counts.iter().sum::<f64>().max(1e-9);
            let shares: Vec<f64> = counts.iter().map(|count| count / sum).collect();
            figures.add(&Step {
                probabilities: &shares,
                base_rates,
                next: &pair[1].topics,
                latest: pair[0].topics.last().copied().filter(|_| !paths.by_day),
            });
        }
        figures.end_visitor();
    }
    figures
}
