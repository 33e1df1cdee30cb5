//! Closed sets of names. In: a number or a name. Out: the value; `None` if there is none. Never: a
//! number used twice, since profiles, events and compiled configs store it.

/// Declares an enum whose values have numbers from 0 without gaps, and names as sites and
/// conditions write them.
macro_rules! named_enum {
    ($(#[$meta:meta])* $type:ident { $($(#[$value:meta])* $variant:ident = $number:literal, $name:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $type { $($(#[$value])* #[doc = concat!("`", $name, "`.")] $variant = $number),* }

        impl $type {
            /// Every value, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            const NAMES: &'static [&'static str] = &[$($name),*];

            /// Returns the value with this number.
            #[must_use]
            pub fn of_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }

            /// Returns the value with this name.
            #[must_use]
            pub fn of_name(name: &str) -> Option<Self> {
                Self::NAMES.iter().position(|known| *known == name).and_then(|number| Self::of_number(number as u8))
            }

            /// Returns the name, as sites and conditions write it.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }

        const _: () = {
            let mut number = 0;
            while number < $type::ALL.len() {
                assert!($type::ALL[number] as usize == number, "the numbers have a gap");
                number += 1;
            }
        };
    };
}

pub(crate) use named_enum;

named_enum! {
    /// Source of a declared fact. Of two statements in the same second, the one with the larger
    /// number holds.
    #[derive(Default)]
    Source {
        #[default] Visitor = 0, "self";
        Shop = 1, "shop";
        Crm = 2, "crm";
    }
}

named_enum! {
    /// Channel that reaches a visitor.
    #[derive(Default)]
    Channel {
        #[default] Web = 0, "web";
        Email = 1, "email";
        Sms = 2, "sms";
        Mail = 3, "mail";
        Call = 4, "call";
        Shop = 5, "shop";
    }
}

named_enum! {
    /// Progress of a message. A message that a machine opened counts as sent only.
    #[derive(Default)]
    MessageStep {
        #[default] Sent = 0, "sent";
        Opened = 1, "opened";
        Clicked = 2, "clicked";
    }
}

named_enum! {
    /// Stage of the customer lifecycle.
    #[derive(Default)]
    Stage {
        #[default] Unknown = 0, "unknown";
        Visitor = 1, "visitor";
        Prospect = 2, "prospect";
        Quoting = 3, "quoting";
        New = 4, "new";
        Occasional = 5, "occasional";
        Regular = 6, "regular";
        Lapsed = 7, "lapsed";
    }
}

named_enum! {
    /// Value of a customer to the site.
    #[derive(Default)]
    ValueClass {
        #[default] None = 0, "none";
        Standard = 1, "standard";
        High = 2, "high";
    }
}

named_enum! {
    /// Visitor's preferred contact frequency, from the loosest to the strictest.
    #[derive(Default)]
    Frequency {
        #[default] Unsaid = 0, "unsaid";
        Any = 1, "any";
        Weekly = 2, "weekly";
        Monthly = 3, "monthly";
        Seasonal = 4, "seasonal";
        Never = 5, "never";
    }
}

named_enum! {
    /// Moment of a trip: dreaming without dates, planning with dates or a started quote, quoted,
    /// booked, in the days before departure, travelling, returned.
    #[derive(Default)]
    Moment {
        #[default] Dreaming = 0, "dreaming";
        Planning = 1, "planning";
        Quoted = 2, "quoted";
        Booked = 3, "booked";
        BeforeDeparture = 4, "before_departure";
        Travelling = 5, "travelling";
        Returned = 6, "returned";
    }
}

named_enum! {
    /// Visitor's verdict on an offer, from none to the final one.
    #[derive(Default)]
    Feedback {
        #[default] None = 0, "none";
        Less = 1, "less";
        Booked = 2, "booked";
        Never = 3, "never";
    }
}

named_enum! {
    /// Progress of a trip towards a booking.
    #[cfg_attr(feature = "full", derive(serde::Serialize), serde(rename_all = "snake_case"))]
    #[derive(Default)]
    TripStep {
        #[default] Searched = 0, "searched";
        QuoteStarted = 1, "quote_started";
        QuoteSubmitted = 2, "quote_submitted";
        Booked = 3, "booked";
    }
}
