//! Layers of the sources: a folder imports only from the folders before it. In: the sources of core
//! and server, parsed. Out: every import that points upwards. Never: a cycle between folders, or a
//! name of the outside world in the core.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// Folders of `src/core`, the lowest first.
const CORE: [&str; 11] = [
    "base",
    "condition",
    "attribute",
    "config",
    "event",
    "profile",
    "traits",
    "decision",
    "engine",
    "introspect",
    "story",
];

/// Folders and files of `server/src`, the lowest first.
const SERVER: [&str; 19] = [
    "base",
    "token",
    "statistics",
    "report",
    "sync",
    "model",
    "config_source",
    "store",
    "customers",
    "webhook",
    "ingest",
    "audience",
    "decisions",
    "replay",
    "fit",
    "http",
    "background",
    "cli",
    "decoders",
];

/// Names that the core must not use: clocks, files, threads, networks, browsers and randomness are
/// arguments.
const OUTSIDE: [&str; 13] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "getrandom",
    "gloo_storage",
    "js_sys",
    "rand",
    "wasm_bindgen",
    "web_sys",
];

type Segments = Vec<String>;

/// A module of a crate, with every path that its code names.
struct Module {
    path: Segments,
    paths: Vec<Segments>,
}

/// A crate's modules without those for tests.
#[derive(Default)]
struct Sources {
    modules: Vec<Module>,
    known: BTreeSet<Segments>,
}

impl Sources {
    fn read(root: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let mut sources = Self::default();
        sources.add_file(&root.join("lib.rs"), &root, Vec::new());
        sources
    }

    fn add_file(&mut self, file: &Path, folder: &Path, path: Segments) {
        let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        self.add_module(&text, folder, path);
    }

    fn add_module(&mut self, text: &str, folder: &Path, path: Segments) {
        let items = syn::parse_file(text).expect("Rust source").items;
        self.add_items(&items, folder, path);
    }

    fn add_items(&mut self, items: &[Item], folder: &Path, path: Segments) {
        let mut names = Names::default();
        for item in items {
            match item {
                Item::Mod(module) if is_for_tests(&module.attrs) => {}
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    let (inner, path) = (folder.join(&name), joined(&path, &name));
                    match &module.content {
                        Some((_, items)) => self.add_items(items, &inner, path),
                        None => self.add_file(&file_of(folder, &name), &inner, path),
                    }
                }
                other => names.visit_item(other),
            }
        }
        self.known.insert(path.clone());
        self.modules.push(Module {
            path,
            paths: names.paths,
        });
    }

    /// Returns a path as seen from the crate's root. `None` for a path into another crate and for
    /// local names.
    fn resolve(&self, module: &Module, path: &[String]) -> Option<Segments> {
        let (first, rest) = path.split_first()?;
        let is_child = || self.known.contains(&joined(&module.path, first));
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([&module.path, rest].concat()),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let kept = module.path.len().checked_sub(ups)?;
                Some([&module.path[..kept], &path[ups..]].concat())
            }
            _ => is_child().then(|| [&module.path, path].concat()),
        }
    }

    /// Returns every import between folders below `root`, as `importing module -> imported path`,
    /// by pair of folders. A name outside of all folders is an import from `crate`.
    fn imports(&self, root: &[&str]) -> BTreeMap<(String, String), BTreeSet<String>> {
        let folders = self.folders(root);
        let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for module in &self.modules {
            let Some(own) = folder_of(&module.path, root) else {
                continue;
            };
            for target in module.paths.iter().filter_map(|p| self.resolve(module, p)) {
                let folder = folder_of(&target, root).filter(|name| folders.contains(name));
                let folder = folder.unwrap_or("crate");
                if folder != own {
                    let line = format!("{} -> {}", module.path.join("::"), target.join("::"));
                    let pair = (own.to_owned(), folder.to_owned());
                    found.entry(pair).or_default().insert(line);
                }
            }
        }
        found
    }

    fn folders(&self, root: &[&str]) -> BTreeSet<&str> {
        let below = self.modules.iter();
        below.filter_map(|m| folder_of(&m.path, root)).collect()
    }

    /// Returns the imports that do not point to an earlier folder of the list.
    fn upward(&self, root: &[&str], order: &[&str]) -> Vec<String> {
        let layer = |name: &str| order.iter().position(|known| *known == name);
        let is_upward =
            |own: &str, other: &str| layer(other).is_none_or(|to| Some(to) >= layer(own));
        let imports = self.imports(root).into_iter();
        imports
            .filter(|((own, other), _)| is_upward(own, other))
            .flat_map(|(_, lines)| lines)
            .collect()
    }
}

/// Collects the paths that code names: imports, paths in types and expressions, and paths in the
/// arguments of macros.
#[derive(Default)]
struct Names {
    paths: Vec<Segments>,
}

impl Names {
    fn add_use(&mut self, before: &[String], tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                self.add_use(&joined(before, &path.ident.to_string()), &path.tree);
            }
            UseTree::Name(name) => self.paths.push(joined(before, &name.ident.to_string())),
            UseTree::Rename(name) => self.paths.push(joined(before, &name.ident.to_string())),
            UseTree::Glob(_) => self.paths.push(joined(before, "*")),
            UseTree::Group(group) => group.items.iter().for_each(|t| self.add_use(before, t)),
        }
    }

    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Segments = Vec::new();
        let mut is_open = false;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if !is_open {
                        self.paths.push(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    is_open = false;
                }
                TokenTree::Punct(punctuation) if punctuation.as_char() == ':' => is_open = true,
                TokenTree::Group(group) => {
                    is_open = false;
                    self.add_tokens(group.stream());
                }
                _ => is_open = false,
            }
        }
        self.paths.push(path);
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.add_use(&[], &item.tree);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|s| s.ident.to_string());
        self.paths.push(segments.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    // `pub(crate)` and attributes import nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test = |condition: syn::Path| condition.is_ident("test");
        attribute.path().is_ident("cfg") && attribute.parse_args().is_ok_and(is_test)
    })
}

fn joined(path: &[String], name: &str) -> Segments {
    [path, &[name.to_owned()]].concat()
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let flat = folder.join(format!("{name}.rs"));
    if flat.exists() {
        flat
    } else {
        folder.join(name).join("mod.rs")
    }
}

/// Returns the part of a path that follows `root`.
fn folder_of<'a>(path: &'a [String], root: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_at_checked(root.len())?;
    (first == root).then(|| rest.first().map(String::as_str))?
}

#[test]
fn core_folders_import_only_from_earlier_folders() {
    let core = Sources::read("src");
    assert_eq!(core.folders(&["core"]), BTreeSet::from(CORE));
    let upward = core.upward(&["core"], &CORE);
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn server_folders_import_only_from_earlier_folders() {
    let server = Sources::read("server/src");
    assert_eq!(server.folders(&[]), BTreeSet::from(SERVER));
    let upward = server.upward(&[], &SERVER);
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn core_names_nothing_of_the_outside() {
    let core = Sources::read("src");
    let inside = core
        .modules
        .iter()
        .filter(|m| m.path.first().is_some_and(|f| f == "core"));
    for module in inside {
        for path in &module.paths {
            let named = path.join("::");
            let is_below =
                |outside: &str| format!("{named}::").starts_with(&format!("{outside}::"));
            let outside = OUTSIDE.iter().find(|outside| is_below(outside));
            assert_eq!(outside, None, "{} names {named}", module.path.join("::"));
            assert_ne!(named, "std::*", "{}", module.path.join("::"));
        }
    }
}

/// Three folders as one text, whose module `low` imports in the given way.
fn imports_of_low(import: &str) -> BTreeSet<String> {
    let text = format!("mod core {{ mod low {{ {import} }} mod high {{ pub mod inner {{}} }} }}");
    let mut sources = Sources::default();
    sources.add_module(&text, Path::new(""), Vec::new());
    let imports = sources.imports(&["core"]).into_keys();
    imports.map(|(_, imported)| imported).collect()
}

#[test]
fn imports_of_every_form_are_seen() {
    for import in [
        "use crate::core::high::Name;",
        "use crate::core::{low::Other, high};",
        "use crate::{core::{high::inner::{self, Name}}};",
        "use super::high as renamed;",
        "use super::high::*;",
        "fn f() { super::high::inner::call(); }",
        "fn f() -> Vec<crate::core::high::Name> { Vec::new() }",
        "fn f() { assert!(matches!(x, crate::core::high::Name::A)); }",
        "mod nested { use super::super::high; }",
        "impl super::high::Name { fn f() { use crate::core::high; } }",
    ] {
        assert_eq!(
            imports_of_low(import),
            BTreeSet::from(["high".to_owned()]),
            "{import}"
        );
    }
}

#[test]
fn imports_of_tests_and_of_other_crates_are_not_counted() {
    for import in [
        "#[cfg(test)] mod tests { use super::super::high; }",
        "use high::Name;",
        "use self::Name;",
        "pub(in crate::core) fn f() {}",
        "fn f() { let high = 1; high.call(); }",
    ] {
        assert!(imports_of_low(import).is_empty(), "{import}");
    }
}

#[test]
fn names_at_the_root_are_imports_from_no_layer() {
    for import in [
        "use crate::Engine;",
        "use super::Engine;",
        "use crate::core::*;",
    ] {
        assert_eq!(
            imports_of_low(import),
            BTreeSet::from(["crate".to_owned()]),
            "{import}"
        );
    }
}
