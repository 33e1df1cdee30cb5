//! A page of customers, on SQLite. In: a bucket and an id. Out: the customers after it, with everything held of them, as
//! of one moment.

use rusqlite::{Connection, params};

use super::SqliteStore;
use super::tell::told;
use crate::audience::held::{Audience, HeldCustomer, PAGE};
use crate::ids::{CustomerKey, IdHash, Site};
use crate::store::{Reply, Taken, VISITORS_PER_CUSTOMER};

impl Audience for SqliteStore {
    fn customers(&self, site: Site, bucket: u16, after: String) -> Reply<'_, Vec<HeldCustomer>> {
        Box::pin(self.readers.ask(move |db| page(db, &site, bucket, &after)))
    }
}

fn page(db: &Connection, site: &Site, bucket: u16, after: &str) -> rusqlite::Result<Vec<HeldCustomer>> {
    let ids: Vec<String> = db
        .prepare_cached(
            "SELECT customer FROM customers
             WHERE site = ?1 AND bucket = ?2 AND customer > ?3 AND erased_before IS NULL ORDER BY customer LIMIT ?4",
        )?
        .query_map(params![site.as_str(), bucket, after, PAGE], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.into_iter().map(|id| held_of(db, &CustomerKey { site: site.clone(), id })).collect()
}

/// Everything held of one customer.
pub fn held_of(db: &Connection, of: &CustomerKey) -> rusqlite::Result<HeldCustomer> {
    let site = of.site.as_str();
    let mut links = db.prepare_cached(
        "SELECT visitor FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3
         ORDER BY linked_day DESC, visitor LIMIT ?4",
    )?;
    let mut replicas =
        db.prepare_cached("SELECT state, taken_day FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?;
    let mut states = Vec::new();
    let key = params![site, of.bucket(), of.id, VISITORS_PER_CUSTOMER];
    for visitor in links.query_map(key, |row| row.get(0).map(IdHash))? {
        let visitor = visitor?;
        let key = params![site, visitor.bucket(), visitor.0];
        for taken in replicas.query_map(key, |row| Ok(Taken { state: row.get(0)?, day: row.get(1)? }))? {
            states.push(taken?);
        }
    }
    Ok(HeldCustomer { customer: of.id.clone(), states, told: told(db, of)? })
}
