//! Names of places as people write them. In: a name. Out: its form without case and accents, with one
//! kind of space, for comparison only.
//!
//! Written by hand: the compiler of configs and the server need the same form. Unicode's tables are
//! larger than the compiler.

/// Returns a name in lower case, without accents. Spaces, hyphens and apostrophes become one space.
///
/// ```
/// use escale::internals::base::fold::fold_place;
/// assert_eq!(fold_place("ÎLE-MAURICE"), "ile maurice");
/// assert_eq!(fold_place("Cre\u{300}te"), "crete");
/// assert_eq!(fold_place("Đà Nẵng"), "da nang");
/// ```
#[must_use]
pub fn fold_place(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            c if c.is_whitespace() || is_joint(c) => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => match base_letters(c) {
                "" => folded.push(c),
                letters => folded.push_str(letters),
            },
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn is_joint(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '\'' | '`' | '\u{b4}' | '\u{2bc}' | '\u{2010}'
            ..='\u{2015}' | '\u{2018}' | '\u{2019}'
    )
}

/// Returns the letters of a lower-case Latin letter with an accent. Empty for any other character.
fn base_letters(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' | 'ỉ'..='ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_place_ignores_case_accents_and_kinds_of_spaces() {
        for name in [
            "Île Maurice",
            "ÎLE MAURICE",
            "I\u{302}le\u{a0}Maurice",
            " île-maurice ",
            "ile  maurice",
        ] {
            assert_eq!(fold_place(name), "ile maurice", "{name}");
        }
        assert_eq!(fold_place("L\u{2019}Alpe d'Huez"), "l alpe d huez");
        assert_eq!(fold_place("İstanbul"), "istanbul");
        assert_eq!(fold_place("東京"), "東京");
    }
}
