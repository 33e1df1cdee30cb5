//! The embedded store: one SQLite file. One thread commits in groups, another flushes them to the
//! disk and answers, and readers run beside them. In: calls of [`Store`]. Out: their answers,
//! durable where they wrote. Never: answers a write before that.

mod audience;
mod consent;
pub mod copy;
mod flusher;
mod ingest;
mod migrations;
mod model;
mod outbox;
mod read;
mod readers;
mod statistics;
mod steps;
mod sums;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt as _;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::base::ids::{CustomerKey, ReplicaId, Site, VisitorKey};
use crate::base::private_file;
use crate::report::period::Period;
use crate::statistics::PropagatedFacts;
use crate::statistics::person::Booked;
use crate::statistics::sums::Sums;
use crate::store::steps::{erase, expire, link};
use crate::store::{
    CustomerEvents, Erasure, Expiry, Found, IngestOutcome, Link, Linked, RemoteState, Reply, Store,
    StoreError, SyncOutcome, SyncRequest,
};
use crate::sync::fingerprint::SyncFingerprint;
use flusher::Flusher;
use readers::Readers;
use steps::ClosedFile;
use writer::{Trace, Writer};

/// Why a database file cannot be served from.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "cannot open the database: {0}. Check the path and its permissions; restore a backup if the file is damaged"
    )]
    Sqlite(#[from] rusqlite::Error),
    #[error(
        "the database was written by a newer version (schema {found}, this one knows {known}). Update this program"
    )]
    Newer { found: u32, known: u32 },
    #[error(
        "the database is damaged: {0}. It is left as it is; restore a backup with `escale restore`"
    )]
    Damaged(String),
    #[error("the file or a thread could not be created: {0}")]
    System(#[from] std::io::Error),
}

/// Returns the name of SQLite's error code for the log; its message may contain data.
fn error_code(error: &rusqlite::Error) -> String {
    let code = error.sqlite_error_code();
    code.map_or_else(|| "none".to_owned(), |code| format!("{code:?}"))
}

/// A [`Store`] in one SQLite file.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens or creates the file, brings its schema up to date and finishes erasures that a crash cut short.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the file cannot be opened, is damaged or belongs to a later release.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        look_through(path)?;
        // SQLite gives the log and the index beside it the mode of the file.
        private_file::create(path)?;
        if private_file::is_world_readable(path) {
            tracing::warn!(
                "every user of this machine can read the database: run `chmod 600` on it"
            );
        }
        let mut db = Connection::open(path)?;
        tune(&db)?;
        migrations::run(&mut db)?;
        steps::create_recent_erasures(&db)?;
        let db = finish_interrupted(db)?;
        empty_log(&db)?;
        let log = hand_over_log(&db)?;
        Ok(Self {
            writer: Writer::start(db, Flusher::start(flusher::of_log(log))?)?,
            readers: Readers::new(path),
        })
    }

    /// Copies the visitor's facts to the customer's bucket, and the imported bookings to the
    /// visitor's. The next sync completes an interrupted copy: its fingerprint is empty until then,
    /// and it propagates all facts.
    async fn propagate(
        &self,
        visitor: VisitorKey,
        propagated: Option<PropagatedFacts>,
    ) -> Result<(), StoreError> {
        let Some(facts) = propagated else {
            return Ok(());
        };
        let (of, to) = (
            visitor.clone(),
            CustomerKey {
                site: visitor.site.clone(),
                id: facts.customer.clone(),
            },
        );
        let bookings = self
            .writer
            .submit(Trace::Keep, move |tx| {
                statistics::propagate(tx, &to, &of, &facts)
            })
            .await?;
        self.credit(visitor, bookings).await
    }

    async fn credit(&self, visitor: VisitorKey, bookings: Vec<Booked>) -> Result<(), StoreError> {
        if bookings.is_empty() {
            return Ok(());
        }
        self.writer
            .submit(Trace::Keep, move |tx| {
                statistics::credit(tx, &visitor, &bookings)
            })
            .await
    }
}

/// Finishes erasures in a file that no server has open.
fn finish_interrupted(db: Connection) -> Result<Connection, OpenError> {
    let file = ClosedFile::new(db);
    match erase::finish_interrupted(&file).now_or_never() {
        Some(Ok(())) => Ok(file.into_inner()),
        _ => Err(rusqlite::Error::InvalidQuery.into()),
    }
}

/// Largest file that is checked at each start, in bytes. The check takes a few seconds. A backup is
/// always checked.
const LOOKED_THROUGH_BYTES: u64 = 1 << 30;

/// A damaged file is better refused at the start than found out by a visitor. Nothing of it is changed by looking.
fn look_through(path: &Path) -> Result<(), OpenError> {
    if !std::fs::metadata(path).is_ok_and(|file| (1..=LOOKED_THROUGH_BYTES).contains(&file.len())) {
        return Ok(());
    }
    let db = open_reader(path)?;
    let result: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if result == "ok" {
        Ok(())
    } else {
        Err(OpenError::Damaged(result))
    }
}

/// Page cache of the writer, in KiB.
const CACHE_KIB: i64 = 64 * 1024;
/// The same of each reader: the inner pages of a table of some million rows.
const READER_CACHE_KIB: i64 = 8 * 1024;
/// Pages of the log that are moved into the file at once: a page that is written often is moved once in so many.
const CHECKPOINT_PAGES: i64 = 8192;

/// WAL lets readers go on beside the writer; FULL makes a commit durable; secure_delete zeroes what erasure removes.
///
/// # Errors
///
/// The error of SQLite if a setting cannot be made.
pub fn tune(db: &Connection) -> rusqlite::Result<()> {
    settle(db)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(())
}

/// Moves the log of the last process into the file. After a disk failure, the system may wrongly
/// regard some of its pages as written. A concurrent reader only delays the move.
fn empty_log(db: &Connection) -> rusqlite::Result<()> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Makes commits end in the log's pages in memory, and returns the path of the log. From then on
/// the flusher brings the log to the disk before it answers. `None` if the file system supports no
/// such log. Commits then still reach the disk by themselves.
fn hand_over_log(db: &Connection) -> rusqlite::Result<Option<PathBuf>> {
    let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let Some(path) = db.path().filter(|path| mode == "wal" && !path.is_empty()) else {
        return Ok(None);
    };
    db.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(Some(format!("{path}-wal").into()))
}

/// Settings of the writer and the readers.
fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    // A plan stands whatever is bound to its parameters: else the statements are parsed anew at each use, which takes
    // several times as long as carrying them out.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settle(&db)?;
    db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(db)
}

impl Store for SqliteStore {
    fn sync(&self, request: SyncRequest) -> Reply<'_, SyncOutcome> {
        Box::pin(async move {
            // The last to let go of it is the caller: the writer has better things to do than to free memory.
            let (fingerprint, request) = (SyncFingerprint::of(&request), Arc::new(request));
            let of = request.clone();
            let (done, facts) = self
                .writer
                .submit(Trace::Keep, move |tx| write::sync(tx, &of, fingerprint))
                .await?;
            let Some(facts) = facts else {
                return Ok(done);
            };
            let customer = facts.customer.clone();
            self.propagate(request.visitor.clone(), Some(facts)).await?;
            self.writer
                .submit(Trace::Keep, move |tx| {
                    write::settle(tx, &request, fingerprint, &customer)
                })
                .await?;
            Ok(done)
        })
    }

    fn remote_state(
        &self,
        visitor: VisitorKey,
        replica: ReplicaId,
        seen: u64,
    ) -> Reply<'_, Option<RemoteState>> {
        Box::pin(
            self.readers
                .ask(move |db| read::remote_state(db, &visitor, replica, seen)),
        )
    }

    fn link(&self, link: Link) -> Reply<'_, Linked> {
        Box::pin(link::link(self, link))
    }

    fn ingest(&self, events: CustomerEvents) -> Reply<'_, Vec<IngestOutcome>> {
        Box::pin(async move {
            let (outcomes, visitors, bookings) = self
                .writer
                .submit(Trace::Keep, move |tx| ingest::ingest(tx, &events))
                .await?;
            for visitor in visitors {
                self.credit(visitor, bookings.clone()).await?;
            }
            Ok(outcomes)
        })
    }

    fn visitor(&self, visitor: VisitorKey) -> Reply<'_, Found> {
        Box::pin(self.readers.ask(move |db| read::visitor(db, &visitor)))
    }

    fn erase(&self, erasure: Erasure) -> Reply<'_, bool> {
        Box::pin(erase::erase(self, erasure))
    }

    fn expire(&self, site: Site, bucket: u16, expiry: Expiry) -> Reply<'_, usize> {
        Box::pin(async move { expire::expire(self, &site, bucket, expiry).await })
    }

    fn sums(&self, site: Site, period: Period) -> Reply<'_, Sums> {
        Box::pin(self.readers.ask(move |db| sums::read(db, &site, period)))
    }

    fn close(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.readers.close();
            self.writer.close().await
        })
    }
}
