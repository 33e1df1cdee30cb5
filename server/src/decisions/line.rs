//! One decision as a line of the response.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Decision for one slot of a customer's message.
#[derive(Serialize, ToSchema)]
pub struct DecisionLine {
    pub customer: String,
    /// Slot of the placement, from 0.
    pub slot: u8,
    /// Offer to send. Null if nothing is worth sending.
    pub offer: Option<String>,
    pub family: Option<String>,
    /// Variant of the texts. Null for the offer's own.
    pub variant: Option<String>,
    /// Texts of the offer, such as title and url.
    pub texts: BTreeMap<String, String>,
    /// Probability with which this offer was drawn.
    pub propensity: f64,
    /// `chosen`, or the reason why nothing is worth sending, such as holdout, nothing_known, capped or withdrawn.
    pub reason: String,
    /// Number of contacts still allowed before this one. Null if unlimited.
    pub pressure_left: Option<u32>,
    /// Channel that the customer reacts to best.
    pub preferred_channel: Option<String>,
    /// True if the message counts as sent. Absent without `record`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recorded: Option<bool>,
    /// Error of this line. The other lines are unaffected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<LineError>,
}

/// Error of one line.
#[derive(Serialize, ToSchema)]
pub struct LineError {
    pub code: String,
    pub message: String,
}

impl DecisionLine {
    /// Returns a line without an offer.
    pub fn nothing(customer: String, reason: &str) -> Self {
        Self {
            customer,
            slot: 0,
            offer: None,
            family: None,
            variant: None,
            texts: BTreeMap::new(),
            propensity: 1.0,
            reason: reason.to_owned(),
            pressure_left: None,
            preferred_channel: None,
            recorded: None,
            error: None,
        }
    }

    /// Returns a line with an error.
    pub fn error(customer: String, code: &str, message: String) -> Self {
        let error = LineError {
            code: code.to_owned(),
            message,
        };
        Self {
            error: Some(error),
            ..Self::nothing(customer, code)
        }
    }
}
