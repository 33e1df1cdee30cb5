//! Errors at the core's borders. They are codes, not sentences: the caller writes the text.

/// Why bytes are not a profile, or not one that this release may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// Written by a later release, whose first byte is this: keep the bytes, do not write, ask for
    /// an update.
    Newer(u8),
    /// Fewer bytes than the content says.
    Truncated,
    /// The check sum, a bound or an order is wrong.
    Corrupt,
}

/// Why bytes are not a compiled config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// Not a compiled config at all.
    NotAConfig,
    /// Compiled by another format version: this one.
    Version(u16),
    /// A section lies outside of the bytes, or the check sum differs.
    Corrupt,
}

/// Why a tracked call was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackError {
    /// No event of that name.
    UnknownEvent,
    /// A field's value cannot be read: a date, a number, an offer that is not in the config.
    BadField,
}

impl WireError {
    /// The code at the wasm boundary; 0 is "no error".
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Newer(_) => 1,
            Self::Truncated | Self::Corrupt => 2,
        }
    }
}

impl TrackError {
    /// The code at the wasm boundary; 0 is "no error".
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::UnknownEvent => 1,
            Self::BadField => 2,
        }
    }
}
