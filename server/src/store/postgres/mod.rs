//! The store past one machine: a PostgreSQL database, any number of servers on it. In: calls of [`Store`]. Out: their
//! answers, durable where they wrote. Never: a transaction that touches two buckets; a write acknowledged before its
//! commit.

mod address;
mod audience;
mod bucket;
mod consent;
mod ingest;
mod migrations;
mod model;
mod outbox;
mod pool;
mod read;
mod statistics;
mod steps;
mod sums;
mod url;
mod write;

use std::io::{self, ErrorKind};

use crate::base::ids::{ReplicaId, Site, VisitorKey};
use crate::report::period::Period;
use crate::statistics::sums::Sums;
use crate::store::steps::{erase, expire, link};
use crate::store::{
    CustomerEvents, Erasure, Expiry, Found, IngestOutcome, Link, Linked, RemoteState, Reply, Store,
    StoreError, SyncOutcome, SyncRequest,
};
pub use address::Address;
use pool::Pool;
pub use url::{is_postgres, unwrapped};

/// Why a database cannot be served from.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot use the PostgreSQL database: {}. Check the URL, the password and that the server runs", in_full(.0))]
    Postgres(#[from] tokio_postgres::Error),
    #[error(
        "the database was written by a newer version (schema {found}, this one knows {known}). Update this program"
    )]
    Newer { found: i32, known: i32 },
    #[error(
        "the database has the encoding {0}, which cannot hold every id. Create it with ENCODING 'UTF8'"
    )]
    Encoding(String),
    #[error(
        "a pooler in transaction mode is before the database, and statements are prepared for a session. Use its port for session mode, or that of PostgreSQL"
    )]
    TransactionPooler,
    #[error("the certificates: {0}")]
    Certificates(String),
    #[error("the database did not answer: {0}")]
    Store(#[from] StoreError),
}

impl OpenError {
    /// Returns `true` if the database may accept connections a little later.
    pub fn may_pass(&self) -> bool {
        use tokio_postgres::error::SqlState;
        let not_yet = [
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
        ];
        match self {
            Self::Postgres(error) => match error.code() {
                Some(code) => not_yet.contains(code),
                None => is_unreachable(error),
            },
            Self::Store(_) => true,
            _ => false,
        }
    }
}

/// Returns `true` if no server answered at the address. A rejected certificate is an answer.
fn is_unreachable(error: &tokio_postgres::Error) -> bool {
    let source = std::error::Error::source(error);
    let Some(cause) = source.and_then(|cause| cause.downcast_ref::<io::Error>()) else {
        return false;
    };
    // All other kinds are of the network, such as a port or a name that is not there yet.
    let kinds_of_answers = [
        ErrorKind::InvalidData,
        ErrorKind::InvalidInput,
        ErrorKind::Other,
        ErrorKind::PermissionDenied,
        ErrorKind::UnexpectedEof,
        ErrorKind::Unsupported,
    ];
    !kinds_of_answers.contains(&cause.kind())
}

/// Formats an error with its cause: only the cause describes a rejected certificate.
fn in_full(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error)
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// A [`Store`] in a PostgreSQL database.
pub struct PostgresStore {
    pool: Pool,
}

impl PostgresStore {
    /// Connects, brings the schema up to date and finishes erasures that a crash cut short.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the certificates, the connection or a migration fails.
    pub async fn open(address: &Address) -> Result<Self, OpenError> {
        let encryption = address.encryption().map_err(OpenError::Certificates)?;
        migrations::run(&address.config, encryption.clone()).await?;
        let pool = Pool::new(&address.config, encryption);
        if pool.is_shared_by_transaction().await? {
            return Err(OpenError::TransactionPooler);
        }
        let store = Self { pool };
        erase::finish_interrupted(&store).await?;
        Ok(store)
    }
}

impl Store for PostgresStore {
    fn sync(&self, request: SyncRequest) -> Reply<'_, SyncOutcome> {
        Box::pin(async move { write::sync(self, &request).await })
    }

    fn remote_state(
        &self,
        visitor: VisitorKey,
        replica: ReplicaId,
        seen: u64,
    ) -> Reply<'_, Option<RemoteState>> {
        Box::pin(async move { read::remote_state(&self.pool, &visitor, replica, seen).await })
    }

    fn link(&self, link: Link) -> Reply<'_, Linked> {
        Box::pin(async move { link::link(self, link).await })
    }

    fn ingest(&self, events: CustomerEvents) -> Reply<'_, Vec<IngestOutcome>> {
        Box::pin(async move { ingest::ingest(&self.pool, &events).await })
    }

    fn visitor(&self, visitor: VisitorKey) -> Reply<'_, Found> {
        Box::pin(async move { read::visitor(&self.pool, &visitor).await })
    }

    fn erase(&self, erasure: Erasure) -> Reply<'_, bool> {
        Box::pin(async move { erase::erase(self, erasure).await })
    }

    fn expire(&self, site: Site, bucket: u16, expiry: Expiry) -> Reply<'_, usize> {
        Box::pin(async move { expire::expire(self, &site, bucket, expiry).await })
    }

    fn sums(&self, site: Site, period: Period) -> Reply<'_, Sums> {
        Box::pin(async move { sums::read(&self.pool, &site, period).await })
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.pool.close();
            Ok(())
        })
    }
}
