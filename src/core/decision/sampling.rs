//! The draw. Comes in: eligible offers with their scores, and a seed; goes out: one of them, with
//! the exact probability it had.
//!
//! The best 32 are drawn by `2^(score/τ)`, with probability ε any eligible offer alike. The draw is
//! a race: each offer's ticket depends on the seed and on the offer alone. An offer that comes or
//! goes changes no choice between the others. See Efraimidis, Spirakis: *Weighted random sampling
//! with a reservoir*, 2006.

use crate::core::base::hash::{Salt, mix, unit};
use crate::core::base::index::Index;
use crate::core::config::Offer;

/// Only the best so many are weighed against each other; the others come in by exploration alone.
const BEST: usize = 32;

/// One eligible offer in the draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Index of the offer.
    pub offer: Index<Offer>,
    /// Hash of the offer's id.
    pub hash: u32,
    /// Score in doublings.
    pub score: f64,
}

/// Draws one candidate. Returns it with its exact probability.
#[must_use]
pub fn draw(
    candidates: &[Candidate],
    seed: u64,
    temperature: f64,
    exploration: f64,
) -> Option<(Index<Offer>, f64)> {
    let mut best = best_of(candidates);
    let top = best.first()?.score;
    // From here on a score is a weight: each power is taken once.
    let mut whole = 0.0;
    for candidate in &mut best {
        candidate.score =
            crate::core::base::number::exp2((candidate.score - top) / temperature.max(1e-3));
        whole += candidate.score;
    }
    let winner = if unit(Salt::EXPLORATION.mix(seed)) < exploration {
        candidates
            .iter()
            .min_by_key(|c| (mix(!seed, u64::from(c.hash)), c.offer))?
            .offer
    } else {
        winner_of(&best, seed)?
    };
    let of_best = best
        .iter()
        .find(|b| b.offer == winner)
        .map_or(0.0, |b| b.score / whole);
    Some((
        winner,
        (1.0 - exploration) * of_best + exploration / candidates.len() as f64,
    ))
}

/// The smallest ticket wins: `−log₂ u / weight`, of equals the first.
fn winner_of(weighted: &[Candidate], seed: u64) -> Option<Index<Offer>> {
    let mut winner = weighted.first()?.offer;
    let mut least = f64::INFINITY;
    for candidate in weighted {
        let ticket = -libm::log2(unit(mix(seed, u64::from(candidate.hash)))) / candidate.score;
        if ticket < least {
            (winner, least) = (candidate.offer, ticket);
        }
    }
    Some(winner)
}

/// The best few, best first: an insertion into a short list, which one pass over many candidates
/// seldom changes.
fn best_of(candidates: &[Candidate]) -> Vec<Candidate> {
    let mut best: Vec<Candidate> = Vec::with_capacity(BEST + 1);
    for candidate in candidates {
        if best.len() == BEST
            && best
                .last()
                .is_some_and(|last| better(last, candidate).is_lt())
        {
            continue;
        }
        let at = best
            .iter()
            .rposition(|b| better(b, candidate).is_lt())
            .map_or(0, |i| i + 1);
        best.insert(at, *candidate);
        best.truncate(BEST);
    }
    best
}

/// Best first; ties by hash, so that the order is the same everywhere.
fn better(a: &Candidate, b: &Candidate) -> core::cmp::Ordering {
    b.score.total_cmp(&a.score).then(a.hash.cmp(&b.hash))
}
