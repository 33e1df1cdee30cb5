//! What a back end may tell, described for people and machines; `subject` reads it.
#![allow(
    dead_code,
    reason = "a description: objects are read field by field, so that what is wrong can be told"
)]

use utoipa::ToSchema;

/// How a message was received.
#[derive(ToSchema)]
pub struct Reaction {
    /// The customer, as the tokens name them.
    #[schema(min_length = 1, max_length = 128, example = "c-1042")]
    customer: String,
    /// The message's id: of a sent, an opened and a clicked message the same.
    #[schema(example = "F2031")]
    id: String,
    /// ISO 8601 in UTC, or seconds or milliseconds since 1970.
    #[schema(example = "2026-08-01T10:00:00Z")]
    at: String,
    /// email, sms, mail, call, shop or web
    #[schema(example = "email")]
    channel: String,
    /// sent, opened, clicked or unsubscribed
    #[schema(example = "clicked")]
    reaction: String,
    /// A family of offers.
    family: Option<String>,
    /// An open by a machine counts as sent.
    machine: Option<bool>,
    /// Of who unsubscribed: never, seasonal, monthly, weekly or any.
    frequency: Option<String>,
}

/// A trip booked or cancelled.
#[derive(ToSchema)]
pub struct Booking {
    #[schema(min_length = 1, max_length = 128, example = "c-1042")]
    customer: String,
    /// The booking's id: of its cancellation the same.
    #[schema(example = "F2031")]
    id: String,
    #[schema(example = "2026-08-01T10:00:00Z")]
    at: String,
    cancelled: Option<bool>,
    /// Where it was made; what is made on the web teaches no tastes.
    channel: Option<String>,
    destination: Option<String>,
    /// YYYY-MM-DD
    #[schema(example = "2026-12-20")]
    start_date: Option<String>,
    /// YYYY-MM-DD
    end_date: Option<String>,
    adults: Option<u8>,
    children: Option<u8>,
    /// In the site's currency.
    #[schema(example = 1250.5)]
    value: Option<f64>,
    /// An offer of the config.
    offer: Option<String>,
    /// Such as trip.city, stay.short:0.5
    #[schema(example = "trip.city")]
    topics: Option<String>,
}

/// Something known of someone.
#[derive(ToSchema)]
pub struct Fact {
    #[schema(min_length = 1, max_length = 128, example = "c-1042")]
    customer: String,
    #[schema(example = "F2031")]
    id: String,
    #[schema(example = "2026-08-01T10:00:00Z")]
    at: String,
    /// A facet, a number of the config, zone, birthday or frequency.
    #[schema(example = "trip")]
    fact: String,
    /// Empty if they would not say.
    #[schema(example = "city")]
    value: Option<String>,
    /// crm, unless shop
    source: Option<String>,
}

/// What someone agreed to, or no longer does.
#[derive(ToSchema)]
pub struct Consent {
    #[schema(min_length = 1, max_length = 128, example = "c-1042")]
    customer: String,
    #[schema(example = "F2031")]
    id: String,
    #[schema(example = "2026-08-01T10:00:00Z")]
    at: String,
    #[schema(example = true)]
    granted: bool,
    /// A name of the site's own, such as newsletter.
    #[schema(example = "newsletter")]
    purpose: String,
    /// email, sms, mail, call, shop or web; every channel unless said.
    channel: Option<String>,
    /// Of the words that were agreed to.
    version: Option<String>,
    /// Where it was said.
    source: Option<String>,
}
