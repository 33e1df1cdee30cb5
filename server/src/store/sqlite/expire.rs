//! In: a bucket and a day. Out: nothing of those who have not synced since. Never: removes who came back in the meantime;
//! leaves a tombstone: who was forgotten may return as anyone may.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::erase::{Left, delete_visitor, remove_link};
use super::writer::{Trace, Writer};
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::store::{StoreError, UnlinkRequest};

/// The visitors of a bucket who were last seen before that day.
pub fn silent(
    db: &Connection,
    site: &Site,
    bucket: u16,
    before_day: u32,
) -> rusqlite::Result<Vec<IdHash>> {
    db.prepare_cached(
        "SELECT visitor FROM visitors WHERE site = ?1 AND bucket = ?2 AND synced_day < ?3",
    )?
    .query_map(params![site.as_str(), bucket, before_day], |row| {
        row.get(0).map(IdHash)
    })?
    .collect()
}

/// Removes one visitor. Returns `false` if they have synced since. The tombstone records the link
/// that is still to be removed, as in an erasure. A crash before the last step leaves the
/// tombstone. It affects only a visitor who was inactive for years.
pub async fn expire(
    writer: &Writer,
    visitor: VisitorKey,
    before_day: u32,
) -> Result<bool, StoreError> {
    let of = visitor.clone();
    let deleted = writer
        .submit(Trace::Scrub, move |tx| {
            delete_if_inactive(tx, &of, before_day)
        })
        .await?;
    let Some(left) = deleted else {
        return Ok(false);
    };
    if let Some((customer, changes)) = left {
        let customer = CustomerKey {
            site: visitor.site.clone(),
            id: customer,
        };
        let unlink = UnlinkRequest {
            visitor: visitor.id,
            changes,
            erased_day: None,
            keeps_visitor: false,
        };
        writer
            .submit(Trace::Scrub, move |tx| remove_link(tx, &customer, &unlink))
            .await?;
    }
    writer
        .submit(Trace::Scrub, move |tx| unmark(tx, &visitor))
        .await?;
    Ok(true)
}

/// Tables of imported records that expire, and the column of their day.
const WORDS: [(&str, &str); 3] = [
    ("imported_events", "day"),
    ("identifiers", "added_day"),
    ("aliases", "added_day"),
];

/// Returns `true` if there are imports of earlier days.
pub fn has_old_events(
    db: &Connection,
    site: &Site,
    bucket: u16,
    before_day: u32,
) -> rusqlite::Result<bool> {
    for (table, day) in WORDS {
        let sql = format!("SELECT 1 FROM {table} WHERE site = ?1 AND bucket = ?2 AND {day} < ?3");
        if db
            .prepare_cached(&sql)?
            .exists(params![site.as_str(), bucket, before_day])?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes expired imports, and customers of whom nothing else is held.
pub fn delete_old_events(
    tx: &Transaction<'_>,
    site: &Site,
    bucket: u16,
    before_day: u32,
) -> rusqlite::Result<()> {
    for (table, day) in WORDS {
        let sql = format!("DELETE FROM {table} WHERE site = ?1 AND bucket = ?2 AND {day} < ?3");
        tx.prepare_cached(&sql)?
            .execute(params![site.as_str(), bucket, before_day])?;
    }
    tx.prepare_cached(
        "DELETE FROM customers WHERE site = ?1 AND bucket = ?2
         AND NOT EXISTS
           (SELECT 1 FROM identifiers i WHERE i.site = ?1 AND i.bucket = ?2 AND i.customer = customers.customer)
         AND NOT EXISTS (SELECT 1 FROM links l WHERE l.site = ?1 AND l.bucket = ?2 AND l.customer = customers.customer)
         AND NOT EXISTS
           (SELECT 1 FROM imported_events t WHERE t.site = ?1 AND t.bucket = ?2 AND t.customer = customers.customer)",
    )?
    .execute(params![site.as_str(), bucket])?;
    Ok(())
}

fn delete_if_inactive(
    tx: &Transaction<'_>,
    of: &VisitorKey,
    before_day: u32,
) -> rusqlite::Result<Option<Option<Left>>> {
    let synced_day: Option<u32> = tx
        .prepare_cached(
            "SELECT synced_day FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![of.site.as_str(), of.id.bucket(), of.id.0], |row| {
            row.get(0)
        })
        .optional()?;
    match synced_day {
        Some(day) if day < before_day => delete_visitor(tx, of, before_day).map(Some),
        _ => Ok(None),
    }
}

fn unmark(tx: &Transaction<'_>, of: &VisitorKey) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3")?
        .execute(params![of.site.as_str(), of.id.bucket(), of.id.0])?;
    Ok(())
}
