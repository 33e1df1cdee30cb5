//! One test of a compiled condition: its bytes and the facts in, a yes or no out. It must never
//! panic, whatever the bytes; [`super::bytecode`] describes the form.

use std::cmp::Ordering;

use super::bytecode::{Facts, TEST_BYTES};
use super::{automaton, version};

/// Operators of tests.
pub mod ask {
    pub const KNOWN: u8 = 16;
    pub const ANY: u8 = 17;
    pub const ALL: u8 = 18;
    pub const ORDER: u8 = 19;
    pub const VERSION: u8 = 20;
    pub const REGEX: u8 = 21;
}

/// Which method of [`Facts`] a test asks: the three low bits of the shape.
pub mod subject {
    pub const NUMBER: u8 = 0;
    pub const TEXT: u8 = 1;
    pub const NAME: u8 = 2;
    pub const FLAG: u8 = 3;
    pub const LIST: u8 = 4;
    pub const LIST_LEN: u8 = 5;
    /// The bits of the shape that hold one of these.
    pub const MASK: u8 = 7;
}

/// Orders that an ordering test accepts, as bits of the shape.
pub mod accepts {
    pub const LESS: u8 = 0x08;
    pub const EQUAL: u8 = 0x10;
    pub const GREATER: u8 = 0x20;
}

pub const NEGATED: u8 = 0x40;
pub const TRUE_WHEN_UNKNOWN: u8 = 0x80;

/// One test, read from its row.
pub struct Test<'a> {
    test: u8,
    shape: u8,
    attribute: u16,
    argument: u32,
    operand: &'a [u8],
}

impl<'a> Test<'a> {
    /// The test of a row; `None` where its operand is not all there.
    pub fn read(row: &[u8; TEST_BYTES], operands: &'a [u8]) -> Option<Self> {
        let [test, shape, a, b, numbers @ ..] = row;
        let numbers = numbers.as_chunks::<4>().0;
        let number = |at: usize| {
            numbers
                .get(at)
                .map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        let operand = operands
            .get(number(1) as usize..)?
            .get(..number(2) as usize)?;
        Some(Self {
            test: *test,
            shape: *shape,
            attribute: u16::from_le_bytes([*a, *b]),
            argument: number(0),
            operand,
        })
    }

    /// Returns `true` if the fact satisfies the test. `None` if the bytes name no known operator.
    pub fn answer(&self, facts: &impl Facts) -> Option<bool> {
        let (attribute, argument) = (self.attribute, self.argument);
        let answer = match self.shape & subject::MASK {
            subject::NUMBER => facts
                .number(attribute, argument)
                .filter(|n| !n.is_nan())
                .map(|n| self.of_number(n)),
            subject::TEXT => facts
                .text(attribute, argument)
                .map(|text| self.of_text(text)),
            subject::NAME => facts
                .name(attribute, argument)
                .map(|hash| self.of_name(hash)),
            subject::FLAG => facts
                .flag(attribute, argument)
                .map(|flag| self.of_flag(flag)),
            subject::LIST => {
                Some(self.of_list(|hash| facts.list_contains(attribute, argument, hash)))
            }
            subject::LIST_LEN => {
                Some(self.of_number(f64::from(facts.list_len(attribute, argument))))
            }
            _ => return None,
        };
        Some(match answer {
            Some(answer) => answer? != (self.shape & NEGATED != 0),
            None => self.shape & TRUE_WHEN_UNKNOWN != 0,
        })
    }

    fn of_number(&self, number: f64) -> Option<bool> {
        let mut operands = self
            .operand
            .as_chunks::<8>()
            .0
            .iter()
            .map(|bytes| f64::from_le_bytes(*bytes));
        match self.test {
            ask::KNOWN => Some(true),
            ask::ANY => Some(operands.any(|operand| operand == number)),
            ask::ORDER => Some(
                number
                    .partial_cmp(&operands.next()?)
                    .is_some_and(|order| self.accepts(order)),
            ),
            _ => None,
        }
    }

    fn of_text(&self, text: &str) -> Option<bool> {
        match self.test {
            ask::KNOWN => Some(true),
            ask::ANY => Some(any_text(self.operand, text)),
            ask::ORDER => Some(self.accepts(text_order(text.as_bytes(), self.operand))),
            ask::VERSION => Some(self.accepts(version::order(text.as_bytes(), self.operand))),
            ask::REGEX => Some(automaton::is_match(self.operand, text)),
            _ => None,
        }
    }

    fn of_name(&self, hash: u32) -> Option<bool> {
        match self.test {
            ask::KNOWN => Some(true),
            ask::ANY => Some(self.hashes().any(|operand| operand == hash)),
            _ => None,
        }
    }

    fn of_flag(&self, flag: bool) -> Option<bool> {
        match self.test {
            ask::KNOWN => Some(true),
            ask::ANY => Some(
                self.operand
                    .iter()
                    .any(|operand| *operand == u8::from(flag)),
            ),
            _ => None,
        }
    }

    fn of_list(&self, contains: impl Fn(u32) -> bool) -> Option<bool> {
        match self.test {
            ask::KNOWN => Some(true),
            ask::ANY => Some(self.hashes().any(contains)),
            ask::ALL => Some(self.hashes().all(contains)),
            _ => None,
        }
    }

    fn hashes(&self) -> impl Iterator<Item = u32> {
        self.operand
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn accepts(&self, order: Ordering) -> bool {
        let bit = match order {
            Ordering::Less => accepts::LESS,
            Ordering::Equal => accepts::EQUAL,
            Ordering::Greater => accepts::GREATER,
        };
        self.shape & bit != 0
    }
}

/// The order that JavaScript gives texts, by UTF-16 units; these are UTF-8. The two orders differ
/// only in where characters of four bytes stand: in UTF-16, before U+E000.
pub fn text_order(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |byte: u8| if byte >= 0xf0 { 0xed } else { byte };
    let differing = a.iter().zip(b).find(|(a, b)| a != b);
    match differing {
        Some((a, b)) => (rank(*a), a).cmp(&(rank(*b), b)),
        None => a.len().cmp(&b.len()),
    }
}

/// Texts stand after each other, each behind its length (u16).
fn any_text(mut operands: &[u8], text: &str) -> bool {
    while let Some((length, rest)) = operands.split_first_chunk()
        && let Some((operand, rest)) =
            rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))
    {
        if operand == text.as_bytes() {
            return true;
        }
        operands = rest;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_order_of_utf16() {
        let texts = [
            "",
            "a",
            "ab",
            "b",
            "é",
            "\u{d7ff}",
            "\u{10000}",
            "\u{1f3d6}a",
            "\u{10ffff}",
            "\u{e000}",
            "\u{fb01}",
        ];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            assert_eq!(
                text_order(a.as_bytes(), b.as_bytes()),
                a.encode_utf16().cmp(b.encode_utf16()),
                "{a:?} {b:?}"
            );
        }
    }
}
