//! Writes conditions in the form that [`super::bytecode`] answers: tests and parts in, bytes out.

use super::bytecode::{ALWAYS, JUMP_IF_FALSE, JUMP_IF_TRUE, NOT};
use super::schema::Attribute;
use super::test::{NEGATED, TRUE_WHEN_UNKNOWN};

/// A test before it is written.
pub struct Draft {
    pub ask: u8,
    /// One of [`super::test::subject`], and the orders accepted.
    pub shape: u8,
    pub operand: Vec<u8>,
    pub negated: bool,
    pub true_when_unknown: bool,
}

impl Draft {
    /// The bytes of the test, asked of an attribute.
    pub fn write(&self, attribute: Attribute) -> Vec<u8> {
        let negated = if self.negated { NEGATED } else { 0 };
        let unknown = if self.true_when_unknown { TRUE_WHEN_UNKNOWN } else { 0 };
        let mut code = vec![self.ask, self.shape | negated | unknown];
        push_number(&mut code, u32::from(attribute.id));
        push_number(&mut code, attribute.argument);
        push_number(&mut code, self.operand.len() as u32);
        code.extend_from_slice(&self.operand);
        code
    }
}

/// A number as LEB128.
pub fn push_number(code: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        code.push(number as u8 | 0x80);
        number >>= 7;
    }
    code.push(number as u8);
}

/// The opposite.
pub fn not(mut code: Vec<u8>) -> Vec<u8> {
    code.push(NOT);
    code
}

/// All of the parts; true if there are none.
pub fn all(parts: Vec<Vec<u8>>) -> Vec<u8> {
    chain(parts, JUMP_IF_FALSE)
}

/// Any of the parts; as the language has it, true if there are none.
pub fn any(parts: Vec<Vec<u8>>) -> Vec<u8> {
    chain(parts, JUMP_IF_TRUE)
}

/// The parts, each but the last followed by a jump over all the others.
fn chain(parts: Vec<Vec<u8>>, jump: u8) -> Vec<u8> {
    let mut jumps: Vec<Vec<u8>> = Vec::new();
    let mut after = 0;
    for part in parts.iter().rev() {
        let mut code = Vec::new();
        if after > 0 {
            code.push(jump);
            push_number(&mut code, after as u32);
        }
        after += part.len() + code.len();
        jumps.push(code);
    }
    if parts.is_empty() {
        return vec![ALWAYS];
    }
    parts.into_iter().zip(jumps.into_iter().rev()).flat_map(|(part, jump)| part.into_iter().chain(jump)).collect()
}
