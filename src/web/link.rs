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

#[cfg(test)]
mod tests {
    use super::allowed;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn web_and_relative_addresses_pass() {
        for address in [
            "/city/lisbonne",
            "lisbonne.html?at=12:30",
            "https://example.com/a",
            "HTTP://example.com",
            "#offer",
            " /a ",
        ] {
            assert_eq!(allowed(address), Some(address.trim()));
        }
    }

    #[wasm_bindgen_test]
    fn everything_that_could_run_is_refused() {
        for address in [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "blob:https://example.com/1",
            "/\\evil.example",
            "",
        ] {
            assert_eq!(allowed(address), None, "{address:?}");
        }
    }
}
