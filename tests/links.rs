//! f47: which addresses an offer may carry into a page. The list is part of the browser's face, but pure: it is tested
//! here, natively.

#[path = "../src/web/link.rs"]
mod link;

use link::allowed;

#[test]
fn web_and_relative_addresses_pass() {
    for address in [
        "/city/lisbonne",
        "lisbonne.html?at=12:30",
        "https://example.com/a",
        "HTTP://example.com",
        "#offer",
        "//cdn.example/a",
    ] {
        assert_eq!(allowed(address), Some(address));
    }
    assert_eq!(allowed("  /a "), Some("/a"));
}

#[test]
fn f47_everything_that_could_run_is_refused() {
    for address in [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "\u{a0}javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "blob:https://example.com/1",
        "file:///etc/passwd",
        "/\\evil.example",
        "",
        "   ",
    ] {
        assert_eq!(allowed(address), None, "{address:?}");
    }
}
