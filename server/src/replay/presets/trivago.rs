//! Sessions of a hotel meta-search. Looking at a hotel is a page about its country and destination, a click-out to a
//! booking site is taken for a quote that was started, a filter for a search.

use super::{Said, call, page, slug};
use crate::replay::row::Row;

pub fn read(row: &Row<'_>) -> Result<Vec<Said>, String> {
    let (country, destination) = (slug(&row.need("country")?), slug(&row.need("destination")?));
    let place = format!("country.{country},destination.{destination}");
    let action = row.need("action")?;
    let action = match action.as_ref() {
        "item_image" | "item_rating" | "item_info" | "item_deals" => page(place),
        "clickout" => call("quote_start", &place),
        "search_destination" | "search_poi" | "search_item" => call("search", &place),
        "filter" | "sort" => {
            let wish = slug(&row.need("reference")?);
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
    Ok(vec![Said {
        visitor: row.need("visitor")?.into_owned(),
        at_ms: row.number("ts")? * 1000.0,
        action,
    }])
}
