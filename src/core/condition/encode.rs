//! Conditions before they are written: tests and parts in, lines of steps out, and a config's
//! conditions as the bytes that [`super::bytecode`] answers. Equal tests and equal conditions are
//! kept once.

use std::collections::BTreeMap;

use super::bytecode::{
    ASK, Answers, ConditionIndex, Conditions, Facts, JUMP_IF_FALSE, JUMP_IF_TRUE, REQUIRE, SET,
    TEST_BYTES,
};
use super::schema::Attribute;
use super::test::{NEGATED, TRUE_WHEN_UNKNOWN, subject};

/// A test before it is written.
pub struct Draft {
    /// Code of the test.
    pub ask: u8,
    /// A subject, and the orders accepted: see [`super::bytecode`].
    pub shape: u8,
    /// Values that the test compares with.
    pub operand: Vec<u8>,
    /// `true` if the answer is inverted.
    pub negated: bool,
    /// Answer for an attribute without a value.
    pub true_when_unknown: bool,
}

impl Draft {
    /// The test, asked of an attribute.
    pub fn of(self, attribute: Attribute) -> Vec<Step> {
        let negated = if self.negated { NEGATED } else { 0 };
        let unknown = if self.true_when_unknown {
            TRUE_WHEN_UNKNOWN
        } else {
            0
        };
        vec![Step::Ask(Question {
            ask: self.ask,
            shape: self.shape | negated | unknown,
            attribute: attribute.id,
            argument: attribute.argument,
            operand: self.operand,
        })]
    }
}

/// The question of a test: its operator, attribute and operand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    ask: u8,
    shape: u8,
    attribute: u16,
    argument: u32,
    operand: Vec<u8>,
}

/// One step of a compiled condition; see [`super::bytecode`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Sets the answer to that of a question.
    Ask(Question),
    /// As `Ask`. A false answer is the result of the condition.
    Require(Question),
    /// Jumps to an instruction if the answer so far is this one.
    JumpIf(bool, u32),
    /// Inverts the answer.
    Not,
    /// Sets the answer to true.
    Always,
}

impl Step {
    /// Returns the size of the step in a config, in bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Ask(question) | Self::Require(question) => {
                4 + TEST_BYTES + question.operand.len()
            }
            _ => 4,
        }
    }
}

/// The opposite.
pub fn not(mut code: Vec<Step>) -> Vec<Step> {
    code.push(Step::Not);
    code
}

/// All of the parts; true if there are none.
pub fn all(parts: Vec<Vec<Step>>) -> Vec<Step> {
    chain(parts, false)
}

/// All of the parts, as a whole condition: plain tests among them need no jump.
pub fn whole(parts: Vec<Vec<Step>>) -> Vec<Step> {
    let is_plain = |part: &Vec<Step>| matches!(part[..], [Step::Ask(_)]);
    let (plain, optional): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_plain);
    let required = plain.into_iter().flatten().map(|step| match step {
        Step::Ask(question) => Step::Require(question),
        other => other,
    });
    let required: Vec<Step> = required.collect();
    if optional.is_empty() && !required.is_empty() {
        required
    } else {
        [required, all(optional)].concat()
    }
}

/// Any of the parts; as the language has it, true if there are none.
pub fn any(parts: Vec<Vec<Step>>) -> Vec<Step> {
    chain(parts, true)
}

/// The parts, each but the last followed by a jump over all the optional.
fn chain(parts: Vec<Vec<Step>>, leaves_if: bool) -> Vec<Step> {
    if parts.is_empty() {
        return vec![Step::Always];
    }
    let mut left = parts.iter().map(|part| part.len() + 1).sum::<usize>() - 1;
    let mut code = Vec::new();
    for part in parts {
        left -= part.len();
        code.extend(part);
        if left > 0 {
            left -= 1;
            code.push(Step::JumpIf(leaves_if, left as u32));
        }
    }
    code
}

/// Calls `seen` with the attribute and argument of each test, in order. So a config's compiler can
/// tell what a condition rests on.
pub fn mentions(code: &[Step], mut seen: impl FnMut(u16, u32)) {
    questions(code).for_each(|asked| seen(asked.attribute, asked.argument));
}

/// Calls `seen` with each name (hash) that the condition looks for in a list. The argument is
/// `None` where the condition only asks for the list's length. A config's compiler orders the
/// segments with it.
pub fn names_of(code: &[Step], list: u16, mut seen: impl FnMut(Option<u32>)) {
    for asked in questions(code).filter(|asked| asked.attribute == list) {
        if asked.shape & subject::MASK == subject::LIST_LEN {
            seen(None);
        } else {
            asked
                .operand
                .as_chunks::<4>()
                .0
                .iter()
                .for_each(|hash| seen(Some(u32::from_le_bytes(*hash))));
        }
    }
}

fn questions(code: &[Step]) -> impl Iterator<Item = &Question> {
    code.iter().filter_map(|step| match step {
        Step::Ask(question) | Step::Require(question) => Some(question),
        _ => None,
    })
}

/// One condition of its own, which belongs to no config: who an audience is of.
pub struct Condition {
    pool: Pool,
    start: ConditionIndex,
}

impl Condition {
    /// Takes what was compiled.
    #[must_use]
    pub fn of(code: Vec<Step>) -> Self {
        let mut pool = Pool::default();
        let start = ConditionIndex::new(pool.keep(code));
        Self { pool, start }
    }

    /// Returns `true` if the condition is met.
    #[must_use]
    pub fn is_met(&self, facts: &impl Facts) -> bool {
        let conditions = self.pool.conditions();
        conditions.evaluate(Some(self.start), facts, &Answers::default())
    }
}

/// A config's conditions as they grow.
///
/// ```
/// use escale::internals::condition::encode::Pool;
/// let mut pool = Pool::default();
/// assert_eq!(pool.keep(Vec::new()), 0);
/// assert_eq!(pool.keep(Vec::new()), 0);
/// ```
#[derive(Default)]
pub struct Pool {
    tests: Vec<u8>,
    operands: Vec<u8>,
    instructions: Vec<u8>,
    known_tests: BTreeMap<Question, u32>,
    known_operands: BTreeMap<Vec<u8>, u32>,
    known: BTreeMap<Vec<Step>, u32>,
}

impl Pool {
    /// Takes a condition in. Returns the index at which it begins.
    pub fn keep(&mut self, code: Vec<Step>) -> u32 {
        if let Some(known) = self.known.get(&code) {
            return *known;
        }
        let at = (self.instructions.len() / 4) as u32;
        let line: Vec<u32> = code.iter().map(|step| self.instruction(step)).collect();
        self.instructions.extend((line.len() as u32).to_le_bytes());
        self.instructions
            .extend(line.into_iter().flat_map(u32::to_le_bytes));
        self.known.insert(code, at);
        at
    }

    /// The conditions taken in so far, each once.
    pub fn kept(&self) -> impl Iterator<Item = &[Step]> {
        self.known.keys().map(Vec::as_slice)
    }

    /// Their bytes.
    #[must_use]
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions {
            tests: &self.tests,
            operands: &self.operands,
            instructions: &self.instructions,
        }
    }

    fn instruction(&mut self, step: &Step) -> u32 {
        let (operation, number) = match step {
            Step::Ask(question) => (ASK, self.test(question)),
            Step::Require(question) => (REQUIRE, self.test(question)),
            Step::JumpIf(false, count) => (JUMP_IF_FALSE, *count),
            Step::JumpIf(true, count) => (JUMP_IF_TRUE, *count),
            Step::Not => (SET, 0),
            Step::Always => (SET, 1),
        };
        number << 3 | operation
    }

    fn test(&mut self, question: &Question) -> u32 {
        if let Some(known) = self.known_tests.get(question) {
            return *known;
        }
        let operand = self.operand(&question.operand);
        let index = (self.tests.len() / TEST_BYTES) as u32;
        self.tests.extend([question.ask, question.shape]);
        self.tests.extend(question.attribute.to_le_bytes());
        for number in [question.argument, operand, question.operand.len() as u32] {
            self.tests.extend(number.to_le_bytes());
        }
        self.known_tests.insert(question.clone(), index);
        index
    }

    fn operand(&mut self, operand: &[u8]) -> u32 {
        if let Some(known) = self.known_operands.get(operand) {
            return *known;
        }
        let at = self.operands.len() as u32;
        self.operands.extend_from_slice(operand);
        self.known_operands.insert(operand.to_vec(), at);
        at
    }
}
