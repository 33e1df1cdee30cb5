//! `escale audience`. In: a segment's name or a condition. Out: the matching customers, one line each, on the standard
//! output; their number on the standard error. Never: the whole audience in memory.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use escale::Config;
use futures_util::StreamExt as _;

use super::{BOM, SharedArgs, block_on, counted};
use crate::audience::{self, Format, Wanted, Wish};
use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::config_source;

/// List the customers of a segment, or the customers who match a condition, with channel and pressure.
///
/// The engine of the browsers evaluates everything that the server holds of each customer: the profiles of all browsers
/// and all imported data. The command reads the database, even beside a running server.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Segment of the config.
    #[arg(value_name = "SEGMENT", required_unless_present = "when")]
    segment: Option<String>,
    /// Condition instead of a segment, in the language of the config; {} matches every customer.
    #[arg(long, value_name = "JSON", conflicts_with = "segment")]
    when: Option<String>,
    #[command(flatten)]
    shared: SharedArgs,
    /// Channel of the message. Customers who withdrew consent for it, or unsubscribed, are left out.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Only customers who consented to this purpose.
    #[arg(long, value_name = "NAME")]
    purpose: Option<String>,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// Begin CSV with a byte order mark, by which Excel reads accents.
    #[arg(long)]
    bom: bool,
}

const EXAMPLES: &str = "\
Examples:
  escale audience to-win-back --config escale.json --db voyages.db --site voyages --channel email --purpose newsletter
  escale audience --when '{\"value_class\": \"high\"}' --config escale.json --db voyages.db --site voyages --format csv";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let customers = block_on(list(args))?;
    eprintln!("{}", counted(customers, "customer"));
    Ok(ExitCode::SUCCESS)
}

/// Writes the audience. Returns the number of customers.
async fn list(args: &Args) -> Result<usize, Errors> {
    let served = config_source::served(config_source::read(&args.shared.config)?)?;
    let wanted = Arc::new(wanted(args, &served.config).map_err(Errors::message)?);
    let store = args
        .shared
        .db
        .open_existing()
        .await
        .map_err(Errors::message)?;
    let site = Site::new(&args.shared.site);
    let (mut out, mut lines) = (std::io::stdout().lock(), 0);
    let output = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        Errors::of("the standard output", error)
    };
    if args.bom && args.format == Format::Csv {
        out.write_all(BOM.as_bytes()).map_err(output)?;
    }
    let mut chunks = std::pin::pin!(audience::stream(store.as_ref(), &site, &wanted));
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Errors::of("the database", error))?;
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
        out.write_all(&chunk).map_err(output)?;
    }
    out.flush().map_err(output)?;
    store
        .close()
        .await
        .map_err(|error| Errors::of("closing the database", error))?;
    let header_lines = usize::from(wanted.format == Format::Csv);
    Ok(lines - header_lines)
}

fn wanted(args: &Args, config: &Config) -> Result<Wanted, String> {
    let wish = Wish {
        channel: args.channel.clone(),
        purpose: args.purpose.clone(),
        format: None,
    };
    let mut wanted = match (&args.segment, &args.when) {
        (Some(segment), _) => Wanted::segment(config, segment, wish, clock::now_ms())?,
        (None, when) => {
            let when = serde_json::from_str(when.as_deref().unwrap_or("{}"))
                .map_err(|error| format!("--when: {error}"))?;
            Wanted::condition(config, &when, wish, clock::now_ms())?
        }
    };
    wanted.format = args.format;
    Ok(wanted)
}
