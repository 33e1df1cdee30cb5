//! One record of a log or an import. In: a CSV record or a JSON object. Out: texts by column name.

use std::borrow::Cow;

use csv::StringRecord;
use serde_json::{Map, Value};

/// Separator of a packed field's name and value, as the engine's `track` reads it.
pub const UNIT_SEPARATOR: char = '\u{1f}';
/// Separator of packed fields.
pub const RECORD_SEPARATOR: char = '\u{1e}';

pub enum Record<'a> {
    Csv {
        header: &'a StringRecord,
        record: &'a StringRecord,
    },
    Json(&'a Map<String, Value>),
}

impl Record<'_> {
    /// Text of a column; `None` if it is missing or empty.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = match self {
            Self::Csv { header, record } => Cow::Borrowed(
                record
                    .get(header.iter().position(|column| column.trim() == name)?)?
                    .trim(),
            ),
            Self::Json(object) => text_of(object.get(name)?)?,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Text of a column.
    ///
    /// # Errors
    /// A message if it is missing or empty.
    pub fn need(&self, name: &str) -> Result<Cow<'_, str>, String> {
        self.get(name).ok_or_else(|| format!("no `{name}`"))
    }

    /// Number of a column.
    ///
    /// # Errors
    /// A message if it is missing or not a number.
    pub fn number(&self, name: &str) -> Result<f64, String> {
        let text = self.need(name)?;
        text.parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .ok_or_else(|| format!("`{name}` is not a number"))
    }

    /// Packed fields: the `fields` object of JSON, or the CSV columns that are not `known`.
    pub fn fields(&self, known: &[&str]) -> String {
        let mut packed = String::new();
        match self {
            Self::Csv { header, record } => {
                let named = header
                    .iter()
                    .map(str::trim)
                    .zip(record.iter().map(str::trim));
                named
                    .filter(|(key, value)| !known.contains(key) && !value.is_empty())
                    .for_each(|(key, value)| pack(&mut packed, key, value));
            }
            Self::Json(object) => {
                let fields = object
                    .get("fields")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten();
                fields
                    .filter_map(|(key, value)| Some((key, text_of(value)?)))
                    .for_each(|(key, value)| pack(&mut packed, key, &value));
            }
        }
        packed
    }
}

/// Appends a field. Separators in its text are removed.
pub fn pack(packed: &mut String, key: &str, value: &str) {
    packed.extend([key, "\u{1f}"]);
    packed.extend(
        value
            .chars()
            .filter(|c| *c != UNIT_SEPARATOR && *c != RECORD_SEPARATOR),
    );
    packed.push(RECORD_SEPARATOR);
}

/// Text of a JSON value. `None` for null and objects.
pub fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text.trim())),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Value::Array(items) => Some(Cow::Owned(
            items
                .iter()
                .filter_map(text_of)
                .collect::<Vec<_>>()
                .join(","),
        )),
        Value::Null | Value::Object(_) => None,
    }
}
