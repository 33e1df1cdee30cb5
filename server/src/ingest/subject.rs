//! Kinds of imported records. In: the fields of a record. Out: the engine's call with the same meaning, or a consent.
//! Never: a field that is ignored in silence.

use clap::ValueEnum;
use escale::internals::base::enums::Channel;
use serde_json::{Map, Value};

use super::fields::{self, Flag, Text};
use super::records::{Booking, ConsentRecord, Fact, Reaction, ReactionKind};

/// Call of the engine's `track`: a name and fields.
pub struct Call {
    pub name: &'static str,
    pub fields: Vec<(&'static str, String)>,
    /// True if the topics must not change tastes, because the browser has seen the event.
    pub without_topics: bool,
}

/// Meaning of a record.
pub enum Content {
    Call(Call),
    Consent(ConsentRecord),
}

/// Parsed record.
pub struct ParsedRecord {
    pub customer: String,
    pub id: String,
    pub at: String,
    pub content: Content,
}

/// Kind of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Subject {
    /// Reactions to messages: sent, opened, clicked, unsubscribed.
    Reactions,
    /// Booked and cancelled trips, also in shops and by phone.
    Bookings,
    /// Facts about customers.
    Facts,
    /// Consents and their withdrawal.
    Consents,
}

impl Subject {
    /// Names of the fields, in the order of the description.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Reactions => fields::names::<Reaction>(),
            Self::Bookings => fields::names::<Booking>(),
            Self::Facts => fields::names::<Fact>(),
            Self::Consents => fields::names::<ConsentRecord>(),
        }
    }

    /// Names of the fields that every record has.
    pub fn required(self) -> &'static [&'static str] {
        match self {
            Self::Reactions => &["customer", "id", "at", "channel", "reaction"],
            Self::Bookings => &["customer", "id", "at"],
            Self::Facts => &["customer", "id", "at", "fact"],
            Self::Consents => &["customer", "id", "at", "granted", "purpose"],
        }
    }

    /// True for the name of a field.
    pub fn knows(self, field: &str) -> bool {
        self.fields().contains(&field)
    }

    /// Parses a record.
    ///
    /// # Errors
    /// A message that names the field.
    pub fn parse(self, object: Map<String, Value>) -> Result<ParsedRecord, String> {
        match self {
            Self::Reactions => fields::parse(object).map(reaction),
            Self::Bookings => fields::parse(object).map(booking),
            Self::Facts => fields::parse(object).and_then(fact),
            Self::Consents => fields::parse(object).map(consent),
        }
    }
}

fn reaction(record: Reaction) -> ParsedRecord {
    let Reaction {
        customer, id, at, ..
    } = record;
    let is_machine = record.machine == Some(Flag(true));
    let name = match record.reaction {
        // A machine's reaction has the place of the sent message, so that it never replaces a person's.
        ReactionKind::Opened | ReactionKind::Clicked if is_machine => "message_sent",
        ReactionKind::Sent => "message_sent",
        ReactionKind::Opened => "message_opened",
        ReactionKind::Clicked => "message_clicked",
        ReactionKind::Unsubscribed => {
            // Without a frequency, a customer who unsubscribes wants no message at all.
            let frequency = record
                .frequency
                .map_or_else(|| "never".to_owned(), |text| text.0);
            let fields = vec![("frequency", frequency)];
            return parsed(customer, id, at, call("unsubscribe", fields));
        }
    };
    let fields = present([
        ("id", Some(id.0.clone())),
        ("channel", Some(record.channel.0)),
        ("family", record.family.map(|text| text.0)),
        ("offer", record.offer.map(|text| text.0)),
        ("topics", record.topics.map(|text| text.0)),
    ]);
    parsed(customer, id, at, call(name, fields))
}

fn booking(record: Booking) -> ParsedRecord {
    let is_cancelled = record.cancelled == Some(Flag(true));
    let name = if is_cancelled {
        "booking_cancel"
    } else {
        "booking"
    };
    let text = |field: Option<Text>| field.map(|text| text.0);
    let fields = present([
        ("id", Some(record.id.0.clone())),
        ("destination", text(record.destination)),
        ("start_date", text(record.start_date)),
        ("end_date", text(record.end_date)),
        ("adults", text(record.adults)),
        ("children", text(record.children)),
        ("value", text(record.value)),
        ("offer", text(record.offer)),
        ("topics", text(record.topics)),
    ]);
    let is_web = record
        .channel
        .is_some_and(|channel| channel.0 == Channel::Web.name());
    let call = Call {
        name,
        fields,
        without_topics: is_web,
    };
    parsed(record.customer, record.id, record.at, Content::Call(call))
}

fn fact(record: Fact) -> Result<ParsedRecord, String> {
    let value = record.value.map_or_else(String::new, |text| text.0);
    let source = record
        .source
        .map_or_else(|| "crm".to_owned(), |text| text.0);
    if source == "self" {
        return Err("`source` is shop or crm: browsers report what visitors declare".into());
    }
    let fields = if record.fact.0 == "frequency" {
        vec![("frequency", value), ("source", source)]
    } else {
        vec![
            ("fact", record.fact.0),
            ("value", value),
            ("source", source),
        ]
    };
    Ok(parsed(
        record.customer,
        record.id,
        record.at,
        call("declare", fields),
    ))
}

fn consent(record: ConsentRecord) -> ParsedRecord {
    let (customer, id, at) = (
        record.customer.clone(),
        record.id.clone(),
        record.at.clone(),
    );
    parsed(customer, id, at, Content::Consent(record))
}

fn call(name: &'static str, fields: Vec<(&'static str, String)>) -> Content {
    Content::Call(Call {
        name,
        fields,
        without_topics: false,
    })
}

fn parsed(customer: Text, id: Text, at: Text, content: Content) -> ParsedRecord {
    ParsedRecord {
        customer: customer.0,
        id: id.0,
        at: at.0,
        content,
    }
}

/// Fields that have a value.
fn present<const N: usize>(
    fields: [(&'static str, Option<String>); N],
) -> Vec<(&'static str, String)> {
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}
