//! Data of a test's server. Tests read and change them from outside, as an owner or the passing of
//! time would.

use std::path::{Path, PathBuf};

use crate::STORE;
use crate::cluster::{Cluster, on};

/// Which store the stories run on; each test program says its own.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "each program uses one of them")]
pub enum Kind {
    Sqlite,
    Postgres,
}

const TABLES: [&str; 10] = [
    "visitors",
    "replicas",
    "links",
    "customers",
    "tombstones",
    "imported_events",
    "aliases",
    "identifiers",
    "evaluations",
    "outbox",
];

/// Tables of the statistics.
const COUNTED: [&str; 8] = [
    "counted",
    "counted_customers",
    "shown",
    "weighed",
    "strata",
    "people",
    "tastes",
    "models",
];

#[derive(Clone)]
pub enum Database {
    File(PathBuf),
    Postgres(String),
}

impl Database {
    /// An empty one.
    pub fn new(folder: &Path) -> Self {
        match STORE {
            Kind::Sqlite => Self::File(folder.join("escale.db")),
            Kind::Postgres => Self::Postgres(Cluster::get().new_database()),
        }
    }

    /// As `--db` takes it.
    pub fn argument(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// As PostgreSQL knows it.
    #[allow(dead_code, reason = "a file has no such name")]
    pub fn name(&self) -> String {
        self.argument()
            .trim_start_matches("postgres:///")
            .split('?')
            .next()
            .unwrap()
            .to_owned()
    }

    pub fn run(&self, sql: &str) {
        match self {
            Self::File(path) => rusqlite::Connection::open(path)
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Self::Postgres(url) => on(url, async |db| db.batch_execute(sql).await.unwrap()),
        }
    }

    /// The one number that a question has for an answer.
    pub fn number(&self, sql: &str) -> i64 {
        match self {
            Self::File(path) => rusqlite::Connection::open(path)
                .unwrap()
                .query_row(sql, [], |row| row.get(0))
                .unwrap(),
            Self::Postgres(url) => on(url, async |db| db.query_one(sql, &[]).await.unwrap().get(0)),
        }
    }

    /// Returns the number of rows in all tables of [`TABLES`].
    pub fn rows(&self) -> i64 {
        TABLES
            .iter()
            .map(|table| self.number(&format!("SELECT count(*) FROM {table}")))
            .sum()
    }

    /// Returns `true` if the data contain these bytes. Searches every file of the embedded store,
    /// or every row of PostgreSQL. PostgreSQL's files may keep deleted rows for a while; see the
    /// guide.
    pub fn contains(&self, needle: &[u8]) -> bool {
        match self {
            Self::File(path) => files(path)
                .iter()
                .any(|file| contains(&std::fs::read(file).unwrap(), needle)),
            Self::Postgres(url) => on(url, async |db| {
                let hex: String = needle.iter().map(|byte| format!("{byte:02x}")).collect();
                let mut found = false;
                for table in TABLES.into_iter().chain(COUNTED) {
                    let rows = db
                        .query(&format!("SELECT t::text FROM {table} t"), &[])
                        .await
                        .unwrap();
                    let has = |row: &str| row.contains(&hex) || contains(row.as_bytes(), needle);
                    found |= rows.iter().any(|row| has(row.get(0)));
                }
                found
            }),
        }
    }

    /// Returns `true` if the file is sound. Always `true` for PostgreSQL, which the tests never
    /// kill.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::File(path) => {
                let db = rusqlite::Connection::open(path).unwrap();
                db.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
                    .unwrap()
                    == "ok"
            }
            Self::Postgres(_) => true,
        }
    }
}

/// The file and what lies beside it.
fn files(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let entries = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = entries
        .filter(|file| {
            file.file_name()
                .is_some_and(|file| file.to_string_lossy().starts_with(name))
        })
        .collect();
    assert!(!files.is_empty());
    files
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
