//! A page of customers, on SQLite. In: a bucket and an id. Out: the customers after it, with everything held of them, as
//! of one moment.

use std::cmp::Reverse;

use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use super::SqliteStore;
use super::ingest::imported_events;
use crate::base::ids::{CustomerKey, IdHash, Site};
use crate::store::audience::{Audience, HeldCustomer, PAGE};
use crate::store::{EVENTS_PER_CUSTOMER, Reply, Taken, VISITORS_PER_CUSTOMER};

impl Audience for SqliteStore {
    fn customers(&self, site: Site, bucket: u16, after: String) -> Reply<'_, Vec<HeldCustomer>> {
        Box::pin(self.readers.ask(move |db| page(db, &site, bucket, &after)))
    }
}

/// Links and words are read once a page and not once a customer: all three tables lie in the order of customers.
fn page(
    db: &Connection,
    site: &Site,
    bucket: u16,
    after: &str,
) -> rusqlite::Result<Vec<HeldCustomer>> {
    let ids: Vec<String> = db
        .prepare_cached(
            "SELECT customer FROM customers
             WHERE site = ?1 AND bucket = ?2 AND customer > ?3 AND erased_before IS NULL ORDER BY customer LIMIT ?4",
        )?
        .query_map(params![site.as_str(), bucket, after, PAGE], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let Some(last) = ids.last() else {
        return Ok(Vec::new());
    };
    let range = params![site.as_str(), bucket, after, last];
    let links = "SELECT customer, linked_day, visitor FROM links
         WHERE site = ?1 AND bucket = ?2 AND customer > ?3 AND customer <= ?4 ORDER BY customer";
    let mut links = grouped(db, links, range, &ids, |row| {
        Ok((Reverse(row.get::<_, u32>(1)?), row.get::<_, [u8; 32]>(2)?))
    })?;
    let words = "SELECT customer, at_s, id, event FROM imported_events
         WHERE site = ?1 AND bucket = ?2 AND customer > ?3 AND customer <= ?4 ORDER BY customer";
    let read = |row: &Row<'_>| {
        Ok((
            Reverse(row.get::<_, u32>(1)?),
            row.get::<_, [u8; 32]>(2)?,
            row.get(3)?,
        ))
    };
    let mut words: Vec<Vec<(_, _, Vec<u8>)>> = grouped(db, words, range, &ids, read)?;
    let mut held = Vec::with_capacity(ids.len());
    for ((customer, links), words) in ids.into_iter().zip(&mut links).zip(&mut words) {
        newest(links, VISITORS_PER_CUSTOMER);
        newest(words, EVENTS_PER_CUSTOMER);
        let states = states(db, site, links.iter().map(|(_, visitor)| IdHash(*visitor)))?;
        held.push(HeldCustomer {
            customer,
            states,
            imported: words.drain(..).map(|(_, _, event)| event).collect(),
        });
    }
    Ok(held)
}

/// The rows of each of the customers; those of others are passed over.
fn grouped<T>(
    db: &Connection,
    sql: &str,
    range: &[&dyn ToSql],
    ids: &[String],
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<Vec<T>>> {
    let mut all: Vec<Vec<T>> = ids.iter().map(|_| Vec::new()).collect();
    let (mut statement, mut at) = (db.prepare_cached(sql)?, 0);
    let mut rows = statement.query(range)?;
    while let Some(row) = rows.next()? {
        let of = row.get_ref(0)?.as_str()?;
        while ids.get(at).is_some_and(|id| id.as_str() < of) {
            at += 1;
        }
        if ids.get(at).is_some_and(|id| id == of) {
            all[at].push(read(row)?);
        }
    }
    Ok(all)
}

/// The newest first, and no more than so many.
fn newest<T: Ord>(all: &mut Vec<T>, most: usize) {
    all.sort_unstable();
    all.truncate(most);
}

/// The states of all replicas of these visitors.
fn states(
    db: &Connection,
    site: &Site,
    visitors: impl Iterator<Item = IdHash>,
) -> rusqlite::Result<Vec<Taken>> {
    let mut replicas = db.prepare_cached(
        "SELECT state, taken_day FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
    )?;
    let mut states = Vec::new();
    for visitor in visitors {
        let key = params![site.as_str(), visitor.bucket(), visitor.0];
        for taken in replicas.query_map(key, |row| {
            Ok(Taken {
                state: row.get(0)?,
                day: row.get(1)?,
            })
        })? {
            states.push(taken?);
        }
    }
    Ok(states)
}

/// Everything held of one customer.
pub fn held_of(db: &Connection, of: &CustomerKey) -> rusqlite::Result<HeldCustomer> {
    let site = of.site.as_str();
    let mut links = db.prepare_cached(
        "SELECT visitor FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3
         ORDER BY linked_day DESC, visitor LIMIT ?4",
    )?;
    let key = params![site, of.bucket(), of.id, VISITORS_PER_CUSTOMER];
    let visitors: Vec<IdHash> = links
        .query_map(key, |row| row.get(0).map(IdHash))?
        .collect::<Result<_, _>>()?;
    let states = states(db, &of.site, visitors.into_iter())?;
    Ok(HeldCustomer {
        customer: of.id.clone(),
        states,
        imported: imported_events(db, of)?,
    })
}
