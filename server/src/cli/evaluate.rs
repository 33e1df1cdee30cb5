//! `escale evaluate`. In: a log of visitors and a model. Out: how often the engine is right, event by event. Never: a
//! figure of another engine than that of the browsers.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::base::errors::Errors;
use crate::base::table::{grouped, lines};
use crate::config_source;
use crate::fit::figures::{Figures, Summary};
use crate::fit::score;
use crate::fit::site::Site;
use crate::fit::visits::{Paths, facets};
use crate::model::Model;
use crate::replay::log::{self, Log, bar};
use crate::replay::{LogKind, report};

/// Score the compiled engine on a log of visitors, event by event.
///
/// Before each step of a visitor, the engine ranks the topics for the next one. Without a model, it uses its defaults and
/// the base rates of the log. The last line is one JSON object. `switch_mrr` counts only steps to another topic, and
/// leaves the current topic out of the ranking. `ece` is the calibration error of the first topic, in 15 classes.
#[derive(clap::Args)]
#[command(after_long_help = LOG_FORMAT)]
pub struct Args {
    /// Log: CSV or NDJSON.
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Model of `escale fit`.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Format of a public data set. Without it, the log is in Escale's own format.
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Facet to score; by default that of the preset or model, or the most frequent one.
    #[arg(long, value_name = "NAME")]
    facet: Option<String>,
}

/// Public data set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Preset {
    /// One visitor a line: visitor,topics. Scores the next topic.
    Msnbc,
    /// Visits of tourists: visitor,ts,ts_end,city,poi,theme,photos. Scores the next city and theme.
    Flickr,
    /// Shopping days: visitor,date,cat2,cat4,items,spend. Scores the categories of the next day.
    Tafeng,
}

pub const LOG_FORMAT: &str = "\
The log is NDJSON, one event a line, or CSV with a header line:
  {\"visitor\": \"v1\", \"at\": \"2026-05-01T09:30:00Z\", \"event\": \"page_view\", \"topics\": \"trip.city\"}
  visitor,at,event,topics
  v1,2026-05-01T09:30:00Z,page_view,trip.city

  visitor   any text
  at        ISO 8601 in UTC, or seconds or milliseconds since 1970
  event     page_view, search, … as track() takes them
  topics    a list such as trip.city,stay.short

Invalid lines are listed with their number and reason, and left out.

Examples:
  escale fit visits.csv -o model.json
  escale evaluate later-visits.csv --model model.json";

/// Titles of the table of figures.
pub const TITLES: [&str; 8] = [
    "method",
    " MRR",
    " ±",
    " hit@1",
    " hit@3",
    " switch MRR",
    " log loss",
    " ECE",
];

impl Preset {
    fn log_kind(self) -> LogKind {
        match self {
            Self::Msnbc => LogKind::Msnbc,
            Self::Flickr => LogKind::Flickr,
            Self::Tafeng => LogKind::Tafeng,
        }
    }

    fn facet(self) -> &'static str {
        match self {
            Self::Msnbc => "section",
            Self::Flickr => "place",
            Self::Tafeng => "shelf",
        }
    }
}

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let log = read_log(&args.log, args.preset)?;
    let model = config_source::model(args.model.as_deref())?;
    let fitted = model.as_ref().and_then(|model| {
        let facet = model.facets.keys().chain(model.affinity.keys()).next();
        facet.cloned()
    });
    let facet = match (&args.facet, args.preset, fitted) {
        (None, None, Some(fitted)) => fitted,
        _ => facet_of(&log, args.facet.as_deref(), args.preset)?,
    };
    let figures = score_facet(&log, &facet, model.as_ref())?;
    let summary = figures.summary();
    println!("{}", lines(&TITLES, &[row("engine", &summary, true)]));
    println!("{}", reliability(&figures));
    let json = serde_json::to_string(&summary).map_err(|e| Errors::message(e.to_string()))?;
    println!("{json}");
    Ok(ExitCode::SUCCESS)
}

/// Scores the engine with a model, or with its defaults.
fn score_facet(log: &Log, facet: &str, model: Option<&Model>) -> Result<Figures, Errors> {
    let tables = model.and_then(|model| model.affinity.get(facet));
    let numbers = model.and_then(|model| model.facets.get(facet)).copied();
    let rate = |topic: &String| {
        let name = format!("{facet}.{topic}");
        model.and_then(|model| model.base_rates.get(&name)).copied()
    };
    let known: Vec<String> = match (tables, model) {
        (Some(tables), _) => tables.topics.clone(),
        (None, Some(model)) => {
            let own = model.base_rates.keys();
            let own = own.filter_map(|name| name.strip_prefix(facet)?.strip_prefix('.'));
            own.map(str::to_owned).collect()
        }
        (None, None) => Vec::new(),
    };
    let paths = Paths::of(log, facet, &known);
    let base_rates = match known.len() {
        0 => paths.base_rates(),
        _ => paths
            .topics
            .iter()
            .map(|topic| rate(topic).unwrap_or(0.0))
            .collect(),
    };
    let site = Site {
        paths: &paths,
        base_rates: &base_rates,
        numbers,
        tables,
    };
    let config = site.config()?;
    println!("{}", about(&paths, known.len(), model.is_some()));
    let visitors: Vec<_> = paths.visitors.iter().collect();
    let progress = bar(
        visitors.len() as u64,
        "{spinner} scoring  {wide_bar} {human_pos}/{human_len} visitors",
    );
    let figures = score::engine(&visitors, &paths, &config, || progress.inc(1));
    progress.finish_and_clear();
    Ok(figures)
}

fn about(paths: &Paths, known: usize, has_model: bool) -> String {
    let new = paths.topics.len() - known;
    let topics = match (has_model, new) {
        (false, _) => "no model: defaults, with the base rates of this log".to_owned(),
        (true, 0) => "all topics are known to the model".to_owned(),
        (true, new) => format!("{new} topics are not known to the model"),
    };
    format!(
        "facet `{}`, {} topics; {topics}",
        paths.facet,
        paths.topics.len()
    )
}

/// Reads a log, and lists its invalid lines.
pub fn read_log(path: &Path, preset: Option<Preset>) -> Result<Log, Errors> {
    let kind = preset.map_or(LogKind::Escale, Preset::log_kind);
    let log = log::read(path, kind).map_err(|why| Errors::of(path.display(), why))?;
    println!("{}", report::read(&log));
    if !log.errors.is_empty() {
        eprintln!("{}", report::errors(&log.errors.iter().collect::<Vec<_>>()));
    }
    if log.visitors.is_empty() {
        return Err(Errors::of(
            path.display(),
            "it has no event that can be used",
        ));
    }
    Ok(log)
}

/// Returns the facet to score: the given one, that of the preset, or the most frequent one.
pub fn facet_of(log: &Log, given: Option<&str>, preset: Option<Preset>) -> Result<String, Errors> {
    let all = facets(log);
    let wanted = given.or(preset.map(Preset::facet));
    let found = match wanted {
        Some(name) => all.keys().find(|facet| *facet == name),
        None => all
            .iter()
            .max_by_key(|(_, events)| **events)
            .map(|(facet, _)| facet),
    };
    found.cloned().ok_or_else(|| {
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        Errors::message(match wanted {
            Some(name) => format!("the log has no facet `{name}`; it has {}", names.join(", ")),
            None => "no event of the log names a topic".to_owned(),
        })
    })
}

/// Cells of a method's figures.
pub fn row(name: &str, summary: &Summary, is_calibrated: bool) -> Vec<String> {
    let figure = |value: f64| format!("{value:.4}");
    let calibrated = |value: f64| {
        if is_calibrated {
            figure(value)
        } else {
            String::new()
        }
    };
    vec![
        name.to_owned(),
        figure(summary.mrr),
        figure(summary.mrr_ci95),
        figure(summary.hit1),
        figure(summary.hit3),
        summary.switch_mrr.map_or(String::new(), figure),
        calibrated(summary.log_loss),
        calibrated(summary.ece),
    ]
}

/// Reliability diagram of the first topic.
fn reliability(figures: &Figures) -> String {
    let rows: Vec<Vec<String>> = figures
        .reliability()
        .iter()
        .map(|class| {
            vec![
                format!("{:.3}", class.predicted),
                format!("{:.3}", class.observed),
                grouped(class.steps),
            ]
        })
        .collect();
    lines(&["predicted", " observed", " steps"], &rows)
}
