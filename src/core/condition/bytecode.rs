//! Evaluates compiled conditions. In: their bytes and the facts of a visitor. Out: a yes or no.
//! Never: a panic or a loop, whatever the bytes. Jumps only go forward, so each instruction is
//! read at most once.
//!
//! The conditions of one config share their tests, which are stored apart, each once. A test
//! evaluated for one condition is not evaluated again for another. A condition is a sequence of
//! instructions (u32) over one answer, which begins as true. The last answer is the condition's
//! result. The three low bits of an instruction are its code, the others hold a number `n`.
//!
//! ```text
//! ASK n      the answer is that of test n
//! REQUIRE n  as ASK; where it is false, so is the condition
//! JUMP_IF_FALSE n · JUMP_IF_TRUE n  passes over the next n instructions
//! SET n      0: negates the answer · 1: the answer is true
//! ```
//!
//! A test is a row of 16 bytes: `test` u8, `shape` u8, `attribute` u16, `argument` u32. The start
//! and the length of its operand follow, u32 each. `shape` is a subject, the accepted orders, and
//! two bits. The first negates the answer. The second is the answer for an unknown fact (JSON's
//! null), which follows the language and not the test.

use core::cell::Cell;

use super::test::Test;

pub(super) const ASK: u32 = 0;
pub(super) const REQUIRE: u32 = 1;
pub(super) const JUMP_IF_FALSE: u32 = 2;
pub(super) const JUMP_IF_TRUE: u32 = 3;
pub(super) const SET: u32 = 4;

/// Bytes of a test's row.
pub const TEST_BYTES: usize = 16;

/// Position of a condition's instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionIndex(u32);

impl ConditionIndex {
    /// Returns the position of the condition that begins at this instruction.
    #[must_use]
    pub const fn new(start: u32) -> Self {
        Self(start)
    }

    /// Returns a stored position. `None` for `u32::MAX`, which stands for "no condition".
    #[must_use]
    pub fn from_stored(stored: u32) -> Option<Self> {
        (stored != u32::MAX).then_some(Self(stored))
    }
}

/// Facts about a visitor, by attribute (its code in the config) and argument. The argument is a
/// topic or a fact, and 0 where the attribute needs none. `None` means "not known". Any pair may be
/// asked: an unknown one answers `None`, false or 0.
pub trait Facts {
    /// A quantity: an affinity, days to departure. NaN counts as not known.
    fn number(&self, attribute: u16, argument: u32) -> Option<f64>;
    /// A text that is at hand as such: the page's path, a query's word.
    fn text(&self, attribute: u16, argument: u32) -> Option<&str>;
    /// The hash of a name out of a closed set: a stage, a persona.
    fn name(&self, attribute: u16, argument: u32) -> Option<u32>;
    /// A yes or no.
    fn flag(&self, attribute: u16, argument: u32) -> Option<bool>;
    /// Returns `true` if the list (segments, topics of the page) contains the name with that hash.
    fn list_contains(&self, attribute: u16, argument: u32, hash: u32) -> bool;
    /// Returns the number of names in the list. A list is never unknown, but it may be empty.
    fn list_len(&self, attribute: u16, argument: u32) -> u32;
}

/// Answers of the tests of one config at one moment. Each test is evaluated once.
#[derive(Clone, Debug, Default)]
pub struct Answers(Vec<Cell<Answer>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    NotAsked,
    Known(Option<bool>),
}

impl Answers {
    /// Room for so many tests. [`Answers::default`] has none and remembers nothing.
    #[must_use]
    pub fn of(tests: usize) -> Self {
        Self(vec![Cell::new(Answer::NotAsked); tests])
    }
}

/// The conditions of a config, as three runs of bytes.
///
/// ```
/// use escale::internals::condition::bytecode::{Answers, ConditionIndex, Conditions, Facts};
/// struct Nothing;
/// impl Facts for Nothing {
///     fn number(&self, _: u16, _: u32) -> Option<f64> { None }
///     fn text(&self, _: u16, _: u32) -> Option<&str> { None }
///     fn name(&self, _: u16, _: u32) -> Option<u32> { None }
///     fn flag(&self, _: u16, _: u32) -> Option<bool> { None }
///     fn list_contains(&self, _: u16, _: u32, _: u32) -> bool { false }
///     fn list_len(&self, _: u16, _: u32) -> u32 { 0 }
/// }
/// let instructions = [1u32, 2 << 3].map(u32::to_le_bytes).concat(); // one instruction: ask the third test
/// let conditions = Conditions { tests: &[], operands: &[], instructions: &instructions };
/// assert!(conditions.evaluate(None, &Nothing, &Answers::default())); // no condition: for everyone
/// let first = Some(ConditionIndex::new(0));
/// assert!(!conditions.evaluate(first, &Nothing, &Answers::default())); // no such test: for no one
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Conditions<'a> {
    /// Rows of [`TEST_BYTES`].
    pub tests: &'a [u8],
    /// Operands that tests compare with.
    pub operands: &'a [u8],
    /// Instructions: of each condition their number, then these.
    pub instructions: &'a [u8],
}

impl Conditions<'_> {
    /// Evaluates a condition. `None` means "for everyone", and so does a condition without
    /// instructions. A condition that is out of range, or has an invalid instruction, is false.
    #[must_use]
    pub fn evaluate(
        &self,
        condition: Option<ConditionIndex>,
        facts: &impl Facts,
        answers: &Answers,
    ) -> bool {
        let run = |ConditionIndex(start)| self.run(start as usize, facts, answers);
        condition.is_none_or(|condition| run(condition).unwrap_or(false))
    }

    fn run(&self, start: usize, facts: &impl Facts, answers: &Answers) -> Option<bool> {
        let instructions = self.instructions.as_chunks::<4>().0;
        let read = |at: usize| {
            instructions
                .get(at)
                .map(|instruction| u32::from_le_bytes(*instruction))
        };
        let mut at = start + 1;
        let end = at.checked_add(read(start)? as usize)?;
        let mut answer = true;
        while at < end {
            let instruction = read(at)?;
            let number = instruction >> 3;
            at += 1;
            match instruction & 7 {
                REQUIRE if !self.ask(number as usize, facts, answers)? => return Some(false),
                REQUIRE => answer = true,
                ASK => answer = self.ask(number as usize, facts, answers)?,
                JUMP_IF_FALSE if answer => (),
                JUMP_IF_TRUE if !answer => (),
                JUMP_IF_FALSE | JUMP_IF_TRUE => at += number as usize,
                SET => answer = number == 1 || !answer,
                _ => return None,
            }
        }
        Some(answer)
    }

    fn ask(&self, test: usize, facts: &impl Facts, answers: &Answers) -> Option<bool> {
        let kept = answers.0.get(test);
        if let Some(Answer::Known(answer)) = kept.map(Cell::get) {
            return answer;
        }
        let row = self.tests.as_chunks::<TEST_BYTES>().0.get(test)?;
        let answer = Test::read(row, self.operands)?.answer(facts);
        if let Some(kept) = kept {
            kept.set(Answer::Known(answer));
        }
        answer
    }
}
