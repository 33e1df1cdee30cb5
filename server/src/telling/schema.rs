//! What a back end may tell, described for people and machines; `subject` reads it.
#![allow(dead_code, reason = "a description: objects are read field by field, so that what is wrong can be told")]

use utoipa::ToSchema;

/// How a message was received.
#[derive(ToSchema)]
pub struct Reaction {
    /// The customer, as the tokens name them.
    customer: String,
    /// The message's id: of a sent, an opened and a clicked message the same.
    id: String,
    /// ISO 8601 in UTC, or seconds or milliseconds since 1970.
    at: String,
    /// email, sms, mail, call, shop or web
    channel: String,
    /// sent, opened, clicked or unsubscribed
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
    customer: String,
    /// The booking's id: of its cancellation the same.
    id: String,
    at: String,
    cancelled: Option<bool>,
    /// Where it was made; what is made on the web teaches no tastes.
    channel: Option<String>,
    destination: Option<String>,
    /// YYYY-MM-DD
    start_date: Option<String>,
    /// YYYY-MM-DD
    end_date: Option<String>,
    adults: Option<u8>,
    children: Option<u8>,
    /// In the site's currency.
    value: Option<f64>,
    /// An offer of the config.
    offer: Option<String>,
    /// Such as trip.city, stay.short:0.5
    topics: Option<String>,
}

/// Something known of someone.
#[derive(ToSchema)]
pub struct Fact {
    customer: String,
    id: String,
    at: String,
    /// A facet, a number of the config, zone, birthday or frequency.
    fact: String,
    /// Empty if they would not say.
    value: Option<String>,
    /// crm, unless shop
    source: Option<String>,
}

/// What someone agreed to, or no longer does.
#[derive(ToSchema)]
pub struct Consent {
    customer: String,
    id: String,
    at: String,
    granted: bool,
    /// A name of the site's own, such as newsletter.
    purpose: String,
    /// email, sms, mail, call, shop or web; every channel unless said.
    channel: Option<String>,
    /// Of the words that were agreed to.
    version: Option<String>,
    /// Where it was said.
    source: Option<String>,
}
