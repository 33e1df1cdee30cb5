//! `escale report`. In: a database and a period. Out: the statistics of those days. Never: a change of the database.

use std::process::ExitCode;

use clap::ValueEnum;
use escale::Config;

use super::{BOM, SharedArgs, block_on};
use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::config_source;
use crate::report::period::Period;
use crate::report::{Report, build, csv, words};
use crate::statistics::sums::Sums;

/// Report impressions, outcomes and the effect of personalisation.
///
/// The command reads the database, even beside a running server. It compares visitors in the
/// holdout with all other visitors. It estimates each offer's success rate for all visitors, with a
/// 95 % interval.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    statistics: StatisticsArgs,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Begin CSV with a byte order mark, by which Excel reads accents.
    #[arg(long)]
    bom: bool,
}

/// Site, database and period of statistics.
#[derive(clap::Args)]
pub struct StatisticsArgs {
    #[command(flatten)]
    shared: SharedArgs,
    /// First day, such as 2026-05-01 (UTC).
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day; today by default.
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Number of days up to the last one, instead of --from; 90 by default.
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

const EXAMPLES: &str = "\
Examples:
  escale report --config escale.json --db escale.db --days 30
  escale report --config escale.json --db escale.db --from 2026-05-01 --to 2026-05-31 --format csv > may.csv

GET /v1/report gives the same with the API key, as does the page /report of a server.";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let read = statistics(&args.statistics)?;
    let site = &args.statistics.shared.site;
    let report = build(site, read.period, &read.sums, &read.config);
    let bom = if args.bom && matches!(args.format, Format::Csv) {
        BOM
    } else {
        ""
    };
    println!("{bom}{}", text(&report, args.format)?.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Statistics, and the config that names their offers.
pub struct Statistics {
    pub sums: Sums,
    pub config: Config,
    pub period: Period,
}

/// Reads the statistics of some days.
///
/// # Errors
/// A config, a database or a period that cannot be used.
pub fn statistics(args: &StatisticsArgs) -> Result<Statistics, Errors> {
    block_on(read(args))
}

async fn read(args: &StatisticsArgs) -> Result<Statistics, Errors> {
    let (from, to) = (args.from.as_deref(), args.to.as_deref());
    let period = Period::read(from, to, args.days, clock::today()).map_err(Errors::message)?;
    let served = config_source::served(config_source::read(&args.shared.config)?)?;
    let store = args
        .shared
        .db
        .open_existing()
        .await
        .map_err(Errors::message)?;
    let sums = store
        .sums(Site::new(&args.shared.site), period)
        .await
        .map_err(|error| Errors::of("the database", error))?;
    store
        .close()
        .await
        .map_err(|error| Errors::of("closing the database", error))?;
    Ok(Statistics {
        sums,
        config: served.config,
        period,
    })
}

fn text(report: &Report, format: Format) -> Result<String, Errors> {
    Ok(match format {
        Format::Text => words::text(report),
        Format::Csv => csv::text(report),
        Format::Json => serde_json::to_string_pretty(report)
            .map_err(|error| Errors::message(error.to_string()))?,
    })
}
