//! In: causes. Out: a list of messages, one line each. Never: a secret in a message.

use std::fmt::Display;

/// Every reason why a config, a file or a command cannot be used.
#[derive(Debug)]
pub struct Errors(pub Vec<String>);

impl Errors {
    /// One message as it stands.
    pub fn message(message: impl Into<String>) -> Self {
        Self(vec![message.into()])
    }

    /// One message that names its subject, such as a path or a flag, before the cause.
    pub fn of(subject: impl Display, cause: impl Display) -> Self {
        Self(vec![format!("{subject}: {cause}")])
    }
}
