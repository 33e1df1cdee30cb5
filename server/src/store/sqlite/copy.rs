//! Copies of a database file. In: a file that may be in use. Out: another that is whole. Never: a copy that was not looked
//! through; a change of a file that a server has open.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};

use super::{migrations, steps, tune};
use crate::base::ids::{CustomerKey, Site};
use crate::base::private_file;

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("it cannot be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("it cannot be created: {0}")]
    System(#[from] std::io::Error),
    #[error("it is not sound: {0}. Choose another backup")]
    Unsound(String),
    #[error("a server has it open. Stop it first")]
    InUse,
    #[error("{0}")]
    Schema(String),
}

/// One reading of everything at one moment, beside a server that writes. What was erased before is not in it.
///
/// # Errors
///
/// [`CopyError`] if a file cannot be read or written, or the copy is damaged.
pub fn back_up(db: &Path, to: &Path) -> Result<(), CopyError> {
    let from = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    from.busy_timeout(std::time::Duration::from_secs(5))?;
    private_file::create(to)?;
    let copied = from
        .execute("VACUUM INTO ?1", [to.to_string_lossy()])
        .map_err(CopyError::from);
    copied
        .and_then(|_| check(to))
        .inspect_err(|_| drop(std::fs::remove_file(to)))
}

fn check(file: &Path) -> Result<(), CopyError> {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let result: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if result == "ok" {
        Ok(())
    } else {
        Err(CopyError::Unsound(result))
    }
}

/// Brings the log into the file, so that the file alone is everything.
///
/// # Errors
///
/// [`CopyError::InUse`] if another process has it open.
pub fn fold(file: &Path) -> Result<(), CopyError> {
    let db = Connection::open(file)?;
    // Leaving the log needs the file for oneself alone.
    let mode = db.pragma_update_and_check(None, "journal_mode", "DELETE", |row| {
        row.get::<_, String>(0)
    });
    match mode {
        Ok(mode) if mode == "delete" => Ok(()),
        Ok(_) => Err(CopyError::InUse),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
            Err(CopyError::InUse)
        }
        Err(error) => Err(error.into()),
    }
}

/// Erases in the new file everyone who was erased in the old one. Returns the number of tombstones.
///
/// # Errors
///
/// [`CopyError`] if a file or its schema cannot be read or written.
pub fn take_tombstones(new: &Path, old: &Path) -> Result<usize, CopyError> {
    let mut db = Connection::open(new)?;
    tune(&db)?;
    migrations::run(&mut db).map_err(|error| CopyError::Schema(error.to_string()))?;
    db.execute("ATTACH ?1 AS old", [old.to_string_lossy()])?;
    let tombstones = db.query_row("SELECT count(*) FROM old.tombstones", [], |row| row.get(0))?;
    let tx = db.transaction()?;
    mark_erased_customers(&tx)?;
    tx.execute_batch(BURY)?;
    tx.commit()?;
    db.execute_batch("DETACH old")?;
    steps::create_recent_erasures(&db)?;
    let db = super::finish_interrupted(db).map_err(|error| CopyError::Schema(error.to_string()))?;
    // Whatever the browsers have seen meanwhile, they take what the others know anew.
    db.execute("UPDATE customers SET dropped = dropped + 1000000", [])?;
    db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")?;
    Ok(tombstones)
}

/// Customers erased since the copy was made; the next start erases what the copy brings back of them.
fn mark_erased_customers(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let day = |from: &str, of: &CustomerKey| {
        let sql = format!(
            "SELECT erased_day FROM {from}.tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3"
        );
        tx.prepare_cached(&sql)?
            .query_row(params![of.site.as_str(), of.bucket(), of.hash().0], |row| {
                row.get::<_, u32>(0)
            })
            .optional()
    };
    let mut all = tx.prepare("SELECT site, customer FROM main.customers")?;
    let keys = all.query_map([], |row| {
        Ok(CustomerKey {
            site: Site::new(&row.get::<_, String>(0)?),
            id: row.get(1)?,
        })
    })?;
    for of in keys.collect::<Result<Vec<_>, _>>()? {
        let erased = day("old", &of)?;
        if erased > day("main", &of)? {
            tx.execute(
                "UPDATE main.customers SET erased_before = ?4 WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
                params![of.site.as_str(), of.bucket(), of.id, erased],
            )?;
        }
    }
    Ok(())
}

/// A tombstone carries the link that is left to remove, as in an erasure: what is unfinished is finished afterwards.
const BURY: &str = "
INSERT INTO tombstones (site, bucket, id, erased_day) SELECT site, bucket, id, erased_day FROM old.tombstones WHERE true
  ON CONFLICT DO UPDATE SET erased_day = max(erased_day, excluded.erased_day);
UPDATE tombstones SET customer = v.customer FROM visitors v
  WHERE v.site = tombstones.site AND v.bucket = tombstones.bucket AND v.visitor = tombstones.id;
DELETE FROM replicas WHERE (site, bucket, visitor) IN (SELECT site, bucket, id FROM tombstones);
DELETE FROM counted WHERE (site, bucket, visitor) IN (SELECT site, bucket, id FROM tombstones);
DELETE FROM visitors WHERE (site, bucket, visitor) IN (SELECT site, bucket, id FROM tombstones);
";
