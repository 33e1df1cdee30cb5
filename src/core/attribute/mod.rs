//! The attribute tree that conditions speak of: the small integers of its attributes, which compiled configs hold, and
//! (for the compiler) their names. The answers stand in `facts`, higher up.

#[cfg(feature = "full")]
mod schema;

#[cfg(feature = "full")]
pub use schema::{AttributeTree, PLAIN};

/// The attributes' small integers. They stand in compiled configs: never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Id {
    Affinity = 1,
    Lift = 2,
    Mass = 3,
    Confidence = 4,
    Visits = 10,
    PageViews = 11,
    Searches = 12,
    DaysSinceFirst = 13,
    PageTopics = 20,
    QuoteStarts = 30,
    QuoteSubmits = 31,
    QuoteOpen = 32,
    Bookings = 40,
    BookingsValue = 41,
    DaysSinceBooking = 42,
    DaysToDeparture = 50,
    TripAdults = 51,
    TripChildren = 52,
    Trips = 53,
}
