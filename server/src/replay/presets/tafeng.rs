//! Shopping days by category of goods: each line is an item looked at, at noon of its day.

use super::{Said, call};
use crate::replay::row::Row;
use crate::replay::time::{self, DAY_MS};

pub fn read(row: &Row<'_>) -> Result<Vec<Said>, String> {
    let topics = format!("category.{},shelf.{}", row.need("cat2")?, row.need("cat4")?);
    let at_ms = time::parse(&row.need("date")?)? + DAY_MS / 2.0;
    Ok(vec![Said {
        visitor: row.need("visitor")?.into_owned(),
        at_ms,
        action: call("view_item", &topics),
    }])
}
