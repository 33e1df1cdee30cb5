//! In: a transaction and what is to be counted. Out: sums brought up to date. Never: another bucket than that of the row
//! which remembers what was counted.

use rusqlite::types::ToSql;
use rusqlite::{OptionalExtension, Transaction, params};

use super::ingest::imported_events;
use crate::base::ids::{CustomerKey, IdHash, VisitorKey};
use crate::statistics::change::Changes;
use crate::statistics::customer::Customer;
use crate::statistics::person::{Booked, bookings_of};
use crate::statistics::visitor::{SyncFacts, Visitor};
use crate::statistics::{PropagatedFacts, sql};

/// Where sums lie.
type Place<'a> = (&'a str, u16);

/// Counts what a hand-in tells of the visitor; what the customer's bucket must know comes back.
pub fn count(
    tx: &Transaction<'_>,
    of: &VisitorKey,
    facts: &SyncFacts<'_>,
    customer: Option<&str>,
) -> rusqlite::Result<Option<PropagatedFacts>> {
    let mut row = visitor(tx, of)?;
    let before = row.facts.clone();
    let changes = row.count(facts);
    save(tx, of, &row, &changes)?;
    let is_news = before != row.facts;
    Ok(customer.filter(|_| is_news).map(|id| PropagatedFacts {
        customer: id.to_owned(),
        facts: row.facts,
    }))
}

/// What the customer's bucket must know of a visitor whose last hand-in is sent again: the first may have been cut short.
pub fn facts_to_propagate(
    tx: &Transaction<'_>,
    of: &VisitorKey,
) -> rusqlite::Result<Option<PropagatedFacts>> {
    let Some(customer) = super::read::customer(tx, of)? else {
        return Ok(None);
    };
    Ok(Some(PropagatedFacts {
        customer,
        facts: visitor(tx, of)?.facts,
    }))
}

/// A visitor became a customer's, who is counted from now on in their place.
pub fn leave_to_customer(
    tx: &Transaction<'_>,
    of: &VisitorKey,
    customer: &str,
) -> rusqlite::Result<Option<PropagatedFacts>> {
    let mut row = visitor(tx, of)?;
    if row.facts.since_day == 0 {
        return Ok(None);
    }
    let mut changes = Changes::default();
    row.count_person(true, &mut changes);
    save(tx, of, &row, &changes)?;
    Ok(Some(PropagatedFacts {
        customer: customer.to_owned(),
        facts: row.facts,
    }))
}

/// In the customer's bucket: takes what is known of a visitor. The bookings that the back end told come back.
pub fn propagate(
    tx: &Transaction<'_>,
    to: &CustomerKey,
    visitor: &VisitorKey,
    facts: &PropagatedFacts,
) -> rusqlite::Result<Vec<Booked>> {
    let linked =
        "SELECT 1 FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND visitor = ?4";
    let key = params![to.site.as_str(), to.bucket(), to.id, visitor.id.0];
    if !tx.prepare_cached(linked)?.exists(key)? {
        return Ok(Vec::new());
    }
    let bookings = bookings_of(&imported_events(tx, to)?);
    let mut row = customer(tx, to)?;
    let changes = row.propagate(visitor.id, facts.facts.clone(), &bookings);
    save_customer(tx, to, &row, &changes)?;
    Ok(bookings)
}

/// In the customer's bucket, once the back end told something new: whose clicks its bookings may be put down to comes back.
pub fn recount(
    tx: &Transaction<'_>,
    of: &CustomerKey,
) -> rusqlite::Result<(Vec<VisitorKey>, Vec<Booked>)> {
    let bookings = bookings_of(&imported_events(tx, of)?);
    let mut row = customer(tx, of)?;
    if row.is_empty() {
        return Ok((Vec::new(), bookings));
    }
    let changes = row.recount(&bookings);
    save_customer(tx, of, &row, &changes)?;
    Ok((
        row.visitors()
            .map(|id| VisitorKey {
                site: of.site.clone(),
                id,
            })
            .collect(),
        bookings,
    ))
}

/// In the visitor's bucket: puts bookings that the back end told down to the clicks before them.
pub fn credit(tx: &Transaction<'_>, of: &VisitorKey, bookings: &[Booked]) -> rusqlite::Result<()> {
    let mut row = visitor(tx, of)?;
    let changes = row.credit(bookings);
    if changes.is_empty() {
        Ok(())
    } else {
        save(tx, of, &row, &changes)
    }
}

/// In the customer's bucket: visitors go to another customer, or become no one's.
pub fn hand_over(
    tx: &Transaction<'_>,
    of: &CustomerKey,
    visitors: &[IdHash],
) -> rusqlite::Result<()> {
    let mut row = customer(tx, of)?;
    if row.is_empty() {
        return Ok(());
    }
    let changes = row.hand_over(visitors, &bookings_of(&imported_events(tx, of)?));
    save_customer(tx, of, &row, &changes)
}

/// In the visitor's bucket: what the customer must know whose the visitor is now; who is no one's counts alone again.
pub fn moved(tx: &Transaction<'_>, of: &VisitorKey) -> rusqlite::Result<Option<PropagatedFacts>> {
    let mut row = visitor(tx, of)?;
    if row.facts.since_day == 0 {
        return Ok(None);
    }
    if let Some(customer) = super::read::customer(tx, of)? {
        return Ok(Some(PropagatedFacts {
            customer,
            facts: row.facts,
        }));
    }
    let mut changes = Changes::default();
    row.count_person(false, &mut changes);
    save(tx, of, &row, &changes)?;
    Ok(None)
}

/// In the customer's bucket: a visitor was erased, or is silent for too long.
pub fn leave(tx: &Transaction<'_>, of: &CustomerKey, visitor: &IdHash) -> rusqlite::Result<()> {
    let mut row = customer(tx, of)?;
    if row.is_empty() {
        return Ok(());
    }
    row.leave(*visitor);
    save_customer(tx, of, &row, &Changes::default())
}

fn visitor(
    tx: &Transaction<'_>,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<Visitor> {
    let state: Option<Vec<u8>> = tx
        .prepare_cached(
            "SELECT state FROM counted WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))
        .optional()?;
    Ok(Visitor::of(state.as_deref()))
}

fn save(
    tx: &Transaction<'_>,
    of: &VisitorKey,
    row: &Visitor,
    changes: &Changes,
) -> rusqlite::Result<()> {
    let (site, bucket) = (of.site.as_str(), of.id.bucket());
    tx.prepare_cached(
        "INSERT INTO counted (site, bucket, visitor, state) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET state = excluded.state",
    )?
    .execute(params![site, bucket, of.id.0, row.bytes()])?;
    apply(tx, (site, bucket), changes)
}

fn customer(tx: &Transaction<'_>, of: &CustomerKey) -> rusqlite::Result<Customer> {
    let state: Option<Vec<u8>> = tx
        .prepare_cached(
            "SELECT state FROM counted_customers WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        )?
        .query_row(params![of.site.as_str(), of.bucket(), of.id], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(Customer::of(state.as_deref()))
}

fn save_customer(
    tx: &Transaction<'_>,
    of: &CustomerKey,
    row: &Customer,
    changes: &Changes,
) -> rusqlite::Result<()> {
    let (site, bucket) = (of.site.as_str(), of.bucket());
    tx.prepare_cached(
        "INSERT INTO counted_customers (site, bucket, customer, state) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET state = excluded.state",
    )?
    .execute(params![site, bucket, of.id, row.bytes()])?;
    apply(tx, (site, bucket), changes)
}

fn apply(tx: &Transaction<'_>, place: Place<'_>, changes: &Changes) -> rusqlite::Result<()> {
    for (key, sums) in changes.shown.iter() {
        add(tx, &sql::SHOWN, place, &key.columns(), sums)?;
    }
    for (key, sums) in changes.weighed.iter() {
        add(tx, &sql::WEIGHED, place, &key.columns(), sums)?;
    }
    for (key, sums) in changes.people.iter() {
        add(tx, &sql::PEOPLE, place, &key.columns(), sums)?;
    }
    for (key, sums) in changes.tastes.iter() {
        add(tx, &sql::TASTES, place, &key.columns(), sums)?;
        // A topic of nobody any more leaves no row: whoever hands in ever other topics fills nothing.
        if sums[0] < 0 {
            let sql = "DELETE FROM tastes WHERE site = ?1 AND bucket = ?2 AND day = ?3 AND topic = ?4 AND visitors <= 0";
            let [day, topic] = key.columns();
            tx.prepare_cached(sql)?
                .execute(params![place.0, place.1, day, topic])?;
        }
    }
    Ok(())
}

fn add<T: ToSql>(
    tx: &Transaction<'_>,
    table: &sql::Table,
    (site, bucket): Place<'_>,
    key: &[i64],
    sums: &[T],
) -> rusqlite::Result<()> {
    let mut all: Vec<&dyn ToSql> = vec![&site, &bucket];
    all.extend(key.iter().map(|column| column as &dyn ToSql));
    all.extend(sums.iter().map(|column| column as &dyn ToSql));
    tx.prepare_cached(table.upsert())?
        .execute(all.as_slice())
        .map(|_| ())
}
