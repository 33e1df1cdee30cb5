//! Visits of tourists to places of a city, by theme. Each is a page view about both.

use super::{VisitorEvent, page, slug};
use crate::base::record::Record;

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let topics = format!(
        "theme.{},city.{}",
        slug(&record.need("theme")?),
        slug(&record.need("city")?)
    );
    Ok(vec![VisitorEvent {
        visitor: record.need("visitor")?.into_owned(),
        at_ms: record.number("ts")? * 1000.0,
        action: page(topics),
    }])
}
