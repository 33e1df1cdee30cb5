//! Compiles conditions strictly: JSON and the attribute tree in, steps for [`super::encode::Pool`]
//! and every error at once out. It must never accept what [`super::interpreter`] would answer
//! otherwise, nor guess what a mistake was meant to be.

use serde_json::Value;

use super::encode::{self, Step};
use super::error::{ConditionError, did_you_mean, one_of};
use super::interpreter::value_matches_unknown;
use super::nearest::nearest;
use super::schema::Schema;
use super::subject::Subject;
use crate::core::base::validation_error::ValidationError;

/// Maximum nesting depth of a condition.
pub const MAX_DEPTH: usize = 32;

/// Maximum size of a compiled condition, in bytes.
pub const MAX_BYTES: usize = 65_535;

/// Compiles a condition into steps. Errors are added to `errors`, each at its JSON pointer under
/// `path`. After an error the steps mean nothing.
///
/// ```
/// use escale::internals::condition::compile::compile;
/// use escale::internals::condition::schema::{Attribute, Kind, Schema};
/// struct Tree;
/// impl Schema for Tree {
///     fn resolve(&self, name: &str) -> Option<Attribute> {
///         (name == "trip.days_to_departure").then_some(Attribute { id: 3, argument: 0, kind: Kind::Number })
///     }
///     fn names(&self) -> Vec<String> { vec!["trip.days_to_departure".into()] }
///     fn hash(&self, _: Attribute, _: &str) -> u32 { 1 }
/// }
/// let mut errors = Vec::new();
/// let condition = serde_json::json!({"trip.days_to_departure": {"$lt": 14}});
/// let code = compile(&condition, &Tree, "/offers/0/when", &mut errors);
/// assert!(errors.is_empty() && !code.is_empty());
///
/// let mistyped = serde_json::json!({"trip.day_to_departure": {"$lt": 14}});
/// compile(&mistyped, &Tree, "/offers/0/when", &mut errors);
/// assert_eq!(errors[0].path, "/offers/0/when/trip.day_to_departure");
/// assert_eq!(errors[0].hint, "Did you mean `trip.days_to_departure`?");
/// ```
pub fn compile(
    condition: &Value,
    attributes: &impl Schema,
    path: &str,
    errors: &mut Vec<ValidationError>,
) -> Vec<Step> {
    let mut compiler = Compiler {
        schema: attributes,
        errors,
    };
    let parts = compiler.condition(condition, path, MAX_DEPTH);
    let code = encode::whole(parts);
    if code.iter().map(Step::bytes).sum::<usize>() > MAX_BYTES {
        compiler.error(
            path,
            ConditionError::new(
                "the condition is too long",
                "Split it into segments and test `segments`",
            ),
        );
    }
    code
}

struct Compiler<'a> {
    schema: &'a dyn Schema,
    errors: &'a mut Vec<ValidationError>,
}

impl Compiler<'_> {
    fn error(&mut self, path: &str, error: ConditionError) {
        self.errors.push(ValidationError {
            path: format!("{path}{}", error.at),
            message: error.message,
            hint: error.hint,
        });
    }

    /// The parts of a condition, all of which must hold.
    fn condition(&mut self, condition: &Value, path: &str, depth: usize) -> Vec<Vec<Step>> {
        let Some(depth) = self.deeper(path, depth) else {
            return Vec::new();
        };
        let Some(members) = condition.as_object() else {
            let hint = "Write an object, such as `{\"stage\": \"planning\"}`";
            self.error(path, ConditionError::new("a condition is an object", hint));
            return Vec::new();
        };
        let mut parts = Vec::new();
        for (key, operand) in members {
            let path = below(path, key);
            parts.push(match key.as_str() {
                "$and" => encode::all(self.conditions(operand, &path, depth)),
                "$or" => encode::any(self.conditions(operand, &path, depth)),
                "$nor" => encode::not(encode::any(self.conditions(operand, &path, depth))),
                "$not" => encode::not(encode::all(self.condition(operand, &path, depth))),
                name => self.attribute(name, operand, &path, depth),
            });
        }
        parts
    }

    /// The depth left one level down. An error and `None` at the limit.
    fn deeper(&mut self, path: &str, depth: usize) -> Option<usize> {
        if depth == 0 {
            self.error(
                path,
                ConditionError::new(
                    "the condition nests too deep",
                    "Split it into segments and test `segments`",
                ),
            );
        }
        depth.checked_sub(1)
    }

    fn conditions(&mut self, operand: &Value, path: &str, depth: usize) -> Vec<Vec<Step>> {
        let conditions = operand
            .as_array()
            .filter(|conditions| !conditions.is_empty());
        let Some(conditions) = conditions else {
            self.error(
                path,
                ConditionError::new(
                    "a list of conditions is needed",
                    "Write `[{…}, {…}]`, with at least one",
                ),
            );
            return Vec::new();
        };
        let at = |i: usize| format!("{path}/{i}");
        conditions
            .iter()
            .enumerate()
            .map(|(i, condition)| encode::all(self.condition(condition, &at(i), depth)))
            .collect()
    }

    fn attribute(&mut self, name: &str, operand: &Value, path: &str, depth: usize) -> Vec<Step> {
        if let Some(attribute) = self.schema.resolve(name) {
            let subject = Subject {
                schema: self.schema,
                name,
                attribute,
                is_length: false,
            };
            return self.value(&subject, operand, path, depth);
        }
        let error = if name.starts_with('$') {
            unknown_combinator(name)
        } else {
            self.unknown_attribute(name)
        };
        self.error(path, error);
        Vec::new()
    }

    fn unknown_attribute(&self, name: &str) -> ConditionError {
        let names = self.schema.names();
        let near = nearest(name, names.iter().map(String::as_str));
        ConditionError::new(
            format!("unknown attribute `{name}`"),
            near.map_or_else(|| one_of(&names), did_you_mean),
        )
    }

    fn value(
        &mut self,
        subject: &Subject,
        condition: &Value,
        path: &str,
        depth: usize,
    ) -> Vec<Step> {
        let Some(depth) = self.deeper(path, depth) else {
            return Vec::new();
        };
        match condition {
            Value::Object(operators) if !operators.is_empty() => {
                let operators = operators.iter();
                encode::all(
                    operators
                        .map(|(operator, operand)| {
                            self.operator(subject, (operator.as_str(), operand), path, depth)
                        })
                        .collect(),
                )
            }
            Value::Object(_) => self.rejected(
                path,
                vec![ConditionError::new(
                    "an empty object says nothing",
                    "Write an operator and a value",
                )],
            ),
            Value::Array(_) => {
                let hint = "Use `$in` (any of them) or `$all` (each of them)";
                self.rejected(
                    path,
                    vec![ConditionError::new(
                        "lists are not compared as a whole",
                        hint,
                    )],
                )
            }
            plain => match subject.plain(plain) {
                Ok(draft) => encode::Draft {
                    true_when_unknown: value_matches_unknown(plain),
                    ..draft
                }
                .of(subject.attribute),
                Err(errors) => self.rejected(path, errors),
            },
        }
    }

    fn operator(
        &mut self,
        subject: &Subject,
        (operator, operand): (&str, &Value),
        path: &str,
        depth: usize,
    ) -> Vec<Step> {
        let path = below(path, operator);
        if let Err(error) = subject.check_operator(operator) {
            return self.rejected(&path, vec![error]);
        }
        match operator {
            "$not" => encode::not(self.value(subject, operand, &path, depth)),
            "$size" => self.value(
                &Subject {
                    is_length: true,
                    ..*subject
                },
                operand,
                &path,
                depth,
            ),
            _ => match subject.operator(operator, operand) {
                Ok(draft) => {
                    let on_unknown = Value::from_iter([(operator, operand.clone())]);
                    encode::Draft {
                        true_when_unknown: value_matches_unknown(&on_unknown),
                        ..draft
                    }
                    .of(subject.attribute)
                }
                Err(errors) => self.rejected(&path, errors),
            },
        }
    }

    fn rejected(&mut self, path: &str, errors: Vec<ConditionError>) -> Vec<Step> {
        for error in errors {
            self.error(path, error);
        }
        Vec::new()
    }
}

fn unknown_combinator(name: &str) -> ConditionError {
    const COMBINATORS: [&str; 4] = ["$and", "$or", "$nor", "$not"];
    let near = nearest(name, COMBINATORS);
    let hint = near.map_or_else(
        || "Name an attribute first, such as `{\"stage\": {\"$eq\": …}}`".to_owned(),
        did_you_mean,
    );
    ConditionError::new(
        format!("`{name}` is no attribute and combines no conditions"),
        hint,
    )
}

/// The JSON pointer of a member (RFC 6901).
fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}
