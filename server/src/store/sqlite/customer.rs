//! The steps of customers, on SQLite. In: a transaction and a step. Out: what is held, or the change. Never: two buckets.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::erase::remove_link;
use super::writer::Trace;
use super::{SqliteStore, statistics, write};
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::statistics::customer::CustomerChange;
use crate::store::customers::{Change, CustomerRecords, Customers, Unfinished};
use crate::store::{ImportedEvent, Link, Reply};

impl Customers for SqliteStore {
    fn alias(&self, of: CustomerKey) -> Reply<'_, Option<String>> {
        Box::pin(self.readers.ask(move |db| alias(db, &of)))
    }

    fn pointer(&self, visitor: VisitorKey) -> Reply<'_, Option<(String, u64)>> {
        Box::pin(self.readers.ask(move |db| pointer(db, &visitor)))
    }

    fn customer_records(&self, of: CustomerKey) -> Reply<'_, Option<CustomerRecords>> {
        Box::pin(self.readers.ask(move |db| customer_records(db, &of)))
    }

    fn unfinished(&self) -> Reply<'_, Vec<Unfinished>> {
        Box::pin(self.readers.ask(unfinished))
    }

    fn change(&self, change: Change) -> Reply<'_, ()> {
        let trace = match change {
            Change::PointAlias { .. }
            | Change::NoteIdentifier { .. }
            | Change::Bump { .. }
            | Change::AddLink { .. } => Trace::Keep,
            _ => Trace::Scrub,
        };
        Box::pin(async move {
            let moved = if let Change::Repoint { visitor, .. } = &change {
                Some(visitor.clone())
            } else {
                None
            };
            self.writer
                .submit(trace, move |tx| apply(tx, &change))
                .await?;
            let Some(visitor) = moved else { return Ok(()) };
            let of = visitor.clone();
            let facts = self
                .writer
                .submit(Trace::Keep, move |tx| statistics::moved(tx, &of))
                .await?;
            self.propagate(visitor, facts).await
        })
    }
}

fn alias(db: &Connection, of: &CustomerKey) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(
        "SELECT customer FROM aliases WHERE site = ?1 AND bucket = ?2 AND alias = ?3",
    )?
    .query_row(params![of.site.as_str(), of.bucket(), of.id], |row| {
        row.get(0)
    })
    .optional()
}

fn pointer(
    db: &Connection,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<Option<(String, u64)>> {
    let customer: Option<String> = db
        .prepare_cached(
            "SELECT customer FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(customer) = customer else {
        return Ok(None);
    };
    let changes = db
        .prepare_cached(
            "SELECT coalesce(sum(changes), 0) FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))?;
    Ok(Some((customer, changes)))
}

fn customer_records(
    db: &Connection,
    of: &CustomerKey,
) -> rusqlite::Result<Option<CustomerRecords>> {
    let key = params![of.site.as_str(), of.bucket(), of.id];
    let dropped = db
        .prepare_cached(
            "SELECT dropped FROM customers WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        )?
        .query_row(key, |row| row.get(0))
        .optional()?;
    let Some(dropped) = dropped else {
        return Ok(None);
    };
    let links = db
        .prepare_cached("SELECT visitor, linked_day FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3")?
        .query_map(key, |row| Ok((IdHash(row.get(0)?), row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let identifiers = db
        .prepare_cached(
            "SELECT alias FROM identifiers WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        )?
        .query_map(key, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let events = db
        .prepare_cached("SELECT id, day, at_s, event FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3")?
        .query_map(key, |row| {
            Ok(ImportedEvent { id: IdHash(row.get(0)?), day: row.get(1)?, at_s: row.get(2)?, event: row.get(3)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Some(CustomerRecords {
        dropped,
        links,
        identifiers,
        events,
    }))
}

fn unfinished(db: &Connection) -> rusqlite::Result<Vec<Unfinished>> {
    let key = |site: String, id: String| CustomerKey {
        site: Site::new(&site),
        id,
    };
    let mut all: Vec<Unfinished> = db
        .prepare_cached(
            "SELECT site, customer, erased_before FROM customers WHERE erased_before IS NOT NULL",
        )?
        .query_map([], |row| {
            Ok(Unfinished::Erasure(
                key(row.get(0)?, row.get(1)?),
                row.get(2)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    let moves = db
        .prepare_cached(
            "SELECT c.site, c.customer FROM aliases a
             JOIN customers c ON c.site = a.site AND c.bucket = a.bucket AND c.customer = a.alias",
        )?
        .query_map([], |row| {
            Ok(Unfinished::Move(key(row.get(0)?, row.get(1)?)))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    all.extend(moves);
    Ok(all)
}

fn apply(tx: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::PointAlias { alias, to, day } => run(
            tx,
            "INSERT INTO aliases (site, bucket, alias, customer, added_day) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET customer = excluded.customer, added_day = excluded.added_day",
            params![alias.site.as_str(), alias.bucket(), alias.id, to, day],
        ),
        Change::DropAlias { alias, from, erased_day } => drop_alias(tx, alias, from, *erased_day),
        Change::NoteIdentifier { of, alias, day } => {
            create(tx, of, *day)?;
            run(
                tx,
                "INSERT INTO identifiers (site, bucket, customer, alias, added_day) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET added_day = excluded.added_day",
                params![of.site.as_str(), of.bucket(), of.id, alias, day],
            )
        }
        Change::DropIdentifier { of, alias } => {
            run(
                tx,
                "DELETE FROM identifiers WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND alias = ?4",
                params![of.site.as_str(), of.bucket(), of.id, alias],
            )?;
            drop_if_empty(tx, of)
        }
        Change::TakeAway { of, links, events } => take_away(tx, of, links, events),
        Change::Bump { of, by } => run(
            tx,
            "UPDATE customers SET dropped = dropped + ?4 WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
            params![of.site.as_str(), of.bucket(), of.id, by],
        ),
        Change::Repoint { visitor, from, to } => {
            let VisitorKey { site, id } = visitor;
            run(
                tx,
                "UPDATE visitors SET customer = ?5 WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND customer = ?4",
                params![site.as_str(), id.bucket(), id.0, from, to],
            )?;
            write::clear_fingerprints(tx, visitor)
        }
        Change::AddLink { of, visitor, day } => {
            let visitor = VisitorKey { site: of.site.clone(), id: *visitor };
            write::add_link(tx, &Link { visitor, customer: of.clone(), erase: None, day: *day })
        }
        Change::RemoveLink { of, unlink } => remove_link(tx, of, unlink),
        Change::BeginErasure { of, day } => begin_erasure(tx, of, *day),
        Change::EndErasure { of } => {
            run(
                tx,
                "UPDATE customers SET erased_before = NULL WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
                params![of.site.as_str(), of.bucket(), of.id],
            )?;
            drop_if_empty(tx, of)
        }
    }
}

fn run(tx: &Transaction<'_>, sql: &str, params: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<()> {
    tx.prepare_cached(sql)?.execute(params).map(|_| ())
}

fn create(tx: &Transaction<'_>, of: &CustomerKey, day: u32) -> rusqlite::Result<()> {
    run(
        tx,
        "INSERT INTO customers (site, bucket, customer, created_day) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![of.site.as_str(), of.bucket(), of.id, day],
    )
}

/// A customer of whom nothing is held is no one.
pub fn drop_if_empty(tx: &Transaction<'_>, of: &CustomerKey) -> rusqlite::Result<()> {
    run(
        tx,
        "DELETE FROM customers WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND erased_before IS NULL
         AND NOT EXISTS (SELECT 1 FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3)
         AND NOT EXISTS (SELECT 1 FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3)
         AND NOT EXISTS (SELECT 1 FROM identifiers WHERE site = ?1 AND bucket = ?2 AND customer = ?3)",
        params![of.site.as_str(), of.bucket(), of.id],
    )?;
    run(
        tx,
        "DELETE FROM counted_customers WHERE site = ?1 AND bucket = ?2 AND customer = ?3
         AND NOT EXISTS (SELECT 1 FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3)",
        params![of.site.as_str(), of.bucket(), of.id],
    )
}

fn drop_alias(
    tx: &Transaction<'_>,
    alias: &CustomerKey,
    from: &str,
    erased_day: Option<u32>,
) -> rusqlite::Result<()> {
    run(
        tx,
        "DELETE FROM aliases WHERE site = ?1 AND bucket = ?2 AND alias = ?3 AND customer = ?4",
        params![alias.site.as_str(), alias.bucket(), alias.id, from],
    )?;
    erased_day.map_or(Ok(()), |day| write_tombstone(tx, alias, day))
}

/// Writes the tombstone of an erased id: a hash, and the day.
pub fn write_tombstone(tx: &Transaction<'_>, of: &CustomerKey, day: u32) -> rusqlite::Result<()> {
    run(
        tx,
        "INSERT INTO tombstones (site, bucket, id, erased_day) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET erased_day = max(erased_day, excluded.erased_day)",
        params![of.site.as_str(), of.bucket(), of.hash().0, day],
    )
}

fn take_away(
    tx: &Transaction<'_>,
    of: &CustomerKey,
    links: &[IdHash],
    events: &[(IdHash, u32)],
) -> rusqlite::Result<()> {
    let (site, bucket) = (of.site.as_str(), of.bucket());
    for visitor in links {
        run(
            tx,
            "DELETE FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND visitor = ?4",
            params![site, bucket, of.id, visitor.0],
        )?;
    }
    for (id, at_s) in events {
        run(
            tx,
            "DELETE FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND id = ?4 AND at_s = ?5",
            params![site, bucket, of.id, id.0, at_s],
        )?;
    }
    statistics::change_customer(tx, of, &CustomerChange::HandOver(links))?;
    drop_if_empty(tx, of)
}

fn begin_erasure(tx: &Transaction<'_>, of: &CustomerKey, day: u32) -> rusqlite::Result<()> {
    write_tombstone(tx, of, day)?;
    forget_words(tx, of, day)?;
    run(
        tx,
        "UPDATE customers SET erased_before = ?4 WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        params![of.site.as_str(), of.bucket(), of.id, day],
    )
}

/// Deletes everything imported for a customer until that day, and their evaluations and calls.
pub fn forget_words(tx: &Transaction<'_>, of: &CustomerKey, day: u32) -> rusqlite::Result<()> {
    let key = params![of.site.as_str(), of.bucket(), of.id];
    run(
        tx,
        "DELETE FROM evaluations WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        key,
    )?;
    run(
        tx,
        "DELETE FROM outbox WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        key,
    )?;
    run(
        tx,
        "DELETE FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND day <= ?4",
        params![of.site.as_str(), of.bucket(), of.id, day],
    )
}
