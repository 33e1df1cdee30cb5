//! A visitor a line: the ids of the categories looked at, in order. The log has no times: a minute a view is supposed.

use super::{Said, page};
use crate::replay::row::Row;

/// The categories of the site by their ids, which begin with 1.
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

pub fn read(row: &Row<'_>) -> Result<Vec<Said>, String> {
    let visitor = row.need("visitor")?;
    let topics = row.need("topics")?;
    let view = |(n, id): (usize, &str)| {
        let name = id
            .parse()
            .ok()
            .and_then(|id: usize| TOPICS.get(id.checked_sub(1)?));
        let name = name.ok_or_else(|| format!("no category `{id}`"))?;
        let at_ms = BEGIN_MS + n as f64 * VIEW_MS;
        Ok(Said {
            visitor: visitor.to_string(),
            at_ms,
            action: page(format!("section.{name}")),
        })
    };
    topics.split_whitespace().enumerate().map(view).collect()
}
