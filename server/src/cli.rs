//! The command line's words. In: arguments. Out: typed ones. Help is written for someone who meets Escale here.

mod model;
mod report;
mod serve;
mod settings;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::audience::Format;
use crate::database::Database;
use crate::telling::Subject;
pub use model::Model;
pub use report::{Report, ReportFormat, Summed};
pub use serve::{Identity, LogFormat, LogLevel, Serve};

/// Personalisation for travel sites: the sync server and its tools.
#[derive(Parser)]
#[command(name = "escale", version, about, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// A file of settings (TOML): each flag that a variable of the environment can say, by the flag's name. What an argument or
    /// a variable says goes before it.
    #[arg(long, global = true, env = "ESCALE_SETTINGS", value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl Cli {
    /// Reads arguments, environment and the file of settings; says what is wrong with them, or the help that is asked for, and ends.
    pub fn read() -> Self {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let command = settings::with_file(Self::command(), &arguments);
        let mut command = command.unwrap_or_else(|why| Self::command().error(ErrorKind::InvalidValue, why).exit());
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

const EXAMPLES: &str = "\
Start here:
  escale check escale.json                            what is wrong with a config, and what to do about it
  escale serve --config escale.json --db escale.db    the server, with nothing to install beside it
  escale replay visits.ndjson --config escale.json    what the engine makes of recorded visitors
  escale import bookings shop.csv --config escale.json --dry-run    what a file would tell of customers

A file of settings, such as escale.toml, for all commands:
  site = \"voyages\"
  config = \"/etc/escale/escale.json\"
  db = \"/var/lib/escale/voyages.db\"
  origin = [\"https://www.voyages.example\"]
  escale serve --settings escale.toml        what an argument or the environment says goes before the file

Exit codes: 0 all well, 1 something failed, 2 the arguments or the config cannot be used.";

#[derive(Subcommand)]
pub enum Command {
    Serve(Box<Serve>),
    Build(Build),
    Check(Check),
    Replay(Replay),
    Import(Import),
    Report(Report),
    #[command(visible_alias = "fit")]
    Model(Model),
    Audience(Audience),
    Webhooks(Webhooks),
    Backup(Backup),
    Restore(Restore),
}

/// What the server and the tools beside it work on: give each of them the same.
#[derive(Args)]
pub struct Base {
    /// The site's name, as the page's snippet gives it in data-site.
    #[arg(long, env = "ESCALE_SITE", default_value = "demo")]
    pub site: String,
    /// The config: people's escale.json, or what `escale build` made of it.
    #[arg(long, env = "ESCALE_CONFIG", value_name = "FILE")]
    pub config: PathBuf,
    /// Where the data are: a file for the embedded SQLite, or postgres://user:password@host/database.
    #[arg(long, env = "ESCALE_DB", hide_env_values = true, value_name = "FILE|URL", default_value = "escale.db")]
    pub db: Database,
}

/// Compile a config into the bytes that browsers use in place.
#[derive(Args)]
pub struct Build {
    /// People's config.
    #[arg(value_name = "ESCALE.JSON")]
    pub config: PathBuf,
    /// What `escale model` has learned: it takes the place of the config's own rates.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Where the bytes go; by default beside the config, with the ending .bin.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Say everything that is wrong with a config, each with its JSON path and a remedy.
#[derive(Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct Check {
    /// People's config, or what `escale build` made of it.
    #[arg(value_name = "ESCALE.JSON", required_unless_present_any = ["conditions", "schema"])]
    pub config: Option<PathBuf>,
    /// Run the stories in this folder (*.json): what visitors do, and what they should see then.
    #[arg(long, value_name = "DIR", requires = "config")]
    pub stories: Option<PathBuf>,
    /// Print the JSON Schema of escale.json, for editors; with `--schema=story`, that of a story.
    #[arg(long, value_enum, value_name = "OF", num_args = 0..=1, require_equals = true, default_missing_value = "config",
          conflicts_with_all = ["config", "conditions"])]
    pub schema: Option<SchemaOf>,
    /// Run a file of condition cases: {"cases": [{"name", "condition", "attributes", "savedGroups", "expected"}]}.
    #[arg(long, value_name = "FILE")]
    pub conditions: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum SchemaOf {
    Config,
    Story,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  escale check escale.json
  escale check escale.json --stories stories   ends with `N passed, N failed`
  escale check --schema > escale.schema.json
  escale check --conditions conditions.json    ends with `N passed, N failed`

A story, such as stories/city-lover.json:
  { \"name\": \"a visitor who reads two city pages should see a city break\",
    \"steps\": [
      { \"at\": \"2026-11-21T10:00\", \"page\": \"/city-trips/\" },
      { \"at\": \"+5m\", \"page\": { \"url\": \"/lisbon\", \"tokens\": [\"touristtype=city break\"] } },
      { \"track\": \"search\", \"fields\": { \"destination\": \"lisbon\", \"adults\": 2 } },
      { \"declare\": { \"fact\": \"party\", \"value\": \"couple\" } },
      { \"wait\": \"3d\", \"see\": \"home-row\" } ],
    \"then\": [
      { \"placement\": \"home-hero\", \"shows\": { \"family\": \"city\" }, \"in_draws\": 200, \"at_least\": 0.9 },
      { \"placement\": \"home-row\", \"hides\": { \"offer\": \"bali\" } } ] }
`shows` and `hides` take an offer, a family, a kind, or \"default\": true (the page's own content).";

/// Run recorded visitors through the very engine that runs in browsers, and show what it makes of them.
///
/// Bad lines are named with their number and passed over. Times before 2020, where the engine's time begins, are moved
/// forward by whole weeks. Without a config one is made from the log's own topics: a facet a group of topics, an
/// offer a topic.
#[derive(Args)]
#[command(after_long_help = REPLAY_FORMAT)]
pub struct Replay {
    /// The log: CSV or NDJSON.
    #[arg(value_name = "EVENTS")]
    pub events: PathBuf,
    /// The config to decide by; without it one is made from the log.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The log's format; `auto` looks at its first line.
    #[arg(long, value_enum, default_value_t = LogKind::Auto)]
    pub format: LogKind,
    /// The placement that is chosen for after each event; by default the one that most offers may fill.
    #[arg(long, value_name = "NAME")]
    pub placement: Option<String>,
    /// How many visitors are shown; those with the most events.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub show: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum LogKind {
    Auto,
    /// Escale's own, see below.
    Escale,
    /// Sessions of a hotel meta-search: visitor,session,ts,step,action,reference,destination,country,…
    Trivago,
    /// A visitor a line: visitor,topics (ids 1 to 17 in order of view).
    Msnbc,
    /// Tourists' visits: visitor,ts,ts_end,city,poi,theme,photos
    Flickr,
    /// Requests to a web site, NDJSON: visitor, ts, method, url, status, referrer, ua
    Weblog,
    /// Shopping days: visitor,date,cat2,cat4,items,spend
    Tafeng,
}

const REPLAY_FORMAT: &str = "\
Escale's own format, NDJSON, an object a line:
  {\"visitor\": \"v1\", \"at\": \"2026-05-01T09:30:00Z\", \"event\": \"page_view\", \"url\": \"/city/lisbonne\", \"topics\": \"trip.city\"}
  {\"visitor\": \"v1\", \"at\": 1777628000, \"event\": \"quote_start\", \"fields\": {\"destination\": \"lisbonne\", \"adults\": 2}}
or CSV with a header line; the columns after `event` may be left out, others become fields:
  visitor,at,event,url,topics,destination,adults
  v1,2026-05-01T09:30:00Z,page_view,/city/lisbonne,trip.city,,

  visitor   any text; only its hash is used, as a draw's seed
  at        ISO 8601 in UTC, or seconds or milliseconds since 1970
  event     page_view, search, quote_start, quote_step, quote_submit, booking, offer_click, … as track() takes them
  url       the path of a page view; the config's `pages` turn it into topics
  topics    a list such as trip.city,stay.short:0.5
  tokens    structured data of a page view, key=value, separated by `;`
  fields    what track() is given: destination, start_date, end_date, adults, children, value, offer, …

Examples:
  escale replay server/samples/events.ndjson --config www/demo/escale.json
  escale replay visits.csv --placement home-hero --show 10";

/// Tell of customers what another system knows: reactions to messages, bookings, facts, consents, from a CSV file.
///
/// Each row is one thing, under an id of its own: the same file twice changes nothing, and a later word under the same id
/// replaces the earlier. It goes straight into the database, beside a server that runs or without one. Rows that cannot
/// be read go to a file of rejects, with the reason; mend them there and import that file.
#[derive(Args)]
#[command(after_help = import_examples())]
pub struct Import {
    /// What the rows tell of.
    #[arg(value_enum)]
    pub subject: Subject,
    /// The file, with a header line.
    #[arg(value_name = "FILE.CSV")]
    pub file: PathBuf,
    #[command(flatten)]
    pub base: Base,
    /// Which column is which field; columns that bear a field's name need none. May be given again, or with commas.
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_delimiter = ',', value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// A field that is the same in every row, such as channel=email.
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Where rows go that cannot be read; FILE.rejects.csv unless said.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Reads and counts, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text.split_once('=').ok_or("it is of the form left=right")?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  escale import bookings shop.csv --config escale.json --db voyages.db --site voyages \\
         --map customer=client_no,id=file_no,at=booked_on,value=amount --set channel=shop --dry-run
  escale import reactions clicks.csv --config escale.json --set channel=email --set reaction=clicked

Exit codes: 0 all rows were read, 1 some were rejected, 2 nothing could be done.";

/// The examples, and the fields as they are read.
fn import_examples() -> String {
    let mut text = format!("{IMPORT_EXAMPLES}\n\nFields:");
    for subject in Subject::value_variants() {
        let name = subject.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        text.push_str(&format!("\n  {name:<10} {}", subject.fields().join(" ")));
    }
    text
}

/// List the customers of a segment, or whom a condition is true of: a line each, with channel and pressure.
///
/// The engine that runs in browsers looks at everything held of each customer: all of its browsers and all that was told.
/// It reads the database itself, beside a server that runs or without one.
#[derive(Args)]
#[command(after_help = AUDIENCE_EXAMPLES)]
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

const AUDIENCE_EXAMPLES: &str = "\
Examples:
  escale audience to-win-back --config escale.json --db voyages.db --site voyages --channel email --purpose newsletter
  escale audience --when '{\"value_class\": \"high\"}' --config escale.json --db voyages.db --site voyages --format csv";

/// List webhooks that were given up, or have them called again.
///
/// A receiver that does not acknowledge is called again for about two days; then its call waits here. The server makes
/// the calls: this only says what it is to do.
#[derive(Args)]
pub struct Webhooks {
    /// The site's name, as the server's.
    #[arg(long, env = "ESCALE_SITE", default_value = "demo")]
    pub site: String,
    /// Where the data are, as the server's.
    #[arg(long, env = "ESCALE_DB", hide_env_values = true, value_name = "FILE|URL", default_value = "escale.db")]
    pub db: Database,
    /// The one to be called again.
    #[arg(long, value_name = "ID")]
    pub requeue: Option<String>,
    /// All of them.
    #[arg(long, conflicts_with = "requeue")]
    pub requeue_all: bool,
}

/// Copy the embedded database while a server goes on with it, and look the copy through.
///
/// The copy is of one moment, in one file. It holds profiles: protect it as the database itself, and let it expire. For
/// PostgreSQL use its own tools.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    pub file: DatabaseFile,
    /// The copy; it must not be there yet.
    #[arg(value_name = "COPY")]
    pub to: PathBuf,
}

/// Put a backup in the place of the embedded database, which is kept beside it as FILE.before-restore.
///
/// Stop the server first. Who was erased since the backup stays erased, as far as the database that is replaced can be
/// read: its tombstones are taken over.
#[derive(Args)]
pub struct Restore {
    /// The backup.
    #[arg(value_name = "COPY")]
    pub from: PathBuf,
    #[command(flatten)]
    pub file: DatabaseFile,
}

/// The embedded store, as a file.
#[derive(Args)]
pub struct DatabaseFile {
    /// The database file.
    #[arg(long, env = "ESCALE_DB", value_name = "FILE", default_value = "escale.db")]
    pub db: PathBuf,
}
