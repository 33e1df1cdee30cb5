//! The steps of customers, on PostgreSQL. In: connections and a step. Out: what is held, or the change. Never: two buckets
//! in one transaction.

use deadpool_postgres::{Client, GenericClient, Transaction};

use super::PostgresStore;
use super::bucket::Bucket;
use super::erase::remove_link;
use super::pool::Pool;
use super::statistics;
use super::write::clear_fingerprints;
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::statistics::customer::CustomerChange;
use crate::store::customers::{Change, CustomerRecords, Customers, Unfinished};
use crate::store::{ImportedEvent, Reply, StoreError};

impl Customers for PostgresStore {
    fn alias(&self, of: CustomerKey) -> Reply<'_, Option<String>> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            let sql = "SELECT customer FROM aliases WHERE site = $1 AND bucket = $2 AND alias = $3";
            Ok(Bucket::of_customer(&client, &of)
                .row(sql, &[&of.id])
                .await?
                .map(|row| row.get(0)))
        })
    }

    fn pointer(&self, visitor: VisitorKey) -> Reply<'_, Option<(String, u64)>> {
        Box::pin(async move { pointer(&self.pool, &visitor).await })
    }

    fn customer_records(&self, of: CustomerKey) -> Reply<'_, Option<CustomerRecords>> {
        Box::pin(async move { customer_records(&self.pool, &of).await })
    }

    fn unfinished(&self) -> Reply<'_, Vec<Unfinished>> {
        Box::pin(async move { unfinished(&self.pool).await })
    }

    fn change(&self, change: Change) -> Reply<'_, ()> {
        Box::pin(async move {
            let mut client = self.pool.take().await?;
            if let Change::RemoveLink { of, unlink } = &change {
                return remove_link(&mut client, of, unlink).await;
            }
            apply(&mut client, &change).await?;
            match &change {
                Change::Repoint { visitor, .. } => statistics::moved(&mut client, visitor).await,
                _ => Ok(()),
            }
        })
    }
}

async fn pointer(pool: &Pool, of: &VisitorKey) -> Result<Option<(String, u64)>, StoreError> {
    let client = pool.take().await?;
    let here = Bucket::of(&client, of);
    let sql = "SELECT customer FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let Some(customer) = here
        .row(sql, &[&of.id.bytes()])
        .await?
        .and_then(|row| row.get::<_, Option<String>>(0))
    else {
        return Ok(None);
    };
    let sql = "SELECT coalesce(sum(changes), 0)::bigint FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let changes: i64 = here
        .row(sql, &[&of.id.bytes()])
        .await?
        .map_or(0, |row| row.get(0));
    Ok(Some((customer, changes.cast_unsigned())))
}

async fn customer_records(
    pool: &Pool,
    of: &CustomerKey,
) -> Result<Option<CustomerRecords>, StoreError> {
    let client = pool.take().await?;
    let there = Bucket::of_customer(&client, of);
    let sql = "SELECT dropped FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3";
    let Some(row) = there.row(sql, &[&of.id]).await? else {
        return Ok(None);
    };
    let dropped = row.get::<_, i64>(0).cast_unsigned();
    let sql =
        "SELECT visitor, linked_day FROM links WHERE site = $1 AND bucket = $2 AND customer = $3";
    let links = there.rows(sql, &[&of.id]).await?;
    let links = links
        .iter()
        .filter_map(|row| Some((IdHash::read(row.get(0))?, day(row.get(1)))))
        .collect();
    let sql = "SELECT alias FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3";
    let identifiers = there
        .rows(sql, &[&of.id])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let sql = "SELECT id, day, at_s, event FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3";
    let read = |row: &tokio_postgres::Row| {
        let (id, at_s) = (IdHash::read(row.get(0))?, row.get::<_, i64>(2) as u32);
        Some(ImportedEvent {
            id,
            day: day(row.get(1)),
            at_s,
            event: row.get(3),
        })
    };
    let events = there
        .rows(sql, &[&of.id])
        .await?
        .iter()
        .filter_map(read)
        .collect();
    Ok(Some(CustomerRecords {
        dropped,
        links,
        identifiers,
        events,
    }))
}

fn day(column: i32) -> u32 {
    column.cast_unsigned()
}

async fn unfinished(pool: &Pool) -> Result<Vec<Unfinished>, StoreError> {
    let client: Client = pool.take().await?;
    let key = |row: &tokio_postgres::Row| CustomerKey {
        site: Site::new(row.get(0)),
        id: row.get(1),
    };
    let sql = "SELECT site, customer, erased_before FROM customers WHERE erased_before IS NOT NULL";
    let mut all: Vec<Unfinished> = client
        .query(sql, &[])
        .await?
        .iter()
        .map(|row| Unfinished::Erasure(key(row), day(row.get(2))))
        .collect();
    let sql = "SELECT c.site, c.customer FROM aliases a
         JOIN customers c ON c.site = a.site AND c.bucket = a.bucket AND c.customer = a.alias";
    all.extend(
        client
            .query(sql, &[])
            .await?
            .iter()
            .map(|row| Unfinished::Move(key(row))),
    );
    Ok(all)
}

/// The bucket that a change is in.
fn bucket<'a, C: GenericClient>(on: &'a C, change: &'a Change) -> Bucket<'a, C> {
    match change {
        Change::PointAlias { alias: of, .. }
        | Change::DropAlias { alias: of, .. }
        | Change::NoteIdentifier { of, .. }
        | Change::DropIdentifier { of, .. }
        | Change::TakeAway { of, .. }
        | Change::Bump { of, .. }
        | Change::AddLink { of, .. }
        | Change::RemoveLink { of, .. }
        | Change::BeginErasure { of, .. }
        | Change::EndErasure { of } => Bucket::of_customer(on, of),
        Change::Repoint { visitor, .. } => Bucket::of(on, visitor),
    }
}

async fn apply(client: &mut Client, change: &Change) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    execute(&bucket(&tx, change).locked().await?, change).await?;
    Ok(tx.commit().await?)
}

async fn execute(there: &Bucket<'_, Transaction<'_>>, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::PointAlias { .. }
        | Change::DropAlias { .. }
        | Change::NoteIdentifier { .. }
        | Change::DropIdentifier { .. } => change_alias(there, change).await?,
        Change::TakeAway { of, links, events } => take_away(there, of, links, events).await?,
        Change::Bump { of, by } => {
            let sql = "UPDATE customers SET dropped = dropped + $4 WHERE site = $1 AND bucket = $2 AND customer = $3";
            there.run(sql, &[&of.id, &by.cast_signed()]).await?;
        }
        Change::Repoint { visitor, from, to } => {
            let sql = "UPDATE visitors SET customer = $5
                 WHERE site = $1 AND bucket = $2 AND visitor = $3 AND customer = $4";
            there.run(sql, &[&visitor.id.bytes(), from, to]).await?;
            clear_fingerprints(there, &visitor.id).await?;
        }
        Change::AddLink { of, visitor, day } => {
            create(there, of, *day).await?;
            let sql = "INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING";
            there
                .run(sql, &[&of.id, &visitor.bytes(), &day.cast_signed()])
                .await?;
        }
        // A transaction of its own, which erasures share.
        Change::RemoveLink { .. } => {}
        Change::BeginErasure { of, day } => {
            write_tombstone(there, of, *day).await?;
            forget_words(there, of, *day).await?;
            let sql = "UPDATE customers SET erased_before = $4 WHERE site = $1 AND bucket = $2 AND customer = $3";
            there.run(sql, &[&of.id, &day.cast_signed()]).await?;
        }
        Change::EndErasure { of } => {
            let sql = "UPDATE customers SET erased_before = NULL WHERE site = $1 AND bucket = $2 AND customer = $3";
            there.run(sql, &[&of.id]).await?;
            drop_if_empty(there, of).await?;
        }
    }
    Ok(())
}

/// Executes the changes of a customer's other ids.
async fn change_alias(
    there: &Bucket<'_, Transaction<'_>>,
    change: &Change,
) -> Result<(), StoreError> {
    match change {
        Change::PointAlias { alias, to, day } => {
            let sql = "INSERT INTO aliases (site, bucket, alias, customer, added_day) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (site, bucket, alias)
                 DO UPDATE SET customer = excluded.customer, added_day = excluded.added_day";
            there.run(sql, &[&alias.id, to, &day.cast_signed()]).await?;
        }
        Change::DropAlias {
            alias,
            from,
            erased_day,
        } => {
            let sql = "DELETE FROM aliases WHERE site = $1 AND bucket = $2 AND alias = $3 AND customer = $4";
            there.run(sql, &[&alias.id, from]).await?;
            if let Some(day) = erased_day {
                write_tombstone(there, alias, *day).await?;
            }
        }
        Change::NoteIdentifier { of, alias, day } => {
            create(there, of, *day).await?;
            let sql = "INSERT INTO identifiers (site, bucket, customer, alias, added_day) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (site, bucket, customer, alias) DO UPDATE SET added_day = excluded.added_day";
            there.run(sql, &[&of.id, alias, &day.cast_signed()]).await?;
        }
        Change::DropIdentifier { of, alias } => {
            let sql = "DELETE FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3 AND alias = $4";
            there.run(sql, &[&of.id, alias]).await?;
            drop_if_empty(there, of).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Makes sure of the customer's row.
pub async fn create<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
    day: u32,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO customers (site, bucket, customer, created_day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    there
        .run(sql, &[&of.id, &day.cast_signed()])
        .await
        .map(|_| ())
}

/// A customer of whom nothing is held is no one.
pub async fn drop_if_empty<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3 AND erased_before IS NULL
         AND NOT EXISTS (SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3)
         AND NOT EXISTS (SELECT 1 FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3)
         AND NOT EXISTS (SELECT 1 FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3)";
    there.run(sql, &[&of.id]).await?;
    let sql = "DELETE FROM counted_customers WHERE site = $1 AND bucket = $2 AND customer = $3
         AND NOT EXISTS (SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3)";
    there.run(sql, &[&of.id]).await.map(|_| ())
}

/// Writes the tombstone of an erased id: a hash, and the day.
pub async fn write_tombstone<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
    day: u32,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO tombstones (site, bucket, id, erased_day) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, id)
         DO UPDATE SET erased_day = greatest(tombstones.erased_day, excluded.erased_day)";
    there
        .run(sql, &[&of.hash().bytes(), &day.cast_signed()])
        .await
        .map(|_| ())
}

async fn take_away(
    there: &Bucket<'_, Transaction<'_>>,
    of: &CustomerKey,
    links: &[IdHash],
    events: &[(IdHash, u32)],
) -> Result<(), StoreError> {
    for visitor in links {
        let sql =
            "DELETE FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 AND visitor = $4";
        there.run(sql, &[&of.id, &visitor.bytes()]).await?;
    }
    for (id, at_s) in events {
        let sql = "DELETE FROM imported_events
             WHERE site = $1 AND bucket = $2 AND customer = $3 AND id = $4 AND at_s = $5";
        there
            .run(sql, &[&of.id, &id.bytes(), &i64::from(*at_s)])
            .await?;
    }
    statistics::change_customer(there, of, &CustomerChange::HandOver(links)).await?;
    drop_if_empty(there, of).await
}

/// Deletes everything imported for a customer until that day, and their evaluations and calls.
pub async fn forget_words<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
    day: u32,
) -> Result<(), StoreError> {
    there
        .run(
            "DELETE FROM evaluations WHERE site = $1 AND bucket = $2 AND customer = $3",
            &[&of.id],
        )
        .await?;
    there
        .run(
            "DELETE FROM outbox WHERE site = $1 AND bucket = $2 AND customer = $3",
            &[&of.id],
        )
        .await?;
    let sql = "DELETE FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3 AND day <= $4";
    there
        .run(sql, &[&of.id, &day.cast_signed()])
        .await
        .map(|_| ())
}
