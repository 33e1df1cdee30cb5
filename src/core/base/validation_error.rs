//! What is wrong with a config, where, and what to write instead: words for the person who wrote it.

use std::fmt;

/// One thing wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ValidationError {
    /// Where: a JSON pointer (RFC 6901), such as `/offers/3/when/stage`.
    pub path: String,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do about it, without a full stop.
    #[serde(rename = "remedy")]
    pub hint: String,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.path, self.message, self.hint)
    }
}
