//! Requests to a web site. Each page that was served is a page view by its path. Pictures, style sheets, errors and robots
//! are skipped; queries and referrers are ignored.

use super::VisitorEvent;
use crate::base::record::Record;
use crate::replay::Action;

/// File extensions of page resources and feeds.
const PARTS: [&str; 16] = [
    ".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".svg", ".woff", ".txt", ".xml",
    ".rss", ".atom", ".gz", ".zip", ".pdf",
];
/// Parts of the user agents of robots.
const ROBOTS: [&str; 8] = [
    "bot", "spider", "crawl", "slurp", "feed", "curl", "wget", "python",
];

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let visitor = record.need("visitor")?.into_owned();
    let at_ms = record.number("ts")? * 1000.0;
    let url = record.need("url")?;
    let path = url
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let agent = record.get("ua").unwrap_or_default().to_lowercase();
    let got = record.get("method").is_none_or(|method| method == "GET")
        && (200.0..400.0).contains(&record.number("status")?);
    let is_part = PARTS.iter().any(|ending| path.ends_with(ending)) || path.contains("feed");
    if !got || is_part || ROBOTS.iter().any(|robot| agent.contains(robot)) {
        return Ok(Vec::new());
    }
    Ok(vec![VisitorEvent {
        visitor,
        at_ms,
        action: Action::Page {
            topics: String::new(),
            url: path,
            tokens: String::new(),
        },
    }])
}
