//! Reasons for rejecting a regex, as codes, and as text with a hint.

/// Why a pattern is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegexError {
    LookAround,
    BackReference,
    UnicodeProperty,
    UnknownGroup,
    UnknownEscape(char),
    Unbalanced,
    NothingToRepeat,
    BackwardRange,
    TooLarge,
}

impl RegexError {
    /// Returns the error and the hint, as text.
    pub fn texts(self) -> (String, &'static str) {
        let escape;
        let (message, hint) = match self {
            Self::LookAround => (
                "look-around is refused",
                "Write two conditions, with `$and` and `$not`",
            ),
            Self::BackReference => ("back-references are refused", "Write the alternatives out"),
            Self::UnicodeProperty => (
                "`\\p{…}` is refused",
                "List the characters in a class, such as `[a-zà-ÿ]`",
            ),
            Self::UnknownGroup => (
                "a group of an unknown sort",
                "Use `(…)` or `(?:…)`; for any case, `$regexi`",
            ),
            Self::UnknownEscape(c) => {
                escape = format!("`\\{c}` means nothing");
                (escape.as_str(), "Leave the backslash out, or double it")
            }
            Self::Unbalanced => (
                "a bracket or backslash is left open",
                "Close it, or put a backslash before it",
            ),
            Self::NothingToRepeat => (
                "nothing to repeat, or repeated backwards",
                "Put `*`, `+`, `?` or `{m,n}` after a character",
            ),
            Self::BackwardRange => (
                "a range of a class runs backwards",
                "Write the smaller character first",
            ),
            Self::TooLarge => (
                "too large once compiled",
                "Repeat less, nest less, or use `$in` with the values",
            ),
        };
        (format!("the regex cannot be used: {message}"), hint)
    }
}
