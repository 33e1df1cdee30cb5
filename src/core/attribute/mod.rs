//! The attribute tree that conditions speak of: the small integers of its attributes, which compiled configs hold, and
//! (for the compiler) their names. The answers stand in `facts`, higher up.

#[cfg(feature = "full")]
mod customer;
#[cfg(feature = "full")]
mod schema;
#[cfg(feature = "full")]
mod time;

#[cfg(feature = "full")]
pub use customer::{CustomerNames, OF_CUSTOMER};
#[cfg(feature = "full")]
pub use schema::{AttributeTree, PLAIN};
#[cfg(feature = "full")]
pub use time::OF_TIME;

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
    Stage = 60,
    Segments = 61,
    Persona = 62,
    PersonaNegative = 63,
    PersonaScore = 64,
    RfmRecency = 65,
    RfmFrequency = 66,
    RfmMonetary = 67,
    RfmScore = 68,
    ValueClass = 69,
    Channel = 70,
    ChannelRate = 71,
    Advocate = 72,
    Declared = 73,
    DeclaredNumber = 74,
    Arm = 75,
    TripMoment = 80,
    TripStep = 81,
    TripDestination = 82,
    TripPlaces = 83,
    TripNights = 84,
    TripDaysSinceLast = 85,
    JourneyMoments = 86,
    DaysSinceReturn = 87,
    QuoteAbandoned = 88,
    Season = 89,
    PressureFrequency = 90,
    PressureDay = 91,
    PressureWeek = 92,
}
