//! Booleans and placeholders. In: texts in French or English. Out: booleans; what stands for no value.
//! Never: a spreadsheet's error taken for an empty cell.

/// Reads a boolean. `None` for any other text.
pub fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "1.0" | "1,0" | "on" | "oui" | "o" | "vrai" => {
            Some(true)
        }
        "false" | "f" | "no" | "n" | "0" | "0.0" | "0,0" | "off" | "non" | "faux" => Some(false),
        _ => None,
    }
}

/// True for a text that stands for no value, such as `-` or `N/A`.
pub fn is_placeholder(text: &str) -> bool {
    let is_dashes = !text.is_empty() && text.chars().all(|c| "-\u{2013}\u{2014}".contains(c));
    is_dashes
        || matches!(
            text.to_lowercase().as_str(),
            "n/a"
                | "n.a."
                | "n/d"
                | "n.c."
                | "n/c"
                | "null"
                | "(null)"
                | "nil"
                | "none"
                | "undefined"
                | "nan"
                | "\\n"
                | "(blank)"
                | "(empty)"
                | "(vide)"
                | "#n/a"
                | "#n/d"
        )
}

/// True for the text of a failed formula, such as `#REF!`.
pub fn is_formula_error(text: &str) -> bool {
    let Some(name) = text.strip_prefix('#') else {
        return false;
    };
    name.ends_with(['!', '?'])
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "/!? ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_is_read_in_french_and_english() {
        for yes in [
            "true", "True", "VRAI", "oui", "Oui", "yes", "Y", "1", "1.0", " on ",
        ] {
            assert_eq!(flag(yes), Some(true), "{yes}");
        }
        for no in ["false", "FAUX", "non", "No", "n", "0", "off"] {
            assert_eq!(flag(no), Some(false), "{no}");
        }
        for other in ["", "perhaps", "2", "-1"] {
            assert_eq!(flag(other), None, "{other}");
        }
    }

    #[test]
    fn placeholder_is_no_value_and_a_formula_error_is_none() {
        for text in [
            "-", "\u{2013}", "N/A", "null", "NULL", "#N/A", "None", "\\N",
        ] {
            assert!(is_placeholder(text) && !is_formula_error(text), "{text}");
        }
        for text in ["#REF!", "#VALUE!", "#DIV/0!", "#NOM?", "#VALEUR!"] {
            assert!(is_formula_error(text) && !is_placeholder(text), "{text}");
        }
        for text in ["NA", "-12", "a-b", "#12", ""] {
            assert!(!is_placeholder(text) && !is_formula_error(text), "{text}");
        }
    }
}
