//! The core's floors: a file imports only from its own floor or lower ones, and nothing of the world outside.

use std::path::{Path, PathBuf};

/// Each module's floor; `src/core/mod.rs` lists them in the same order.
const FLOORS: &[(&str, u32)] = &[
    ("bits", 0),
    ("counter", 0),
    ("error", 0),
    ("hash", 0),
    ("issue", 0),
    ("named", 0),
    ("number", 0),
    ("pattern", 0),
    ("time", 0),
    ("arm", 1),
    ("attribute", 1),
    ("condition", 1),
    ("config", 1),
    ("decided", 1),
    ("event", 1),
    ("season", 1),
    ("classify", 2),
    ("combine", 2),
    ("mark", 2),
    ("profile", 2),
    ("said", 2),
    ("track", 2),
    ("affinity", 3),
    ("caps", 3),
    ("channel", 3),
    ("customer", 3),
    ("facts", 3),
    ("facts_time", 3),
    ("lifecycle", 3),
    ("pressure", 3),
    ("suppression", 3),
    ("trip", 3),
    ("rfm", 3),
    ("decide", 4),
    ("draw", 4),
    ("restraint", 4),
    ("scenario", 4),
    ("scenario_ahead", 4),
    ("settle", 4),
    ("situation", 4),
    ("question", 4),
    ("recognise", 4),
    ("engine", 5),
    ("explain", 5),
    ("knowledge", 5),
    ("knowledge_customer", 5),
    ("knowledge_decisions", 5),
    ("story", 6),
];

/// What the pure core may not name.
const OUTSIDE: [&str; 9] =
    ["std::time", "std::env", "std::fs", "std::net", "std::thread", "wasm_bindgen", "js_sys", "web_sys", "rand::"];

fn floor_of(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("src/core").map(|e| e.expect("entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The core modules that a file names: `super::x` at the top, `super::super::x` in a folder, `core::x` anywhere.
fn imports(text: &str, depth: usize) -> Vec<String> {
    let up = "super::".repeat(depth);
    let code = text.split("#[cfg(test)]").next().unwrap_or("");
    let prefixes = [up, "crate::core::".to_owned()];
    let mut found = Vec::new();
    for prefix in prefixes {
        for (at, _) in code.match_indices(&prefix) {
            let is_whole = !code[..at].ends_with("::");
            let module: String =
                code[at + prefix.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if is_whole && floor_of(&module).is_some() {
                found.push(module);
            }
        }
    }
    found
}

#[test]
fn nothing_is_imported_from_a_higher_floor() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/core");
    for path in files(&core) {
        let inner = path.strip_prefix(&core).expect("inside");
        let module = inner.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
        if module == "mod" {
            continue;
        }
        let floor = floor_of(&module).unwrap_or_else(|| panic!("{module} has no floor yet: add it to the list"));
        let text = std::fs::read_to_string(&path).expect("a file");
        for import in imports(&text, inner.components().count()) {
            let other = floor_of(&import).expect("known");
            assert!(other <= floor, "{} (floor {floor}) imports {import} (floor {other})", inner.display());
        }
        for name in OUTSIDE {
            assert!(!text.contains(name), "{} names {name}", inner.display());
        }
    }
}

#[test]
fn the_test_would_notice() {
    assert_eq!(imports("use super::engine::Engine;", 1), ["engine"]);
    assert_eq!(imports("use super::super::decide::Decision;", 2), ["decide"]);
    assert_eq!(imports("use crate::core::{engine}; use crate::core::affinity::X;", 1), ["affinity"]);
}
