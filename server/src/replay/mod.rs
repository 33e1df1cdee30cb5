//! Recorded visitors through the engine. In: a log of one of several formats. Out: what the engine made of each
//! visitor. Never: stops at a bad line; keeps more of a visitor than the engine is told.

pub mod derived;
pub mod log;
pub mod presets;
pub mod report;
pub mod row;
pub mod run;
pub mod time;

/// One thing a visitor did.
pub struct Recorded {
    /// Where in the log, for faults that show only when the engine is told.
    pub line: u64,
    pub at_ms: f64,
    pub action: Action,
}

/// In the engine's own words.
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

/// A line that says nothing usable.
pub struct Fault {
    pub line: u64,
    pub why: String,
}

/// Everything one visitor did, in order of time.
pub struct Visitor {
    pub name: String,
    pub events: Vec<Recorded>,
}
