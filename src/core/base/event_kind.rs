//! The kinds of events. In: a name or a number. Out: the kind, its name and its default weight.
//! Never: a number used twice, since it is the first byte of an encoded event.

use super::enums::{MessageStep, named_enum};

named_enum! {
    /// A kind of event.
    ///
    /// ```
    /// use escale::internals::event::EventKind;
    /// assert_eq!(EventKind::of_name("quote_start"), Some(EventKind::QuoteStart));
    /// assert_eq!(EventKind::of_name("made_up"), None);
    /// ```
    EventKind {
        PageView = 0, "page_view";
        ViewItem = 1, "view_item";
        Search = 2, "search";
        QuoteStart = 3, "quote_start";
        QuoteStep = 4, "quote_step";
        QuoteSubmit = 5, "quote_submit";
        Booking = 6, "booking";
        BookingCancel = 7, "booking_cancel";
        OfferImpression = 8, "offer_impression";
        OfferClick = 9, "offer_click";
        OfferLess = 10, "offer_less";
        OfferBooked = 11, "offer_booked";
        OfferNever = 12, "offer_never";
        Declare = 13, "declare";
        NewsletterSignup = 14, "newsletter_signup";
        AddToWishlist = 15, "add_to_wishlist";
        Download = 16, "download";
        Contest = 17, "contest";
        Review = 18, "review";
        Share = 19, "share";
        Referral = 20, "referral";
        Unsubscribe = 21, "unsubscribe";
        MessageSent = 22, "message_sent";
        MessageOpened = 23, "message_opened";
        MessageClicked = 24, "message_clicked";
        ScenarioFired = 25, "scenario_fired";
    }
}

impl MessageStep {
    /// Returns the step that a kind of event reports.
    #[must_use]
    pub fn of_kind(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::MessageSent => Some(Self::Sent),
            EventKind::MessageOpened => Some(Self::Opened),
            EventKind::MessageClicked => Some(Self::Clicked),
            _ => None,
        }
    }
}

impl EventKind {
    /// Returns the weight that one event adds to its topics unless the config sets another.
    #[must_use]
    pub fn default_weight(self) -> f32 {
        match self {
            Self::Declare => 6.0,
            Self::QuoteStart => 5.0,
            Self::QuoteSubmit | Self::NewsletterSignup => 4.0,
            Self::Booking | Self::AddToWishlist => 3.0,
            Self::Search
            | Self::OfferClick
            | Self::MessageClicked
            | Self::Download
            | Self::Share => 2.0,
            Self::ViewItem => 1.5,
            Self::PageView | Self::QuoteStep | Self::Contest | Self::Review | Self::Referral => 1.0,
            Self::MessageOpened => 0.5,
            Self::BookingCancel
            | Self::OfferImpression
            | Self::OfferLess
            | Self::OfferBooked
            | Self::OfferNever
            | Self::Unsubscribe
            | Self::MessageSent
            | Self::ScenarioFired => 0.0,
        }
    }

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
