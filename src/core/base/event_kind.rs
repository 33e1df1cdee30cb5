//! The kinds of events. In: a name or a number. Out: the kind, its name and its default weight. Never: a number used twice.

// The number is the first byte of an encoded event. It is never reused.
macro_rules! kinds {
    ($($variant:ident = $number:literal, $name:literal, $weight:literal;)*) => {
        #[doc = "A kind of event."]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum EventKind { $(#[doc = $name] $variant = $number),* }

        impl EventKind {
            /// Every kind, in the order of the numbers.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant),*];

            const NAMES: &'static [&'static str] = &[$($name),*];
            const WEIGHTS: &'static [f32] = &[$($weight),*];

            /// Returns the kind with this number.
            #[must_use]
            pub fn of_number(number: u8) -> Option<EventKind> {
                Self::ALL.get(usize::from(number)).copied()
            }

            /// Returns the kind with this name, as sites call it.
            ///
            /// ```
            /// use escale::core::event::EventKind;
            /// assert_eq!(EventKind::of_name("quote_start"), Some(EventKind::QuoteStart));
            /// assert_eq!(EventKind::of_name("made_up"), None);
            /// ```
            #[must_use]
            pub fn of_name(name: &str) -> Option<EventKind> {
                Self::NAMES.iter().position(|known| *known == name).and_then(|number| Self::of_number(number as u8))
            }

            /// Returns the name, as sites call it.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }

            /// Returns the weight that one event adds to its topics unless the config sets another.
            #[must_use]
            pub fn default_weight(self) -> f32 {
                Self::WEIGHTS[self as usize]
            }
        }

        const _: () = {
            let mut number = 0;
            while number < EventKind::ALL.len() {
                assert!(EventKind::ALL[number] as usize == number, "the numbers have a gap");
                number += 1;
            }
        };
    };
}

kinds! {
    PageView = 0, "page_view", 1.0;
    ViewItem = 1, "view_item", 1.5;
    Search = 2, "search", 2.0;
    QuoteStart = 3, "quote_start", 5.0;
    QuoteStep = 4, "quote_step", 1.0;
    QuoteSubmit = 5, "quote_submit", 4.0;
    Booking = 6, "booking", 3.0;
    BookingCancel = 7, "booking_cancel", 0.0;
    OfferImpression = 8, "offer_impression", 0.0;
    OfferClick = 9, "offer_click", 2.0;
    OfferLess = 10, "offer_less", 0.0;
    OfferBooked = 11, "offer_booked", 0.0;
    OfferNever = 12, "offer_never", 0.0;
    Declare = 13, "declare", 6.0;
    NewsletterSignup = 14, "newsletter_signup", 4.0;
    AddToWishlist = 15, "add_to_wishlist", 3.0;
    Download = 16, "download", 2.0;
    Contest = 17, "contest", 1.0;
    Review = 18, "review", 1.0;
    Share = 19, "share", 2.0;
    Referral = 20, "referral", 1.0;
    Unsubscribe = 21, "unsubscribe", 0.0;
    MessageSent = 22, "message_sent", 0.0;
    MessageOpened = 23, "message_opened", 0.0;
    MessageClicked = 24, "message_clicked", 0.0;
    ScenarioFired = 25, "scenario_fired", 0.0;
}

impl EventKind {
    /// Returns true if the event is about the page: without topics of its own it takes the page's.
    #[must_use]
    pub fn is_about_a_page(self) -> bool {
        matches!(
            self,
            Self::ViewItem
                | Self::Search
                | Self::QuoteStart
                | Self::QuoteStep
                | Self::QuoteSubmit
                | Self::Booking
                | Self::AddToWishlist
                | Self::Download
                | Self::Contest
                | Self::Review
                | Self::Share
        )
    }
}
