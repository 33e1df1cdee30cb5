//! The kinds of offers. In: a byte of a compiled config. Out: the kind. Never: a number used twice.

/// Kind of an offer.
#[cfg_attr(
    feature = "full",
    derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema),
    serde(rename_all = "snake_case")
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
#[allow(
    missing_docs,
    reason = "documented values would become alternatives in the JSON Schema, not a list"
)]
pub enum OfferKind {
    #[default]
    Product = 0,
    Complement = 1,
    Voucher = 2,
    Editorial = 3,
    ReviewRequest = 4,
    Question = 5,
}

impl OfferKind {
    /// Returns the kind with this number; an unknown number is editorial content, which nothing
    /// restricts.
    #[must_use]
    pub fn of_number(number: u8) -> Self {
        match number {
            0 => Self::Product,
            1 => Self::Complement,
            2 => Self::Voucher,
            4 => Self::ReviewRequest,
            5 => Self::Question,
            _ => Self::Editorial,
        }
    }

    /// Returns true for the kinds that sell something.
    #[must_use]
    pub fn is_commercial(self) -> bool {
        matches!(self, Self::Product | Self::Complement | Self::Voucher)
    }

    /// Returns true for the kinds that rest after a booking. Complements are wanted then.
    #[must_use]
    pub fn rests_after_booking(self) -> bool {
        matches!(self, Self::Product | Self::Voucher)
    }
}
