//! Answers a compiled condition: its bytes and the facts of a visitor in, a yes or no out. It must never panic,
//! allocate without need or loop, whatever the bytes: jumps only go forward, so each byte is read at most once.
//!
//! A condition is a line of instructions over one answer, true at first; the answer at the end is the condition's.
//!
//! ```text
//! NOT                                              turns the answer round
//! JUMP_IF_FALSE n · JUMP_IF_TRUE n                 passes over the next n bytes
//! ALWAYS                                           the answer is true
//! test · shape · attribute · argument · n · operand  asks a fact
//! ```
//!
//! Numbers (`n`, attribute, argument) are LEB128. `shape` is a subject, the accepted orders, and two bits: turn the
//! answer round; the answer when the fact is unknown (JSON's null), which follows the language and not the test.

use super::reader::Reader;
use super::test::Test;

pub(super) const NOT: u8 = 1;
pub(super) const JUMP_IF_FALSE: u8 = 2;
pub(super) const JUMP_IF_TRUE: u8 = 3;
pub(super) const ALWAYS: u8 = 4;

/// What is known of a visitor, asked by attribute (the config's small integer) and argument (a topic, a fact; 0
/// where the attribute needs none). `None` is "not known"; any pair may be asked, so unknown ones answer `None`,
/// false or 0.
pub trait Facts {
    /// A quantity: an affinity, days to departure. NaN counts as not known.
    fn number(&self, attribute: u16, argument: u32) -> Option<f64>;
    /// A text that is at hand as such: the page's path, a query's word.
    fn text(&self, attribute: u16, argument: u32) -> Option<&str>;
    /// The hash of a name out of a closed set: a stage, a persona.
    fn name(&self, attribute: u16, argument: u32) -> Option<u32>;
    /// A yes or no.
    fn flag(&self, attribute: u16, argument: u32) -> Option<bool>;
    /// Whether a list (segments, topics of the page) holds the name of that hash.
    fn list_contains(&self, attribute: u16, argument: u32, hash: u32) -> bool;
    /// How many names the list holds. A list is never unknown: it may be empty.
    fn list_len(&self, attribute: u16, argument: u32) -> u32;
}

/// Whether the condition holds. No bytes at all is "for everyone"; bytes that are no condition hold for no one.
///
/// ```
/// use escale::core::condition::bytecode::{evaluate, Facts};
/// struct Nothing;
/// impl Facts for Nothing {
///     fn number(&self, _: u16, _: u32) -> Option<f64> { None }
///     fn text(&self, _: u16, _: u32) -> Option<&str> { None }
///     fn name(&self, _: u16, _: u32) -> Option<u32> { None }
///     fn flag(&self, _: u16, _: u32) -> Option<bool> { None }
///     fn list_contains(&self, _: u16, _: u32, _: u32) -> bool { false }
///     fn list_len(&self, _: u16, _: u32) -> u32 { 0 }
/// }
/// assert!(evaluate(&[], &Nothing));
/// assert!(!evaluate(&[255, 3], &Nothing));
/// ```
#[must_use]
pub fn evaluate(code: &[u8], facts: &impl Facts) -> bool {
    run(Reader { rest: code }, facts).unwrap_or(false)
}

fn run(mut code: Reader, facts: &impl Facts) -> Option<bool> {
    let mut answer = true;
    while let Some(instruction) = code.byte() {
        match instruction {
            NOT => answer = !answer,
            ALWAYS => answer = true,
            JUMP_IF_FALSE | JUMP_IF_TRUE => {
                let passed_over = code.block()?;
                if answer == (instruction == JUMP_IF_TRUE) {
                    code.rest = passed_over.1;
                }
            }
            _ => answer = Test::read(instruction, &mut code)?.answer(facts)?,
        }
    }
    Some(answer)
}

/// Calls `seen` with each name (hash) that the condition looks for in a list, and with none where it only asks for the
/// list's length. So a config's compiler can put segments into an order.
pub fn names_of(code: &[u8], list: u16, mut seen: impl FnMut(Option<u32>)) {
    let mut code = Reader { rest: code };
    while let Some(instruction) = code.byte() {
        let known = match instruction {
            NOT | ALWAYS => Some(()),
            JUMP_IF_FALSE | JUMP_IF_TRUE => code.number().map(drop),
            _ => Test::read(instruction, &mut code).map(|test| {
                if test.attribute == list {
                    test.names().for_each(&mut seen);
                }
            }),
        };
        if known.is_none() {
            return;
        }
    }
}

/// Calls `seen` with the attribute and argument of each test, in order; stops at bytes that are no condition. So a config's
/// compiler can tell which segments a segment rests on.
pub fn mentions(code: &[u8], mut seen: impl FnMut(u16, u32)) {
    let mut code = Reader { rest: code };
    while let Some(instruction) = code.byte() {
        let known = match instruction {
            NOT | ALWAYS => Some(()),
            JUMP_IF_FALSE | JUMP_IF_TRUE => code.number().map(drop),
            _ => Test::read(instruction, &mut code).map(|test| seen(test.attribute, test.argument)),
        };
        if known.is_none() {
            return;
        }
    }
}
