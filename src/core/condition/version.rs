//! The order of version texts ("1.2.3-rc.1"), two in, an order out. It must never fail: whatever is no version is
//! ordered as text.

use std::cmp::Ordering;

/// The order of two versions: numbers by size, a pre-release before its release, a leading `v` and whatever
/// follows a `+` left aside.
pub fn order(actual: &str, expected: &str) -> Ordering {
    padded(actual).cmp(&padded(expected))
}

/// A form whose order as bytes is the order of versions: numbers padded to five, `~` (after every letter) where a
/// pre-release could stand.
fn padded(version: &str) -> Vec<u8> {
    let version = if version.is_empty() { "0" } else { version };
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version.split('+').next().unwrap_or(version);
    let mut padded = Vec::new();
    let mut parts = 0;
    for part in version.split(['-', '.']) {
        if parts > 0 {
            padded.push(b'-');
        }
        push_part(&mut padded, part);
        parts += 1;
    }
    if parts == 3 {
        padded.extend_from_slice(b"-~");
    }
    padded
}

fn push_part(padded: &mut Vec<u8>, part: &str) {
    if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
        for _ in part.len()..5 {
            padded.push(b' ');
        }
    }
    padded.extend_from_slice(part.as_bytes());
}
