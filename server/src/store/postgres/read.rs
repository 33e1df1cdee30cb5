//! In: connections and a key. Out: what is held, a bucket at a time. Never: writes.

use deadpool_postgres::{Client, GenericClient};

use super::bucket::Bucket;
use super::ingest::imported_events;
use super::pool::Pool;
use crate::base::ids::{CustomerKey, IdHash, ReplicaId, VisitorKey};
use crate::store::{
    Found, RemoteState, ReplicaRecord, StoreError, Taken, VISITORS_PER_CUSTOMER, VisitorRecord,
};
use crate::sync::consent_receipt::Receipt;

/// Returns `true` if a hash, of a visitor's secret or of an erase-only token, has a tombstone in its bucket.
pub async fn is_tombstoned<C: GenericClient>(
    of: &Bucket<'_, C>,
    id: &IdHash,
) -> Result<bool, StoreError> {
    let found = of
        .row(
            "SELECT 1 FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3",
            &[&id.bytes()],
        )
        .await?;
    Ok(found.is_some())
}

/// A replica as far as others are concerned: whose it is, and how often it changed.
struct Change {
    replica: ReplicaId,
    changes: u64,
}

/// Returns the state of all other replicas. `None` if it is that of `seen`. The sequence number is
/// a sum that grows with every accepted state, and `dropped` keeps the part of removed replicas.
/// Equal numbers therefore mean equal states. The states are read together with the numbers that
/// are summed.
pub async fn remote_state(
    pool: &Pool,
    of: &VisitorKey,
    replica: ReplicaId,
    seen: u64,
) -> Result<Option<RemoteState>, StoreError> {
    let client = pool.take().await?;
    let Family {
        visitors,
        customer,
        dropped,
    } = family(&client, of).await?;
    let is_own = |visitor: &VisitorKey, id: ReplicaId| id == replica && visitor.id == of.id;
    let mut seq = dropped;
    for visitor in &visitors {
        let remote = changes(&client, visitor)
            .await?
            .into_iter()
            .filter(|change| !is_own(visitor, change.replica));
        seq += remote.map(|change| change.changes).sum::<u64>();
    }
    if seq == seen {
        return Ok(None);
    }
    let (mut seq, mut states) = (dropped, Vec::new());
    for visitor in &visitors {
        for (held, changes) in replicas(&client, visitor).await? {
            if !is_own(visitor, held.replica) {
                seq += changes;
                states.push(held.taken);
            }
        }
    }
    let imported = match customer {
        Some(customer) => imported_events(&client, &customer).await?,
        None => Vec::new(),
    };
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

async fn family(client: &Client, of: &VisitorKey) -> Result<Family, StoreError> {
    let mut visitors = vec![of.clone()];
    let customer = Bucket::of(client, of)
        .row(
            "SELECT customer FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3",
            &[&of.id.bytes()],
        )
        .await?;
    let Some(id) = customer.and_then(|row| row.get::<_, Option<String>>(0)) else {
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
    let there = Bucket::of_customer(client, &customer);
    let dropped = there
        .row(
            "SELECT dropped FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3",
            &[&customer.id],
        )
        .await?;
    let linked = there
        .rows(
            "SELECT visitor FROM links WHERE site = $1 AND bucket = $2 AND customer = $3
             ORDER BY linked_day DESC, visitor LIMIT $4",
            &[&customer.id, &(VISITORS_PER_CUSTOMER as i64)],
        )
        .await?;
    let ids = linked
        .iter()
        .filter_map(|row| IdHash::read(row.get(0)))
        .filter(|id| *id != of.id);
    visitors.extend(ids.map(|id| VisitorKey {
        site: of.site.clone(),
        id,
    }));
    let dropped = dropped.map_or(0, |row| row.get::<_, i64>(0) as u64);
    Ok(Family {
        visitors,
        customer: Some(customer),
        dropped,
    })
}

async fn changes(client: &Client, of: &VisitorKey) -> Result<Vec<Change>, StoreError> {
    let rows = Bucket::of(client, of)
        .rows(
            "SELECT replica, changes FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3",
            &[&of.id.bytes()],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        Some(Change {
            replica: ReplicaId::read(row.get(0))?,
            changes: row.get::<_, i64>(1) as u64,
        })
    };
    Ok(rows.iter().filter_map(read).collect())
}

async fn replicas(
    client: &Client,
    of: &VisitorKey,
) -> Result<Vec<(ReplicaRecord, u64)>, StoreError> {
    let rows = Bucket::of(client, of)
        .rows(
            "SELECT replica, version, changes, state, taken_day FROM replicas
             WHERE site = $1 AND bucket = $2 AND visitor = $3 ORDER BY replica",
            &[&of.id.bytes()],
        )
        .await?;
    let read = |row: &tokio_postgres::Row| {
        let taken = Taken {
            state: row.get(3),
            day: row.get::<_, i32>(4).cast_unsigned(),
        };
        let version = row.get::<_, i64>(1) as u64;
        Some((
            ReplicaRecord {
                replica: ReplicaId::read(row.get(0))?,
                version,
                taken,
            },
            row.get::<_, i64>(2) as u64,
        ))
    };
    Ok(rows.iter().filter_map(read).collect())
}

/// Everything held of one visitor.
pub async fn visitor(pool: &Pool, of: &VisitorKey) -> Result<Found, StoreError> {
    let client = pool.take().await?;
    let here = Bucket::of(&client, of);
    if is_tombstoned(&here, &of.id).await? {
        return Ok(Found::Erased);
    }
    let row = here
        .row(
            "SELECT created_day, synced_day, customer, consent FROM visitors
             WHERE site = $1 AND bucket = $2 AND visitor = $3",
            &[&of.id.bytes()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Found::Unknown);
    };
    let day = |at: usize| row.get::<_, i32>(at).cast_unsigned();
    let replicas = replicas(&client, of)
        .await?
        .into_iter()
        .map(|(replica, _)| replica)
        .collect();
    let customer: Option<String> = row.get(2);
    let imported = match &customer {
        Some(id) => {
            imported_events(
                &client,
                &CustomerKey {
                    site: of.site.clone(),
                    id: id.clone(),
                },
            )
            .await?
        }
        None => Vec::new(),
    };
    let consent = row.get::<_, Option<&str>>(3).and_then(Receipt::read);
    let sql = "SELECT state FROM counted WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let counted = here.row(sql, &[&of.id.bytes()]).await?;
    Ok(Found::Known(VisitorRecord {
        created_day: day(0),
        synced_day: day(1),
        customer,
        consent,
        replicas,
        imported,
        counted: counted.map(|row| row.get(0)),
    }))
}
