//! Delimiter of a CSV file. In: its first lines. Out: the character between cells. Never: one that the lines contradict.

/// Delimiters that are detected, the commonest first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Lines that are looked at.
const LINES: usize = 200;

/// Parses a delimiter: a character or its name.
pub fn parse(text: &str) -> Result<u8, String> {
    match text {
        "comma" => Ok(b','),
        "semicolon" => Ok(b';'),
        "tab" | "\\t" => Ok(b'\t'),
        "pipe" => Ok(b'|'),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() || *byte == b'\t' || *byte == b' ' => Ok(*byte),
            _ => Err("write comma, semicolon, tab, pipe or one character".into()),
        },
    }
}

/// Returns the delimiter of a line such as `sep=;`.
pub fn of_sep_line(text: &str) -> Option<u8> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let line = line.trim_matches('"');
    let prefix = line.get(..4)?;
    match &line.as_bytes()[4..] {
        [byte] if prefix.eq_ignore_ascii_case("sep=") => Some(*byte),
        _ => None,
    }
}

/// Returns the delimiter with which most rows are as long as the header.
///
/// # Errors
/// A message: two delimiters fit.
pub fn detect(sample: &str) -> Result<u8, String> {
    let mut best = (0.0, b',');
    let mut is_tie = false;
    for candidate in CANDIDATES {
        let share = share_of_equal_rows(sample, candidate);
        if share > best.0 {
            (best, is_tie) = ((share, candidate), false);
        } else if share > 0.0 && share == best.0 {
            is_tie = true;
        }
    }
    if is_tie {
        return Err("its columns can be divided in two ways: say --delimiter".into());
    }
    Ok(best.1)
}

/// Returns the share of rows with as many cells as the header; 0 if the header is one cell.
fn share_of_equal_rows(sample: &str, delimiter: u8) -> f64 {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(sample.as_bytes());
    let lengths: Vec<usize> = reader
        .records()
        .take(LINES)
        .filter_map(Result::ok)
        .filter(|row| row.iter().any(|cell| !cell.trim().is_empty()))
        .map(|row| row.len())
        .collect();
    match lengths.split_first() {
        Some((2.., [])) => 1.0,
        Some((header @ 2.., rows)) => {
            let equal = rows.iter().filter(|length| *length == header).count();
            // A header alone shows something, too.
            (equal as f64 + 0.5) / (rows.len() as f64 + 0.5)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiter_is_that_of_the_most_equal_rows() {
        for (sample, delimiter) in [
            ("a,b,c\n1,2,3\n", b','),
            ("a;b;c\n1,50;2,5;3,0\n", b';'),
            ("a;b\n1,50;2\n", b';'),
            ("a\tb\n1\t2,5\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("name;\"Paris, Lyon\"\nx;\"Nice; Nancy\"\n", b';'),
            ("a,b\n", b','),
            ("one\n1\n", b','),
            ("a,b,c\n1,2,50,3\n1,2,3\n", b','),
        ] {
            assert_eq!(detect(sample), Ok(delimiter), "{sample}");
        }
        assert!(detect("a,b;c\n1,2;3\n").is_err());
    }

    #[test]
    fn sep_line_names_the_delimiter() {
        assert_eq!(of_sep_line("\u{feff}sep=;\r\na;b"), Some(b';'));
        assert_eq!(of_sep_line("SEP=\t\na"), Some(b'\t'));
        assert_eq!(of_sep_line("\"sep=,\"\n"), Some(b','));
        assert_eq!(of_sep_line("separator;b\n"), None);
        assert_eq!(of_sep_line("sé"), None);
        assert_eq!(parse("tab"), Ok(b'\t'));
        assert!(parse("ab").is_err());
    }
}
