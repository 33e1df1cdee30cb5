//! The rows of pressure, journeys, seasons and scenarios, read at their place.

use crate::core::base::event_kind::EventKind;
use crate::core::config::layout::Section;
use crate::core::config::{Config, NONE};

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
    /// The zone of visitors who did not say, or [`NONE`].
    pub default_zone: u16,
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

/// Over which time a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Window {
    /// The present visit.
    Visit = 0,
    /// An hour.
    Hour = 1,
    /// 24 hours.
    Day = 2,
    /// Seven days.
    Week = 3,
    /// Thirty days.
    Month = 4,
    /// The life of the profile.
    Life = 5,
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
    pub name: u32,
    /// Hash of the name.
    pub hash: u32,
    /// 1 north, 2 south.
    pub hemisphere: u16,
}

/// A season.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Season {
    /// Name, in the string table.
    pub name: u32,
    /// Share of an event's weight that taste learns.
    pub taste_weight: f64,
    /// Share of draws that ignore the scores.
    pub exploration: f64,
}

/// When and where a season is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeasonSpan {
    /// Index of the season.
    pub season: u16,
    /// The zone it is for, or [`NONE`] for all.
    pub zone: u16,
    /// First day; `until` is the last one. Both count days since the epoch of stored times. If
    /// yearly, both are `32·month + day`.
    pub from: u16,
    /// Last day.
    pub until: u16,
    /// `true` if it returns each year.
    pub is_yearly: bool,
    /// 0 both, 1 north, 2 south.
    pub hemisphere: u16,
}

/// Causes of a scenario: an event's kind, or one of these.
pub mod cause {
    /// A booking.
    pub const BOOKING: u16 = 256;
    /// The first visit.
    pub const FIRST_VISIT: u16 = 257;
    /// A birthday.
    pub const BIRTHDAY: u16 = 258;
    /// A quote that was abandoned.
    pub const QUOTE_ABANDONED: u16 = 259;
    /// A trip's moment: this plus the moment's number.
    pub const MOMENT: u16 = 512;
}

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Name, in the string table.
    pub name: u32,
    /// Hash of the name.
    pub hash: u32,
    /// Start of its condition, or `u32::MAX`.
    pub condition: u32,
    /// Seconds after (or before) the time it is relative to.
    pub after_s: i32,
    /// Time for which it stays due, in seconds.
    pub within_s: u32,
    /// The name of the webhook, a string, if the server owns it.
    pub webhook: u32,
    /// See [`cause`].
    pub on: u16,
    /// 0 the event · 1 the departure · 2 the return.
    pub relative: u16,
    /// The offer it shows, or [`NONE`] if the server owns it.
    pub offer: u16,
    /// Fires at most so often; 0 = no limit.
    pub at_most: Cap,
    /// Index of the first kind of event that stops it.
    pub first_unless: u16,
    /// Number of the kinds of events that stop it.
    pub unless: u16,
}

impl Config {
    pub(crate) fn read_timing(&self) -> Timing {
        let row = self.numbers::<24>(Section::Timing);
        Timing {
            rest_after_booking_s: row.u32(0),
            abandoned_after_s: row.u32(4),
            before_departure_days: row.u32(8),
            trip_age_s: row.u32(12),
            returned_days: row.u32(16),
            default_zone: if self.count(Section::Timing) > 5 {
                row.u32(20) as u16
            } else {
                NONE
            },
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

    /// An offer's destination and its main theme besides, as topics; [`NONE`] where it has none.
    #[must_use]
    pub fn theme(&self, offer: u16) -> (u16, u16) {
        let row = self.row::<4>(Section::Themes, usize::from(offer));
        (row.u16(0), row.u16(2))
    }

    /// Pairs (offer, substitute), both ways round.
    pub fn substitutes(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        (0..self.count(Section::Substitutes)).map(|i| {
            let row = self.row::<4>(Section::Substitutes, i);
            (row.u16(0), row.u16(2))
        })
    }

    /// Returns `true` if a booking suppresses a family's offers of the same theme.
    #[must_use]
    pub fn is_suppressed_by_booking(&self, family: u16) -> bool {
        (0..self.count(Section::SuppressedFamilies))
            .any(|i| self.row::<2>(Section::SuppressedFamilies, i).u16(0) == family)
    }

    /// A zone by its index.
    #[must_use]
    pub fn zone(&self, index: u16) -> Zone {
        let row = self.row::<12>(Section::Zones, usize::from(index));
        Zone {
            name: row.u32(0),
            hash: row.u32(4),
            hemisphere: row.u16(8),
        }
    }

    /// A season by its index.
    #[must_use]
    pub fn season(&self, index: u16) -> Season {
        let row = self.row::<12>(Section::Seasons, usize::from(index));
        Season {
            name: row.u32(0),
            taste_weight: row.f32(4),
            exploration: row.f32(8),
        }
    }

    /// When and where seasons are in force.
    pub fn season_spans(&self) -> impl Iterator<Item = SeasonSpan> + '_ {
        (0..self.count(Section::SeasonSpans)).map(|i| {
            let row = self.row::<12>(Section::SeasonSpans, i);
            SeasonSpan {
                season: row.u16(0),
                zone: row.u16(2),
                from: row.u16(4),
                until: row.u16(6),
                is_yearly: row.u16(8) == 1,
                hemisphere: row.u16(10),
            }
        })
    }

    /// Returns the number of scenarios.
    #[must_use]
    pub fn scenarios(&self) -> u16 {
        self.count(Section::Scenarios) as u16
    }

    /// A scenario by its index.
    #[must_use]
    pub fn scenario(&self, index: u16) -> Scenario {
        let row = self.row::<40>(Section::Scenarios, usize::from(index));
        Scenario {
            name: row.u32(0),
            hash: row.u32(4),
            condition: row.u32(8),
            after_s: row.u32(12) as i32,
            within_s: row.u32(16),
            webhook: row.u32(20),
            on: row.u16(24),
            relative: row.u16(26),
            offer: row.u16(28),
            at_most: Cap {
                most: row.u16(30),
                per: Window::of_number(row.u16(32)),
            },
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
        (0..self.scenarios()).any(|i| self.scenario(i).on == kind as u16)
            || (0..self.count(Section::ScenarioUnless))
                .any(|i| self.row::<2>(Section::ScenarioUnless, i).u16(0) == kind as u16)
    }
}
