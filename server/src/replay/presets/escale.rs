//! Escale's own format: arguments of `page` and `track`.

use super::VisitorEvent;
use crate::base::record::Record;
use crate::base::time;
use crate::replay::Action;

const COLUMNS: [&str; 7] = [
    "visitor", "at", "event", "url", "topics", "tokens", "fields",
];

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let visitor = record.need("visitor")?.into_owned();
    let at_ms = time::parse(&record.need("at")?)?;
    let name = record.need("event")?;
    let text = |column: &str| record.get(column).unwrap_or_default().into_owned();
    let action = if name == "page_view" || name == "page" {
        Action::Page {
            topics: text("topics"),
            url: text("url"),
            tokens: text("tokens").replace(';', "\n"),
        }
    } else {
        let mut fields = record.fields(&COLUMNS);
        if let Some(topics) = record.get("topics") {
            crate::base::record::pack(&mut fields, "topics", &topics);
        }
        Action::Call {
            name: name.into_owned(),
            fields,
        }
    };
    Ok(vec![VisitorEvent {
        visitor,
        at_ms,
        action,
    }])
}
