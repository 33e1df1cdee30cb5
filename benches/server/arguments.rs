//! Arguments of the benchmark. In: the command line. Out: numbers and texts by name.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A word that says which figure, and `name=value` for the rest; what `cargo bench` adds is passed over.
pub struct Arguments(Vec<String>);

impl Arguments {
    pub fn given() -> Self {
        Self(
            std::env::args()
                .skip(1)
                .filter(|argument| !argument.starts_with("--"))
                .collect(),
        )
    }

    pub fn first(&self) -> &str {
        self.0
            .first()
            .filter(|argument| !argument.contains('='))
            .map_or("all", String::as_str)
    }

    pub fn text<'a>(&'a self, name: &str, unsaid: &'a str) -> &'a str {
        let of = |argument: &'a String| {
            argument
                .split_once('=')
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        self.0.iter().find_map(of).unwrap_or(unsaid)
    }

    pub fn number(&self, name: &str, unsaid: u64) -> u64 {
        let text = self.text(name, "");
        if text.is_empty() {
            unsaid
        } else {
            text.parse()
                .unwrap_or_else(|_| panic!("{name}= wants a number: {text}"))
        }
    }

    /// A folder of its own for a database, on the disk that is meant.
    pub fn folder(&self) -> TempDir {
        let place = self.text("in", "");
        let place = if place.is_empty() {
            std::env::temp_dir()
        } else {
            PathBuf::from(place)
        };
        TempDir::new_in(Path::new(&place)).unwrap()
    }

    /// As it can be typed again.
    pub fn command(&self) -> String {
        format!(
            "cargo bench -p escale-server --bench server -- {}",
            self.0.join(" ")
        )
    }
}
