//! Errors of the engine. In: bytes and calls that cannot be read. Out: codes, with a text for logs.
//! Never: a text in the browser's runtime, which passes codes on.

use std::error::Error;
use std::fmt;

/// Reason for which bytes are no profile that this release may write.
///
/// ```
/// use escale::{Profile, WireError};
/// assert_eq!(Profile::decode(&[250, 0]), Err(WireError::Newer(250)));
/// assert_eq!(Profile::decode(&[1]), Err(WireError::Truncated));
/// ```
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

/// Reason for which bytes are no compiled config.
///
/// ```
/// use escale::{Config, ConfigError};
/// assert_eq!(Config::from_bytes(b"{}".to_vec()).err(), Some(ConfigError::NotAConfig));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// Not a compiled config at all.
    NotAConfig,
    /// Compiled by another format version: this one.
    Version(u16),
    /// A section lies outside of the bytes, or the check sum differs.
    Corrupt,
}

/// Reason for which a call of the site was rejected.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::{Config, Engine, TrackError, compile};
/// # let json = r#"{"version": 1, "facets": {}, "families": {}, "placements": {}, "offers": []}"#;
/// let mut engine = Engine::new(Config::from_bytes(compile(json).unwrap().bytes).unwrap());
/// let now_ms = 1_795_000_000_000.0;
/// assert_eq!(engine.track(now_ms, "quote_strat", ""), Err(TrackError::UnknownEvent));
/// assert_eq!(engine.track(now_ms, "booking", "value\u{1f}much\u{1e}"), Err(TrackError::BadField));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackError {
    /// No event of that name.
    UnknownEvent,
    /// A field's value cannot be read: a date, a number, an offer that is not in the config.
    BadField,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(version) => write!(f, "the profile is of format {version}, a later one"),
            Self::Truncated => f.write_str("the profile is truncated"),
            Self::Corrupt => f.write_str("the profile is damaged"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAConfig => f.write_str("the bytes are no compiled config"),
            Self::Version(version) => write!(f, "the config is of format {version}, another one"),
            Self::Corrupt => f.write_str("the config is damaged"),
        }
    }
}

impl fmt::Display for TrackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownEvent => "there is no event of that name",
            Self::BadField => "a field has no valid value",
        })
    }
}

impl Error for WireError {}
impl Error for ConfigError {}
impl Error for TrackError {}

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
