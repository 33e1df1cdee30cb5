//! Which addresses an offer may carry into a page. Comes in: a text from the config; goes out: the same text, or
//! nothing. Must let through `http`, `https` and relative addresses only: never `javascript:`, never `data:`.

/// The address, if it is one to be used.
///
/// Browsers drop tabs and line feeds wherever they stand, so that any control character is a refusal.
pub fn allowed(address: &str) -> Option<&str> {
    let address = address.trim();
    let plain = !address.is_empty() && !address.chars().any(|c| c.is_control() || c == '\\');
    let known = scheme(address).is_none_or(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"));
    (plain && known).then_some(address)
}

/// What stands before the first colon, unless a path, a query or a fragment begins earlier.
fn scheme(address: &str) -> Option<&str> {
    let (head, _) = address.split_once(':')?;
    (!head.contains(['/', '?', '#'])).then_some(head)
}
