//! Values that an attribute can still have after some tests. Comes in: its kind, its bounds and the
//! tests, one by one; goes out: `true` or `false` for an empty domain. It must never narrow by more
//! than a test requires: it ignores the tests that it does not follow.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::core::condition::schema::Kind;

/// The values that an attribute can still have.
#[derive(Clone, Debug)]
pub struct Domain {
    kind: Kind,
    /// `true` if the fact may be unknown to the engine.
    pub may_be_unknown: bool,
    /// `true` if the fact may be known.
    pub may_be_known: bool,
    /// The least number, and whether it is itself out.
    low: (f64, bool),
    high: (f64, bool),
    numbers: Option<Vec<f64>>,
    /// The only values that a name or a flag can have.
    names: Option<BTreeSet<String>>,
    /// Values that a name never has, and a list never contains.
    without: BTreeSet<String>,
    /// Values that a list contains: all of these, and one of each set in `with_any`.
    with: BTreeSet<String>,
    with_any: Vec<BTreeSet<String>>,
}

/// Least and greatest value of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
}

impl Bounds {
    /// Every number.
    pub const ALL: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };
    /// Numbers that count something.
    pub const COUNT: Self = Self {
        low: 0.0,
        high: f64::INFINITY,
    };

    /// Returns bounds, both included.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }
}

impl Domain {
    /// Everything between bounds.
    pub fn of(kind: Kind, bounds: Bounds) -> Self {
        let flags = || ["true", "false"].map(str::to_owned).into();
        Self {
            kind,
            may_be_unknown: kind != Kind::List,
            may_be_known: true,
            low: (bounds.low, false),
            high: (bounds.high, false),
            numbers: None,
            names: (kind == Kind::Flag).then(flags),
            without: BTreeSet::new(),
            with: BTreeSet::new(),
            with_any: Vec::new(),
        }
    }

    /// Only these names are left.
    pub fn keep_names(&mut self, names: impl IntoIterator<Item = String>) {
        let kept: BTreeSet<String> = names.into_iter().collect();
        self.names = Some(match self.names.take() {
            Some(known) => known.intersection(&kept).cloned().collect(),
            None => kept,
        });
    }

    /// These names are out.
    pub fn drop_names(&mut self, names: impl IntoIterator<Item = String>) {
        self.without.extend(names);
    }

    /// The bounds, where they are of any interest to a person.
    pub fn bounds(&self) -> Option<Bounds> {
        let bounds = Bounds::new(self.low.0, self.high.0);
        (self.kind == Kind::Number && bounds.low.is_finite()).then_some(bounds)
    }

    /// Narrows the domain by one operator.
    pub fn narrow(&mut self, operator: &str, operand: &Value) {
        match (operator, operand) {
            ("$eq", Value::Null) | ("$exists", Value::Bool(false)) => self.may_be_known = false,
            ("$ne", Value::Null) | ("$exists", Value::Bool(true)) => self.may_be_unknown = false,
            ("$elemMatch", Value::Object(inner)) => {
                inner.iter().for_each(|(o, v)| self.narrow_list(o, v))
            }
            _ if self.kind == Kind::List => self.narrow_list(operator, operand),
            ("$eq", one) => self.among(std::slice::from_ref(one)),
            ("$in", Value::Array(list)) => self.among(list),
            ("$ne", one) if self.kind != Kind::Number => self.without.extend(name_of(one)),
            ("$nin", Value::Array(list)) if self.kind != Kind::Number => {
                self.without.extend(list.iter().filter_map(name_of));
            }
            ("$lt" | "$lte" | "$gt" | "$gte", Value::Number(number)) => {
                self.compare(operator, number.as_f64().unwrap_or(f64::NAN));
            }
            _ => {}
        }
    }

    fn narrow_list(&mut self, operator: &str, operand: &Value) {
        let names: BTreeSet<String> = match operand {
            Value::Array(list) => list.iter().filter_map(name_of).collect(),
            one => name_of(one).into_iter().collect(),
        };
        match operator {
            "$in" | "$eq" => self.with_any.push(names),
            "$all" => self.with.extend(names),
            "$nin" => self.without.extend(names),
            _ => {}
        }
    }

    fn among(&mut self, values: &[Value]) {
        if self.kind == Kind::Number {
            let wanted: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
            let is_left = |n: &f64| self.numbers.as_ref().is_none_or(|known| known.contains(n));
            self.numbers = Some(wanted.into_iter().filter(is_left).collect());
        } else {
            self.keep_names(values.iter().filter_map(name_of));
        }
    }

    fn compare(&mut self, operator: &str, bound: f64) {
        let is_open = operator.len() == 3;
        if operator.starts_with("$g") {
            if bound > self.low.0 || (bound == self.low.0 && is_open) {
                self.low = (bound, is_open);
            }
        } else if bound < self.high.0 || (bound == self.high.0 && is_open) {
            self.high = (bound, is_open);
        }
    }

    /// Returns `true` if no value is left.
    pub fn is_empty(&self) -> bool {
        !self.may_be_unknown && (!self.may_be_known || !self.has_value())
    }

    fn has_value(&self) -> bool {
        match self.kind {
            Kind::Number => match &self.numbers {
                Some(numbers) => numbers.iter().any(|n| self.has(*n)),
                None => self.low.0 < self.high.0 || (self.low == self.high && !self.low.1),
            },
            Kind::List => {
                self.with.is_disjoint(&self.without)
                    && self
                        .with_any
                        .iter()
                        .all(|any| !any.is_subset(&self.without))
            }
            _ => self
                .names
                .as_ref()
                .is_none_or(|names| !names.is_subset(&self.without)),
        }
    }

    fn has(&self, number: f64) -> bool {
        let is_above = number > self.low.0 || (number == self.low.0 && !self.low.1);
        is_above && (number < self.high.0 || (number == self.high.0 && !self.high.1))
    }
}

/// A name or a flag as the sets hold it.
fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn is_left(kind: Kind, tests: &[(&str, Value)]) -> bool {
        let mut domain = Domain::of(kind, Bounds::new(0.0, 1.0));
        domain.may_be_unknown = false;
        tests
            .iter()
            .for_each(|(operator, operand)| domain.narrow(operator, operand));
        !domain.is_empty()
    }

    #[test]
    fn numbers_keep_open_and_closed_ends_apart() {
        assert!(is_left(Kind::Number, &[("$gte", json!(1))]));
        assert!(!is_left(Kind::Number, &[("$gt", json!(1))]));
        assert!(is_left(
            Kind::Number,
            &[("$gte", json!(0.5)), ("$lte", json!(0.5))]
        ));
        assert!(!is_left(
            Kind::Number,
            &[("$gte", json!(0.5)), ("$lt", json!(0.5))]
        ));
        assert!(!is_left(
            Kind::Number,
            &[("$in", json!([0.2, 0.3])), ("$gt", json!(0.3))]
        ));
        assert!(is_left(Kind::Number, &[("$ne", json!(0.5))]));
    }

    #[test]
    fn names_flags_and_lists_run_out_too() {
        assert!(!is_left(
            Kind::Name,
            &[("$eq", json!("a")), ("$ne", json!("a"))]
        ));
        assert!(is_left(
            Kind::Name,
            &[("$in", json!(["a", "b"])), ("$nin", json!(["a"]))]
        ));
        assert!(!is_left(
            Kind::Flag,
            &[("$ne", json!(true)), ("$ne", json!(false))]
        ));
        assert!(is_left(
            Kind::List,
            &[("$in", json!(["a"])), ("$in", json!(["b"]))]
        ));
        assert!(!is_left(
            Kind::List,
            &[("$all", json!(["a", "b"])), ("$nin", json!(["b"]))]
        ));
        assert!(!is_left(
            Kind::List,
            &[
                ("$elemMatch", json!({"$in": ["a"]})),
                ("$nin", json!(["a"]))
            ]
        ));
    }
}
