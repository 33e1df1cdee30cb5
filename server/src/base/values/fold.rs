//! Names compared as people read them. In: texts. Out: forms without case, accents and kinds of spaces.
//! Never: a form that is shown.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

/// Returns a name in lower case, without accents. Spaces, hyphens and apostrophes become one space each.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_accent(*c)) {
        match c {
            c if c.is_whitespace() || is_joint(c) => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c if is_invisible(c) => {}
            c => push_lower(&mut folded, c),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Returns the key of a column's name: its folded letters and digits.
pub fn column_key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn is_accent(c: char) -> bool {
    canonical_combining_class(c) != 0
}

fn is_joint(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '\'' | '`' | '\u{b4}' | '\u{2bc}' | '\u{2010}'
            ..='\u{2015}' | '\u{2018}' | '\u{2019}' | '\u{2212}'
    )
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// Appends the lower-case form of a character; letters that do not decompose become two.
fn push_lower(folded: &mut String, c: char) {
    match c {
        'ß' | 'ẞ' => folded.push_str("ss"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'ø' | 'Ø' => folded.push('o'),
        'ł' | 'Ł' => folded.push('l'),
        'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('d'),
        'þ' | 'Þ' => folded.push_str("th"),
        'ı' => folded.push('i'),
        c => folded.extend(c.to_lowercase().filter(|c| !is_accent(*c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_ignores_case_accents_and_kinds_of_spaces() {
        for text in [
            "Île Maurice",
            "ÎLE MAURICE",
            "I\u{302}le\u{a0}Maurice",
            " île-maurice ",
            "ile  maurice",
        ] {
            assert_eq!(fold(text), "ile maurice", "{text}");
        }
        assert_eq!(fold("L\u{2019}Île"), "l ile");
        assert_eq!(fold("Straße İstanbul Œuvre"), "strasse istanbul oeuvre");
        assert_eq!(column_key("N° client"), "nclient");
        assert_eq!(column_key("\u{feff}Réservé_le"), "reservele");
    }
}
