//! In: what the back end tells of a customer. Out: what became of each word. Never: another bucket than the customer's;
//! a word older than the customer's erasure.

use deadpool_postgres::{Client, GenericClient, Transaction};

use super::bucket::Bucket;
use super::outbox::queue_evaluation;
use super::pool::{Pool, repeated};
use super::statistics;
use crate::base::ids::{CustomerKey, VisitorKey};
use crate::statistics::customer::{Customer, CustomerChange};
use crate::statistics::person::Booked;
use crate::store::imported::plan_event;
use crate::store::{CustomerEvents, EVENTS_PER_CUSTOMER, ImportedEvent, IngestOutcome, StoreError};

/// Keeps what is news; the customer's sum grows by as much, so that their browsers see a new number.
pub async fn ingest(pool: &Pool, of: &CustomerEvents) -> Result<Vec<IngestOutcome>, StoreError> {
    let mut client = pool.take().await?;
    let (all, row, bookings) = repeated!(store(&mut client, of))?;
    for id in row.visitors() {
        let visitor = VisitorKey {
            site: of.customer.site.clone(),
            id,
        };
        repeated!(statistics::credit(&mut client, &visitor, &bookings))?;
    }
    Ok(all)
}

/// Stores the events in the customer's bucket. Returns the outcomes, the customer's row and the bookings.
async fn store(
    client: &mut Client,
    of: &CustomerEvents,
) -> Result<(Vec<IngestOutcome>, Customer, Vec<Booked>), StoreError> {
    let tx = client.transaction().await?;
    let there = Bucket::of_customer(&tx, &of.customer).locked().await?;
    let all = ingest_in(&there, &of.customer, &of.all, of.day).await?;
    if of.triggers_evaluation && all.contains(&IngestOutcome::Stored) {
        queue_evaluation(&there, &of.customer, 0).await?;
    }
    // A repeated import may follow one that was interrupted before the visitors' buckets.
    let (row, bookings) =
        statistics::change_customer(&there, &of.customer, &CustomerChange::Recount).await?;
    tx.commit().await?;
    Ok((all, row, bookings))
}

/// The same within a transaction.
pub async fn ingest_in(
    there: &Bucket<'_, Transaction<'_>>,
    of: &CustomerKey,
    events: &[ImportedEvent],
    day: u32,
) -> Result<Vec<IngestOutcome>, StoreError> {
    let sql = "SELECT erased_day FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3";
    let erased_day = there
        .row(sql, &[&of.hash().bytes()])
        .await?
        .map(|row| row.get::<_, i32>(0).cast_unsigned());
    let mut all = Vec::with_capacity(events.len());
    for imported in events {
        all.push(ingest_one(there, of, imported, erased_day).await?);
    }
    let news = all
        .iter()
        .filter(|outcome| **outcome == IngestOutcome::Stored)
        .count() as i64;
    if news > 0 {
        let sql = "INSERT INTO customers (site, bucket, customer, created_day, dropped) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (site, bucket, customer) DO UPDATE SET dropped = customers.dropped + excluded.dropped";
        there.run(sql, &[&of.id, &day.cast_signed(), &news]).await?;
    }
    Ok(all)
}

async fn ingest_one(
    there: &Bucket<'_, Transaction<'_>>,
    of: &CustomerKey,
    imported: &ImportedEvent,
    erased_day: Option<u32>,
) -> Result<IngestOutcome, StoreError> {
    let sql = "SELECT at_s, event FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3 AND id = $4";
    let held = there.row(sql, &[&of.id, &imported.id.bytes()]).await?;
    let held = held
        .as_ref()
        .map(|row| (row.get::<_, i64>(0) as u32, row.get(1)));
    let outcome = plan_event(erased_day, held, imported);
    if outcome == IngestOutcome::Stored {
        let sql =
            "INSERT INTO imported_events (site, bucket, customer, id, day, at_s, event) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (site, bucket, customer, id)
             DO UPDATE SET day = excluded.day, at_s = excluded.at_s, event = excluded.event";
        let (day, at_s) = (imported.day.cast_signed(), i64::from(imported.at_s));
        there
            .run(
                sql,
                &[&of.id, &imported.id.bytes(), &day, &at_s, &imported.event],
            )
            .await?;
    }
    Ok(outcome)
}

/// Returns the newest imported events of a customer.
pub async fn imported_events(
    client: &Client,
    of: &CustomerKey,
) -> Result<Vec<Vec<u8>>, StoreError> {
    imported_events_in(&Bucket::of_customer(client, of), of).await
}

/// The same as [`imported_events`], in the customer's bucket.
pub async fn imported_events_in<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT event FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3
         ORDER BY at_s DESC, id LIMIT $4";
    let rows = there
        .rows(sql, &[&of.id, &(EVENTS_PER_CUSTOMER as i64)])
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
