//! An error in a config: its message, its place and a hint for the person who wrote it.

use std::fmt;

/// One thing wrong with a config.
///
/// ```
/// let errors = escale::compile(r#"{"version": 1, "offer": []}"#).unwrap_err();
/// assert_eq!(errors[0].path, "/offer");
/// println!("{}", errors[0]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ValidationError {
    /// Where: a JSON pointer (RFC 6901), such as `/offers/3/when/stage`.
    pub path: String,
    /// The error, without a full stop.
    pub message: String,
    /// The correction to make, without a full stop.
    pub hint: String,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.path, self.message, self.hint)
    }
}
