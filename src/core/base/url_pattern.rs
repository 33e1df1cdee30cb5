//! Addresses that a pattern means: a subset of the `URLPattern` syntax for path and query. Linear
//! in pattern × address, whatever both are. By hand because the crate `urlpattern` brings a regex
//! engine into the page. `tests/frozen/url-patterns.json` has the answers of a browser.
//!
//! `*` is any run of characters, `:name` one or more characters, in the path other than `/`,
//! everything else itself. A `?` parts path from query; a pattern without one takes any query.

/// Limit for addresses, in bytes. The rest is not compared.
pub const MOST_URL: usize = 1024;

/// Returns `true` if an address matches the pattern, with or without a slash at the end of its path.
///
/// ```
/// use escale::internals::base::url_pattern::matches_page;
/// assert!(matches_page("/ski", "/ski/") && matches_page("/ski/*", "/ski?page=2"));
/// ```
#[must_use]
pub fn matches_page(pattern: &str, url: &str) -> bool {
    if matches(pattern, url) {
        return true;
    }
    let at = url.find('?').unwrap_or(url.len());
    let (path, query) = url.split_at(at);
    match path.strip_suffix('/') {
        Some("") => false,
        Some(path) => matches(pattern, &[path, query].concat()),
        None => matches(pattern, &[path, "/", query].concat()),
    }
}

/// Returns `true` if an address (path and query) matches the pattern.
///
/// ```
/// use escale::internals::base::url_pattern::matches;
/// assert!(matches("/city-trips/*", "/city-trips/lisbonne?nights=3"));
/// assert!(matches("/voyages/:slug", "/voyages/bali"));
/// assert!(!matches("/voyages/:slug", "/voyages/asie/bali"));
/// assert!(matches("/search?*theme=ski*", "/search?from=x&theme=ski&page=2"));
/// ```
#[must_use]
pub fn matches(pattern: &str, url: &str) -> bool {
    let mut most = url.len().min(MOST_URL);
    while !url.is_char_boundary(most) {
        most -= 1;
    }
    let url = &url[..most];
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    match pattern.split_once('?') {
        Some((path_pattern, query_pattern)) => {
            part_matches(path_pattern, path, b'/') && part_matches(query_pattern, query, b'#')
        }
        None => part_matches(pattern, path, b'/'),
    }
}

/// Follows all the ways through at once: the set of places in the text that the pattern read so far
/// can end at.
///
/// What a name stands for ends before `end`; in a query that is what no query has.
fn part_matches(pattern: &str, text: &str, end: u8) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    let mut at = 0;
    while let Some(&c) = pattern.get(at) {
        at += 1;
        if c == b'*' {
            spread(&mut ends, |_| true, text);
        } else if c == b':' && pattern.get(at).is_some_and(|c| c.is_ascii_alphabetic()) {
            at += pattern[at..]
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
                .count();
            step(&mut ends, |c| c != end, text);
            spread(&mut ends, |c| c != end, text);
        } else {
            step(&mut ends, |t| t == c, text);
        }
    }
    ends.last() == Some(&true)
}

/// Each way goes on by one character that is allowed, or ends.
fn step(ends: &mut [bool], allowed: impl Fn(u8) -> bool, text: &[u8]) {
    for i in (1..ends.len()).rev() {
        ends[i] = ends[i - 1] && allowed(text[i - 1]);
    }
    ends[0] = false;
}

/// Each way may go on by any number of characters that are allowed.
fn spread(ends: &mut [bool], allowed: impl Fn(u8) -> bool, text: &[u8]) {
    for i in 1..ends.len() {
        ends[i] |= ends[i - 1] && allowed(text[i - 1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_repeats() {
        assert!(matches("*", "") && matches("*", "/a/b?c"));
        assert!(matches("/a/*/c", "/a/b/b/c") && !matches("/a/*/c", "/a/b"));
        assert!(matches("/:a-:b", "/x-y-z") && !matches("/:a-:b", "/x-"));
        assert!(!matches("/ski", "/ski/") && matches("/ski/*", "/ski/"));
    }

    #[test]
    fn slow_patterns_are_not_slow() {
        let url = "/".to_owned() + &"a".repeat(5000);
        assert!(!matches(&"*a".repeat(200).replace("*a", "*a*b"), &url));
    }
}
