//! `escale fit`. In: a log of visitors. Out: a model file with score tables, and figures of visitors kept back. Never:
//! parameters that predict worse than the defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use super::counted;
use super::evaluate::{LOG_FORMAT, Preset, facet_of, read_log, row};
use crate::base::errors::Errors;
use crate::base::table::lines;
use crate::base::time::DAY_MS;
use crate::fit::baselines::{self, Baseline};
use crate::fit::learn::{self, FacetFit, Split};
use crate::fit::visits::{Paths, facets};
use crate::model::{LEAST_GROUP, Model, Success, VERSION};
use crate::replay::log::{Log, bar};
use crate::report::period::Period;

/// Learn from a log of visitors what they look at next.
///
/// Each facet of the log gets half-lives, a prior and score tables. Visitors are split: eight of ten fit the tables, one
/// chooses their form, one is kept back for the figures. On a log that is too small, the defaults stay, and the command
/// says so. The same log gives the same file. `escale build --model` and `escale serve --model` use it.
///
/// To learn from the database of a server instead, see `escale model`.
#[derive(clap::Args)]
#[command(after_long_help = LOG_FORMAT)]
pub struct Args {
    /// Log: CSV or NDJSON.
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Format of a public data set. Without it, the log is in Escale's own format.
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Facet to fit; all of the log by default, or that of the preset.
    #[arg(long, value_name = "NAME")]
    facet: Option<String>,
    /// Output file.
    #[arg(short, long, value_name = "FILE", default_value = "model.json")]
    output: PathBuf,
}

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let log = read_log(&args.log, args.preset)?;
    let names: Vec<String> = match (&args.facet, args.preset) {
        (None, None) => facets(&log).into_keys().collect(),
        _ => vec![facet_of(&log, args.facet.as_deref(), args.preset)?],
    };
    if names.is_empty() {
        return Err(Errors::of(
            args.log.display(),
            "no event names a topic, so there is nothing to learn. See `escale fit --help` for the format",
        ));
    }
    let mut model = empty(&log);
    for name in names {
        fit_facet(&Paths::of(&log, &name, &[]), &mut model)?;
    }
    let text = serde_json::to_string(&model).map_err(|error| Errors::message(error.to_string()))?;
    std::fs::write(&args.output, text.clone() + "\n").map_err(|error| {
        Errors::of(
            args.output.display(),
            format!("{error}. Choose another file with -o"),
        )
    })?;
    println!(
        "{}: {} bytes, tables of {}",
        args.output.display(),
        text.len() + 1,
        counted(model.affinity.len(), "facet")
    );
    Ok(ExitCode::SUCCESS)
}

fn empty(log: &Log) -> Model {
    let times = log.visitors.iter().flat_map(|visitor| &visitor.events);
    let (first, last) = times.fold((f64::INFINITY, 0.0f64), |(first, last), event| {
        (first.min(event.at_ms), last.max(event.at_ms))
    });
    let day = |at_ms: f64| (at_ms / DAY_MS).max(0.0) as u32;
    let (first_day, last_day) = Period {
        from_day: day(first),
        to_day: day(last),
    }
    .texts();
    Model {
        version: VERSION,
        from: first_day,
        to: last_day,
        success: Success::Clicks,
        least_group: LEAST_GROUP,
        rates: BTreeMap::new(),
        base_rates: BTreeMap::new(),
        facets: BTreeMap::new(),
        affinity: BTreeMap::new(),
    }
}

/// Fits one facet, prints its figures, and adds it to the model.
fn fit_facet(paths: &Paths, model: &mut Model) -> Result<(), Errors> {
    let split = Split::of(paths);
    let work = learn::steps_of_work(paths.topics.len());
    let progress = bar(work, "{spinner} fitting  {wide_bar} {pos}/{len}");
    let fit = learn::fit(paths, &split, || progress.inc(1))?;
    progress.finish_and_clear();
    println!("\nfacet `{}`, {} topics", paths.facet, paths.topics.len());
    println!("{}", figures(paths, &split, &fit));
    let visitors = split.train.len() + split.choose.len() + split.held.len();
    if visitors < LEAST_GROUP as usize {
        println!(
            "  Fewer than {LEAST_GROUP} visitors teach nothing, because a rate could reveal one of them: the defaults stay."
        );
        return Ok(());
    }
    for (topic, rate) in paths.topics.iter().zip(&fit.base_rates) {
        model
            .base_rates
            .insert(format!("{}.{topic}", paths.facet), *rate);
    }
    if fit.is_default {
        println!(
            "  The log is too small to beat the defaults on visitors kept back: they stay, and only base rates are kept."
        );
        return Ok(());
    }
    model.facets.insert(paths.facet.clone(), fit.numbers);
    match fit.tables {
        Some(tables) => drop(model.affinity.insert(paths.facet.clone(), tables)),
        None => println!(
            "  Score tables do not beat the counters on this log: only half-lives and prior are kept."
        ),
    }
    Ok(())
}

/// Table of the figures of the visitors kept back.
fn figures(paths: &Paths, split: &Split<'_>, fit: &FacetFit) -> String {
    let table = baselines::transitions(&split.train, &fit.base_rates);
    let mut rows = vec![
        row("fitted", &fit.fitted.summary(), true),
        row("defaults", &fit.defaults.summary(), true),
    ];
    for baseline in Baseline::ALL {
        let figures = baselines::score(baseline, &split.held, paths, &fit.base_rates, &table);
        rows.push(row(baseline.name(), &figures.summary(), false));
    }
    let shown = lines(&super::evaluate::TITLES, &rows);
    format!(
        "{shown}\n  visitors: {} fitted, {} chose the form, {} kept back for these figures",
        split.train.len(),
        split.choose.len(),
        split.held.len()
    )
}
