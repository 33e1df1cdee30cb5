//! Tourists' visits to places of a city, by theme: each is a page about both.

use super::{Said, page, slug};
use crate::replay::row::Row;

pub fn read(row: &Row<'_>) -> Result<Vec<Said>, String> {
    let topics = format!(
        "theme.{},city.{}",
        slug(&row.need("theme")?),
        slug(&row.need("city")?)
    );
    Ok(vec![Said {
        visitor: row.need("visitor")?.into_owned(),
        at_ms: row.number("ts")? * 1000.0,
        action: page(topics),
    }])
}
