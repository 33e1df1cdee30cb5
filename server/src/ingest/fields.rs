//! Field types of imported records. In: JSON values, or the texts of a CSV row. Out: texts and booleans.
//! Never: an empty text, which counts as a missing field.

use std::fmt;

use serde::de::value::Error as ValueError;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

use crate::base::record::text_of;
use crate::base::values::flag::flag;

/// Text of a field. Numbers, booleans and lists are accepted as text, because a CSV file has nothing else.
#[derive(Clone, Debug)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        text_of(&value)
            .map(|text| Self(text.into_owned()))
            .ok_or_else(|| D::Error::custom("expected a text"))
    }
}

/// Boolean of a field, as JSON or as a text of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        flag(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("expected true or false"))
    }
}

/// Parses a record.
///
/// # Errors
/// A message that names the field: it is unknown, missing or of another type.
pub fn parse<'de, T: Deserialize<'de>>(object: Map<String, Value>) -> Result<T, String> {
    let names = names::<T>();
    if let Some(name) = object.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(format!(
            "there is no field `{name}`: the fields are {}",
            names.join(", ")
        ));
    }
    let present: Map<String, Value> = object.into_iter().filter_map(trimmed).collect();
    serde_path_to_error::deserialize(Value::Object(present)).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." => error.into_inner().to_string(),
            _ => format!("`{path}`: {}", error.into_inner()),
        }
    })
}

/// Trims a text. `None` for null and for an empty text.
fn trimmed((name, value): (String, Value)) -> Option<(String, Value)> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some((name, Value::String(text.trim().to_owned()))),
        other => Some((name, other)),
    }
}

/// Names of a record's fields, in the order of its struct, as serde reads them.
pub fn names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut reader = NameReader(&[]);
    // The reader never yields a value; only the names that it was asked for count.
    let _ = T::deserialize(&mut reader);
    reader.0
}

/// Deserializer that records the fields of a struct.
struct NameReader(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut NameReader {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ValueError> {
        Err(ValueError::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ValueError> {
        self.0 = fields;
        Err(ValueError::custom("only the names are read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ingest::records::Booking;

    fn parsed(value: Value) -> Result<Booking, String> {
        match value {
            Value::Object(object) => parse(object),
            _ => Err("not an object".into()),
        }
    }

    #[test]
    fn parse_wrong_field_names_it() {
        let good = json!({ "customer": "c", "id": "x", "at": 7, "cancelled": "no", "offer": " " });
        assert!(parsed(good.clone()).is_ok_and(|booking| booking.offer.is_none()));
        for (field, value) in [
            ("customer", json!("")),
            ("id", Value::Null),
            ("cancelled", json!("perhaps")),
            ("destination", json!({})),
            ("colour", json!("blue")),
        ] {
            let mut wrong = good.clone();
            wrong[field] = value;
            let error = parsed(wrong).err().unwrap_or_default();
            assert!(error.contains(&format!("`{field}`")), "{error}");
        }
    }
}
