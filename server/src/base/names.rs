//! Names from outside. In: a text. Out: `true` if it is a short name. Never: accepts a sentence, an address or a path.

/// Bytes of a name at most.
pub const NAME_BYTES: usize = 32;

/// Returns `true` for at most [`NAME_BYTES`] letters, digits and `.-_`.
pub fn is_name(text: &str) -> bool {
    text.len() <= NAME_BYTES
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}
