//! Cells that spreadsheets open. In: texts. Out: texts that no spreadsheet runs as a formula, and the way back.
//! Never: a text that the way back changes.

use std::borrow::Cow;

/// Beginnings of a cell that a spreadsheet takes for a formula (OWASP, CSV injection).
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Returns a cell with an apostrophe before a formula, the decimal_separator of spreadsheets for text.
pub fn without_formula(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.trim_start_matches('\'').starts_with(FORMULA_STARTS);
    if is_formula {
        Cow::Owned(["'", cell].concat())
    } else {
        Cow::Borrowed(cell)
    }
}

/// Returns a cell without the apostrophe of [`without_formula`].
pub fn with_formula(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA_STARTS) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_of_a_formula_is_text_and_comes_back() {
        for cell in [
            "=1+1",
            "+33612345678",
            "-12",
            "@SUM(A1)",
            "\t=1",
            "'=1",
            "''-1",
        ] {
            let safe = without_formula(cell);
            assert_eq!(safe, format!("'{cell}"));
            assert_eq!(with_formula(&safe), cell);
        }
        for cell in ["", "0012345", "C-é", "'s-Hertogenbosch", "'", "a=b"] {
            assert_eq!(without_formula(cell), cell);
            assert_eq!(with_formula(cell), cell);
        }
    }
}
