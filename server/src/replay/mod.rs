//! Replay of recorded visitors. In: a log of one of several formats. Out: the engine's decisions and profiles.
//! Never: stops at an invalid line; keeps more of a visitor than the engine gets.

pub mod derived;
pub mod log;
pub mod presets;
pub mod report;
pub mod run;

use clap::ValueEnum;

/// One event of a visitor.
pub struct RecordedEvent {
    /// Line of the log, for errors that only the engine finds.
    pub line: u64,
    pub at_ms: f64,
    pub action: Action,
}

/// Input of the engine.
pub enum Action {
    Page {
        topics: String,
        url: String,
        tokens: String,
    },
    Call {
        name: String,
        fields: String,
    },
}

/// Error of a line that cannot be used.
pub struct LineError {
    pub line: u64,
    pub reason: String,
}

/// Events of one visitor, in order of time.
pub struct Visitor {
    pub name: String,
    pub events: Vec<RecordedEvent>,
}

/// Format of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum LogKind {
    Auto,
    /// Escale's own, see below.
    Escale,
    /// Sessions of a hotel meta-search: visitor,session,ts,step,action,reference,destination,country,…
    Trivago,
    /// One visitor a line: visitor,topics (ids 1 to 17 in order of view).
    Msnbc,
    /// Visits of tourists: visitor,ts,ts_end,city,poi,theme,photos
    Flickr,
    /// Requests to a web site, NDJSON: visitor, ts, method, url, status, referrer, ua
    Weblog,
    /// Shopping days: visitor,date,cat2,cat4,items,spend
    Tafeng,
}
