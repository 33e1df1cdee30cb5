//! Errors in a condition, as text, before the place of the condition is known.

use serde_json::Value;

/// Something wrong: where (a JSON pointer from the operand), what, and what to write instead.
pub struct ConditionError {
    pub at: String,
    pub message: String,
    pub hint: String,
}

impl ConditionError {
    /// About the operand as a whole.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            at: String::new(),
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The same, `at` further down.
    pub fn at(mut self, at: &str) -> Self {
        self.at.insert_str(0, at);
        self
    }
}
/// A value in a message. What has members is not written out: it may be of any size and depth.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        single => format!("`{single}`"),
    }
}
/// The hint that names the nearest word.
pub fn did_you_mean(near: &str) -> String {
    format!("Did you mean `{near}`?")
}

/// The hint that names some of the names there are.
pub fn one_of(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("Use one of {}{more}", shown.join(", "))
}
