//! In: a transaction and what is to be counted. Out: sums brought up to date. Never: another bucket than that of the row
//! which remembers what was counted.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, params};

use super::ingest::imported_events;
use crate::base::ids::{CustomerKey, VisitorKey};
use crate::statistics::change::Changes;
use crate::statistics::customer::{Customer, CustomerChange};
use crate::statistics::person::{Booked, bookings_of};
use crate::statistics::visitor::Visitor;
use crate::statistics::{PropagatedFacts, sql};

/// Site and bucket of a row.
type Place<'a> = (&'a str, u16);

/// In the visitor's bucket: changes the visitor's row by a rule, and saves it if the rule changed it.
pub fn update_visitor<T>(
    tx: &Connection,
    of: &VisitorKey,
    rule: impl FnOnce(&mut Visitor) -> (Option<Changes>, T),
) -> rusqlite::Result<T> {
    let mut row = visitor(tx, of)?;
    let (changes, result) = rule(&mut row);
    if let Some(changes) = changes {
        save(tx, of, &row, &changes)?;
    }
    Ok(result)
}

/// In the customer's bucket: applies a change to the customer's row. Returns the row and the imported bookings.
pub fn change_customer(
    tx: &Connection,
    of: &CustomerKey,
    change: &CustomerChange<'_>,
) -> rusqlite::Result<(Customer, Vec<Booked>)> {
    let bookings = match change.needs_bookings() {
        true => bookings_of(&imported_events(tx, of)?),
        false => Vec::new(),
    };
    let mut row = customer(tx, of)?;
    if let Some(changes) = row.apply(change, &bookings) {
        save_customer(tx, of, &row, &changes)?;
    }
    Ok((row, bookings))
}

/// In the customer's bucket: takes a visitor's facts. Returns the bookings to credit to the visitor's clicks.
pub fn propagate(
    tx: &Connection,
    to: &CustomerKey,
    visitor: &VisitorKey,
    propagated: &PropagatedFacts,
) -> rusqlite::Result<Vec<Booked>> {
    let linked =
        "SELECT 1 FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND visitor = ?4";
    let key = params![to.site.as_str(), to.bucket(), to.id, visitor.id.0];
    if !tx.prepare_cached(linked)?.exists(key)? {
        return Ok(Vec::new());
    }
    let change = CustomerChange::Propagate(visitor.id, &propagated.facts);
    change_customer(tx, to, &change).map(|(_, bookings)| bookings)
}

/// In the visitor's bucket: credits imported bookings to the clicks before them.
pub fn credit(tx: &Connection, of: &VisitorKey, bookings: &[Booked]) -> rusqlite::Result<()> {
    update_visitor(tx, of, |row| (row.credit_news(bookings), ()))
}

fn visitor(tx: &Connection, VisitorKey { site, id }: &VisitorKey) -> rusqlite::Result<Visitor> {
    let state: Option<Vec<u8>> = tx
        .prepare_cached(
            "SELECT state FROM counted WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))
        .optional()?;
    Ok(Visitor::of(state.as_deref()))
}

fn save(
    tx: &Connection,
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

fn customer(tx: &Connection, of: &CustomerKey) -> rusqlite::Result<Customer> {
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
    tx: &Connection,
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

fn apply(tx: &Connection, place: Place<'_>, changes: &Changes) -> rusqlite::Result<()> {
    for (key, sums) in changes.shown.iter() {
        add(tx, &sql::SHOWN, place, &key.columns(), sums)?;
    }
    for (key, sums) in changes.weighed.iter() {
        add(tx, &sql::WEIGHED, place, &key.columns(), sums)?;
    }
    for (key, sums) in changes.strata.iter() {
        add(tx, &sql::STRATA, place, &key.columns(), sums)?;
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
    tx: &Connection,
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
