//! Sets of characters: ranges in, classes of a regex out.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir};

use super::fold;

/// First and last characters, in any order, perhaps overlapping.
pub type Ranges = Vec<(char, char)>;

pub const DIGITS: &[(char, char)] = &[('0', '9')];
pub const WORD_CHARS: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
pub const LINE_ENDS: &[(char, char)] = &[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')];
pub const SPACES: &[(char, char)] = &[
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];

fn unicode_class(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|(first, last)| ClassUnicodeRange::new(*first, *last)),
    )
}

/// A class of characters; `caseless` takes in their other forms, `negated` means all others.
pub fn class_of(mut ranges: Ranges, caseless: bool, negated: bool) -> Hir {
    if caseless {
        fold::widen(&mut ranges);
    }
    let mut class = unicode_class(&ranges);
    if negated {
        class.negate();
    }
    Hir::class(Class::Unicode(class))
}

/// All characters outside.
pub fn complement(ranges: &[(char, char)]) -> Ranges {
    let mut class = unicode_class(ranges);
    class.negate();
    class
        .ranges()
        .iter()
        .map(|range| (range.start(), range.end()))
        .collect()
}
