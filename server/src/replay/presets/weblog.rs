//! Requests to a web site: pages that people got, by path. Pictures, style sheets, faults and robots say nothing of a
//! visitor; queries and referrers are left alone.

use super::Said;
use crate::replay::Action;
use crate::replay::row::Row;

/// Endings of what a page is made of, and of feeds.
const PARTS: [&str; 16] = [
    ".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".svg", ".woff", ".txt", ".xml",
    ".rss", ".atom", ".gz", ".zip", ".pdf",
];
/// Words by which robots name themselves.
const ROBOTS: [&str; 8] = [
    "bot", "spider", "crawl", "slurp", "feed", "curl", "wget", "python",
];

pub fn read(row: &Row<'_>) -> Result<Vec<Said>, String> {
    let visitor = row.need("visitor")?.into_owned();
    let at_ms = row.number("ts")? * 1000.0;
    let url = row.need("url")?;
    let path = url
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let agent = row.get("ua").unwrap_or_default().to_lowercase();
    let got = row.get("method").is_none_or(|method| method == "GET")
        && (200.0..400.0).contains(&row.number("status")?);
    let is_part = PARTS.iter().any(|ending| path.ends_with(ending)) || path.contains("feed");
    if !got || is_part || ROBOTS.iter().any(|word| agent.contains(word)) {
        return Ok(Vec::new());
    }
    Ok(vec![Said {
        visitor,
        at_ms,
        action: Action::Page {
            topics: String::new(),
            url: path,
            tokens: String::new(),
        },
    }])
}
