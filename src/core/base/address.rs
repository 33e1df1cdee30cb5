//! Canonical addresses: one spelling for each page. Comes in: an address of a browser, a server or
//! a person, or a pattern; goes out: path and query after RFC 3986, section 6.2.2, in NFC. The SDK
//! has the same rules in `www/sdk/base/address.ts`; `tests/frozen/addresses.json` binds both.

use unicode_normalization::UnicodeNormalization;

/// Returns the canonical path and query of an address. Origin and fragment are left out.
///
/// Characters outside ASCII stand for themselves, as do unreserved ones. Other percent-encodings
/// stay, in upper case. Matrix parameters such as `;jsessionid=…` are left out.
///
/// ```
/// use escale::internals::base::address::canonical;
/// assert_eq!(canonical("/s%c3%a9jours/../%7Eski;jsessionid=1?a=%2f"), "/~ski?a=%2F");
/// ```
#[must_use]
pub fn canonical(address: &str) -> String {
    spelled(without_origin(
        address.split('#').next().unwrap_or_default(),
    ))
}

/// Returns a pattern in the spelling of [`canonical`]. `*` and `:name` stay.
#[must_use]
pub fn canonical_pattern(pattern: &str) -> String {
    spelled(pattern)
}

/// Returns a text in NFC, as tokens of structured data are.
#[must_use]
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// Returns the reason why no address of a browser matches a pattern. `None` if one may.
#[must_use]
pub fn unreachable_pattern(pattern: &str) -> Option<&'static str> {
    let path = pattern.split('?').next().unwrap_or_default();
    if pattern.contains("://") {
        Some("Addresses are compared from the path on: leave the origin out")
    } else if pattern.contains('#') {
        Some("Fragments are not compared: leave `#` and what follows out, or set `data-routes`")
    } else if !path.starts_with(['/', '*']) {
        Some("Paths begin with `/`: write one before the pattern, or a `*`")
    } else if pattern.contains('\\') {
        Some("Browsers write `/` for a backslash")
    } else if pattern.chars().any(char::is_control) {
        Some("Browsers leave control characters out")
    } else if canonical_pattern(pattern).len() > super::url_pattern::MOST_URL {
        Some("Longer addresses are not compared: write a shorter pattern with `*`")
    } else {
        None
    }
}

fn without_origin(address: &str) -> &str {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address;
    };
    if scheme.is_empty() || !scheme.bytes().all(|c| c.is_ascii_alphabetic()) {
        return address;
    }
    rest.find(['/', '?']).map_or("/", |at| &rest[at..])
}

fn spelled(address: &str) -> String {
    match address.split_once('?') {
        Some((path, query)) => format!("{}?{}", path_of(path), decoded(query)),
        None => path_of(address),
    }
}

/// Leaves out matrix parameters and dot segments (RFC 3986, section 5.2.4).
fn path_of(path: &str) -> String {
    let path = decoded(path);
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let name = segment.split(';').next().unwrap_or_default();
        match name {
            "." => {}
            ".." if kept.len() > 1 => {
                kept.pop();
            }
            ".." => {}
            _ => {
                kept.push(name);
                continue;
            }
        }
        // The folder itself is meant: `/ski/.` is `/ski/`.
        if is_last {
            kept.push("");
        }
    }
    kept.join("/")
}

/// Decodes what needs no encoding, and encodes what a browser would.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let encoded = (first == b'%').then(|| hex_pair(after)).flatten();
        match encoded {
            Some(byte) => {
                rest = &after[2..];
                if is_unreserved(byte) || !byte.is_ascii() {
                    bytes.push(byte);
                } else {
                    bytes.extend(percent(byte).into_bytes());
                }
            }
            None if is_encoded_by_browsers(first) => bytes.extend(percent(first).into_bytes()),
            None => bytes.push(first),
        }
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|&byte| percent(byte)));
    }
    composed(&out)
}

fn percent(byte: u8) -> String {
    format!("%{byte:02X}")
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_encoded_by_browsers(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f || b"\"<>\\^`{|}".contains(&byte)
}
