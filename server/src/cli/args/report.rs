//! The words of `escale report`.

use clap::{Args, ValueEnum};

use crate::cli::Base;

/// Say what was shown, what came of it, and whether personalising helps.
///
/// It reads the sums in the database, beside a server that runs or without one. People held out of personalising (the
/// config's `holdout`) are compared with the others; each offer's worth to everyone is told with its 95 % interval.
#[derive(Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub struct Report {
    #[command(flatten)]
    pub sums: Summed,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
}

/// Which sums are read.
#[derive(Args)]
pub struct Summed {
    #[command(flatten)]
    pub base: Base,
    /// The first day, such as 2026-05-01 (UTC).
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// The last day; today if it is not said.
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// So many days until the last one, in place of --from; 90 if neither is said.
    #[arg(long, value_name = "N")]
    pub days: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
    Csv,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  escale report --config escale.json --db escale.db --days 30
  escale report --config escale.json --db escale.db --from 2026-05-01 --to 2026-05-31 --format csv > may.csv

The same as GET /v1/report with the API key, and as the page /report of a server.";
