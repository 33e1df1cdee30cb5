//! The words of `escale replay`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Run recorded visitors through the very engine that runs in browsers, and show what it makes of them.
///
/// Bad lines are named with their number and passed over. Times before 2020, where the engine's time begins, are moved
/// forward by whole weeks. Without a config one is made from the log's own topics: a facet a group of topics, an
/// offer a topic.
#[derive(Args)]
#[command(after_long_help = FORMAT)]
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

const FORMAT: &str = "\
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
