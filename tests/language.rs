//! The language of the sources and the documentation: banned words, openings of doc comments, length of sentences.
//! `docs/glossary.md` gives the reasons. Input: every text file of the repository. Output: one line per violation.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Words that appear nowhere, with the word to use. Matched against each part of an identifier.
const BANNED: &[(&str, &str)] = &[
    (
        "told",
        "a noun for the thing: `ReportedDecision`, `IngestOutcome`, `SyncFacts`, …; in prose: reported",
    ),
    (
        "said",
        "`Declaration`, `MessageRef`, `value`; in prose: declared, stated",
    ),
    ("telling", "`ImportedEvent`, module `ingest`"),
    ("tellings", "`ImportedEvent`s, module `ingest`"),
    ("glimpse", "read_for_decision"),
    ("glance", "read_for_decision"),
    ("usher", "`SlotController`"),
    ("landmark", "EPOCH"),
    ("untie", "remove_alias"),
    ("untied", "remove_alias"),
    ("bury", "write_tombstone"),
    ("buries", "write_tombstone"),
    ("buried", "has a tombstone"),
    ("afresh", "force, new"),
    ("heed", "handle_response"),
    ("desk", "`SessionContext`"),
    ("retell", "rescale"),
];

/// Words that appear in no identifier of the code; in prose they may be plain English.
const BANNED_IN_CODE: &[(&str, &str)] = &[
    ("print", "`SyncFingerprint`, fingerprint"),
    ("prints", "fingerprints"),
    ("others", "remote"),
    ("standing", "`HeldVisitor`, active, status"),
    ("tail", "`UnloadBuffer`"),
    ("tails", "`UnloadBuffer`"),
    ("journal", "`EventQueue`"),
    ("door", "bootstrap"),
    ("doors", "entry points"),
    ("entrance", "open_store"),
    ("bring", "load"),
    ("brings", "loads"),
    ("brought", "loaded"),
    ("verb", "command"),
    ("verbs", "commands"),
    ("word", "command, message, instruction, value"),
    ("words", "commands, messages"),
    ("pace", "`RateLimiter`, `Backoff`"),
    ("settle", "attribute, complete"),
    ("settles", "attributes, completes"),
    ("settled", "`AttributedDecision`, completed"),
    ("decided", "`DecisionRecord`"),
    ("carry", "propagate, write_cookie"),
    ("carries", "propagates"),
    ("carried", "propagated, cookie profile"),
    ("mark", "`EventContext`, import_id"),
    ("marks", "contexts, ids"),
    ("seat", "`MountedSlot`"),
    ("seats", "mounted slots, connections"),
    ("rise", "unmount"),
    ("look", "evaluation"),
    ("looks", "evaluations"),
    ("restraint", "`Eligibility`"),
    ("hold", "`Ineligible`, evaluate"),
    ("holds", "is_true, contains, blocks"),
    ("situation", "`DecisionContext`"),
    ("refusal", "`ApiError`, rejection"),
    ("refusals", "errors, rejections"),
    ("refuse", "reject"),
    ("refused", "rejected"),
    ("fault", "`ValidationError`"),
    ("faults", "validation errors"),
    ("issue", "`ValidationError`"),
    ("issues", "validation errors"),
    ("remedy", "hint"),
    ("recognise", "evaluate_segments"),
    ("combine", "merge"),
    ("combined", "merged"),
    ("absorb", "merge"),
    ("absorbed", "merged"),
    ("welcome", "upsert_visitor"),
    ("wakes", "triggers_evaluation"),
    ("owed", "pending"),
    ("undone", "without session"),
    ("quietly", "safe_call"),
];

/// Exceptions: a file (or folder), a word, the reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("tests/language.rs", "*", "the list itself"),
    (
        "tests/frozen/banned-words-pending.txt",
        "*",
        "what is still to be renamed",
    ),
    (
        "server/migrations",
        "*",
        "released migrations are never edited",
    ),
    ("docs/glossary.md", "*", "the words and what replaces them"),
    (
        "src/core/condition/regex",
        "look",
        "a type of the crate regex-syntax",
    ),
    (
        "src/core/condition/regex",
        "word",
        "`\\w` and `\\b`, as the crate regex-syntax names them",
    ),
];

const OPENINGS: [&str; 6] = ["What", "Whose", "Whether", "How", "Where", "Of"];
const SENTENCE_MAX: usize = 20;
const FOLDERS: &[&str] = &[
    "benches", "docs", "fuzz", "scripts", "server", "src", "tests", "www", ".ci",
];
const SINGLE: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Makefile",
    "Cargo.toml",
    "package.json",
];
/// Generated, released or written by others.
const SKIPPED: &[&str] = &[
    "/node_modules/",
    "/out/",
    "/target/",
    "/results/",
    "server/migrations/released",
    "package-lock.json",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file below the repository's folders, as paths relative to the root, with its text.
fn texts() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = SINGLE.iter().map(|name| root().join(name)).collect();
    for folder in FOLDERS {
        collect(&root().join(folder), &mut paths);
    }
    let relative = |path: &Path| {
        path.strip_prefix(root())
            .expect("a file of the repository")
            .to_string_lossy()
            .into_owned()
    };
    let mut texts: Vec<_> = paths
        .iter()
        .map(|path| (relative(path), path))
        .filter(|(name, _)| !SKIPPED.iter().any(|part| format!("/{name}").contains(part)))
        .filter_map(|(name, path)| Some((name, std::fs::read_to_string(path).ok()?)))
        .collect();
    texts.sort();
    texts
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("node_modules") && !path.ends_with("target") {
                collect(&path, into);
            }
        } else {
            into.push(path);
        }
    }
}

fn is_code(name: &str) -> bool {
    [".rs", ".ts", ".mjs", ".js", ".sql"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn is_allowed(name: &str, word: &str) -> bool {
    ALLOWED
        .iter()
        .any(|(file, allowed, _)| name.starts_with(file) && (*allowed == "*" || *allowed == word))
}

/// The lower-case parts of an identifier: `SyncRequest`, `sync_request` and `syncRequest` give `sync`, `request`.
fn parts(line: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut previous = ' ';
    for c in line.chars().chain([' ']) {
        let starts = c.is_ascii_uppercase() && !previous.is_ascii_uppercase();
        if (!c.is_ascii_alphabetic() || starts) && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        if c.is_ascii_alphabetic() {
            part.push(c.to_ascii_lowercase());
        }
        previous = c;
    }
    parts
}

/// A line of code without its comment and the contents of its texts.
fn code_of(line: &str) -> String {
    let trimmed = line.trim_start();
    if trimmed.starts_with("//")
        || trimmed.starts_with('*')
        || trimmed.starts_with("/*")
        || trimmed.starts_with("--")
    {
        return String::new();
    }
    let mut code = String::new();
    let mut quote = None;
    let mut escaped = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' => quote = Some('"'),
            None if c == '/' && chars.peek() == Some(&'/') => break,
            None => code.push(c),
        }
    }
    code
}

fn violations_of_words(name: &str, text: &str, found: &mut String) {
    for (number, line) in text.lines().enumerate() {
        let mut check = |line: &str, table: &[(&str, &str)]| {
            for part in parts(line) {
                let banned = table.iter().find(|(word, _)| *word == part);
                let Some((word, instead)) = banned.filter(|(word, _)| !is_allowed(name, word))
                else {
                    continue;
                };
                writeln!(found, "{name}:{}: `{word}` → {instead}", number + 1).expect("a string");
            }
        };
        check(line, BANNED);
        if is_code(name) {
            check(&code_of(line), BANNED_IN_CODE);
        }
        if line.to_lowercase().contains("hand-in") && !is_allowed(name, "hand-in") {
            writeln!(
                found,
                "{name}:{}: `hand-in` → sync, `SyncRequest`",
                number + 1
            )
            .expect("a string");
        }
    }
}

/// The doc comments of a Rust or TypeScript file, and all prose of a Markdown file: line number and lines.
fn prose(name: &str, text: &str) -> Vec<(usize, Vec<String>)> {
    if name.ends_with(".md") {
        return paragraphs(text);
    }
    let mut blocks: Vec<(usize, Vec<String>)> = Vec::new();
    let mut is_open = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let (comment, goes_on) = if name.ends_with(".rs") {
            let comment = ["/// ", "//! "]
                .iter()
                .find_map(|mark| line.strip_prefix(mark));
            let comment = comment.or_else(|| (line == "///" || line == "//!").then_some(""));
            (comment, comment.is_some())
        } else if is_open || line.starts_with("/** ") || line == "/**" {
            let body = line.trim_start_matches("/**").trim_start_matches('*');
            let body = body.split("*/").next().unwrap_or("");
            (
                Some(body.trim_start_matches('*').trim()),
                !line.contains("*/"),
            )
        } else {
            (None, false)
        };
        let Some(comment) = comment else {
            is_open = false;
            continue;
        };
        match blocks.last_mut().filter(|_| is_open) {
            Some((_, lines)) => lines.push(comment.to_owned()),
            None => blocks.push((number + 1, vec![comment.to_owned()])),
        }
        is_open = goes_on;
    }
    blocks
}

/// The paragraphs of a Markdown file without its fenced code.
fn paragraphs(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut paragraphs = vec![(1, Vec::new())];
    let mut is_fenced = false;
    for (number, line) in text.lines().enumerate() {
        is_fenced ^= line.trim_start().starts_with("```");
        if line.trim().is_empty() || is_fenced || line.trim_start().starts_with("```") {
            paragraphs.push((number + 2, Vec::new()));
        } else if let Some((_, lines)) = paragraphs.last_mut() {
            lines.push(line.to_owned());
        }
    }
    paragraphs
}

/// Sentences of prose with code, tables and headings left out; each list item begins a new sentence.
fn sentences(lines: &[String]) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut is_fenced = false;
    for line in lines {
        let line = line.trim();
        is_fenced ^= line.starts_with("```");
        let is_apart =
            line.is_empty() || line.starts_with(['|', '#', '<', '`', '@']) || line.starts_with("[");
        let is_item = line.starts_with("- ") || line.starts_with("* ") || starts_numbered(line);
        if is_apart || is_item || is_fenced {
            blocks.push(String::new());
        }
        if !is_fenced && !line.starts_with(['|', '#']) && !line.starts_with("```") {
            let block = blocks.last_mut().expect("a block");
            block.push_str(line);
            block.push(' ');
        }
    }
    blocks
        .iter()
        .flat_map(|block| split_sentences(block))
        .collect()
}

fn starts_numbered(line: &str) -> bool {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    digits > 0 && line[digits..].starts_with(". ")
}

fn split_sentences(block: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let mut is_code = false;
    let mut previous = ' ';
    for c in block.chars() {
        let is_end = c.is_whitespace() && matches!(previous, '.' | '?' | '!' | ':');
        if c == '`' {
            is_code = !is_code;
        }
        if is_end && !is_code {
            sentences.push(String::new());
        } else if !is_code || c == '`' {
            sentences.last_mut().expect("a sentence").push(c);
        }
        if !matches!(c, '"' | '\'' | ')' | '*' | '”' | '»') {
            previous = c;
        }
    }
    sentences
}

fn words_of(sentence: &str) -> usize {
    let has_letter = |word: &&str| word.chars().any(char::is_alphanumeric) || word.contains('`');
    sentence.split_whitespace().filter(has_letter).count()
}

/// Banned words still in use, as `file: word`. The list only shrinks: a line that is no longer true fails the test too.
/// `ESCALE_UPDATE=1` writes it anew.
const PENDING: &str = "tests/frozen/banned-words-pending.txt";

#[test]
fn no_text_contains_a_banned_word_that_is_not_pending() {
    let mut found = String::new();
    for (name, text) in texts() {
        violations_of_words(&name, &text, &mut found);
    }
    let pair = |line: &str| {
        let (place, rest) = line.split_once(": `")?;
        let (file, _) = place.rsplit_once(':')?;
        Some(format!("{file}: {}", rest.split('`').next()?))
    };
    let now: BTreeSet<String> = found.lines().filter_map(pair).collect();
    let path = root().join(PENDING);
    if std::env::var_os("ESCALE_UPDATE").is_some() {
        let list: Vec<&str> = now.iter().map(String::as_str).collect();
        std::fs::write(&path, list.join("\n") + "\n").expect("the list is written");
    }
    let text = std::fs::read_to_string(path).expect("the list of pending words");
    let pending: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let new: Vec<&str> = found
        .lines()
        .filter(|line| pair(line).is_some_and(|pair| !pending.contains(&pair)))
        .collect();
    assert!(
        new.is_empty(),
        "{} banned words:\n{}",
        new.len(),
        new.join("\n")
    );
    let gone: Vec<&String> = pending.difference(&now).collect();
    assert!(gone.is_empty(), "no longer pending, take out: {gone:#?}");
}

#[test]
fn no_doc_comment_opens_with_a_relative_clause() {
    let mut found = String::new();
    for (name, text) in texts().iter().filter(|(name, _)| is_code(name)) {
        for (number, lines) in prose(name, text) {
            let opening = lines[0].split_whitespace().next().unwrap_or_default();
            if OPENINGS.contains(&opening) {
                writeln!(found, "{name}:{number}: {}", lines[0]).expect("a string");
            }
        }
    }
    assert!(
        found.is_empty(),
        "{} doc comments open so:\n{found}",
        found.lines().count()
    );
}

#[test]
fn no_sentence_has_more_than_twenty_words() {
    let mut found = String::new();
    for (name, text) in texts()
        .iter()
        .filter(|(name, _)| is_code(name) || name.ends_with(".md"))
    {
        for (number, lines) in prose(name, text) {
            for sentence in sentences(&lines)
                .iter()
                .filter(|s| words_of(s) > SENTENCE_MAX)
            {
                writeln!(
                    found,
                    "{name}:{number}: {} words: {sentence}",
                    words_of(sentence)
                )
                .expect("a string");
            }
        }
    }
    assert!(
        found.is_empty(),
        "{} long sentences:\n{found}",
        found.lines().count()
    );
}

#[test]
fn violations_are_seen() {
    let mut found = String::new();
    violations_of_words(
        "x.rs",
        "fn told() { settle(\"settle\"); } // settled\n",
        &mut found,
    );
    assert_eq!(found.lines().count(), 2, "{found}");
    assert_eq!(
        parts("SyncRequest sync_request"),
        ["sync", "request", "sync", "request"]
    );
    let lines = [
        "One two. Three `a b c` four:".to_owned(),
        "- five".to_owned(),
    ];
    let counts: Vec<usize> = sentences(&lines)
        .iter()
        .map(|s| words_of(s))
        .filter(|n| *n > 0)
        .collect();
    assert_eq!(counts, [2, 3, 1]);
    assert_eq!(prose("x.ts", "/** Of a.\n * b */\nx").len(), 1);
}
