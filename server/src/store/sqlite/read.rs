//! In: a connection and a key. Out: what is held. Never: writes.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ingest::imported_events;
use crate::base::ids::{CustomerKey, IdHash, ReplicaId, Site, VisitorKey};
use crate::store::{
    Found, RemoteState, ReplicaRecord, Taken, VISITORS_PER_CUSTOMER, VisitorRecord,
};
use crate::sync::consent_receipt::Receipt;

/// Returns `true` if a hash, of a visitor's secret or of an erase-only token, has a tombstone.
pub fn is_tombstoned(db: &Connection, site: &Site, id: &IdHash) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3")?
        .exists(params![site.as_str(), id.bucket(), id.0])
}

/// Returns the state of all other replicas. `None` if it is that of `seen`.
///
/// The sequence number is a sum. It grows with every accepted state, by the number of versions.
/// `dropped` keeps the part of removed replicas. Equal numbers therefore mean equal states. A
/// reader may see a state before it is on the disk, and a loss of power may undo it. The next state
/// of that replica then counts for both.
pub fn remote_state(
    db: &Connection,
    of: &VisitorKey,
    replica: ReplicaId,
    seen: u64,
) -> rusqlite::Result<Option<RemoteState>> {
    let Family {
        visitors,
        customer,
        dropped,
    } = family(db, of)?;
    let mut seq = dropped;
    for visitor in &visitors {
        for (id, changes) in changes(db, visitor)? {
            if id != replica || visitor.id != of.id {
                seq += changes;
            }
        }
    }
    if seq == seen {
        return Ok(None);
    }
    let mut states = Vec::new();
    for visitor in &visitors {
        let held = replicas(db, visitor)?
            .into_iter()
            .filter(|r| r.replica != replica || visitor.id != of.id);
        states.extend(held.map(|r| r.taken));
    }
    let imported = customer.map_or(Ok(Vec::new()), |customer| imported_events(db, &customer))?;
    Ok(Some(RemoteState {
        seq,
        states,
        imported,
    }))
}

/// The visitor and everyone linked to the same customer, and what the customer has dropped.
struct Family {
    visitors: Vec<VisitorKey>,
    customer: Option<CustomerKey>,
    dropped: u64,
}

fn family(db: &Connection, of: &VisitorKey) -> rusqlite::Result<Family> {
    let mut visitors = vec![of.clone()];
    let Some(id) = customer(db, of)? else {
        return Ok(Family {
            visitors,
            customer: None,
            dropped: 0,
        });
    };
    let customer = CustomerKey {
        site: of.site.clone(),
        id,
    };
    let (site, bucket) = (customer.site.as_str(), customer.bucket());
    let dropped: Option<u64> = db
        .prepare_cached(
            "SELECT dropped FROM customers WHERE site = ?1 AND bucket = ?2 AND customer = ?3",
        )?
        .query_row(params![site, bucket, customer.id], |row| row.get(0))
        .optional()?;
    let mut linked = db.prepare_cached(
        "SELECT visitor FROM links WHERE site = ?1 AND bucket = ?2 AND customer = ?3
         ORDER BY linked_day DESC, visitor LIMIT ?4",
    )?;
    for hash in linked.query_map(
        params![site, bucket, customer.id, VISITORS_PER_CUSTOMER],
        |row| row.get(0),
    )? {
        let id = IdHash(hash?);
        if id != of.id {
            visitors.push(VisitorKey {
                site: of.site.clone(),
                id,
            });
        }
    }
    Ok(Family {
        visitors,
        customer: Some(customer),
        dropped: dropped.unwrap_or(0),
    })
}

pub fn customer(
    db: &Connection,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(
        "SELECT customer FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
    )?
    .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))
    .optional()
    .map(Option::flatten)
}

fn changes(
    db: &Connection,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<Vec<(ReplicaId, u64)>> {
    db.prepare_cached(
        "SELECT replica, changes FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
    )?
    .query_map(params![site.as_str(), id.bucket(), id.0], |row| {
        Ok((ReplicaId(row.get(0)?), row.get(1)?))
    })?
    .collect()
}

fn replicas(
    db: &Connection,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<Vec<ReplicaRecord>> {
    let read = |row: &Row<'_>| {
        let taken = Taken {
            state: row.get(2)?,
            day: row.get(3)?,
        };
        Ok(ReplicaRecord {
            replica: ReplicaId(row.get(0)?),
            version: row.get(1)?,
            taken,
        })
    };
    db.prepare_cached(
        "SELECT replica, version, state, taken_day FROM replicas WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
    )?
    .query_map(params![site.as_str(), id.bucket(), id.0], read)?
    .collect()
}

/// Everything held of one visitor.
pub fn visitor(db: &Connection, of: &VisitorKey) -> rusqlite::Result<Found> {
    if is_tombstoned(db, &of.site, &of.id)? {
        return Ok(Found::Erased);
    }
    let row = db
        .prepare_cached(
            "SELECT created_day, synced_day, customer, consent FROM visitors
             WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![of.site.as_str(), of.id.bucket(), of.id.0], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get::<_, Option<String>>(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        })
        .optional()?;
    let Some((created_day, synced_day, customer, consent)) = row else {
        return Ok(Found::Unknown);
    };
    let replicas = replicas(db, of)?;
    let key = |id: &String| CustomerKey {
        site: of.site.clone(),
        id: id.clone(),
    };
    let imported = customer
        .as_ref()
        .map_or(Ok(Vec::new()), |id| imported_events(db, &key(id)))?;
    let consent = consent.as_deref().and_then(Receipt::read);
    let counted = db
        .prepare_cached(
            "SELECT state FROM counted WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![of.site.as_str(), of.id.bucket(), of.id.0], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(Found::Known(VisitorRecord {
        created_day,
        synced_day,
        customer,
        consent,
        replicas,
        imported,
        counted,
    }))
}
