//! Visits of tourists to places of a city, by theme. Each is a page view about the theme, the city and both
//! together.

use super::{VisitorEvent, page, slug};
use crate::base::record::Record;

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let (theme, city) = (slug(&record.need("theme")?), slug(&record.need("city")?));
    let topics = format!("theme.{theme},city.{city},place.{city}-{theme}");
    Ok(vec![VisitorEvent {
        visitor: record.need("visitor")?.into_owned(),
        at_ms: record.number("ts")? * 1000.0,
        action: page(topics),
    }])
}
