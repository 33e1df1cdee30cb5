//! One operator on one attribute: an operator and its operand in, a test or all that is wrong with
//! it out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::encode::Draft;
use super::error::{ConditionError, shown};
use super::regex;
use super::subject::{Subject, number_bytes};
use super::test::{accepts, ask, subject};

impl Subject<'_> {
    /// The test of a value written without an operator.
    pub fn plain(&self, value: &Value) -> Result<Draft, Vec<ConditionError>> {
        match (value, self.code()) {
            (_, subject::LIST) => {
                let hint = "Use `$in` (any of them), `$all` (each of them) or `$size`";
                Err(vec![ConditionError::new(
                    format!("`{}` is a list and equals no single value", self.name),
                    hint,
                )])
            }
            (Value::Null, _) => Ok(self.known(true)),
            _ => self.members(&[(String::new(), value)], false),
        }
    }

    /// The test of an operator that [`Self::check_operator`] let pass.
    pub fn operator(&self, operator: &str, operand: &Value) -> Result<Draft, Vec<ConditionError>> {
        match operator {
            "$eq" | "$ne" if operand.is_null() => Ok(self.known(operator == "$eq")),
            "$eq" | "$ne" => self.members(&[(String::new(), operand)], operator == "$ne"),
            "$in" | "$nin" => self.members(&listed(operand)?, operator == "$nin"),
            "$all" => self.members(&listed(operand)?, false).map(|draft| Draft {
                ask: ask::ALL,
                ..draft
            }),
            "$elemMatch" => self.element(operand),
            "$exists" => match operand {
                Value::Bool(exists) => Ok(self.known(!exists)),
                _ => Err(vec![ConditionError::new(
                    "`$exists` takes true or false",
                    "Write `true` or `false`",
                )]),
            },
            "$type" => self.type_is(operand).map_err(|error| vec![error]),
            "$regex" | "$regexi" | "$ini" | "$nini" => self.regex(operator, operand),
            _ => self.order(operator, operand).map_err(|error| vec![error]),
        }
    }

    fn draft(&self, ask: u8, operand: Vec<u8>) -> Draft {
        Draft {
            ask,
            shape: self.code(),
            operand,
            negated: false,
            true_when_unknown: false,
        }
    }

    fn known(&self, negated: bool) -> Draft {
        Draft {
            negated,
            ..self.draft(ask::KNOWN, Vec::new())
        }
    }

    /// "Is one of these". Null among them only tells what an unknown attribute answers.
    fn members(
        &self,
        members: &[(String, &Value)],
        negated: bool,
    ) -> Result<Draft, Vec<ConditionError>> {
        let mut operand = Vec::new();
        let mut errors = Vec::new();
        for (at, member) in members {
            if member.is_null() && self.code() != subject::LIST && members.len() > 1 {
                continue;
            }
            match self.member(member) {
                Ok(bytes) => operand.extend(bytes),
                Err(error) => errors.push(error.at(at)),
            }
        }
        if errors.is_empty() {
            Ok(Draft {
                negated,
                ..self.draft(ask::ANY, operand)
            })
        } else {
            Err(errors)
        }
    }

    fn element(&self, operand: &Value) -> Result<Draft, Vec<ConditionError>> {
        let only = operand
            .as_object()
            .filter(|object| object.len() == 1)
            .and_then(|object| object.iter().next());
        match only {
            Some((operator, operand)) if operator == "$eq" || operator == "$in" => {
                let members = if operator == "$in" {
                    listed(operand)
                } else {
                    Ok(vec![(String::new(), operand)])
                };
                let inside = |errors: Vec<ConditionError>| {
                    errors
                        .into_iter()
                        .map(|error| error.at(&format!("/{operator}")))
                        .collect()
                };
                members
                    .and_then(|members| self.members(&members, false))
                    .map_err(inside)
            }
            _ => Err(vec![ConditionError::new(
                "`$elemMatch` takes one `$eq` or one `$in` here",
                "Use `$in` or `$all` on the list itself",
            )]),
        }
    }

    fn type_is(&self, operand: &Value) -> Result<Draft, ConditionError> {
        let (_, kind) = self.kind_names();
        match operand.as_str() {
            Some("null") => Ok(self.known(true)),
            Some(named) if named == kind => Ok(self.known(false)),
            _ => Err(ConditionError::new(
                format!(
                    "`{}` is a {kind} or null, never {}",
                    self.name,
                    shown(operand)
                ),
                "Use `$exists`",
            )),
        }
    }

    fn order(&self, operator: &str, operand: &Value) -> Result<Draft, ConditionError> {
        let ask = if operator.starts_with("$v") {
            ask::VERSION
        } else {
            ask::ORDER
        };
        let accepted = match operator.trim_start_matches("$v").trim_start_matches('$') {
            "lt" => accepts::LESS,
            "lte" => accepts::LESS | accepts::EQUAL,
            "gt" => accepts::GREATER,
            "gte" => accepts::GREATER | accepts::EQUAL,
            "eq" => accepts::EQUAL,
            _ => accepts::LESS | accepts::GREATER,
        };
        let bytes = match (self.code(), operand) {
            (subject::NUMBER | subject::LIST_LEN, Value::Number(number)) => number_bytes(number),
            (subject::TEXT, Value::String(text)) => text.clone().into_bytes(),
            _ => return Err(self.wrong_type(operand)),
        };
        let draft = self.draft(ask, bytes);
        Ok(Draft {
            shape: draft.shape | accepted,
            ..draft
        })
    }

    fn regex(&self, operator: &str, operand: &Value) -> Result<Draft, Vec<ConditionError>> {
        let is_membership = operator == "$ini" || operator == "$nini";
        let table = if is_membership {
            regex::compile_caseless_texts(self.texts(operand)?.into_iter())
        } else {
            let pattern = operand
                .as_str()
                .ok_or_else(|| vec![self.wrong_type(operand)])?;
            regex::compile(pattern, operator == "$regexi")
        };
        let table = table.map_err(|error| {
            let (message, hint) = error.texts();
            vec![ConditionError::new(message, hint)]
        })?;
        Ok(Draft {
            negated: operator == "$nini",
            ..self.draft(ask::REGEX, table)
        })
    }

    fn texts<'v>(&self, operand: &'v Value) -> Result<BTreeSet<&'v str>, Vec<ConditionError>> {
        let members = listed(operand)?;
        let no_texts = members.iter().filter(|(_, member)| !member.is_string());
        let errors: Vec<ConditionError> = no_texts
            .map(|(at, member)| self.wrong_type(member).at(at))
            .collect();
        if errors.is_empty() {
            Ok(members
                .iter()
                .filter_map(|(_, member)| member.as_str())
                .collect())
        } else {
            Err(errors)
        }
    }
}

/// The members of a list and where they stand. Errors: no list, or an empty one, which is never
/// meant.
fn listed(operand: &Value) -> Result<Vec<(String, &Value)>, Vec<ConditionError>> {
    match operand.as_array() {
        None => Err(vec![ConditionError::new(
            format!("a list is needed, not {}", shown(operand)),
            "Put the values in brackets: `[…]`",
        )]),
        Some(members) if members.is_empty() => Err(vec![ConditionError::new(
            "an empty list says nothing",
            "Name at least one value",
        )]),
        Some(members) => Ok(members
            .iter()
            .enumerate()
            .map(|(i, member)| (format!("/{i}"), member))
            .collect()),
    }
}
