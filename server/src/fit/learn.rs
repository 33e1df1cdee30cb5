//! Fit of one facet. In: paths. Out: the best model by visitors that it did not see, or none.
//! Never: parameters below the defaults.

use escale::Config;
use escale::internals::base::index::Index;
use escale::internals::config::source::customer::AffinityConfig;
use escale::internals::config::tables::Feature::{
    self, Before, Count, Latest, Rank, Run, Share, Topic, Views,
};

use super::dataset::Dataset;
use super::figures::Figures;
use super::quantise::quantised;
use super::score;
use super::site::{Site, no_tables};
use super::train::{Form, Trainer, Training};
use super::visits::{Paths, VisitorPath};
use crate::base::errors::Errors;
use crate::model::FacetNumbers;

/// Parts of the visitors. One chooses between forms, and one is kept back for the figures.
const PARTS: u64 = 10;
/// Most bytes of the tables of a facet, as text.
const MOST_BYTES: usize = 7_400;
/// Visitors that choose half-lives and prior.
const TRIAL_VISITORS: usize = 4_000;
const PASSES: usize = 4;

/// Fitted facet.
pub struct FacetFit {
    pub base_rates: Vec<f64>,
    pub numbers: FacetNumbers,
    /// `None` if no tables beat the counters.
    pub tables: Option<AffinityConfig>,
    /// Figures of the visitors kept back.
    pub fitted: Figures,
    pub defaults: Figures,
    /// `true` if the defaults stay, because the log is too small to beat them.
    pub is_default: bool,
}

/// Visitors by their part.
pub struct Split<'a> {
    pub train: Vec<&'a VisitorPath>,
    pub choose: Vec<&'a VisitorPath>,
    pub held: Vec<&'a VisitorPath>,
}

impl<'a> Split<'a> {
    pub fn of(paths: &'a Paths) -> Self {
        Self {
            train: paths.part(PARTS, |part| part > 1),
            choose: paths.part(PARTS, |part| part == 1),
            held: paths.part(PARTS, |part| part == 0),
        }
    }
}

/// Fits a facet. `done` hears of each of [`steps_of_work`] steps.
///
/// # Errors
/// Topics that a config cannot have.
pub fn fit(paths: &Paths, split: &Split<'_>, mut done: impl FnMut()) -> Result<FacetFit, Errors> {
    let base_rates = paths.base_rates();
    let config_of = |numbers: Option<FacetNumbers>, tables: Option<&AffinityConfig>| {
        let base_rates = &base_rates;
        let site = Site {
            paths,
            base_rates,
            numbers,
            tables,
        };
        site.config()
    };
    let defaults = config_of(None, None)?;
    let numbers = best_numbers(paths, split, &base_rates)?;
    done();
    let stub = no_tables(&paths.topics);
    let counting = config_of(Some(numbers), Some(&stub))?;
    let data = Dataset::of(split.train.iter().copied(), &counting, Index::new(0));
    done();
    let counters = config_of(Some(numbers), None)?;
    let mut best = (loss(&split.choose, paths, &counters), None, counters);
    for forms in candidates(paths.topics.len()) {
        let tables = trained(&data, paths, &forms, &mut done);
        if size(&tables) > MOST_BYTES {
            continue;
        }
        let config = config_of(Some(numbers), Some(&tables))?;
        let own = loss(&split.choose, paths, &config);
        if own < best.0 {
            best = (own, Some(tables), config);
        }
    }
    let fitted = score::engine(&split.held, paths, &best.2, || ());
    let default_figures = score::engine(&split.held, paths, &defaults, || ());
    done();
    let (own, usual) = (fitted.summary(), default_figures.summary());
    Ok(FacetFit {
        is_default: own.n == 0 || own.mrr < usual.mrr || own.log_loss > usual.log_loss,
        base_rates,
        numbers,
        tables: best.1,
        fitted,
        defaults: default_figures,
    })
}

/// Number of times that [`fit`] reports progress.
pub fn steps_of_work(topics: usize) -> u64 {
    3 + (candidates(topics).len() * PASSES) as u64
}

/// Bytes of the tables in a model file.
fn size(tables: &AffinityConfig) -> usize {
    serde_json::to_string(tables).map_or(usize::MAX, |text| text.len())
}

fn loss(visitors: &[&VisitorPath], paths: &Paths, config: &Config) -> f64 {
    score::engine(visitors, paths, config, || ())
        .summary()
        .log_loss
}

/// Chooses half-lives and prior by the log loss of the counters alone.
fn best_numbers(
    paths: &Paths,
    split: &Split<'_>,
    base_rates: &[f64],
) -> Result<FacetNumbers, Errors> {
    let few: Vec<&VisitorPath> = split.train.iter().copied().take(TRIAL_VISITORS).collect();
    let mut best: Option<(f64, FacetNumbers)> = None;
    for taste_half_life_days in [60.0, 365.0] {
        for intent_half_life_hours in [0.1, 1.0, 24.0] {
            for prior_strength in [0.3, 2.0, 10.0, 30.0, 60.0] {
                let numbers = FacetNumbers {
                    prior_strength,
                    taste_half_life_days,
                    intent_half_life_hours,
                };
                let config = Site {
                    paths,
                    base_rates,
                    numbers: Some(numbers),
                    tables: None,
                }
                .config()?;
                let own = loss(&few, paths, &config);
                if best.is_none_or(|(least, _)| own < least) {
                    best = Some((own, numbers));
                }
            }
        }
    }
    best.map(|(_, numbers)| numbers)
        .ok_or_else(|| Errors::message("there is nothing to fit"))
}

fn trained(data: &Dataset, paths: &Paths, forms: &[Form], done: impl FnMut()) -> AffinityConfig {
    let mut trainer = Trainer::new(data, forms);
    let training = Training {
        passes: PASSES,
        rate: 0.1,
    };
    trainer.train(training, done);
    AffinityConfig {
        topics: paths.topics.clone(),
        tables: trainer.tables.iter().map(quantised).collect(),
    }
}

/// Forms to try, the smallest first. Tables of topic by topic need facets that are not large.
fn candidates(topics: usize) -> Vec<Vec<Form>> {
    let form = |by: &[Feature], bits: u8, penalty: f32| Form {
        by: by.to_vec(),
        bits,
        penalty,
    };
    let form8 = |by: &[Feature]| form(by, 8, 1e-5);
    let form4 = |by: &[Feature]| form(by, 4, 1e-4);
    let tiny = vec![form8(&[Share]), form8(&[Rank, Count]), form8(&[Run, Rank])];
    let mut all = vec![tiny.clone()];
    let mut more = tiny;
    more.extend([form8(&[Views, Rank]), form8(&[Topic])]);
    if topics > 64 {
        more.push(form8(&[Views, Share]));
        all.push(more);
        return all;
    }
    more.push(form8(&[Latest, Topic]));
    all.push(more.clone());
    more.extend([
        form8(&[Before, Topic]),
        form4(&[Latest, Run, Rank]),
        form8(&[Topic, Count]),
        form8(&[Topic, Rank]),
    ]);
    all.push(more.clone());
    more.push(form4(&[Latest, Before, Topic]));
    all.push(more.clone());
    more.push(form4(&[Latest, Run, Topic]));
    all.push(more);
    all
}
