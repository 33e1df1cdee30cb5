//! `escale replay`. In: recorded visitors and a config. Out: the engine's decisions and profiles. Never: stops at an
//! invalid line.

use escale::internals::config::Placement;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use escale::Config;
use escale::internals::base::index::Index;

use crate::base::errors::Errors;
use crate::config_source;
use crate::replay::log::{self, Log};
use crate::replay::{LogKind, derived, report, run as engine_run};

/// Run recorded visitors through the engine of the browsers, and show its decisions and profiles.
///
/// Invalid lines are listed with their number and skipped. The engine's epoch is 2020: earlier times are moved forward by
/// whole weeks. Without a config, one is made from the topics of the log: one facet a group of topics, one offer a topic.
#[derive(clap::Args)]
#[command(after_long_help = FORMAT)]
pub struct Args {
    /// Log: CSV or NDJSON.
    #[arg(value_name = "EVENTS")]
    events: PathBuf,
    /// Config for the decisions; by default one is made from the log.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Format of the log; `auto` detects it by the first line.
    #[arg(long, value_enum, default_value_t = LogKind::Auto)]
    format: LogKind,
    /// Placement of the decision after each event; by default the one with the most candidates.
    #[arg(long, value_name = "NAME")]
    placement: Option<String>,
    /// Number of visitors to show, those with the most events.
    #[arg(long, value_name = "N", default_value_t = 5)]
    show: usize,
}

const FORMAT: &str = "\
Escale's own format, NDJSON, one object a line:
  {\"visitor\": \"v1\", \"at\": \"2026-05-01T09:30:00Z\", \"event\": \"page_view\", \"url\": \"/city/lisbonne\", \"topics\": \"trip.city\"}
  {\"visitor\": \"v1\", \"at\": 1777628000, \"event\": \"quote_start\", \"fields\": {\"destination\": \"lisbonne\", \"adults\": 2}}
or CSV with a header line; the columns after `event` are optional, others become fields:
  visitor,at,event,url,topics,destination,adults
  v1,2026-05-01T09:30:00Z,page_view,/city/lisbonne,trip.city,,

  visitor   any text; its hash is the seed of the draws
  at        ISO 8601 in UTC, or seconds or milliseconds since 1970
  event     page_view, search, quote_start, quote_step, quote_submit, booking, offer_click, … as track() takes them
  url       the path of a page view; the config's `pages` turn it into topics
  topics    a list such as trip.city,stay.short:0.5
  tokens    structured data of a page view, key=value, separated by `;`
  fields    fields of track(): destination, start_date, end_date, adults, children, value, offer, …

Examples:
  escale replay server/samples/events.ndjson --config www/demo/escale.json
  escale replay visits.csv --placement home-hero --show 10";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let begun = Instant::now();
    let log = log::read(&args.events, args.format)
        .map_err(|why| Errors::of(args.events.display(), why))?;
    let reading = begun.elapsed();
    println!("{}", report::read(&log));
    let config = config(args, &log)?;
    let placement = placement(args, &config)?;
    println!(
        "each event is applied, then an offer is chosen for `{}`",
        config.name(placement)
    );
    let outcome = engine_run::run(&log, config.clone(), placement, args.show);
    let errors: Vec<_> = log.errors.iter().chain(&outcome.errors).collect();
    if !errors.is_empty() {
        eprintln!("{}", report::errors(&errors));
    }
    println!("\n{}", report::visitors(&outcome.shown, &config));
    println!("\n{}", report::choices(&outcome, &config));
    println!("\n{}", report::speed(&log, &outcome, reading));
    Ok(ExitCode::SUCCESS)
}

fn config(args: &Args, log: &Log) -> Result<Config, Errors> {
    let compiled = match &args.config {
        Some(path) => config_source::read(path)?,
        None => {
            let json = derived::config(log).ok_or_else(|| {
                Errors::message("no event of the log names a topic: give a config with --config")
            })?;
            config_source::compile_json(json.as_bytes())?
        }
    };
    config_source::check(compiled.bytes)
}

fn placement(args: &Args, config: &Config) -> Result<Index<Placement>, Errors> {
    let Some(name) = &args.placement else {
        let fullest = config
            .indices()
            .max_by_key(|at| (config.placement(*at).candidates, std::cmp::Reverse(*at)));
        return fullest.ok_or_else(|| Errors::message("the config has no placement: add one"));
    };
    config.find_name::<Placement>(name).ok_or_else(|| {
        let all: Vec<&str> = config.names::<Placement>().collect();
        Errors::message(format!(
            "the config has no placement `{name}`; it has {}",
            all.join(", ")
        ))
    })
}
