//! Structural check of a JSON document against its schema. Comes in: a document and the JSON Schema
//! of our own types; goes out: every error at once, each with its place and a hint. Only the
//! keywords of our schemas are known: `type`, `properties`, `required`, `additionalProperties`,
//! `items`, `enum`, `anyOf`, `$ref`, bounds. By hand because the crate `jsonschema` has no hints and
//! is too large for the full module.

use serde_json::{Map, Value};

use crate::core::base::validation_error::ValidationError;
use crate::core::condition::nearest::nearest;

/// Returns every error of a document.
#[must_use]
pub fn validate(document: &Value, schema: &Value) -> Vec<ValidationError> {
    let mut check = Check {
        root: schema,
        errors: Vec::new(),
    };
    check.value(document, schema, "");
    check.errors
}

struct Check<'a> {
    root: &'a Value,
    errors: Vec<ValidationError>,
}

impl<'a> Check<'a> {
    fn report(&mut self, path: &str, message: String, hint: String) {
        self.errors.push(ValidationError {
            path: path.to_owned(),
            message,
            hint,
        });
    }

    fn value(&mut self, value: &Value, schema: &'a Value, path: &str) {
        let Some(schema) = self.resolved(schema).as_object() else {
            return;
        };
        if let Some(choices) = schema
            .get("anyOf")
            .or(schema.get("oneOf"))
            .and_then(Value::as_array)
        {
            return self.any_of(value, choices, path);
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            return self.one_of(value, allowed, path);
        }
        if !self.has_type(value, schema, path) {
            return;
        }
        match value {
            Value::Object(object) => self.object(object, schema, path),
            Value::Array(items) => self.array(items, schema, path),
            Value::Number(number) => self.bounds(number.as_f64().unwrap_or(0.0), schema, path),
            _ => {}
        }
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        match schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| r.strip_prefix('#'))
        {
            Some(pointer) => self.root.pointer(pointer).unwrap_or(&Value::Null),
            None => schema,
        }
    }

    /// The alternative of the value's own type is the one that was meant.
    fn any_of(&mut self, value: &Value, choices: &'a [Value], path: &str) {
        match choices.iter().find(|choice| self.means(choice, value)) {
            Some(choice) => self.value(value, choice, path),
            None if choices
                .iter()
                .all(|c| self.resolved(c).get("const").is_some()) =>
            {
                let allowed: Vec<Value> = choices
                    .iter()
                    .filter_map(|c| self.resolved(c).get("const").cloned())
                    .collect();
                self.one_of(value, &allowed, path);
            }
            None => self.report(
                path,
                format!("{} cannot stand here", short(value)),
                "See the guide for what this field takes".into(),
            ),
        }
    }

    /// Returns `true` if an alternative, or one within it, has the value's type.
    fn means(&self, choice: &'a Value, value: &Value) -> bool {
        let schema = self.resolved(choice);
        schema.get("type").is_some_and(|t| accepts(t, value))
            || schema
                .get("enum")
                .is_some_and(|e| e.as_array().is_some_and(|e| e.contains(value)))
            || schema.get("const") == Some(value)
            || schema
                .get("anyOf")
                .and_then(Value::as_array)
                .is_some_and(|all| all.iter().any(|c| self.means(c, value)))
    }

    fn one_of(&mut self, value: &Value, allowed: &[Value], path: &str) {
        if !allowed.contains(value) {
            let names: Vec<String> = allowed.iter().map(short).collect();
            self.report(
                path,
                format!("{} is not one of the values", short(value)),
                format!("Use one of {}", names.join(", ")),
            );
        }
    }

    fn has_type(&mut self, value: &Value, schema: &Map<String, Value>, path: &str) -> bool {
        let Some(expected) = schema.get("type") else {
            return true;
        };
        if accepts(expected, value) {
            return true;
        }
        self.report(
            path,
            format!("{} is a {}", short(value), type_name(value)),
            format!("Write a {}", expected_name(expected)),
        );
        false
    }

    fn object(&mut self, object: &Map<String, Value>, schema: &'a Map<String, Value>, path: &str) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let rest = schema.get("additionalProperties");
        for (key, value) in object {
            let inner = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            match (properties.and_then(|p| p.get(key)), rest) {
                (Some(property), _) => self.value(value, property, &inner),
                (None, Some(Value::Bool(false))) => {
                    let names: Vec<&str> = properties
                        .into_iter()
                        .flatten()
                        .map(|(name, _)| name.as_str())
                        .collect();
                    let hint = match nearest(key, names.iter().copied()) {
                        Some(name) => format!("Did you mean `{name}`?"),
                        None => format!("Remove it; known here are {}", names.join(", ")),
                    };
                    self.report(&inner, format!("`{key}` is not known here"), hint);
                }
                (None, Some(schema)) => self.value(value, schema, &inner),
                (None, None) => {}
            }
        }
        let required = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        for name in required.filter(|name| !object.contains_key(*name)) {
            self.report(
                path,
                format!("`{name}` is missing"),
                format!("Add `{name}`"),
            );
        }
    }

    fn array(&mut self, items: &[Value], schema: &'a Map<String, Value>, path: &str) {
        if let Some(least) = schema
            .get("minItems")
            .and_then(Value::as_u64)
            .filter(|least| (items.len() as u64) < *least)
        {
            self.report(
                path,
                format!("the list has {} entries", items.len()),
                format!("Give at least {least}"),
            );
        }
        if let Some(item_schema) = schema.get("items") {
            for (i, item) in items.iter().enumerate() {
                self.value(item, item_schema, &format!("{path}/{i}"));
            }
        }
    }

    fn bounds(&mut self, number: f64, schema: &Map<String, Value>, path: &str) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let (least, most) = (
            bound("minimum").unwrap_or(f64::MIN),
            bound("maximum").unwrap_or(f64::MAX),
        );
        if !(least..=most).contains(&number) {
            self.report(
                path,
                format!("{number} is out of bounds"),
                format!("Write a number from {least} to {most}"),
            );
        }
    }
}

fn accepts(expected: &Value, value: &Value) -> bool {
    match expected {
        Value::Array(any) => any.iter().any(|t| accepts(t, value)),
        Value::String(name) => match name.as_str() {
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            name => name == type_name(value),
        },
        _ => true,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn expected_name(expected: &Value) -> String {
    match expected {
        Value::Array(any) => any
            .iter()
            .map(expected_name)
            .filter(|n| n != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        Value::String(name) if name == "integer" => "whole number".into(),
        Value::String(name) => name.clone(),
        other => other.to_string(),
    }
}

/// A value as it stands in a message: not longer than a line.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 40 {
        text
    } else {
        text.chars().take(37).chain("...".chars()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keywords that [`Check`] checks.
    const CHECKED: [&str; 13] = [
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "enum",
        "items",
        "maximum",
        "minItems",
        "minimum",
        "oneOf",
        "properties",
        "required",
        "type",
    ];

    /// Keywords that restrict nothing, or nothing that is not checked elsewhere.
    const PASSED_OVER: [&str; 6] = [
        "$defs",
        "$schema",
        "default",
        "description",
        // Of numbers: the types' own bounds stand in `minimum` and `maximum`.
        "format",
        "title",
    ];

    fn collect_keywords(schema: &Value, keywords: &mut std::collections::BTreeSet<String>) {
        let Some(members) = schema.as_object() else {
            return;
        };
        for (keyword, value) in members {
            keywords.insert(keyword.clone());
            match (keyword.as_str(), value) {
                // Their members are names, not keywords.
                ("properties" | "$defs", Value::Object(schemas)) => {
                    schemas
                        .values()
                        .for_each(|schema| collect_keywords(schema, keywords));
                }
                ("default" | "const" | "enum", _) => {}
                (_, Value::Array(schemas)) => {
                    schemas
                        .iter()
                        .for_each(|schema| collect_keywords(schema, keywords));
                }
                (_, schema) => collect_keywords(schema, keywords),
            }
        }
    }

    #[test]
    fn every_keyword_of_our_schemas_is_known() {
        let mut keywords = std::collections::BTreeSet::new();
        collect_keywords(&crate::core::config::source::json_schema(), &mut keywords);
        let is_known = |keyword: &String| {
            CHECKED.contains(&keyword.as_str()) || PASSED_OVER.contains(&keyword.as_str())
        };
        let unknown: Vec<&String> = keywords.iter().filter(|k| !is_known(k)).collect();
        assert!(unknown.is_empty(), "not known to this module: {unknown:?}");
    }
}
