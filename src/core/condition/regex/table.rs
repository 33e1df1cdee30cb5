//! Turns a regex into the table that [`crate::core::condition::automaton`] runs: its meaning in,
//! bytes or an error out. It must never build without bounds: a short regex can mean a vast
//! automaton.

use std::collections::HashMap;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

use super::charset::class_of;
use super::error::RegexError;
use crate::core::condition::automaton::{FOUND, NEVER};

type OwnedDfa = dense::DFA<Vec<u32>>;

const MAX_BUILD_BYTES: usize = 1 << 19;
const MAX_STATES: usize = 4_096;
const MAX_TABLE_BYTES: usize = 32 << 10;

/// The table of a regex's meaning. Errors: it would be too large.
pub fn build(meaning: &Hir) -> Result<Vec<u8>, RegexError> {
    let dfa = determine(meaning).ok_or(RegexError::TooLarge)?;
    let (ranges, samples) = classes(&dfa);
    let mut rows = rows(&dfa, &samples).ok_or(RegexError::TooLarge)?;
    give_up_early(&mut rows);
    let states = minimise(rows);
    let (ranges, states) = join_classes(&ranges, &states);
    let table = write(&ranges, &states);
    if table.len() > MAX_TABLE_BYTES {
        Err(RegexError::TooLarge)
    } else {
        Ok(table)
    }
}

/// Returns the expression preceded by anything. `\B` matches between the bytes of a letter beyond
/// ASCII. For such an expression only whole characters are skipped. All others skip any bytes,
/// which takes fewer states.
fn anywhere(meaning: &Hir) -> Hir {
    let assertions = meaning.properties().look_set();
    let one = if assertions.contains(Look::WordAsciiNegate) {
        class_of(Vec::new(), false, true)
    } else {
        let any_byte = ClassBytesRange::new(0, u8::MAX);
        Hir::class(Class::Bytes(ClassBytes::new([any_byte])))
    };
    let before = Repetition {
        min: 0,
        max: None,
        greedy: false,
        sub: Box::new(one),
    };
    Hir::concat(vec![Hir::repetition(before), meaning.clone()])
}

fn determine(meaning: &Hir) -> Option<OwnedDfa> {
    let nfa = NFA::config()
        .utf8(false)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(MAX_BUILD_BYTES));
    let nfa = NFA::compiler()
        .configure(nfa)
        .build_from_hir(&anywhere(meaning))
        .ok()?;
    let dfa = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(MAX_BUILD_BYTES))
        .determinize_size_limit(Some(MAX_BUILD_BYTES));
    dense::Builder::new()
        .configure(dfa)
        .build_from_nfa(&nfa)
        .ok()
}

/// The runs of bytes that the automaton does not tell apart, and one byte of each class.
fn classes(dfa: &OwnedDfa) -> (Vec<(u8, u8)>, Vec<u8>) {
    let mut ranges: Vec<(u8, u8)> = Vec::new();
    let mut samples = Vec::new();
    for byte in 0..=u8::MAX {
        let class = dfa.byte_classes().get(byte);
        if usize::from(class) == samples.len() {
            samples.push(byte);
        }
        match ranges.last_mut() {
            Some((last, of)) if *of == class => *last = byte,
            _ => ranges.push((byte, class)),
        }
    }
    (ranges, samples)
}

/// A state: whether a text may end in it, and where each class leads.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Row {
    at_end: bool,
    next: Vec<u16>,
}

/// The states that can be reached, the start first. What has found a match need not look further.
fn rows(dfa: &OwnedDfa, samples: &[u8]) -> Option<Vec<Row>> {
    let start = dfa
        .start_state(&start::Config::new().anchored(Anchored::Yes))
        .ok()?;
    let mut reached = vec![start];
    let mut numbers = HashMap::from([(start, 0u16)]);
    let mut rows = Vec::new();
    while let Some(&state) = reached.get(rows.len()) {
        let mut number_of = |next: StateID| {
            if dfa.is_match_state(next) {
                return FOUND;
            }
            if dfa.is_dead_state(next) {
                return NEVER;
            }
            *numbers.entry(next).or_insert_with(|| {
                reached.push(next);
                (reached.len() - 1) as u16
            })
        };
        let next = samples
            .iter()
            .map(|byte| number_of(dfa.next_state(state, *byte)))
            .collect();
        rows.push(Row {
            at_end: dfa.is_match_state(dfa.next_eoi_state(state)),
            next,
        });
        if reached.len() > MAX_STATES {
            return None;
        }
    }
    Some(rows)
}

/// Marks what can no longer match, so that the search ends there.
fn give_up_early(rows: &mut [Row]) {
    let mut hopeful: Vec<bool> = rows.iter().map(|row| row.at_end).collect();
    let leads_on = |hopeful: &[bool], next: u16| {
        next == FOUND || hopeful.get(usize::from(next)).copied().unwrap_or(false)
    };
    let mut known = usize::MAX;
    while known != hopeful.iter().filter(|hope| **hope).count() {
        known = hopeful.iter().filter(|hope| **hope).count();
        for (at, row) in rows.iter().enumerate() {
            hopeful[at] = hopeful[at] || row.next.iter().any(|next| leads_on(&hopeful, *next));
        }
    }
    for next in rows.iter_mut().flat_map(|row| &mut row.next) {
        if !leads_on(&hopeful, *next) {
            *next = NEVER;
        }
    }
}

/// Joins equivalent states (Moore 1956), until none are left.
fn minimise(rows: Vec<Row>) -> Vec<Row> {
    let mut group_of: Vec<u16> = rows.iter().map(|row| u16::from(row.at_end)).collect();
    let mut groups = 0;
    loop {
        let signature = |row: &Row| Row {
            at_end: row.at_end,
            next: row.next.iter().map(|to| renumber(*to, &group_of)).collect(),
        };
        let mut seen = HashMap::new();
        let mut kept = Vec::new();
        let mut refined = Vec::with_capacity(rows.len());
        for (row, group) in rows.iter().zip(&group_of) {
            let signature = signature(row);
            let fresh = seen.len() as u16;
            refined.push(*seen.entry((*group, signature.clone())).or_insert_with(|| {
                kept.push(signature);
                fresh
            }));
        }
        if seen.len() == groups {
            return kept;
        }
        groups = seen.len();
        group_of = refined;
    }
}

fn renumber(state: u16, group_of: &[u16]) -> u16 {
    group_of.get(usize::from(state)).copied().unwrap_or(state)
}

/// Joins classes that lead to the same states everywhere, such as the two cases of a letter.
fn join_classes(ranges: &[(u8, u8)], states: &[Row]) -> (Vec<(u8, u8)>, Vec<Row>) {
    let column = |class: u8| {
        states
            .iter()
            .map(|row| row.next[usize::from(class)])
            .collect::<Vec<u16>>()
    };
    let mut columns: Vec<Vec<u16>> = Vec::new();
    let mut joined: Vec<(u8, u8)> = Vec::new();
    for (last_byte, class) in ranges {
        let column = column(*class);
        let class = columns
            .iter()
            .position(|known| *known == column)
            .unwrap_or(columns.len());
        if class == columns.len() {
            columns.push(column);
        }
        match joined.last_mut() {
            Some((last, of)) if usize::from(*of) == class => *last = *last_byte,
            _ => joined.push((*last_byte, class as u8)),
        }
    }
    let next = |state: usize| columns.iter().map(|column| column[state]).collect();
    let states = states
        .iter()
        .enumerate()
        .map(|(i, row)| Row {
            at_end: row.at_end,
            next: next(i),
        })
        .collect();
    (joined, states)
}

fn write(ranges: &[(u8, u8)], states: &[Row]) -> Vec<u8> {
    let mut table = vec![ranges.len() as u8];
    table.extend(ranges.iter().flat_map(|(last, class)| [*last, *class]));
    table.push(states.first().map_or(0, |row| row.next.len() as u8));
    for state in states {
        table.push(u8::from(state.at_end));
        table.extend(state.next.iter().flat_map(|next| next.to_le_bytes()));
    }
    table
}
