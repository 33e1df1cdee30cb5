//! In: what the back end tells of a customer. Out: what became of each word. Never: another bucket than the customer's;
//! a word older than the customer's erasure.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::outbox::queue_evaluation;
use super::statistics;
use crate::base::ids::{CustomerKey, VisitorKey};
use crate::statistics::customer::CustomerChange;
use crate::statistics::person::Booked;
use crate::store::imported::plan_event;
use crate::store::{CustomerEvents, EVENTS_PER_CUSTOMER, ImportedEvent, IngestOutcome};

/// Keeps what is news; the customer's sum grows by as much, so that their browsers see a new number.
///
/// Returns the outcomes, the visitors whose clicks may be credited with the bookings, and the bookings.
pub fn ingest(
    tx: &Transaction<'_>,
    of: &CustomerEvents,
) -> rusqlite::Result<(Vec<IngestOutcome>, Vec<VisitorKey>, Vec<Booked>)> {
    let erased_day = erased_day(tx, &of.customer)?;
    let mut all = Vec::with_capacity(of.all.len());
    for imported in &of.all {
        all.push(ingest_one(tx, &of.customer, imported, erased_day)?);
    }
    let news = all
        .iter()
        .filter(|outcome| **outcome == IngestOutcome::Stored)
        .count();
    if news > 0 {
        let (site, bucket) = (of.customer.site.as_str(), of.customer.bucket());
        tx.prepare_cached(
            "INSERT INTO customers (site, bucket, customer, created_day, dropped) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET dropped = dropped + excluded.dropped",
        )?
        .execute(params![site, bucket, of.customer.id, of.day, news])?;
        if of.triggers_evaluation {
            queue_evaluation(tx, &of.customer, 0)?;
        }
    }
    // A repeated import may follow one that was interrupted before the visitors' buckets.
    let (row, bookings) = statistics::change_customer(tx, &of.customer, &CustomerChange::Recount)?;
    let site = &of.customer.site;
    let visitors = row.visitors().map(|id| VisitorKey {
        site: site.clone(),
        id,
    });
    Ok((all, visitors.collect(), bookings))
}

fn erased_day(tx: &Transaction<'_>, of: &CustomerKey) -> rusqlite::Result<Option<u32>> {
    tx.prepare_cached(
        "SELECT erased_day FROM tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3",
    )?
    .query_row(params![of.site.as_str(), of.bucket(), of.hash().0], |row| {
        row.get(0)
    })
    .optional()
}

fn ingest_one(
    tx: &Transaction<'_>,
    of: &CustomerKey,
    imported: &ImportedEvent,
    erased_day: Option<u32>,
) -> rusqlite::Result<IngestOutcome> {
    let (site, bucket) = (of.site.as_str(), of.bucket());
    let held: Option<(u32, Vec<u8>)> = tx
        .prepare_cached(
            "SELECT at_s, event FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND id = ?4",
        )?
        .query_row(params![site, bucket, of.id, imported.id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let held = held.as_ref().map(|(at_s, event)| (*at_s, event.as_slice()));
    let outcome = plan_event(erased_day, held, imported);
    if outcome == IngestOutcome::Stored {
        tx.prepare_cached(
            "INSERT INTO imported_events (site, bucket, customer, id, day, at_s, event) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET day = excluded.day, at_s = excluded.at_s, event = excluded.event",
        )?
        .execute(params![site, bucket, of.id, imported.id.0, imported.day, imported.at_s, imported.event])?;
    }
    Ok(outcome)
}

/// Returns the newest imported events of a customer.
pub fn imported_events(db: &Connection, of: &CustomerKey) -> rusqlite::Result<Vec<Vec<u8>>> {
    db.prepare_cached(
        "SELECT event FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3
         ORDER BY at_s DESC, id LIMIT ?4",
    )?
    .query_map(
        params![of.site.as_str(), of.bucket(), of.id, EVENTS_PER_CUSTOMER],
        |row| row.get(0),
    )?
    .collect()
}
