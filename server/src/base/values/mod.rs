//! Values as people and spreadsheets write them. In: texts. Out: numbers, times, booleans, folded names.
//! Never: a guess between two readings of a number or a date.

pub mod date;
pub mod flag;
pub mod fold;
pub mod number;

/// Reading of an ambiguous form, and its origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention<T> {
    /// Nothing resolves it.
    #[default]
    Unknown,
    /// Certain values of the same file resolve it.
    Observed(T),
    /// A flag of the command resolves it.
    Given(T),
    /// Certain values of the same file contradict each other.
    Contradictory,
}

impl<T: Copy + PartialEq> Convention<T> {
    /// Adds the evidence of a certain value. A flag is never overruled.
    pub fn observe(&mut self, seen: T) {
        *self = match *self {
            Self::Unknown => Self::Observed(seen),
            Self::Observed(other) if other != seen => Self::Contradictory,
            same => same,
        };
    }

    /// Returns the known reading.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Observed(reading) | Self::Given(reading) => Some(reading),
            Self::Unknown | Self::Contradictory => None,
        }
    }

    /// Returns this convention, or another one if nothing resolves it.
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Unknown => other,
            known => known,
        }
    }
}

/// Source of the values. It decides which hint a message names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// JSON of a request.
    #[default]
    Json,
    /// File of the command line, whose flags resolve what is ambiguous.
    File,
}
