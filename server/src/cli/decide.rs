//! `escale decide`. In: customers or a segment, a placement, a channel. Out: a decision for each customer as NDJSON or CSV.
//! Never: a customer without an offer in the file of a mailing tool.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use escale::Config;
use futures_util::StreamExt as _;

use super::{BOM, SharedArgs, block_on, counted};
use crate::audience::Format;
use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::config_source;
use crate::decisions::table::{self, Tool};
use crate::decisions::{self, DecisionLine, DecisionsBody, Wanted, WantedError};
use crate::ingest::fields::Text;

/// Decide which offer each customer gets in a message, or that nothing is worth sending.
///
/// The engine of the browsers decides, within the same caps, rests and holdout. With --record, each message with an offer
/// counts as sent.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Segment of the config.
    #[arg(value_name = "SEGMENT", required_unless_present_any = ["when", "customers"])]
    segment: Option<String>,
    /// Condition instead of a segment, in the language of the config; {} matches every customer.
    #[arg(long, value_name = "JSON", conflicts_with = "segment")]
    when: Option<String>,
    /// File with an id a line instead of a segment.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["segment", "when"])]
    customers: Option<PathBuf>,
    #[command(flatten)]
    shared: SharedArgs,
    /// Placement of the config that the message fills.
    #[arg(long, value_name = "NAME")]
    placement: String,
    /// Channel of the message. Customers who withdrew consent for it get no offer.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Purpose that the customers must have consented to.
    #[arg(long, value_name = "NAME")]
    purpose: Option<String>,
    /// Time of the message, ISO 8601; now by default.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Language of the texts.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Id of the sending, as in the links' escale_send.
    #[arg(long, value_name = "ID")]
    send: Option<String>,
    /// Count each message with an offer as sent.
    #[arg(long, requires = "send", requires = "channel")]
    record: bool,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// CSV with the columns that a mailing tool imports; only customers with an offer.
    #[arg(long = "for", value_enum, value_name = "TOOL")]
    tool: Option<Tool>,
    /// Begin CSV with a byte order mark, by which Excel reads accents.
    #[arg(long)]
    bom: bool,
}

const EXAMPLES: &str = "\
Examples:
  escale decide newsletter-readers --placement home-hero --channel email --config escale.json --db voyages.db --site voyages
  escale decide --when {} --placement home-hero --channel email --send spring-7 --record --for brevo --config escale.json --db voyages.db --site voyages";

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let tally = block_on(list(args))?;
    let offers = tally.get("chosen").copied().unwrap_or(0);
    eprintln!("{} with an offer", counted(offers, "customer"));
    for (reason, customers) in tally.iter().filter(|(reason, _)| *reason != "chosen") {
        eprintln!(
            "{} without: {}",
            counted(*customers, "customer"),
            reason.replace('_', " ")
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the decisions. Returns the number of customers by reason.
async fn list(args: &Args) -> Result<BTreeMap<String, usize>, Errors> {
    let served = config_source::served(config_source::read(&args.shared.config)?)?;
    let wanted = Arc::new(wanted(args, &served.config).map_err(Errors::message)?);
    let store = args
        .shared
        .db
        .open_existing()
        .await
        .map_err(Errors::message)?;
    let site = Site::new(&args.shared.site);
    let mut out = Output::begin(args)?;
    let mut tally = BTreeMap::new();
    let mut all = std::pin::pin!(decisions::stream(store.as_ref(), &site, &wanted));
    while let Some(lines) = all.next().await {
        for line in lines.map_err(|error| Errors::of("the database", error))? {
            if line.slot == 0 {
                *tally.entry(line.reason.clone()).or_default() += 1;
            }
            out.write(&line)?;
        }
    }
    out.end()?;
    store
        .close()
        .await
        .map_err(|error| Errors::of("closing the database", error))?;
    Ok(tally)
}

/// Standard output, as lines or a table.
struct Output {
    tool: Option<Tool>,
    csv: Option<csv::Writer<std::io::Stdout>>,
}

impl Output {
    fn begin(args: &Args) -> Result<Self, Errors> {
        let is_table = args.tool.is_some() || args.format == Format::Csv;
        let mut csv = is_table.then(|| csv::Writer::from_writer(std::io::stdout()));
        if is_table && args.bom {
            std::io::stdout()
                .write_all(BOM.as_bytes())
                .map_err(failed)?;
        }
        if let Some(csv) = &mut csv {
            csv.write_record(table::header(args.tool))
                .map_err(|error| Errors::of("the standard output", error))?;
        }
        Ok(Self {
            tool: args.tool,
            csv,
        })
    }

    fn write(&mut self, line: &DecisionLine) -> Result<(), Errors> {
        match &mut self.csv {
            None => {
                let text = serde_json::to_string(line);
                println!("{}", text.map_err(|error| Errors::of("a line", error))?);
                Ok(())
            }
            Some(csv) => match table::row(self.tool, line) {
                None => Ok(()),
                Some(row) => csv
                    .write_record(row)
                    .map_err(|error| Errors::of("the standard output", error)),
            },
        }
    }

    fn end(self) -> Result<(), Errors> {
        self.csv
            .map_or(Ok(()), |mut csv| csv.flush().map_err(failed))
    }
}

fn failed(error: std::io::Error) -> Errors {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    Errors::of("the standard output", error)
}

fn wanted(args: &Args, config: &Config) -> Result<Wanted, String> {
    let when = args.when.as_deref().map(serde_json::from_str).transpose();
    let body = DecisionsBody {
        placement: args.placement.clone(),
        customers: args.customers.as_ref().map(ids_of).transpose()?,
        segment: args.segment.clone(),
        when: when.map_err(|error| format!("--when: {error}"))?,
        channel: args.channel.clone(),
        purpose: args.purpose.clone(),
        at: args.at.clone().map(Text),
        language: args.language.clone(),
        send: args.send.clone(),
        record: args.record,
    };
    Wanted::of(config, body, clock::now_ms()).map_err(|error| match error {
        WantedError::Placement(why)
        | WantedError::Channel(why)
        | WantedError::Segment(why)
        | WantedError::Other(why) => why,
    })
}

/// Returns the ids of a file, one a line.
fn ids_of(path: &PathBuf) -> Result<Vec<String>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = text.trim_start_matches(BOM);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}
