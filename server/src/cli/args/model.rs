//! The words of `escale model`.

use std::path::PathBuf;

use clap::Args;

use super::report::Summed;
use crate::model::{LEAST_GROUP, Success};

/// Learn from the site's own sums how often each offer succeeds, and what visitors look at.
///
/// The rates say what share of exposures succeed if everyone is shown an offer to whom it can be, from the recorded propensities;
/// of whom little is known is drawn towards the others. `escale build --model` and `escale serve --model` put them in the place of
/// the config's `rate`. Base rates say how visitors' interest is shared among the topics of a facet: a visitor's own is held
/// against them. `escale serve --fit-every 24h` learns by itself.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Model {
    #[command(flatten)]
    pub sums: Summed,
    /// What a success is.
    #[arg(long, value_enum, default_value_t = Success::Clicks)]
    pub success: Success,
    /// No rate is told of an offer that fewer visitors saw.
    #[arg(long, value_name = "N", default_value_t = LEAST_GROUP, value_parser = clap::value_parser!(u32).range(10..))]
    pub least_group: u32,
    /// Where the model goes.
    #[arg(short, long, value_name = "FILE", default_value = "model.json")]
    pub output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  escale model --config escale.json --db escale.db --days 60 -o model.json
  escale serve --config escale.json --db escale.db --model model.json
  escale serve --config escale.json --db escale.db --fit-every 24h";
