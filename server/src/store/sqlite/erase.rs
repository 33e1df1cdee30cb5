//! In: the two readings of a secret. Out: nothing of that visitor but tombstones. Never: a
//! half-done erasure. The tombstone is written first and records the remaining steps. After a
//! crash, the next start completes them.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::customer::{drop_if_empty, forget_words, write_tombstone};
use super::read::is_tombstoned;
use super::statistics;
use super::writer::{Trace, Writer};
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::statistics::customer::CustomerChange;
use crate::store::{Erasure, StoreError, UnlinkRequest};

/// Link left to remove in the customer's bucket: the customer, and the number of changes that go with it.
pub type Left = (String, u64);

/// Erases by a visitor's secret or by an erase-only token. The kind of secret is determined here.
pub async fn erase(writer: &Writer, erasure: Erasure) -> Result<(), StoreError> {
    let Erasure {
        visitor,
        erase,
        day,
    } = erasure;
    let site = visitor.site.clone();
    // The secret may be a token that arrives before its visitor's first sync. It is rejected before
    // an owner is looked for, so that no sync can fall between the two.
    let of = site.clone();
    writer
        .submit(Trace::Keep, move |tx| set_tombstone(tx, &of, &erase, day))
        .await?;
    let of = site.clone();
    let owner = writer
        .submit(Trace::Keep, move |tx| owner(tx, &of, &erase))
        .await?;
    let target = owner.map_or(visitor, |id| VisitorKey {
        site: site.clone(),
        id,
    });
    let token = if owner.is_some() {
        None
    } else {
        token_of(writer, &target).await?
    };
    let key = target.clone();
    let left = writer
        .submit(Trace::Scrub, move |tx| delete_visitor(tx, &key, day))
        .await?;
    if let Some(token) = token {
        let of = site.clone();
        writer
            .submit(Trace::Keep, move |tx| set_tombstone(tx, &of, &token, day))
            .await?;
    }
    if let Some((customer, changes)) = left {
        let (id, customer) = (target.id, CustomerKey { site, id: customer });
        let (of, unlink) = (
            customer.clone(),
            UnlinkRequest {
                visitor: id,
                changes,
                erased_day: Some(day),
                keeps_visitor: false,
            },
        );
        writer
            .submit(Trace::Scrub, move |tx| remove_link(tx, &of, &unlink))
            .await?;
        writer
            .submit(Trace::Scrub, move |tx| settle(tx, &customer.site, &id))
            .await?;
    }
    Ok(())
}

/// The visitor whose erase-only token this is.
fn owner(tx: &Transaction<'_>, site: &Site, erase: &IdHash) -> rusqlite::Result<Option<IdHash>> {
    tx.prepare_cached("SELECT visitor FROM visitors WHERE erase = ?1 AND site = ?2")?
        .query_row(params![erase.0, site.as_str()], |row| {
            row.get(0).map(IdHash)
        })
        .optional()
}

async fn token_of(writer: &Writer, visitor: &VisitorKey) -> Result<Option<IdHash>, StoreError> {
    let VisitorKey { site, id } = visitor.clone();
    let read = move |tx: &Transaction<'_>| {
        tx.prepare_cached(
            "SELECT erase FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| {
            row.get::<_, Option<[u8; 32]>>(0)
        })
        .optional()
        .map(|erase| erase.flatten().map(IdHash))
    };
    writer.submit(Trace::Keep, read).await
}

/// In the visitor's bucket: the rows go, the tombstone stays, and remembers the link that is left to remove.
pub fn delete_visitor(
    tx: &Transaction<'_>,
    visitor: &VisitorKey,
    day: u32,
) -> rusqlite::Result<Option<Left>> {
    let VisitorKey { site, id } = visitor;
    let key = params![site.as_str(), id.bucket(), id.0];
    let changes: u64 = tx
        .prepare_cached(
            "SELECT coalesce(sum(changes), 0) FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(key, |row| row.get(0))?;
    let customer: Option<String> = tx
        .prepare_cached(
            "SELECT customer FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(key, |row| row.get(0))
        .optional()?
        .flatten();
    set_tombstone(tx, site, id, day)?;
    if let Some(customer) = &customer {
        // Another of the customer's visitors in this bucket writes its own at its next sync.
        tx.prepare_cached(
            "DELETE FROM evaluations WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        )?
        .execute(params![site.as_str(), id.bucket(), customer])?;
        tx.prepare_cached(
            "UPDATE tombstones SET customer = ?4, changes = ?5 WHERE site = ?1 AND bucket = ?2 AND id = ?3",
        )?
        .execute(params![site.as_str(), id.bucket(), id.0, customer, changes])?;
    }
    tx.prepare_cached("DELETE FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?
        .execute(key)?;
    tx.prepare_cached("DELETE FROM counted WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?
        .execute(key)?;
    tx.prepare_cached("DELETE FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?
        .execute(key)?;
    Ok(customer.map(|customer| (customer, changes)))
}

fn set_tombstone(tx: &Transaction<'_>, site: &Site, id: &IdHash, day: u32) -> rusqlite::Result<()> {
    if !is_tombstoned(tx, site, id)? {
        tx.prepare_cached(
            "INSERT INTO tombstones (site, bucket, id, erased_day) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![site.as_str(), id.bucket(), id.0, day])?;
    }
    Ok(())
}

/// Removes the link, in the customer's bucket. A customer whose last link was erased is erased too,
/// with the events imported until then. A customer without links, events and other ids is deleted.
pub fn remove_link(
    tx: &Transaction<'_>,
    of: &CustomerKey,
    unlink: &UnlinkRequest,
) -> rusqlite::Result<()> {
    let (site, bucket) = (of.site.as_str(), of.bucket());
    let removed = tx
        .prepare_cached(
            "DELETE FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND visitor = ?4",
        )?
        .execute(params![site, bucket, of.id, unlink.visitor.0])?;
    if removed == 0 {
        return Ok(());
    }
    if unlink.keeps_visitor {
        statistics::change_customer(tx, of, &CustomerChange::HandOver(&[unlink.visitor]))?;
    } else {
        statistics::change_customer(tx, of, &CustomerChange::Leave(unlink.visitor))?;
    }
    // One more than what goes, so that those who stay see a new number even if nothing had been handed in.
    tx.prepare_cached(
        "UPDATE customers SET dropped = dropped + ?4 + 1 WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
    )?
    .execute(params![site, bucket, of.id, unlink.changes])?;
    if let Some(day) = unlink.erased_day {
        erase_customer_without_links(tx, of, day)?;
    }
    drop_if_empty(tx, of)
}

fn erase_customer_without_links(
    tx: &Transaction<'_>,
    of: &CustomerKey,
    day: u32,
) -> rusqlite::Result<()> {
    let (site, bucket) = (of.site.as_str(), of.bucket());
    let is_linked = tx
        .prepare_cached("SELECT 1 FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3")?
        .exists(params![site, bucket, of.id])?;
    if is_linked {
        return Ok(());
    }
    forget_words(tx, of, day)?;
    write_tombstone(tx, of, day)?;
    // Its other ids lie in other buckets, and are looked after next.
    tx.prepare_cached(
        "UPDATE customers SET erased_before = ?4 WHERE site = ?1 AND bucket = ?2 AND customer = ?3
         AND EXISTS (SELECT 1 FROM identifiers WHERE site = ?1 AND bucket = ?2 AND customer = ?3)",
    )?
    .execute(params![site, bucket, of.id, day])?;
    Ok(())
}

/// Nothing is left to do: the tombstone forgets whose link it was.
fn settle(tx: &Transaction<'_>, site: &Site, id: &IdHash) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE tombstones SET customer = NULL, changes = 0 WHERE site = ?1 AND bucket = ?2 AND id = ?3",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0])?;
    Ok(())
}

/// At start: removes the visitors, and then the links, whose erasure was cut short.
pub fn finish_interrupted(db: &mut Connection) -> rusqlite::Result<()> {
    let half_erased: Vec<(String, [u8; 32], u32)> = db
        .prepare(
            "SELECT v.site, v.visitor, t.erased_day FROM tombstones t JOIN visitors v ON v.erase = t.id AND v.site = t.site",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (site, id, day) in half_erased {
        let tx = db.transaction()?;
        delete_visitor(
            &tx,
            &VisitorKey {
                site: Site::new(&site),
                id: IdHash(id),
            },
            day,
        )?;
        tx.commit()?;
    }
    let unfinished: Vec<(String, [u8; 32], String, UnlinkRequest)> = db
        .prepare("SELECT site, id, customer, changes, erased_day FROM tombstones WHERE customer IS NOT NULL")?
        .query_map([], |row| {
            let unlink = UnlinkRequest {
                visitor: IdHash(row.get(1)?),
                changes: row.get(3)?,
                erased_day: Some(row.get(4)?),
                keeps_visitor: false,
            };
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, unlink))
        })?
        .collect::<Result<_, _>>()?;
    for (site, id, customer, unlink) in unfinished {
        let of = CustomerKey {
            site: Site::new(&site),
            id: customer,
        };
        let tx = db.transaction()?;
        remove_link(&tx, &of, &unlink)?;
        tx.commit()?;
        let tx = db.transaction()?;
        settle(&tx, &of.site, &IdHash(id))?;
        tx.commit()?;
    }
    Ok(())
}
