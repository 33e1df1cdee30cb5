//! Runs a regex that was compiled beforehand to a table: the table's bytes and a text in, a yes or
//! no out, one step a byte. It must never panic or trust the bytes, whatever they are; it parses
//! nothing before it starts.
//!
//! ```text
//! ranges: u8 = r                      how many runs of bytes share a class
//! r × (last: u8, class: u8)           bytes up to and including `last`, ascending
//! classes: u8 = c
//! states × (at_end: u8, c × next: u16)  the first is the start; next 0xffff = found, 0xfffe = never
//! ```

/// State after which every text matches.
pub const FOUND: u16 = 0xffff;
/// State after which no text matches.
pub const NEVER: u16 = 0xfffe;

/// Returns `true` if the text contains a match. Bytes that are no table never match.
pub fn is_match(table: &[u8], text: &str) -> bool {
    search(table, text).unwrap_or(false)
}

fn search(table: &[u8], text: &str) -> Option<bool> {
    let (ranges, rest) = table.split_at_checked(1 + 2 * usize::from(*table.first()?))?;
    let (classes, states) = rest.split_first()?;
    let (ranges, classes) = (ranges.get(1..)?, usize::from(*classes));
    let stride = 1 + 2 * classes;
    let mut state = 0;
    for byte in text.bytes() {
        let class = class_of(ranges, byte)?;
        if class >= classes {
            return None;
        }
        let at = state * stride + 1 + 2 * class;
        let next = u16::from_le_bytes([*states.get(at)?, *states.get(at + 1)?]);
        match next {
            FOUND => return Some(true),
            NEVER => return Some(false),
            next => state = usize::from(next),
        }
    }
    Some(*states.get(state * stride)? == 1)
}

fn class_of(ranges: &[u8], byte: u8) -> Option<usize> {
    let range = ranges
        .as_chunks::<2>()
        .0
        .iter()
        .find(|[last, _]| byte <= *last)?;
    Some(usize::from(range[1]))
}
