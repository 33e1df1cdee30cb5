//! The one definition of case folding: characters in, a common form or all the forms out. It must
//! never depend on a language or on neighbouring characters. So a table of single characters gives
//! the same answer. By hand because `regex-syntax` folds by its own Unicode tables, and browsers
//! must agree.

use std::sync::LazyLock;

/// Characters that fold to another one, with that one, ordered by character.
static FOLDED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    (char::MIN..=LAST_WITH_CASE)
        .map(|c| (c, fold(c)))
        .filter(|(c, folded)| c != folded)
        .collect()
});

/// Beyond this code point Unicode has no letter with a case.
const LAST_WITH_CASE: char = '\u{1ffff}';

/// The lower-case form, where it is a single character; else the character itself.
pub fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// A text with each character folded.
pub fn fold_text(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// All characters that fold to the same one as `c`, itself included.
pub fn forms(c: char) -> Vec<char> {
    let common = fold(c);
    let partners = FOLDED
        .iter()
        .filter(|(_, folded)| *folded == common)
        .map(|(other, _)| *other);
    partners.chain([common]).collect()
}

/// Adds to ranges of characters all the other forms of those inside.
pub fn widen(ranges: &mut Vec<(char, char)>) {
    let inside = |c: char| {
        ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
    };
    let mut kept = Vec::new();
    for &(other, common) in FOLDED.iter() {
        if inside(other) || inside(common) {
            kept.push(common);
        }
    }
    ranges.extend(kept.into_iter().flat_map(forms).map(|c| (c, c)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_that_fold_alike() {
        assert_eq!(forms('é'), ['É', 'é']);
        assert_eq!(forms('1'), ['1']);
        assert!(forms('k').contains(&'K'));
    }

    #[test]
    fn no_case_beyond_the_last() {
        let beyond = char::from_u32(LAST_WITH_CASE as u32 + 1)
            .into_iter()
            .flat_map(|first| first..=char::MAX);
        assert!(beyond.into_iter().all(|c| fold(c) == c));
    }
}
