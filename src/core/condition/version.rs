//! The order of version texts ("1.2.3-rc.1"), two in, an order out. It must never fail: whatever is
//! no version is ordered as text.

use std::cmp::Ordering;

/// The order of two versions, as UTF-8: numbers by size, a pre-release before its release, a
/// leading `v` and whatever follows a `+` left aside.
pub fn order(actual: &[u8], expected: &[u8]) -> Ordering {
    padded(actual).cmp(&padded(expected))
}

/// A form whose order as bytes is the order of versions: numbers padded to five, `~` (after every
/// letter) where a pre-release could stand.
fn padded(version: &[u8]) -> Vec<u8> {
    let version = if version.is_empty() { b"0" } else { version };
    let version = version.strip_prefix(b"v").unwrap_or(version);
    let version = version
        .split(|byte| *byte == b'+')
        .next()
        .unwrap_or(version);
    let mut padded = Vec::new();
    let mut parts = 0;
    for part in version.split(|byte| matches!(byte, b'-' | b'.')) {
        if parts > 0 {
            padded.push(b'-');
        }
        if !part.is_empty() && part.iter().all(u8::is_ascii_digit) {
            padded.resize(padded.len() + 5usize.saturating_sub(part.len()), b' ');
        }
        padded.extend_from_slice(part);
        parts += 1;
    }
    if parts == 3 {
        padded.extend_from_slice(b"-~");
    }
    padded
}
