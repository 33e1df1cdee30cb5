//! The attribute tree that conditions ask about: one declaration per attribute. In: codes of
//! compiled configs, or names. Out: typed attributes. Never: a code used twice, since compiled
//! configs store it.

#[cfg(feature = "full")]
mod tree;

#[cfg(feature = "full")]
pub use tree::{AttributeTree, CustomerNames, Declaration, Parameter, Values};

/// Declares the attributes of each kind as an enum, and all of them as one table for the compiler.
/// A row is `Variant = code, "name"`, with the parameter of the name and the set of values where
/// there are any.
macro_rules! attributes {
    ($(
        $(#[$meta:meta])*
        $type:ident: $kind:ident {
            $($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal
                $(, by $parameter:ident)? $(, of $values:ident)?;)*
        }
    )*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[repr(u16)]
            pub enum $type { $($(#[$doc])* #[doc = concat!("`", $name, "`.")] $variant = $code),* }

            impl $type {
                /// Returns the attribute with this code in compiled configs.
                #[must_use]
                pub fn of_code(code: u16) -> Option<Self> {
                    match code {
                        $($code => Some(Self::$variant),)*
                        _ => None,
                    }
                }

                /// Returns the code in compiled configs.
                #[must_use]
                pub const fn code(self) -> u16 {
                    self as u16
                }
            }
        )*

        /// Every attribute, in the order of the documentation.
        #[cfg(feature = "full")]
        pub const ATTRIBUTES: &[Declaration] = &[$($(Declaration {
            code: $code,
            name: $name,
            kind: crate::core::condition::schema::Kind::$kind,
            parameter: or_none!(Parameter $(, $parameter)?),
            values: or_none!(Values $(, $values)?),
        }),*),*];
    };
}

#[cfg(feature = "full")]
macro_rules! or_none {
    ($type:ident) => {
        $type::None
    };
    ($type:ident, $value:ident) => {
        $type::$value
    };
}

attributes! {
    /// An attribute that holds a quantity.
    NumberAttribute: Number {
        Visits = 10, "visit.count";
        PageViews = 11, "visit.page_views";
        Searches = 12, "visit.searches";
        DaysSinceFirst = 13, "visit.days_since_first";
        Affinity = 1, "affinity.{}", by Topic;
        Lift = 2, "lift.{}", by Topic;
        Mass = 3, "mass.{}", by Topic;
        Confidence = 4, "confidence.{}", by Facet;
        QuoteStarts = 30, "quote.starts";
        QuoteSubmits = 31, "quote.submits";
        Bookings = 40, "bookings.count";
        BookingsValue = 41, "bookings.value";
        DaysSinceBooking = 42, "bookings.days_since_last";
        DaysToDeparture = 50, "trip.days_to_departure";
        /// Adults of the leading trip: under way, else next to depart, else last active, else last
        /// to return.
        TripAdults = 51, "trip.adults";
        /// Children of the leading trip.
        TripChildren = 52, "trip.children";
        Trips = 53, "trip.count";
        /// Nights of the leading trip.
        TripNights = 84, "trip.nights";
        /// Days since the last activity of the leading trip.
        TripDaysSinceLast = 85, "trip.days_since_last";
        DaysSinceReturn = 87, "journey.days_since_return";
        PersonaScore = 64, "persona.score.{}", by Persona;
        RfmRecency = 65, "rfm.recency";
        RfmFrequency = 66, "rfm.frequency";
        RfmMonetary = 67, "rfm.monetary";
        RfmScore = 68, "rfm.score";
        ChannelRate = 71, "channel.rate.{}", by Channel;
        DeclaredNumber = 74, "declared.{}", by NumberFact;
        /// Contacts of the family in any channel since its last click or rest.
        FamilyIgnored = 93, "family.{}.ignored", by Family;
        /// Exposures and messages of the last 24 hours.
        PressureDay = 91, "pressure.day";
        /// Exposures and messages of the last seven days.
        PressureWeek = 92, "pressure.week";
    }

    /// An attribute that holds one name out of a set.
    NameAttribute: Name {
        Stage = 60, "stage", of Stages;
        Persona = 62, "persona", of Personas;
        PersonaNegative = 63, "persona.negative", of Personas;
        ValueClass = 69, "value_class", of ValueClasses;
        Channel = 70, "channel", of Channels;
        Declared = 73, "declared.{}", by TopicFact, of TopicsOfFact;
        Arm = 75, "arm.{}", by Experiment, of ArmsOfExperiment;
        /// Moment of the leading trip.
        TripMoment = 80, "trip.moment", of Moments;
        /// Step of the leading trip.
        TripStep = 81, "trip.step", of TripSteps;
        /// Destination of the leading trip.
        TripDestination = 82, "trip.destination", of Destinations;
        PressureFrequency = 90, "pressure.frequency", of Frequencies;
    }

    /// An attribute that is true, false or unknown.
    FlagAttribute: Flag {
        QuoteOpen = 32, "quote.open";
        QuoteAbandoned = 88, "quote.abandoned";
        Advocate = 72, "advocate";
        /// True while the family rests because it was ignored.
        FamilyResting = 94, "family.{}.resting", by Family;
        /// True while a resting family promotes this one.
        FamilyNext = 95, "family.{}.next", by Family;
    }

    /// An attribute that holds a set of names. The set may be empty, but is never unknown.
    ListAttribute: List {
        PageTopics = 20, "page.topics", of Topics;
        Segments = 61, "segments", of Segments;
        /// The leading trip's destination and all places that contain it.
        TripPlaces = 83, "trip.places", of Destinations;
        /// Moments of all current trips.
        JourneyMoments = 86, "journey.moments", of Moments;
        /// All seasons in force.
        Season = 89, "season", of Seasons;
    }
}
