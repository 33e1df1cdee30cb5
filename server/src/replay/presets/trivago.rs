//! Sessions of a hotel meta-search. A viewed hotel is a page about its country and destination. A
//! click-out to a booking site is a started quote. A filter is a search.

use super::{VisitorEvent, call, page, slug};
use crate::base::record::Record;

pub fn read(record: &Record<'_>) -> Result<Vec<VisitorEvent>, String> {
    let (country, destination) = (
        slug(&record.need("country")?),
        slug(&record.need("destination")?),
    );
    let place = format!("country.{country},destination.{destination}");
    let action = record.need("action")?;
    let action = match action.as_ref() {
        "item_image" | "item_rating" | "item_info" | "item_deals" => page(place),
        "clickout" => call("quote_start", &place),
        "search_destination" | "search_poi" | "search_item" => call("search", &place),
        "filter" | "sort" => {
            let wish = slug(&record.need("reference")?);
            call(
                "search",
                &if wish.is_empty() {
                    place
                } else {
                    format!("wish.{wish},{place}")
                },
            )
        }
        other => return Err(format!("unknown action `{other}`")),
    };
    Ok(vec![VisitorEvent {
        visitor: record.need("visitor")?.into_owned(),
        at_ms: record.number("ts")? * 1000.0,
        action,
    }])
}
