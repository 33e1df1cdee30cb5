//! JavaScript's ways with values that the condition language takes over: JSON in, what a browser
//! makes of it out. It must never recurse without bound: nesting beyond [`MAX_DEPTH`] is `None`.
//! By hand because these few rules of ECMAScript come in no crate but a whole engine.

use std::cmp::Ordering;

use serde_json::Value;

use super::test::text_order;

/// Maximum nesting depth of values and conditions.
pub const MAX_DEPTH: usize = 64;

/// `Boolean(value)`.
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|n| n != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// `String(value)`.
pub fn text(value: &Value) -> Option<String> {
    text_within(value, MAX_DEPTH)
}

fn text_within(value: &Value, depth: usize) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number_text(number.as_f64()?),
        Value::String(text) => text.clone(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(items) => {
            let depth = depth.checked_sub(1)?;
            let item = |item: &Value| {
                if item.is_null() {
                    Some(String::new())
                } else {
                    text_within(item, depth)
                }
            };
            items
                .iter()
                .map(item)
                .collect::<Option<Vec<_>>>()?
                .join(",")
        }
    })
}

/// `Number(value)`; NaN for what is no number.
pub fn number(value: &Value) -> Option<f64> {
    Some(match value {
        Value::Null => 0.0,
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => number_of_text(text),
        Value::Array(_) | Value::Object(_) => number_of_text(&text(value)?),
    })
}

fn number_of_text(text: &str) -> f64 {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    for (prefix, radix) in [
        ("0x", 16),
        ("0X", 16),
        ("0o", 8),
        ("0O", 8),
        ("0b", 2),
        ("0B", 2),
    ] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return whole_number(digits, radix);
        }
    }
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also reads "inf" and "nan", JavaScript does not.
        text if text
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) =>
        {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

fn whole_number(digits: &str, radix: u32) -> f64 {
    let digit = |number: f64, c: char| {
        c.to_digit(radix)
            .map(|digit| number * f64::from(radix) + f64::from(digit))
    };
    if digits.is_empty() {
        f64::NAN
    } else {
        digits.chars().try_fold(0.0, digit).unwrap_or(f64::NAN)
    }
}

/// A number as JavaScript writes it: the shortest digits that give it back, an exponent from 1e21
/// on and below 1e-6.
pub fn number_text(number: f64) -> String {
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(-6..=20) if number == 0.0 => "0".to_owned(),
        Ok(-6..=20) => number.to_string(),
        Ok(exponent) => format!("{digits}e{exponent:+}"),
        Err(_) => scientific,
    }
}

/// Compares as `a < b` does: two texts as texts, all else as numbers. The outer `None` stands for a
/// value that nests too deep. The inner one stands for a comparison that is false either way.
pub fn order(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let is_text =
        |value: &Value| matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_));
    if is_text(a) && is_text(b) {
        return Some(Some(text_order(text(a)?.as_bytes(), text(b)?.as_bytes())));
    }
    Some(number(a)?.partial_cmp(&number(b)?))
}

/// `a === b`: two arrays or objects are never the same one.
pub fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(_) | Value::Object(_), _) => false,
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// Returns `true` if both have the same JSON text, including the order of members. `None` if a
/// value nests too deep.
pub fn is_same_json(a: &Value, b: &Value) -> Option<bool> {
    is_same_json_within(a, b, MAX_DEPTH)
}

fn is_same_json_within(a: &Value, b: &Value, depth: usize) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    match (a, b) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => every(
            a.iter()
                .zip(b)
                .map(|(a, b)| is_same_json_within(a, b, depth)),
        ),
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            let member = |((a_name, a), (b_name, b))| {
                if a_name == b_name {
                    is_same_json_within(a, b, depth)
                } else {
                    Some(false)
                }
            };
            every(a.iter().zip(b).map(member))
        }
        _ => Some(is_same(a, b)),
    }
}

/// Returns `true` if all are true. Stops at the first answer that is false or `None`, and returns
/// it.
fn every(mut answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    answers
        .try_fold(true, |_, answer| match answer {
            Some(false) => Err(Some(false)),
            Some(true) => Ok(true),
            None => Err(None),
        })
        .map_or_else(|stop| stop, Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_browsers_do() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (0.000_001, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (-20.0, "-20"),
        ];
        for (number, written) in cases {
            assert_eq!(number_text(number), written);
        }
    }

    #[test]
    fn texts_are_read_as_browsers_do() {
        for (text, number) in [
            ("", 0.0),
            (" 8 ", 8.0),
            ("0x1F", 31.0),
            ("-1e3", -1_000.0),
            ("+.5", 0.5),
        ] {
            assert_eq!(number_of_text(text), number, "{text}");
        }
        for text in ["inf", "nan", "1 2", "0x", "e", "1e", "Infinit"] {
            assert!(number_of_text(text).is_nan(), "{text}");
        }
    }
}
