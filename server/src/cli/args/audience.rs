//! The words of `escale audience`.

use clap::Args;

use crate::audience::Format;
use crate::cli::Base;

/// List the customers of a segment, or whom a condition is true of: a line each, with channel and pressure.
///
/// The engine that runs in browsers looks at everything held of each customer: all of its browsers and all that was told.
/// It reads the database itself, beside a server that runs or without one.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Audience {
    /// A segment of the config.
    #[arg(value_name = "SEGMENT", required_unless_present = "when")]
    pub segment: Option<String>,
    /// A condition instead, as the config's own are written; {} is everyone.
    #[arg(long, value_name = "JSON", conflicts_with = "segment")]
    pub when: Option<String>,
    #[command(flatten)]
    pub base: Base,
    /// By which channel they are to be written to: who withdrew from it, or unsubscribed, is left out.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// Those alone who consented to this purpose.
    #[arg(long, value_name = "NAME")]
    pub purpose: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    pub format: Format,
}

const EXAMPLES: &str = "\
Examples:
  escale audience to-win-back --config escale.json --db voyages.db --site voyages --channel email --purpose newsletter
  escale audience --when '{\"value_class\": \"high\"}' --config escale.json --db voyages.db --site voyages --format csv";
