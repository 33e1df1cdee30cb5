//! Escale's own format: the words of `page` and `track`.

use super::Said;
use crate::replay::Action;
use crate::replay::row::Row;
use crate::replay::time;

const COLUMNS: [&str; 7] = [
    "visitor", "at", "event", "url", "topics", "tokens", "fields",
];

pub fn read(row: &Row<'_>) -> Result<Vec<Said>, String> {
    let visitor = row.need("visitor")?.into_owned();
    let at_ms = time::parse(&row.need("at")?)?;
    let name = row.need("event")?;
    let text = |column: &str| row.get(column).unwrap_or_default().into_owned();
    let action = if name == "page_view" || name == "page" {
        Action::Page {
            topics: text("topics"),
            url: text("url"),
            tokens: text("tokens").replace(';', "\n"),
        }
    } else {
        let mut fields = row.fields(&COLUMNS);
        if let Some(topics) = row.get("topics") {
            crate::replay::row::pack(&mut fields, "topics", &topics);
        }
        Action::Call {
            name: name.into_owned(),
            fields,
        }
    };
    Ok(vec![Said {
        visitor,
        at_ms,
        action,
    }])
}
