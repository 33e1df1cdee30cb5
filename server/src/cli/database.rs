//! Which store holds the data. In: what `--db` was given. Out: that store, open. Never: fingerprints a password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::customers;
use crate::store::Store;
use crate::store::postgres::{Address, PostgresStore};
use crate::store::sqlite::SqliteStore;

/// A file for the embedded store, or a URL for PostgreSQL.
#[derive(Clone)]
pub enum Database {
    File(PathBuf),
    Postgres(Box<Address>),
}

impl Database {
    /// Opens or creates it and brings it up to date; the reason in words if that cannot be.
    pub async fn open(&self) -> Result<Box<dyn Store>, String> {
        let store: Box<dyn Store> = match self {
            Self::File(path) => {
                Box::new(SqliteStore::open(path).map_err(|error| format!("{self}: {error}"))?)
            }
            Self::Postgres(address) => Box::new(
                PostgresStore::open(address)
                    .await
                    .map_err(|error| format!("{self}: {error}"))?,
            ),
        };
        customers::finish_interrupted(store.as_ref())
            .await
            .map_err(|error| format!("{self}: {error}"))?;
        Ok(store)
    }
}

impl FromStr for Database {
    type Err = String;

    /// The scheme decides; whatever has none is a path.
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let mut address = Address::from_str(text)?;
        let config = &mut address.config;
        if config.get_application_name().is_none() {
            config.application_name("escale");
        }
        if config.get_options().is_none() {
            // What a database's own settings may have loosened: an answer 200 means durable.
            config.options("-c synchronous_commit=on -c statement_timeout=10000");
        }
        Ok(Self::Postgres(Box::new(address)))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(address) => {
                write!(
                    f,
                    "the PostgreSQL database {}",
                    address.config.get_dbname().unwrap_or("escale")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Database;

    #[test]
    fn the_scheme_decides_and_a_password_is_not_shown() -> Result<(), String> {
        let shown = |text: &str| {
            text.parse::<Database>()
                .map(|database| database.to_string())
        };
        assert_eq!(shown("data/escale.db")?, "data/escale.db");
        for scheme in ["postgres", "postgresql"] {
            let shown = shown(&format!("{scheme}://ana:secret@db.example/voyages"))?;
            assert_eq!(shown, "the PostgreSQL database voyages");
        }
        assert!("postgres://a:b@c:port/d".parse::<Database>().is_err());
        Ok(())
    }
}
