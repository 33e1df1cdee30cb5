//! Reads a regex as JavaScript writes it: a pattern in, its meaning (an `Hir`) or the name of what
//! is rejected out. It must never accept what a table cannot hold: back-references and look-around.
//!
//! Characters are whole ones, as with JavaScript's `u` flag; `\d`, `\w` and `\b` are ASCII, as
//! without. By hand because `regex-syntax` reads the syntax of Rust: it gives `\d`, `\w` and `\b`
//! other meanings, and cannot name what JavaScript has beyond it.

use regex_syntax::hir::{Hir, Look, Repetition};

use super::charset::{DIGITS, LINE_ENDS, Ranges, SPACES, WORD_CHARS, class_of, complement};
use super::error::RegexError;

const MAX_DEPTH: usize = 32;
const MAX_REPEATS: u32 = 1_000;
const MAX_PATTERN_BYTES: usize = 4_096;

/// The meaning of a pattern, case aside if `caseless`.
pub fn parse(pattern: &str, caseless: bool) -> Result<Hir, RegexError> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(RegexError::TooLarge);
    }
    let mut parser = Parser {
        rest: pattern,
        caseless,
        depth: 0,
    };
    let meaning = parser.alternatives()?;
    if parser.rest.is_empty() {
        Ok(meaning)
    } else {
        Err(RegexError::Unbalanced)
    }
}

struct Parser<'a> {
    rest: &'a str,
    caseless: bool,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn take(&mut self, prefix: &str) -> bool {
        let after = self.rest.strip_prefix(prefix);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn alternatives(&mut self) -> Result<Hir, RegexError> {
        let mut alternatives = vec![self.terms()?];
        while self.take("|") {
            alternatives.push(self.terms()?);
        }
        Ok(Hir::alternation(alternatives))
    }

    fn terms(&mut self) -> Result<Hir, RegexError> {
        let mut terms = Vec::new();
        while self.peek().is_some_and(|c| c != '|' && c != ')') {
            terms.push(self.term()?);
        }
        Ok(Hir::concat(terms))
    }

    fn term(&mut self) -> Result<Hir, RegexError> {
        for (written, assertion) in [
            ("^", Look::Start),
            ("$", Look::End),
            ("\\b", Look::WordAscii),
            ("\\B", Look::WordAsciiNegate),
        ] {
            if self.take(written) {
                return match self.repeats()? {
                    None => Ok(Hir::look(assertion)),
                    Some(_) => Err(RegexError::NothingToRepeat),
                };
            }
        }
        let atom = self.atom()?;
        let Some((min, max)) = self.repeats()? else {
            return Ok(atom);
        };
        if self.repeats()?.is_some() {
            return Err(RegexError::NothingToRepeat);
        }
        Ok(Hir::repetition(Repetition {
            min,
            max,
            // The earliest match is enough, and lets the automaton forget the rest.
            greedy: false,
            sub: Box::new(atom),
        }))
    }

    fn atom(&mut self) -> Result<Hir, RegexError> {
        match self.next() {
            Some('(') => self.group(),
            Some('[') => self.class(),
            Some('.') => Ok(class_of(LINE_ENDS.to_vec(), false, true)),
            Some('*' | '+' | '?') => Err(RegexError::NothingToRepeat),
            Some('\\') => {
                let (ranges, negated) = self.escape()?;
                Ok(class_of(ranges, self.caseless, negated))
            }
            Some(c) => Ok(class_of(vec![(c, c)], self.caseless, false)),
            None => Err(RegexError::Unbalanced),
        }
    }

    fn group(&mut self) -> Result<Hir, RegexError> {
        if ["?=", "?!", "?<=", "?<!"]
            .into_iter()
            .any(|group| self.rest.starts_with(group))
        {
            return Err(RegexError::LookAround);
        }
        if self.take("?<") {
            let end = self.rest.find('>').ok_or(RegexError::Unbalanced)?;
            self.rest = &self.rest[end + 1..];
        } else if !self.take("?:") && self.rest.starts_with('?') {
            return Err(RegexError::UnknownGroup);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(RegexError::TooLarge);
        }
        let inside = self.alternatives()?;
        self.depth -= 1;
        if self.take(")") {
            Ok(inside)
        } else {
            Err(RegexError::Unbalanced)
        }
    }

    /// Reads a quantifier and returns its bounds. `None` if there is none here. Lazy quantifiers
    /// match the same texts.
    fn repeats(&mut self) -> Result<Option<(u32, Option<u32>)>, RegexError> {
        let repeats = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.next();
        self.take("?");
        Ok(Some(repeats))
    }

    /// `{n}`, `{n,}` or `{n,m}`; any other brace stands for itself.
    fn counted(&mut self) -> Result<Option<(u32, Option<u32>)>, RegexError> {
        let Some((inside, after)) = self.rest[1..].split_once('}') else {
            return Ok(None);
        };
        let (min, max) = inside.split_once(',').unwrap_or((inside, inside));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(min) || !(max.is_empty() && inside.contains(',') || is_number(max)) {
            return Ok(None);
        }
        let bounded = |text: &str| {
            text.parse()
                .ok()
                .filter(|n| *n <= MAX_REPEATS)
                .ok_or(RegexError::TooLarge)
        };
        let (min, max) = (
            bounded(min)?,
            if max.is_empty() {
                None
            } else {
                Some(bounded(max)?)
            },
        );
        if max.is_some_and(|max| max < min) {
            return Err(RegexError::NothingToRepeat);
        }
        self.rest = after;
        self.take("?");
        Ok(Some((min, max)))
    }

    fn class(&mut self) -> Result<Hir, RegexError> {
        let negated = self.take("^");
        let mut ranges = Ranges::new();
        while !self.take("]") {
            let (first, first_is_one) = self.class_atom()?;
            let is_range =
                self.rest.starts_with('-') && !self.rest.starts_with("-]") && first_is_one;
            if !is_range {
                ranges.extend(first);
                continue;
            }
            self.next();
            let (last, last_is_one) = self.class_atom()?;
            if !last_is_one {
                ranges.extend(first.into_iter().chain(last).chain([('-', '-')]));
            } else if let (Some((first, _)), Some((last, _))) = (first.first(), last.first()) {
                if first > last {
                    return Err(RegexError::BackwardRange);
                }
                ranges.push((*first, *last));
            }
        }
        Ok(class_of(ranges, self.caseless, negated))
    }

    /// One member of a class, and whether it is a single character.
    fn class_atom(&mut self) -> Result<(Ranges, bool), RegexError> {
        match self.next() {
            None => Err(RegexError::Unbalanced),
            Some('\\') if self.take("b") => Ok((vec![('\u{8}', '\u{8}')], true)),
            Some('\\') => {
                let (ranges, negated) = self.escape()?;
                let is_one = !negated && matches!(ranges[..], [(first, last)] if first == last);
                Ok((if negated { complement(&ranges) } else { ranges }, is_one))
            }
            Some(c) => Ok((vec![(c, c)], true)),
        }
    }

    /// Reads the escape after a backslash. Returns its ranges, and `true` if it matches all other
    /// characters.
    fn escape(&mut self) -> Result<(Ranges, bool), RegexError> {
        let c = self.next().ok_or(RegexError::Unbalanced)?;
        let one = |c: char| Ok((vec![(c, c)], false));
        match c {
            'd' | 'D' => Ok((DIGITS.to_vec(), c == 'D')),
            'w' | 'W' => Ok((WORD_CHARS.to_vec(), c == 'W')),
            's' | 'S' => Ok((SPACES.to_vec(), c == 'S')),
            't' => one('\t'),
            'n' => one('\n'),
            'r' => one('\r'),
            'v' => one('\u{b}'),
            'f' => one('\u{c}'),
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => one('\0'),
            'x' => one(self.hexadecimal(2)?),
            'u' => one(self.unicode()?),
            '1'..='9' | 'k' => Err(RegexError::BackReference),
            'p' | 'P' => Err(RegexError::UnicodeProperty),
            c if c.is_ascii_alphanumeric() => Err(RegexError::UnknownEscape(c)),
            c => one(c),
        }
    }

    fn unicode(&mut self) -> Result<char, RegexError> {
        if !self.take("{") {
            return self.hexadecimal(4);
        }
        let digits = self.rest.find('}').ok_or(RegexError::Unbalanced)?;
        let c = self.hexadecimal(digits)?;
        self.next();
        Ok(c)
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<char, RegexError> {
        let (number, rest) = self
            .rest
            .split_at_checked(digits)
            .ok_or(RegexError::Unbalanced)?;
        self.rest = rest;
        let is_plain = number.bytes().all(|b| b.is_ascii_hexdigit());
        let code = u32::from_str_radix(number, 16).ok().filter(|_| is_plain);
        code.and_then(char::from_u32)
            .ok_or(RegexError::UnknownEscape('u'))
    }
}
