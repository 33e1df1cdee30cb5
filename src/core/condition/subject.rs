//! Subject of a test. In: an attribute's kind, its operators and its values. Out: checked operands,
//! or errors.

use serde_json::Value;

use super::error::{ConditionError, did_you_mean, one_of, shown};
use super::nearest::nearest;
use super::schema::{Attribute, Kind, Schema};
use super::test::subject;

const ON_NUMBERS: &[&str] = &[
    "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$not", "$exists", "$type",
];
const ON_TEXTS: &[&str] = &[
    "$eq", "$ne", "$in", "$nin", "$ini", "$nini", "$lt", "$lte", "$gt", "$gte", "$regex",
    "$regexi", "$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte", "$not", "$exists", "$type",
];
const ON_NAMES: &[&str] = &["$eq", "$ne", "$in", "$nin", "$not", "$exists", "$type"];
const ON_FLAGS: &[&str] = &["$eq", "$ne", "$not", "$exists", "$type"];
const ON_LISTS: &[&str] = &["$in", "$nin", "$all", "$elemMatch", "$size", "$not"];
const ON_LENGTHS: &[&str] = &[
    "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$not",
];
const ELSEWHERE: &[&str] = &["$and", "$or", "$nor", "$alli", "$inGroup", "$notInGroup"];

/// Subject of a test: an attribute, or the length of one that is a list.
pub struct Subject<'a> {
    pub schema: &'a dyn Schema,
    pub name: &'a str,
    pub attribute: Attribute,
    pub is_length: bool,
}

impl Subject<'_> {
    fn operators(&self) -> &'static [&'static str] {
        match self.attribute.kind {
            _ if self.is_length => ON_LENGTHS,
            Kind::Number => ON_NUMBERS,
            Kind::Text => ON_TEXTS,
            Kind::Name => ON_NAMES,
            Kind::Flag => ON_FLAGS,
            Kind::List => ON_LISTS,
        }
    }

    /// One of [`subject`].
    pub fn code(&self) -> u8 {
        match self.attribute.kind {
            _ if self.is_length => subject::LIST_LEN,
            Kind::Number => subject::NUMBER,
            Kind::Text => subject::TEXT,
            Kind::Name => subject::NAME,
            Kind::Flag => subject::FLAG,
            Kind::List => subject::LIST,
        }
    }

    /// The kind in words, and the word that `$type` has for it.
    pub fn kind_names(&self) -> (&'static str, &'static str) {
        match self.code() {
            subject::NUMBER | subject::LIST_LEN => ("a number", "number"),
            subject::TEXT => ("a text", "string"),
            subject::NAME => ("a name", "string"),
            subject::FLAG => ("true or false", "boolean"),
            _ => ("a list of names", "array"),
        }
    }

    /// Errors: the operator does not exist, or not for this kind of attribute.
    pub fn check_operator(&self, operator: &str) -> Result<(), ConditionError> {
        let operators = self.operators();
        if operators.contains(&operator) {
            return Ok(());
        }
        let elsewhere = [ON_NUMBERS, ON_TEXTS, ON_LISTS, ELSEWHERE]
            .into_iter()
            .flatten();
        let (kind, _) = self.kind_names();
        if elsewhere.clone().any(|known| *known == operator) {
            let message = format!(
                "`{operator}` does not apply to `{}`, which is {kind}",
                self.name
            );
            let hint = match operator {
                "$inGroup" | "$notInGroup" => "Define a segment and test `segments`".to_owned(),
                "$and" | "$or" | "$nor" => {
                    format!("Write `{operator}` around the attributes, not inside one")
                }
                _ => format!("Use one of {}", operators.join(", ")),
            };
            return Err(ConditionError::new(message, hint));
        }
        let message = format!("unknown operator `{operator}`");
        let near = nearest(operator, operators.iter().chain(elsewhere).copied());
        Err(ConditionError::new(
            message,
            near.map_or_else(
                || format!("Use one of {}", operators.join(", ")),
                did_you_mean,
            ),
        ))
    }
    /// The bytes of one value to compare with.
    pub fn member(&self, value: &Value) -> Result<Vec<u8>, ConditionError> {
        match (self.code(), value) {
            (subject::NUMBER | subject::LIST_LEN, Value::Number(number)) => {
                Ok(number_bytes(number))
            }
            (subject::FLAG, Value::Bool(flag)) => Ok(vec![u8::from(*flag)]),
            (subject::TEXT, Value::String(text)) => {
                self.check_value(text)?;
                let Ok(length) = u16::try_from(text.len()) else {
                    return Err(ConditionError::new(
                        "the text is too long",
                        "Write a shorter one",
                    ));
                };
                Ok([&length.to_le_bytes(), text.as_bytes()].concat())
            }
            (subject::NAME | subject::LIST, Value::String(name)) if !name.is_empty() => {
                self.check_value(name)?;
                Ok(self
                    .schema
                    .hash(self.attribute, name)
                    .to_le_bytes()
                    .to_vec())
            }
            _ => Err(self.wrong_type(value)),
        }
    }

    /// The operand is of a type that the attribute never has.
    pub fn wrong_type(&self, value: &Value) -> ConditionError {
        let what = if self.is_length {
            format!("the size of `{}`", self.name)
        } else {
            format!("`{}`", self.name)
        };
        let (kind, _) = self.kind_names();
        let wanted = match self.code() {
            subject::LIST | subject::NAME => "Write a name, in quotes",
            subject::TEXT => "Write a text, in quotes",
            subject::FLAG => "Write `true` or `false`, without quotes",
            _ => "Write a number, without quotes",
        };
        ConditionError::new(
            format!(
                "{what} is {kind} and cannot be compared with {}",
                shown(value)
            ),
            wanted,
        )
    }

    fn check_value(&self, value: &str) -> Result<(), ConditionError> {
        let Some(values) = self.schema.values(self.attribute) else {
            return Ok(());
        };
        if values.iter().any(|known| known == value) {
            return Ok(());
        }
        let near = nearest(value, values.iter().map(String::as_str));
        let hint = near.map_or_else(|| one_of(&values), did_you_mean);
        Err(ConditionError::new(
            format!("`{}` is never `{value}`", self.name),
            hint,
        ))
    }
}

/// A number as the tests read it.
pub fn number_bytes(number: &serde_json::Number) -> Vec<u8> {
    number.as_f64().unwrap_or(f64::NAN).to_le_bytes().to_vec()
}
