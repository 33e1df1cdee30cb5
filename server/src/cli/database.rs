//! Which store holds the data. In: what `--db` was given. Out: that store, open. Never: fingerprints a password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::customers;
use crate::store::Store;
use crate::store::postgres::{Address, PostgresStore, is_postgres, unwrapped};
use crate::store::sqlite::SqliteStore;

/// Pause between two attempts to open a database that is not up.
const OPEN_INTERVAL: Duration = Duration::from_secs(1);

/// A file for the embedded store, or a URL for PostgreSQL.
#[derive(Clone)]
pub enum Database {
    File(PathBuf),
    Postgres(Box<Address>),
    /// Message about an address that cannot be used. Kept instead of a parse error, because the
    /// parser of arguments prints the value, with its password.
    Unusable(String),
}

impl Database {
    /// Opens it for a command that only reads: a file must exist.
    ///
    /// # Errors
    ///
    /// A message if it does not exist or cannot be opened.
    pub async fn open_existing(&self) -> Result<Box<dyn Store>, String> {
        match self {
            Self::File(path) if !path.exists() => {
                Err(format!("--db: there is no file {}", path.display()))
            }
            _ => self.open().await,
        }
    }

    /// Opens or creates it and brings it up to date.
    ///
    /// # Errors
    ///
    /// A message if it cannot be opened.
    pub async fn open(&self) -> Result<Box<dyn Store>, String> {
        self.try_open().await.map_err(|failure| failure.message)
    }

    /// Opens it, and tries again while a database may come up.
    ///
    /// # Errors
    ///
    /// A message if it cannot be opened, or did not come up in time.
    pub async fn open_within(&self, wait: Duration) -> Result<Box<dyn Store>, OpenFailure> {
        let begun = Instant::now();
        loop {
            let failure = match self.try_open().await {
                Ok(store) => return Ok(store),
                Err(failure) => failure,
            };
            if !failure.may_pass || begun.elapsed() >= wait {
                return Err(failure);
            }
            tracing::warn!(
                code = "database_wait",
                "{}; waiting for it",
                failure.message
            );
            tokio::time::sleep(OPEN_INTERVAL).await;
        }
    }

    async fn try_open(&self) -> Result<Box<dyn Store>, OpenFailure> {
        let failure = |error: &dyn fmt::Display, may_pass| OpenFailure {
            message: format!("{self}: {error}"),
            may_pass,
        };
        let store: Box<dyn Store> = match self {
            Self::Unusable(message) => {
                return Err(OpenFailure {
                    message: format!("--db: {message}"),
                    may_pass: false,
                });
            }
            Self::File(path) => {
                Box::new(SqliteStore::open(path).map_err(|error| failure(&error, false))?)
            }
            Self::Postgres(address) => Box::new(
                PostgresStore::open(address)
                    .await
                    .map_err(|error| failure(&error, error.may_pass()))?,
            ),
        };
        customers::finish_interrupted(store.as_ref())
            .await
            .map_err(|error| failure(&error, true))?;
        Ok(store)
    }
}

/// Reason why a database was not opened.
pub struct OpenFailure {
    pub message: String,
    /// `true` if a later attempt may succeed.
    pub may_pass: bool,
}

impl FromStr for Database {
    type Err = String;

    /// Reads the address of a PostgreSQL database, or a path. Never fails.
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self::read(text).unwrap_or_else(Self::Unusable))
    }
}

impl Database {
    fn read(text: &str) -> Result<Self, String> {
        let text = unwrapped(text);
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if !is_postgres(text)? {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let mut address = Address::from_str(text)?;
        let config = &mut address.config;
        if config.get_application_name().is_none() {
            config.application_name("escale");
        }
        Ok(Self::Postgres(Box::new(address)))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(_) => f.write_str("--db"),
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
        for wrong in [
            "postgres://a:s3cr3t@c:port/d",
            "mysql://a:s3cr3t@c/d",
            "sqlite:///a.db",
            "",
        ] {
            let read: Result<Database, _> = wrong.parse();
            assert!(
                matches!(read, Ok(Database::Unusable(message)) if !message.contains("s3cr3t")),
                "{wrong}"
            );
        }
        Ok(())
    }
}
