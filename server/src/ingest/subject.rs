//! The kinds of things that a back end tells. In: an object's fields. Out: the call of the engine that says the
//! same, as a page would. Never: a field that is passed over in silence.

use clap::ValueEnum;

use super::consent;
use crate::base::record::Record;

/// A name and fields, as `track` takes them.
pub type Call = (String, Vec<(String, String)>);

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Subject {
    /// How messages were received: sent, opened, clicked, unsubscribed.
    Reactions,
    /// Trips booked and cancelled, in shops and by phone too.
    Bookings,
    /// What is known of someone.
    Facts,
    /// What someone agreed to, or no longer does.
    Consents,
}

const REACTIONS: [&str; 8] = [
    "customer",
    "id",
    "at",
    "channel",
    "reaction",
    "family",
    "machine",
    "frequency",
];
const BOOKINGS: [&str; 13] = [
    "customer",
    "id",
    "at",
    "cancelled",
    "channel",
    "destination",
    "start_date",
    "end_date",
    "adults",
    "children",
    "value",
    "offer",
    "topics",
];
/// Of these, what the engine's own call takes.
const BOOKED: [&str; 9] = [
    "id",
    "destination",
    "start_date",
    "end_date",
    "adults",
    "children",
    "value",
    "offer",
    "topics",
];
const FACTS: [&str; 6] = ["customer", "id", "at", "fact", "value", "source"];

impl Subject {
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Reactions => &REACTIONS,
            Self::Bookings => &BOOKINGS,
            Self::Facts => &FACTS,
            Self::Consents => &consent::FIELDS,
        }
    }

    pub fn knows(self, field: &str) -> bool {
        self.fields().contains(&field)
    }

    /// The call that says what this row says, or what is missing.
    pub fn call(self, row: &Record<'_>) -> Result<Call, String> {
        match self {
            Self::Reactions => reaction(row),
            Self::Bookings => booking(row),
            Self::Facts => fact(row),
            Self::Consents => Err("a consent is no call of the engine".into()),
        }
    }
}

fn some(row: &Record<'_>, fields: &[&str]) -> Vec<(String, String)> {
    fields
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), row.get(name)?.into_owned())))
        .collect()
}

fn reaction(row: &Record<'_>) -> Result<Call, String> {
    row.need("channel")?;
    let name = match &*row.need("reaction")? {
        "sent" => "message_sent",
        "opened" => "message_opened",
        "clicked" => "message_clicked",
        "unsubscribed" => return Ok(unsubscribed(row)),
        _ => return Err("`reaction` is sent, opened, clicked or unsubscribed".into()),
    };
    Ok((
        name.into(),
        some(row, &["id", "channel", "family", "machine"]),
    ))
}

/// Who leaves wants to hear nothing any more, unless it is said how often.
fn unsubscribed(row: &Record<'_>) -> Call {
    let frequency = row.get("frequency").unwrap_or("never".into()).into_owned();
    ("unsubscribe".into(), vec![("frequency".into(), frequency)])
}

fn booking(row: &Record<'_>) -> Result<Call, String> {
    let name = match row.get("cancelled").as_deref() {
        None | Some("false" | "0" | "no") => "booking",
        Some("true" | "1" | "yes") => "booking_cancel",
        Some(_) => return Err("`cancelled` is true or false".into()),
    };
    Ok((name.into(), some(row, &BOOKED)))
}

fn fact(row: &Record<'_>) -> Result<Call, String> {
    let (fact, value) = (
        row.need("fact")?,
        row.get("value").unwrap_or_default().into_owned(),
    );
    let source = row.get("source").unwrap_or("crm".into()).into_owned();
    if source == "self" {
        return Err(
            "`source` is shop or crm: what visitors say of themselves their browsers tell".into(),
        );
    }
    let said = if fact == "frequency" {
        vec![("frequency".to_owned(), value)]
    } else {
        vec![
            ("fact".to_owned(), fact.into_owned()),
            ("value".to_owned(), value),
        ]
    };
    Ok((
        "declare".into(),
        said.into_iter()
            .chain([("source".to_owned(), source)])
            .collect(),
    ))
}
