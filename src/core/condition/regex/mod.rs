//! Regexes, compiled beforehand: a pattern in, the table that [`super::automaton`] runs out, or the
//! name of what is rejected. It must never take what linear time cannot answer.

mod charset;
pub mod error;
pub mod fold;
mod parse;
mod table;

use error::RegexError;
use regex_syntax::hir::{Hir, Look};

/// The table of a pattern as JavaScript writes it.
pub fn compile(pattern: &str, caseless: bool) -> Result<Vec<u8>, RegexError> {
    table::build(&parse::parse(pattern, caseless)?)
}

/// The table of "exactly one of these texts, whatever the case".
pub fn compile_caseless_texts<'a>(
    texts: impl Iterator<Item = &'a str>,
) -> Result<Vec<u8>, RegexError> {
    let exactly = |text: &str| {
        let mut parts = vec![Hir::look(Look::Start)];
        parts.extend(
            text.chars()
                .map(|c| charset::class_of(vec![(c, c)], true, false)),
        );
        parts.push(Hir::look(Look::End));
        Hir::concat(parts)
    };
    table::build(&Hir::alternation(texts.map(exactly).collect()))
}
