//! The rows of pressure, journeys, seasons and scenarios, read at their place.

use core::num::NonZeroU16;

use super::{Family, Offer, TextIndex, Topic};
use crate::core::base::enums::Moment;
use crate::core::base::event_kind::EventKind;
use crate::core::base::index::Index;
use crate::core::condition::bytecode::ConditionIndex;
use crate::core::config::Config;
use crate::core::config::layout::Section;

/// The numbers that steer pressure and journeys; see `people_time` for their meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Time after a booking without commercial offers.
    pub rest_after_booking_s: u32,
    /// Silence after which a quote counts as abandoned.
    pub abandoned_after_s: u32,
    /// Days before a departure that count as its approach.
    pub before_departure_days: u32,
    /// Silence after which a trip without dates is over.
    pub trip_age_s: u32,
    /// Days after a return in which a trip still counts.
    pub returned_days: u32,
    /// Days after a return in which its destination rests.
    pub destination_rest_days: u32,
    /// Zone of visitors who declared none.
    pub default_zone: Option<Index<Zone>>,
}

/// Scope of a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Scope {
    /// All offers and messages.
    All = 0,
    /// One offer.
    Offer = 1,
    /// One family.
    Family = 2,
    /// One placement.
    Placement = 3,
}

/// Window of time that a cap counts over, back from now.
#[cfg_attr(
    feature = "full",
    derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema),
    serde(rename_all = "snake_case"),
    schemars(rename = "CapWindow")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
#[allow(
    missing_docs,
    reason = "documented values would become alternatives in the JSON Schema, not a list"
)]
pub enum Window {
    Visit = 0,
    Hour = 1,
    Day = 2,
    Week = 3,
    Month = 4,
    Life = 5,
}

/// A half of the earth.
#[cfg_attr(
    feature = "full",
    derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema),
    serde(rename_all = "snake_case")
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u16)]
#[allow(
    missing_docs,
    reason = "documented values would become alternatives in the JSON Schema, not a list"
)]
pub enum Hemisphere {
    #[default]
    North = 1,
    South = 2,
}

impl Hemisphere {
    /// Returns the number to store: 0 for both halves.
    #[cfg(feature = "full")]
    pub(crate) fn stored(half: Option<Self>) -> u16 {
        half.map_or(0, |half| half as u16)
    }

    fn from_stored(stored: u16) -> Option<Self> {
        match stored {
            1 => Some(Self::North),
            2 => Some(Self::South),
            _ => None,
        }
    }
}

/// Reference of a delay.
#[cfg_attr(
    feature = "full",
    derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema),
    serde(rename_all = "snake_case")
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u16)]
#[allow(
    missing_docs,
    reason = "documented values would become alternatives in the JSON Schema, not a list"
)]
pub enum RelativeTo {
    #[default]
    Event = 0,
    Departure = 1,
    Return = 2,
}

impl RelativeTo {
    fn of_number(number: u16) -> Self {
        match number {
            0 => Self::Event,
            1 => Self::Departure,
            _ => Self::Return,
        }
    }
}

impl Window {
    /// Returns the length in seconds. A visit and a life have no fixed length: they return
    /// `u32::MAX`.
    #[must_use]
    pub fn seconds(self) -> u32 {
        match self {
            Self::Visit | Self::Life => u32::MAX,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::Month => 30 * 86_400,
        }
    }

    fn of_number(number: u16) -> Self {
        match number {
            0 => Self::Visit,
            1 => Self::Hour,
            2 => Self::Day,
            3 => Self::Week,
            4 => Self::Month,
            _ => Self::Life,
        }
    }
}

/// At most so many in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Largest number.
    pub most: u16,
    /// Window that it counts over.
    pub per: Window,
}

/// A zone of school holidays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Hemisphere of the zone.
    pub hemisphere: Option<Hemisphere>,
}

/// A season.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Season {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Share of an event's weight that taste learns.
    pub taste_weight: f64,
    /// Share of draws that ignore the scores.
    pub exploration: f64,
}

/// When and where a season is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeasonSpan {
    /// Index of the season.
    pub season: Index<Season>,
    /// Zone that it is for. `None` for all zones.
    pub zone: Option<Index<Zone>>,
    /// First day; `until` is the last one. Both count days since the epoch of stored times. If
    /// yearly, both are `32·month + day`.
    pub from: u16,
    /// Last day.
    pub until: u16,
    /// `true` if it returns each year.
    pub is_yearly: bool,
    /// Hemisphere that it is for. `None` for both.
    pub hemisphere: Option<Hemisphere>,
}

/// Trigger of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// An event of a kind.
    Event(EventKind),
    /// A booking that is not cancelled.
    Booking,
    /// The first visit.
    FirstVisit,
    /// A birthday.
    Birthday,
    /// A quote that was abandoned.
    QuoteAbandoned,
    /// A moment of a trip.
    Moment(Moment),
}

/// First stored number of a trigger that is no kind of event.
const OWN_TRIGGERS: u16 = 256;
/// Stored number of the first moment of a trip.
const MOMENTS: u16 = 512;

impl Trigger {
    /// Returns the number to store.
    #[cfg(feature = "full")]
    pub(crate) fn stored(self) -> u16 {
        match self {
            Self::Event(kind) => kind as u16,
            Self::Booking => OWN_TRIGGERS,
            Self::FirstVisit => OWN_TRIGGERS + 1,
            Self::Birthday => OWN_TRIGGERS + 2,
            Self::QuoteAbandoned => OWN_TRIGGERS + 3,
            Self::Moment(moment) => MOMENTS + moment as u16,
        }
    }

    fn from_stored(stored: u16) -> Option<Self> {
        let number = stored as u8;
        if stored < OWN_TRIGGERS {
            return EventKind::of_number(number).map(Self::Event);
        }
        if stored >= MOMENTS {
            return Moment::of_number(number).map(Self::Moment);
        }
        match number {
            0 => Some(Self::Booking),
            1 => Some(Self::FirstVisit),
            2 => Some(Self::Birthday),
            3 => Some(Self::QuoteAbandoned),
            _ => None,
        }
    }
}

/// Destination and main theme of an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// Topic of its destination.
    pub destination: Option<Index<Topic>>,
    /// Topic of its main theme, other than the destination.
    pub main: Option<Index<Topic>>,
}

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Condition that a visitor must meet.
    pub condition: Option<ConditionIndex>,
    /// Seconds after (or before) the time it is relative to.
    pub after_s: i32,
    /// Time for which it stays due, in seconds.
    pub within_s: u32,
    /// The name of the webhook, a string, if the server owns it.
    pub webhook: TextIndex,
    /// Event or date after which it is due. `None` if this release does not know it.
    pub on: Option<Trigger>,
    /// Date that the delay counts from.
    pub relative: RelativeTo,
    /// The offer it shows. `None` if the server owns it.
    pub offer: Option<Index<Offer>>,
    /// Limit of how often it fires.
    pub at_most: Option<Cap>,
    /// Index of the first kind of event that stops it.
    pub first_unless: u16,
    /// Number of the kinds of events that stop it.
    pub unless: u16,
}

impl Config {
    pub(crate) fn read_timing(&self) -> Timing {
        let row = self.numbers::<28>(Section::Timing);
        Timing {
            rest_after_booking_s: row.u32(0),
            abandoned_after_s: row.u32(4),
            before_departure_days: row.u32(8),
            trip_age_s: row.u32(12),
            returned_days: row.u32(16),
            destination_rest_days: row.u32(24),
            default_zone: Index::from_stored(row.u32(20) as u16)
                .filter(|_| self.count(Section::Timing) > 5),
        }
    }

    /// Returns `true` if the config has any cap.
    #[must_use]
    pub fn has_caps(&self) -> bool {
        self.count(Section::Caps) > 0
    }

    /// The caps of an offer, a family, a placement, or over all (index 0). They lie in the order of
    /// scope and index.
    pub fn caps(&self, scope: Scope, index: u16) -> impl Iterator<Item = Cap> + '_ {
        let key = |i: usize| {
            let row = self.row::<8>(Section::Caps, i);
            (row.u16(0), row.u16(2))
        };
        let wanted = (scope as u16, index);
        let (mut low, mut high) = (0, self.count(Section::Caps));
        while low < high {
            let middle = low.midpoint(high);
            if key(middle) < wanted {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let rows = low..self.count(Section::Caps);
        rows.take_while(move |i| key(*i) == wanted).map(|i| {
            let row = self.row::<8>(Section::Caps, i);
            Cap {
                most: row.u16(4),
                per: Window::of_number(row.u16(6)),
            }
        })
    }

    /// Returns an offer's destination and main theme.
    #[must_use]
    pub fn theme(&self, offer: Index<Offer>) -> Theme {
        let row = self.row::<4>(Section::Themes, offer.position());
        Theme {
            destination: Index::from_stored(row.u16(0)),
            main: Index::from_stored(row.u16(2)),
        }
    }

    /// Pairs (offer, substitute), both ways round.
    pub fn substitutes(&self) -> impl Iterator<Item = (Index<Offer>, Index<Offer>)> + '_ {
        (0..self.count(Section::Substitutes)).map(|i| {
            let row = self.row::<4>(Section::Substitutes, i);
            (Index::new(row.u16(0)), Index::new(row.u16(2)))
        })
    }

    /// Returns `true` if a booking suppresses a family's offers of the same theme.
    #[must_use]
    pub fn is_suppressed_by_booking(&self, family: Index<Family>) -> bool {
        (0..self.count(Section::SuppressedFamilies))
            .any(|i| self.row::<2>(Section::SuppressedFamilies, i).u16(0) == family.number())
    }

    /// A zone by its index.
    #[must_use]
    pub fn zone(&self, index: Index<Zone>) -> Zone {
        let row = self.row::<12>(Section::Zones, index.position());
        Zone {
            name: row.text(0),
            hash: row.u32(4),
            hemisphere: Hemisphere::from_stored(row.u16(8)),
        }
    }

    /// A season by its index.
    #[must_use]
    pub fn season(&self, index: Index<Season>) -> Season {
        let row = self.row::<12>(Section::Seasons, index.position());
        Season {
            name: row.text(0),
            taste_weight: row.f32(4),
            exploration: row.f32(8),
        }
    }

    /// When and where seasons are in force.
    pub fn season_spans(&self) -> impl Iterator<Item = SeasonSpan> + '_ {
        (0..self.count(Section::SeasonSpans)).map(|i| {
            let row = self.row::<12>(Section::SeasonSpans, i);
            SeasonSpan {
                season: Index::new(row.u16(0)),
                zone: Index::from_stored(row.u16(2)),
                from: row.u16(4),
                until: row.u16(6),
                is_yearly: row.u16(8) == 1,
                hemisphere: Hemisphere::from_stored(row.u16(10)),
            }
        })
    }

    /// Returns `true` if the config has any scenario.
    #[must_use]
    pub fn has_scenarios(&self) -> bool {
        self.count(Section::Scenarios) > 0
    }

    /// A scenario by its index.
    #[must_use]
    pub fn scenario(&self, index: Index<Scenario>) -> Scenario {
        let row = self.row::<40>(Section::Scenarios, index.position());
        Scenario {
            name: row.text(0),
            hash: row.u32(4),
            condition: row.condition(8),
            after_s: row.u32(12) as i32,
            within_s: row.u32(16),
            webhook: row.text(20),
            on: Trigger::from_stored(row.u16(24)),
            relative: RelativeTo::of_number(row.u16(26)),
            offer: Index::from_stored(row.u16(28)),
            at_most: NonZeroU16::new(row.u16(30)).map(|most| Cap {
                most: most.get(),
                per: Window::of_number(row.u16(32)),
            }),
            first_unless: row.u16(34),
            unless: row.u16(36),
        }
    }

    /// The kinds of events after which a scenario no longer fires.
    pub fn unless(&self, scenario: &Scenario) -> impl Iterator<Item = EventKind> + '_ {
        let first = usize::from(scenario.first_unless);
        (first..first + usize::from(scenario.unless)).filter_map(|i| {
            EventKind::of_number(self.row::<2>(Section::ScenarioUnless, i).u16(0) as u8)
        })
    }

    /// Returns `true` if a scenario asks for the last time of an event of this kind.
    #[must_use]
    pub fn is_remembered(&self, kind: EventKind) -> bool {
        self.indices()
            .any(|i| self.scenario(i).on == Some(Trigger::Event(kind)))
            || (0..self.count(Section::ScenarioUnless))
                .any(|i| self.row::<2>(Section::ScenarioUnless, i).u16(0) == kind as u16)
    }
}
