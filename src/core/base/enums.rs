//! Closed sets of names: each name has a small integer, which profiles, events and compiled conditions keep. Comes in: a
//! name or a number; goes out: the value, or nothing. The numbers are never reused.

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($variant:ident = $number:literal, $name:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $type { #[default] $(#[doc = $name] $variant = $number),* }

        impl $type {
            /// All of them, in the order of their numbers, which have no gaps.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            const NAMES: &'static [&'static str] = &[$($name),*];

            /// The one of this number.
            #[must_use]
            pub fn of_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }

            /// The one of this name.
            #[must_use]
            pub fn of_name(name: &str) -> Option<Self> {
                Self::NAMES.iter().position(|known| *known == name).and_then(|number| Self::of_number(number as u8))
            }

            /// The name, as sites and conditions write it.
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

named! {
    #[doc = "Who told a fact. Of two words at the same second the larger number holds."]
    Source { Visitor = 0, "self"; Shop = 1, "shop"; Crm = 2, "crm"; }
}

named! {
    #[doc = "By which way a visitor is spoken to."]
    Channel { Web = 0, "web"; Email = 1, "email"; Sms = 2, "sms"; Mail = 3, "mail"; Call = 4, "call"; Shop = 5, "shop"; }
}

named! {
    #[doc = "How far a message came. What a machine opened is sent, no more."]
    MessageStep { Sent = 0, "sent"; Opened = 1, "opened"; Clicked = 2, "clicked"; }
}

named! {
    #[doc = "Where a visitor stands in a customer's life."]
    Stage {
        Unknown = 0, "unknown"; Visitor = 1, "visitor"; Prospect = 2, "prospect"; Quoting = 3, "quoting";
        New = 4, "new"; Occasional = 5, "occasional"; Regular = 6, "regular"; Lapsed = 7, "lapsed";
    }
}

named! {
    #[doc = "What a customer is worth to the site."]
    ValueClass { None = 0, "none"; Standard = 1, "standard"; High = 2, "high"; }
}

named! {
    #[doc = "How often a visitor wants to hear from the site, from the loosest to the strictest."]
    Frequency {
        Unsaid = 0, "unsaid"; Any = 1, "any"; Weekly = 2, "weekly"; Monthly = 3, "monthly"; Seasonal = 4, "seasonal";
        Never = 5, "never";
    }
}

named! {
    #[doc = "Where a trip stands on the journey's clock: dreaming without dates, planning with dates or a quote that was"]
    #[doc = "started, quoted, booked, in the days before the departure, travelling, returned."]
    Moment {
        Dreaming = 0, "dreaming"; Planning = 1, "planning"; Quoted = 2, "quoted"; Booked = 3, "booked";
        BeforeDeparture = 4, "before_departure"; Travelling = 5, "travelling"; Returned = 6, "returned";
    }
}

named! {
    #[doc = "What the visitor has said of an offer, from nothing to the last word."]
    Feedback { None = 0, "none"; Less = 1, "less"; Booked = 2, "booked"; Never = 3, "never"; }
}
