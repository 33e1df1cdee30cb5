//! One visitor a line, with the ids of the viewed categories in order. The log has no times: each view takes one minute.

use super::{VisitorEvent, page};
use crate::base::record::Record;

/// Categories of the site; their ids begin with 1.
const TOPICS: [&str; 17] = [
    "frontpage",
    "news",
    "tech",
    "local",
    "opinion",
    "on-air",
    "misc",
    "weather",
    "msn-news",
    "health",
    "living",
    "business",
    "msn-sports",
    "sports",
    "summary",
    "bbs",
    "travel",
];
/// Monday 2020-01-06, 09:00 UTC.
const BEGIN_MS: f64 = 1_578_301_200_000.0;
const VIEW_MS: f64 = 60_000.0;

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let visitor = record.need("visitor")?;
    let topics = record.need("topics")?;
    let view = |(n, id): (usize, &str)| {
        let name = id
            .parse()
            .ok()
            .and_then(|id: usize| TOPICS.get(id.checked_sub(1)?));
        let name = name.ok_or_else(|| format!("no category `{id}`"))?;
        let at_ms = BEGIN_MS + n as f64 * VIEW_MS;
        Ok(VisitorEvent {
            visitor: visitor.to_string(),
            at_ms,
            action: page(format!("section.{name}")),
        })
    };
    topics.split_whitespace().enumerate().map(view).collect()
}
