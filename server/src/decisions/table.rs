//! Decisions as CSV for mailing tools. In: lines. Out: rows with the columns that a tool imports. Never: a cell that a
//! spreadsheet takes for a formula.

use clap::ValueEnum;

use super::line::DecisionLine;
use crate::base::spreadsheet::without_formula;

/// Tool that imports the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Tool {
    Brevo,
    Mailchimp,
    Hubspot,
    Salesforce,
}

/// Value of a column.
#[derive(Clone, Copy)]
enum Cell {
    Customer,
    Offer,
    Family,
    Variant,
    Text(&'static str),
    Propensity,
    Reason,
    PressureLeft,
}

/// Columns of a file that is for no tool.
const COLUMNS: [(&str, Cell); 11] = [
    ("customer", Cell::Customer),
    ("offer", Cell::Offer),
    ("family", Cell::Family),
    ("variant", Cell::Variant),
    ("title", Cell::Text("title")),
    ("text", Cell::Text("text")),
    ("url", Cell::Text("url")),
    ("image", Cell::Text("image")),
    ("propensity", Cell::Propensity),
    ("reason", Cell::Reason),
    ("pressure_left", Cell::PressureLeft),
];
/// Brevo: the identifier of contacts that are no addresses, and attributes in capitals.
const BREVO: [(&str, Cell); 6] = [
    ("EXT_ID", Cell::Customer),
    ("ESCALE_OFFER", Cell::Offer),
    ("ESCALE_TITLE", Cell::Text("title")),
    ("ESCALE_TEXT", Cell::Text("text")),
    ("ESCALE_URL", Cell::Text("url")),
    ("ESCALE_IMAGE", Cell::Text("image")),
];
/// Mailchimp: merge tags of at most ten characters.
const MAILCHIMP: [(&str, Cell); 6] = [
    ("Email Address", Cell::Customer),
    ("ESCOFFER", Cell::Offer),
    ("ESCTITLE", Cell::Text("title")),
    ("ESCTEXT", Cell::Text("text")),
    ("ESCURL", Cell::Text("url")),
    ("ESCIMAGE", Cell::Text("image")),
];
/// HubSpot: internal names of properties.
const HUBSPOT: [(&str, Cell); 6] = [
    ("customer_id", Cell::Customer),
    ("escale_offer", Cell::Offer),
    ("escale_title", Cell::Text("title")),
    ("escale_text", Cell::Text("text")),
    ("escale_url", Cell::Text("url")),
    ("escale_image", Cell::Text("image")),
];
/// Salesforce: API names of custom fields.
const SALESFORCE: [(&str, Cell); 6] = [
    ("External_Id__c", Cell::Customer),
    ("Escale_Offer__c", Cell::Offer),
    ("Escale_Title__c", Cell::Text("title")),
    ("Escale_Text__c", Cell::Text("text")),
    ("Escale_URL__c", Cell::Text("url")),
    ("Escale_Image__c", Cell::Text("image")),
];

fn columns(tool: Option<Tool>) -> &'static [(&'static str, Cell)] {
    match tool {
        None => &COLUMNS,
        Some(Tool::Brevo) => &BREVO,
        Some(Tool::Mailchimp) => &MAILCHIMP,
        Some(Tool::Hubspot) => &HUBSPOT,
        Some(Tool::Salesforce) => &SALESFORCE,
    }
}

/// Names of the columns.
pub fn header(tool: Option<Tool>) -> Vec<&'static str> {
    columns(tool).iter().map(|(name, _)| *name).collect()
}

/// Cells of a line. `None` if a tool needs no row: nothing is worth sending, or the slot is not the first.
pub fn row(tool: Option<Tool>, line: &DecisionLine) -> Option<Vec<String>> {
    let is_needed = tool.is_none() || (line.offer.is_some() && line.slot == 0);
    let cells = columns(tool).iter().map(|(_, cell)| cell.of(line));
    is_needed.then(|| cells.collect())
}

impl Cell {
    fn of(self, line: &DecisionLine) -> String {
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        let cell = match self {
            Self::Customer => line.customer.clone(),
            Self::Offer => text(line.offer.as_ref()),
            Self::Family => text(line.family.as_ref()),
            Self::Variant => text(line.variant.as_ref()),
            Self::Text(key) => text(line.texts.get(key)),
            Self::Propensity => line.propensity.to_string(),
            Self::Reason => line.reason.clone(),
            Self::PressureLeft => line
                .pressure_left
                .map_or_else(String::new, |n| n.to_string()),
        };
        without_formula(&cell).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(offer: Option<&str>) -> DecisionLine {
        let texts = [("title", "=Lisbon"), ("url", "/lisbon")];
        DecisionLine {
            offer: offer.map(str::to_owned),
            texts: texts.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            ..DecisionLine::nothing("c-1".into(), "chosen")
        }
    }

    #[test]
    fn each_tool_has_its_columns() {
        for (tool, id, title) in [
            (Tool::Brevo, "EXT_ID", "ESCALE_TITLE"),
            (Tool::Mailchimp, "Email Address", "ESCTITLE"),
            (Tool::Hubspot, "customer_id", "escale_title"),
            (Tool::Salesforce, "External_Id__c", "Escale_Title__c"),
        ] {
            let header = header(Some(tool));
            assert_eq!((header[0], header[2]), (id, title));
            let row = row(Some(tool), &line(Some("lisbon"))).unwrap_or_default();
            assert_eq!(row, ["c-1", "lisbon", "'=Lisbon", "", "/lisbon", ""]);
        }
        assert!(MAILCHIMP[1..].iter().all(|(tag, _)| tag.len() <= 10));
    }

    #[test]
    fn tool_gets_no_row_where_nothing_is_worth_sending() {
        assert!(row(Some(Tool::Brevo), &line(None)).is_none());
        assert_eq!(row(None, &line(None)).map(|row| row.len()), Some(11));
    }
}
