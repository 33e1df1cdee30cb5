//! In: what the back end tells of a customer. Out: what became of each word. Never: another bucket than the customer's;
//! a word older than the customer's erasure.

use deadpool_postgres::{Client, GenericClient, Transaction};

use super::bucket::Bucket;
use super::outbox::note;
use super::pool::Lines;
use super::statistics;
use crate::base::ids::CustomerKey;
use crate::ingest::judge;
use crate::store::{StoreError, TELLINGS_PER_CUSTOMER, Telling, Tellings, Told};

/// Keeps what is news; the customer's sum grows by as much, so that their browsers see a new number.
pub async fn tell(lines: &Lines, of: &Tellings) -> Result<Vec<Told>, StoreError> {
    let mut line = lines.take().await?;
    let tx = line.transaction().await?;
    let there = Bucket::of_customer(&tx, &of.customer).locked().await?;
    let all = tell_in(&there, &of.customer, &of.all, of.day).await?;
    if of.wakes && all.contains(&Told::Taken) {
        note(&there, &of.customer, 0).await?;
    }
    // Told again, it may be that the first was cut short before the visitors' buckets.
    let (visitors, bookings) = statistics::recount(&there, &of.customer).await?;
    tx.commit().await?;
    for visitor in visitors {
        statistics::credit(&mut line, &visitor, &bookings).await?;
    }
    Ok(all)
}

/// The same within a transaction.
pub async fn tell_in(
    there: &Bucket<'_, Transaction<'_>>,
    of: &CustomerKey,
    tellings: &[Telling],
    day: u32,
) -> Result<Vec<Told>, StoreError> {
    let sql = "SELECT erased_day FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3";
    let erased_day = there
        .row(sql, &[&of.hash().bytes()])
        .await?
        .map(|row| row.get::<_, i32>(0));
    let mut all = Vec::with_capacity(tellings.len());
    for telling in tellings {
        all.push(match erased_day {
            Some(erased) if telling.day.cast_signed() <= erased => Told::Erased,
            _ => take(there, of, telling).await?,
        });
    }
    let news = all.iter().filter(|told| **told == Told::Taken).count() as i64;
    if news > 0 {
        let sql = "INSERT INTO customers (site, bucket, customer, created_day, dropped) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (site, bucket, customer) DO UPDATE SET dropped = customers.dropped + excluded.dropped";
        there.run(sql, &[&of.id, &day.cast_signed(), &news]).await?;
    }
    Ok(all)
}

async fn take(
    there: &Bucket<'_, Transaction<'_>>,
    of: &CustomerKey,
    said: &Telling,
) -> Result<Told, StoreError> {
    let sql = "SELECT at_s, event FROM tellings WHERE site = $1 AND bucket = $2 AND customer = $3 AND id = $4";
    let held = there.row(sql, &[&of.id, &said.id.bytes()]).await?;
    let told = judge(
        held.as_ref()
            .map(|row| (row.get::<_, i64>(0) as u32, row.get(1))),
        said,
    );
    if told == Told::Taken {
        let sql =
            "INSERT INTO tellings (site, bucket, customer, id, day, at_s, event) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (site, bucket, customer, id)
             DO UPDATE SET day = excluded.day, at_s = excluded.at_s, event = excluded.event";
        let (day, at_s) = (said.day.cast_signed(), i64::from(said.at_s));
        there
            .run(sql, &[&of.id, &said.id.bytes(), &day, &at_s, &said.event])
            .await?;
    }
    Ok(told)
}

/// The newest of what was told of a customer.
pub async fn told(line: &Client, of: &CustomerKey) -> Result<Vec<Vec<u8>>, StoreError> {
    told_in(&Bucket::of_customer(line, of), of).await
}

/// As [`told`], in the customer's bucket.
pub async fn told_in<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT event FROM tellings WHERE site = $1 AND bucket = $2 AND customer = $3
         ORDER BY at_s DESC, id LIMIT $4";
    let rows = there
        .rows(sql, &[&of.id, &(TELLINGS_PER_CUSTOMER as i64)])
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
