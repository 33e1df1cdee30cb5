//! Shopping days by category of goods. Each line is a viewed item at noon of its day.

use super::{VisitorEvent, call};
use crate::base::record::Record;
use crate::base::time::{self, DAY_MS};

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let topics = format!(
        "category.{},shelf.{}",
        record.need("cat2")?,
        record.need("cat4")?
    );
    let at_ms = time::parse(&record.need("date")?)? + DAY_MS / 2.0;
    Ok(vec![VisitorEvent {
        visitor: record.need("visitor")?.into_owned(),
        at_ms,
        action: call("view_item", &topics),
    }])
}
