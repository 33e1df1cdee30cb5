//! `escale model`. In: a database and a period. Out: a file of learned rates. Never: a rate from too few visitors.

use std::path::PathBuf;
use std::process::ExitCode;

use super::counted;
use super::report::{StatisticsArgs, statistics};
use crate::base::errors::Errors;
use crate::model::fit::fit;
use crate::model::{LEAST_GROUP, Success};

/// Learn from the site's statistics how often each offer succeeds, and what visitors look at.
///
/// A rate is the share of exposures that succeed if every eligible visitor sees the offer. It is estimated from the
/// recorded propensities; rates with little data are shrunk towards the others. `escale build --model` and `escale serve
/// --model` use the rates instead of `rate` in the config. Base rates are the shares of visitors' interest among the
/// topics of a facet. `escale serve --fit-every 24h` learns by itself.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    statistics: StatisticsArgs,
    /// Outcome that counts as a success.
    #[arg(long, value_enum, default_value_t = Success::Clicks)]
    success: Success,
    /// Least number of visitors who saw an offer; offers below it get no rate.
    #[arg(long, value_name = "N", default_value_t = LEAST_GROUP, value_parser = clap::value_parser!(u32).range(10..))]
    least_group: u32,
    /// Output file.
    #[arg(short, long, value_name = "FILE", default_value = "model.json")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  escale model --config escale.json --db escale.db --days 60 -o model.json
  escale serve --config escale.json --db escale.db --model model.json
  escale serve --config escale.json --db escale.db --fit-every 24h";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let read = statistics(&args.statistics)?;
    let model = fit(
        &read.sums,
        &read.config,
        read.period,
        args.success,
        args.least_group,
    );
    let text = serde_json::to_string_pretty(&model)
        .map_err(|error| Errors::message(error.to_string()))?
        + "\n";
    std::fs::write(&args.output, text).map_err(|error| {
        Errors::of(
            args.output.display(),
            format!("{error}. Choose another file with -o"),
        )
    })?;
    println!(
        "{}: the rates of {} and {}",
        args.output.display(),
        counted(model.rates.len(), "offer"),
        counted(model.base_rates.len(), "topic")
    );
    Ok(ExitCode::SUCCESS)
}
