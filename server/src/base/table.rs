//! Plain text tables for the terminal. In: rows of cells. Out: aligned lines.

// By hand instead of `comfy-table`: alignment and grouped digits are all that is needed.

/// Columns are as wide as their widest cell; those whose title begins with a space align to the right.
pub fn lines(titles: &[&str], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(at, title)| {
            rows.iter()
                .map(|row| width(&row[at]))
                .chain([width(title.trim())])
                .max()
                .unwrap_or(0)
        })
        .collect();
    let head: Vec<String> = titles.iter().map(|title| title.trim().to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let line = |cells: &[String]| {
        let padded =
            cells
                .iter()
                .zip(&widths)
                .zip(titles)
                .map(|((cell, width_of_column), title)| {
                    let gap = " ".repeat(width_of_column - width(cell));
                    if title.starts_with(' ') {
                        gap + cell
                    } else {
                        cell.clone() + &gap
                    }
                });
        format!("  {}", padded.collect::<Vec<_>>().join("  "))
            .trim_end()
            .to_owned()
    };
    [line(&head), line(&rule)]
        .into_iter()
        .chain(rows.iter().map(|row| line(row)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// 1234567 as 1,234,567.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align() {
        let rows = vec![
            vec!["é".to_owned(), "10".to_owned()],
            vec!["long".to_owned(), "9".to_owned()],
        ];
        assert_eq!(
            lines(&["name", " n"], &rows),
            "  name   n\n  ────  ──\n  é     10\n  long   9"
        );
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
    }
}
