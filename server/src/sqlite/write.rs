//! In: a transaction and a fact to keep. Out: what became of it. Never: two buckets in one call; a commit of its own.

use rusqlite::{OptionalExtension, Transaction, params};

use super::read::is_tombstoned;
use super::statistics;
use crate::hand_in::{Held, Verdict, judge};
use crate::ids::{IdHash, VisitorKey};
use crate::statistics::Carried;
use crate::store::{HandIn, HandedIn, Link, Linked, REPLICAS_PER_VISITOR};

/// Takes a replica's state by the version rules, and counts what it tells; what the customer's bucket must know of it
/// comes back too.
pub fn hand_in(tx: &Transaction<'_>, hand_in: &HandIn) -> rusqlite::Result<(HandedIn, Option<Carried>)> {
    if is_tombstoned(tx, &hand_in.visitor.site, &hand_in.visitor.id)? || !welcome(tx, hand_in)? {
        return Ok((HandedIn::Erased, None));
    }
    let held = held(tx, hand_in)?;
    let refused = match judge(held.as_ref(), hand_in.version, &hand_in.state) {
        Verdict::Same => return Ok((HandedIn::Accepted, statistics::carried(tx, &hand_in.visitor)?)),
        Verdict::TooMuch => HandedIn::TooMuch,
        Verdict::Conflict => HandedIn::Conflict { held_version: held.map_or(0, |held| held.version) },
        Verdict::Store if held.is_none() && replicas(tx, &hand_in.visitor)? >= REPLICAS_PER_VISITOR => {
            HandedIn::TooManyReplicas
        }
        Verdict::Store => {
            store(tx, hand_in)?;
            return Ok((HandedIn::Accepted, statistics::count(tx, hand_in)?));
        }
    };
    Ok((refused, None))
}

/// Makes sure of the visitor's row and its newest erase-only token; false when that token was used already.
fn welcome(tx: &Transaction<'_>, of: &HandIn) -> rusqlite::Result<bool> {
    let VisitorKey { site, id } = &of.visitor;
    let known = tx
        .prepare_cached("SELECT erase, synced_day FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| {
            Ok((row.get::<_, Option<[u8; 32]>>(0)?, row.get::<_, u32>(1)?))
        })
        .optional()?;
    if known == Some((Some(of.erase.0), of.day)) {
        return Ok(true);
    }
    // The token's own bucket is looked at only where a token is new: an erasure may have overtaken the first hand-in.
    if known.is_none_or(|(erase, _)| erase != Some(of.erase.0)) && is_tombstoned(tx, site, &of.erase)? {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO visitors (site, bucket, visitor, erase, created_day, synced_day) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT DO UPDATE SET erase = excluded.erase, synced_day = excluded.synced_day",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.erase.0, of.day])?;
    Ok(true)
}

fn held(tx: &Transaction<'_>, of: &HandIn) -> rusqlite::Result<Option<Held>> {
    let VisitorKey { site, id } = &of.visitor;
    tx.prepare_cached(
        "SELECT version, state FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND replica = ?4",
    )?
    .query_row(params![site.as_str(), id.bucket(), id.0, of.replica.0], |row| {
        Ok(Held { version: row.get(0)?, state: row.get(1)? })
    })
    .optional()
}

fn replicas(tx: &Transaction<'_>, VisitorKey { site, id }: &VisitorKey) -> rusqlite::Result<usize> {
    tx.prepare_cached("SELECT count(*) FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))
}

fn store(tx: &Transaction<'_>, of: &HandIn) -> rusqlite::Result<()> {
    let VisitorKey { site, id } = &of.visitor;
    tx.prepare_cached(
        "INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)
         ON CONFLICT DO UPDATE SET version = excluded.version, changes = changes + 1, state = excluded.state,
         taken_day = excluded.taken_day",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.replica.0, of.version, of.state, of.day])?;
    Ok(())
}

/// The visitor's side of a link, in the visitor's bucket.
pub fn point_to_customer(tx: &Transaction<'_>, link: &Link) -> rusqlite::Result<(Linked, Option<Carried>)> {
    let Link { visitor: VisitorKey { site, id }, customer, erase, day } = link;
    if is_tombstoned(tx, site, id)? {
        return Ok((Linked::Erased, None));
    }
    // As with a first hand-in: an erasure may have overtaken the login.
    if let Some(erase) = erase
        && is_tombstoned(tx, site, erase)?
    {
        return Ok((Linked::Erased, None));
    }
    // A login may come before the first hand-in, and its token only fills a place that is empty.
    tx.prepare_cached(
        "INSERT INTO visitors (site, bucket, visitor, customer, erase, created_day, synced_day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT DO UPDATE SET customer = coalesce(customer, excluded.customer),
         erase = coalesce(erase, excluded.erase)",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, customer.id, erase.map(|erase| erase.0), day])?;
    let now: Option<String> = tx
        .prepare_cached("SELECT customer FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3")?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))?;
    if now.as_deref() != Some(&customer.id) {
        return Ok((Linked::Elsewhere, None));
    }
    Ok((Linked::Here, statistics::leave_to_customer(tx, &link.visitor, &customer.id)?))
}

/// The customer's side of a link, in the customer's bucket.
pub fn add_link(tx: &Transaction<'_>, link: &Link) -> rusqlite::Result<()> {
    let Link { visitor: VisitorKey { id: IdHash(hash), .. }, customer: to, day, .. } = link;
    let (site, bucket) = (to.site.as_str(), to.bucket());
    tx.prepare_cached(
        "INSERT INTO customers (site, bucket, customer, created_day) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute(params![site, bucket, to.id, day])?;
    tx.prepare_cached(
        "INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![site, bucket, to.id, hash, day])?;
    Ok(())
}
