//! Records that a back end imports: the types that are parsed, which are also their description.
//! Never: a field that is described but not read.

use serde::Deserialize;
use utoipa::ToSchema;

use super::fields::{Flag, Text};

/// Reaction of a customer to a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// Id of the customer, as in signed tokens.
    #[schema(value_type = String, min_length = 1, max_length = 128, example = "c-1042")]
    pub customer: Text,
    /// Id of the message. A sent, an opened and a clicked message share it.
    #[schema(value_type = String, example = "F2031")]
    pub id: Text,
    /// ISO 8601 in UTC, or seconds or milliseconds since 1970.
    #[schema(value_type = String, example = "2026-08-01T10:00:00Z")]
    pub at: Text,
    /// email, sms, mail, call, shop or web.
    #[schema(value_type = String, example = "email")]
    pub channel: Text,
    #[schema(inline)]
    pub reaction: ReactionKind,
    /// Family of offers.
    #[schema(value_type = Option<String>)]
    pub family: Option<Text>,
    /// Offer of the config that the message carried, or that was clicked. Its family is the message's.
    #[schema(value_type = Option<String>)]
    pub offer: Option<Text>,
    /// Topics of the message, such as trip.city,stay.short:0.5. A reaction teaches them.
    #[schema(value_type = Option<String>, example = "trip.city")]
    pub topics: Option<Text>,
    /// True if a machine opened or clicked; then the message counts as sent.
    #[schema(value_type = Option<bool>)]
    pub machine: Option<Flag>,
    /// Frequency that an unsubscribing customer wants: never, seasonal, monthly, weekly or any.
    #[schema(value_type = Option<String>)]
    pub frequency: Option<Text>,
}

/// Kind of a reaction.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "clicked")]
pub enum ReactionKind {
    Sent,
    Opened,
    Clicked,
    Unsubscribed,
}

/// Booked or cancelled trip.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// Id of the customer, as in signed tokens.
    #[schema(value_type = String, min_length = 1, max_length = 128, example = "c-1042")]
    pub customer: Text,
    /// Id of the booking. Its cancellation has the same.
    #[schema(value_type = String, example = "F2031")]
    pub id: Text,
    /// ISO 8601 in UTC, or seconds or milliseconds since 1970.
    #[schema(value_type = String, example = "2026-08-01T10:00:00Z")]
    pub at: Text,
    #[schema(value_type = Option<bool>)]
    pub cancelled: Option<Flag>,
    /// Channel of the booking. A booking on the web does not change tastes, because the browser has seen it.
    #[schema(value_type = Option<String>)]
    pub channel: Option<Text>,
    #[schema(value_type = Option<String>)]
    pub destination: Option<Text>,
    /// YYYY-MM-DD
    #[schema(value_type = Option<String>, example = "2026-12-20")]
    pub start_date: Option<Text>,
    /// YYYY-MM-DD
    #[schema(value_type = Option<String>)]
    pub end_date: Option<Text>,
    #[schema(value_type = Option<u8>)]
    pub adults: Option<Text>,
    #[schema(value_type = Option<u8>)]
    pub children: Option<Text>,
    /// Value in the site's currency.
    #[schema(value_type = Option<f64>, example = 1250.5)]
    pub value: Option<Text>,
    /// Offer of the config.
    #[schema(value_type = Option<String>)]
    pub offer: Option<Text>,
    /// Topics, such as trip.city,stay.short:0.5
    #[schema(value_type = Option<String>, example = "trip.city")]
    pub topics: Option<Text>,
}

/// Fact about a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Id of the customer, as in signed tokens.
    #[schema(value_type = String, min_length = 1, max_length = 128, example = "c-1042")]
    pub customer: Text,
    /// Id of the record.
    #[schema(value_type = String, example = "F2031")]
    pub id: Text,
    /// ISO 8601 in UTC, or seconds or milliseconds since 1970.
    #[schema(value_type = String, example = "2026-08-01T10:00:00Z")]
    pub at: Text,
    /// Facet, number of the config, zone, birthday or frequency.
    #[schema(value_type = String, example = "trip")]
    pub fact: Text,
    /// Value; absent or empty if the customer did not answer.
    #[schema(value_type = Option<String>, example = "city")]
    pub value: Option<Text>,
    /// crm, which is the default, or shop.
    #[schema(value_type = Option<String>)]
    pub source: Option<Text>,
}

/// Consent of a customer, or its withdrawal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Consent)]
pub struct ConsentRecord {
    /// Id of the customer, as in signed tokens.
    #[schema(value_type = String, min_length = 1, max_length = 128, example = "c-1042")]
    pub customer: Text,
    /// Id of the record.
    #[schema(value_type = String, example = "F2031")]
    pub id: Text,
    /// ISO 8601 in UTC, or seconds or milliseconds since 1970.
    #[schema(value_type = String, example = "2026-08-01T10:00:00Z")]
    pub at: Text,
    #[schema(value_type = bool, example = true)]
    pub granted: Flag,
    /// Name of the purpose, such as newsletter.
    #[schema(value_type = String, example = "newsletter")]
    pub purpose: Text,
    /// email, sms, mail, call, shop or web; every channel by default.
    #[schema(value_type = Option<String>)]
    pub channel: Option<Text>,
    /// Version of the text that the customer agreed to.
    #[schema(value_type = Option<String>)]
    pub version: Option<Text>,
    /// Place of the consent, such as a form, a call or a shop.
    #[schema(value_type = Option<String>)]
    pub source: Option<Text>,
}
