//! Figures of rankings. In: for each step the topics' probabilities and the topics that came next.
//! Out: MRR, hits, log loss, calibration, with intervals by visitor. Never: a figure of steps that
//! overlap between visitors.

use serde::Serialize;

const BINS: usize = 15;

/// One mean with its 95 % interval over visitors.
#[derive(Clone, Default)]
struct Mean {
    sum: f64,
    n: f64,
    /// Sums of the visitor at hand, and the moments of all visitors' sums.
    own: (f64, f64),
    moments: [f64; 3],
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.own.0 += value;
        self.own.1 += 1.0;
    }

    fn end_visitor(&mut self) {
        let (sum, n) = std::mem::take(&mut self.own);
        self.sum += sum;
        self.n += n;
        let products = [sum * sum, sum * n, n * n];
        self.moments
            .iter_mut()
            .zip(products)
            .for_each(|(moment, product)| *moment += product);
    }

    fn mean(&self) -> f64 {
        if self.n > 0.0 { self.sum / self.n } else { 0.0 }
    }

    /// Half the width of the interval: the ratio estimator's error, with visitors as clusters.
    fn half_width(&self) -> f64 {
        let mean = self.mean();
        let [ss, sn, nn] = self.moments;
        let variance = (ss - 2.0 * mean * sn + mean * mean * nn).max(0.0);
        if self.n > 0.0 {
            1.96 * variance.sqrt() / self.n
        } else {
            0.0
        }
    }
}

/// One step to score.
pub struct Step<'a> {
    /// By topic; they need not add up to 1 for a ranking alone.
    pub probabilities: &'a [f64],
    /// Breaks ties, by topic.
    pub base_rates: &'a [f64],
    /// Topics that came next.
    pub next: &'a [u16],
    /// The topic of the step before, if the next one is a single topic.
    pub latest: Option<u16>,
}

/// Figures while steps are added.
#[derive(Clone, Default)]
pub struct Figures {
    mrr: Mean,
    hit1: Mean,
    hit3: Mean,
    switch: Mean,
    log_loss: Mean,
    /// Steps, predicted sum and observed sum of the top topic, by predicted probability.
    bins: [[f64; 3]; BINS],
}

/// Figures as the last line of `escale evaluate` has them.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub mrr: f64,
    pub hit1: f64,
    pub hit3: f64,
    pub switch_mrr: Option<f64>,
    pub ece: f64,
    pub log_loss: f64,
    pub n: u64,
    pub switch_n: u64,
    /// Half widths of the 95 % intervals.
    pub mrr_ci95: f64,
    pub switch_mrr_ci95: f64,
}

/// One class of the reliability diagram.
pub struct Reliability {
    pub steps: u64,
    pub predicted: f64,
    pub observed: f64,
}

impl Figures {
    /// Adds a step of the visitor at hand.
    pub fn add(&mut self, step: &Step<'_>) {
        let rank = step.rank(None);
        self.mrr.add(1.0 / rank as f64);
        self.hit1.add(f64::from(u8::from(rank == 1)));
        self.hit3.add(f64::from(u8::from(rank <= 3)));
        if let Some(latest) = step.latest
            && !step.next.contains(&latest)
        {
            self.switch.add(1.0 / step.rank(Some(latest)) as f64);
        }
        let share = 1.0 / step.next.len().max(1) as f64;
        let loss = |topic: &u16| -step.probabilities[usize::from(*topic)].max(1e-9).ln() * share;
        self.log_loss.add(step.next.iter().map(loss).sum());
        let topics = 0..step.probabilities.len() as u16;
        let top = topics.reduce(|best, topic| {
            if step.is_before(topic, best) {
                topic
            } else {
                best
            }
        });
        if let Some(top) = top {
            let predicted = step.probabilities[usize::from(top)].clamp(0.0, 1.0);
            let bin = ((predicted * BINS as f64) as usize).min(BINS - 1);
            let observed = if step.next.contains(&top) { share } else { 0.0 };
            let sums = [1.0, predicted, observed];
            self.bins[bin]
                .iter_mut()
                .zip(sums)
                .for_each(|(sum, value)| *sum += value);
        }
    }

    /// Ends the visitor at hand. Intervals count visitors, not steps.
    pub fn end_visitor(&mut self) {
        for mean in [
            &mut self.mrr,
            &mut self.hit1,
            &mut self.hit3,
            &mut self.switch,
            &mut self.log_loss,
        ] {
            mean.end_visitor();
        }
    }

    pub fn summary(&self) -> Summary {
        let error: f64 = self
            .bins
            .iter()
            .map(|[_, predicted, observed]| (predicted - observed).abs())
            .sum();
        let rounded = |value: f64| (value * 1e5).round() / 1e5;
        Summary {
            mrr: rounded(self.mrr.mean()),
            hit1: rounded(self.hit1.mean()),
            hit3: rounded(self.hit3.mean()),
            switch_mrr: (self.switch.n > 0.0).then(|| rounded(self.switch.mean())),
            ece: rounded(error / self.mrr.n.max(1.0)),
            log_loss: rounded(self.log_loss.mean()),
            n: self.mrr.n as u64,
            switch_n: self.switch.n as u64,
            mrr_ci95: rounded(self.mrr.half_width()),
            switch_mrr_ci95: rounded(self.switch.half_width()),
        }
    }

    /// Returns the reliability diagram of the top topic, without empty classes.
    pub fn reliability(&self) -> Vec<Reliability> {
        let bins = self.bins.iter().filter(|[steps, ..]| *steps > 0.0);
        bins.map(|[steps, predicted, observed]| Reliability {
            steps: *steps as u64,
            predicted: predicted / steps,
            observed: observed / steps,
        })
        .collect()
    }
}

impl Step<'_> {
    /// Rank of the first right topic, from 1.
    fn rank(&self, without: Option<u16>) -> usize {
        let Some(best) = self.next.iter().copied().reduce(|best, topic| {
            if self.is_before(topic, best) {
                topic
            } else {
                best
            }
        }) else {
            return self.probabilities.len();
        };
        let topics = 0..self.probabilities.len() as u16;
        1 + topics
            .filter(|topic| Some(*topic) != without && self.is_before(*topic, best))
            .count()
    }

    /// Ties go by base rate, then by position.
    fn is_before(&self, a: u16, b: u16) -> bool {
        let key = |topic: u16| {
            let at = usize::from(topic);
            (self.probabilities[at], self.base_rates[at])
        };
        let (key_a, key_b) = (key(a), key(b));
        key_a > key_b || (key_a == key_b && a < b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step<'a>(probabilities: &'a [f64], next: &'a [u16], latest: u16) -> Step<'a> {
        Step {
            probabilities,
            base_rates: &[0.1, 0.2, 0.7],
            next,
            latest: Some(latest),
        }
    }

    #[test]
    fn figures_of_three_steps_are_their_means() {
        let mut figures = Figures::default();
        figures.add(&step(&[0.5, 0.3, 0.2], &[0], 0));
        figures.add(&step(&[0.5, 0.3, 0.2], &[2], 0));
        figures.end_visitor();
        // Equal probabilities go by the base rate: topic 2 is second.
        figures.add(&step(&[0.5, 0.25, 0.25], &[2], 0));
        figures.end_visitor();
        let summary = figures.summary();
        assert_eq!((summary.n, summary.switch_n), (3, 2));
        assert!((summary.mrr - (1.0 + 1.0 / 3.0 + 0.5) / 3.0).abs() < 1e-5);
        assert_eq!(summary.switch_mrr, Some(0.75));
        assert!((summary.hit1 - 1.0 / 3.0).abs() < 1e-5);
        assert!((summary.ece - (1.5f64 - 1.0).abs() / 3.0).abs() < 1e-5);
    }

    #[test]
    fn interval_counts_visitors() {
        let mut apart = Figures::default();
        let mut together = Figures::default();
        for at in 0..40 {
            let next = [at % 2];
            for figures in [&mut apart, &mut together] {
                figures.add(&step(&[0.6, 0.4, 0.0], &next, 2));
            }
            apart.end_visitor();
        }
        together.end_visitor();
        assert!(apart.summary().mrr_ci95 > 0.0);
        assert_eq!(together.summary().mrr_ci95, 0.0);
    }
}
