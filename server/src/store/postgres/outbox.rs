//! Looks and calls, on PostgreSQL. In: connections. Out: notes and rows. Never: two buckets in one transaction; a mark
//! without its call; a call in the hands of two servers.

use deadpool_postgres::{Client, GenericClient, Transaction};

use super::PostgresStore;
use super::audience::held_of;
use super::bucket::Bucket;
use super::ingest;
use super::pool::{Pool, repeated};
use crate::base::ids::{CustomerKey, IdHash, Site};
use crate::store::audience::HeldCustomer;
use crate::store::outbox::{Call, CallCount, DeadLetter, Firing, Found, Outbox, PendingEvaluation};
use crate::store::{IngestOutcome, Reply, StoreError};

impl Outbox for PostgresStore {
    fn due_evaluations(
        &self,
        site: Site,
        now_s: u64,
        most: usize,
    ) -> Reply<'_, Vec<PendingEvaluation>> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            let sql = "SELECT bucket, customer, stamp FROM evaluations WHERE site = $1 AND at_s <= $2 ORDER BY at_s LIMIT $3";
            let statement = client.prepare_cached(sql).await?;
            let rows = client
                .query(
                    &statement,
                    &[&site.as_str(), &now_s.cast_signed(), &(most as i64)],
                )
                .await?;
            let read = |row: &tokio_postgres::Row| {
                let (bucket, stamp) = (
                    row.get::<_, i32>(0) as u16,
                    row.get::<_, i64>(2).cast_unsigned(),
                );
                PendingEvaluation {
                    bucket,
                    customer: row.get(1),
                    stamp,
                }
            };
            Ok(rows.iter().map(read).collect())
        })
    }

    fn customer(&self, of: CustomerKey) -> Reply<'_, Option<HeldCustomer>> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            if !is_here(&Bucket::of_customer(&client, &of), &of).await? {
                return Ok(None);
            }
            Ok(
                held_of(&client, &of.site, of.bucket(), std::slice::from_ref(&of.id))
                    .await?
                    .pop(),
            )
        })
    }

    fn fire(&self, found: Found) -> Reply<'_, usize> {
        Box::pin(async move { repeated!(fire(&self.pool, &found)) })
    }

    fn finish_evaluation(&self, site: Site, evaluation: PendingEvaluation) -> Reply<'_, ()> {
        Box::pin(async move { repeated!(finish(&self.pool, &site, &evaluation)) })
    }

    fn claim(&self, site: Site, now_s: u64, until_s: u64, most: usize) -> Reply<'_, Vec<Call>> {
        Box::pin(async move {
            claim(
                &self.pool,
                &site,
                (now_s.cast_signed(), until_s.cast_signed()),
                most,
            )
            .await
        })
    }

    fn delivered(&self, site: Site, call: Call) -> Reply<'_, ()> {
        Box::pin(async move {
            let sql = "DELETE FROM outbox WHERE site = $1 AND bucket = $2 AND id = $3";
            change(&self.pool, (&site, call.bucket), sql, &[&call.id])
                .await
                .map(|_| ())
        })
    }

    fn postpone(&self, site: Site, call: Call, next_s: Option<u64>) -> Reply<'_, ()> {
        Box::pin(async move {
            let sql = "UPDATE outbox SET next_s = $4 WHERE site = $1 AND bucket = $2 AND id = $3";
            let next_s = next_s.map(u64::cast_signed);
            change(&self.pool, (&site, call.bucket), sql, &[&call.id, &next_s])
                .await
                .map(|_| ())
        })
    }

    fn count_calls(&self, site: Site) -> Reply<'_, CallCount> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            let sql = "SELECT count(next_s), count(*) - count(next_s) FROM outbox WHERE site = $1";
            let statement = client.prepare_cached(sql).await?;
            let row = client.query_one(&statement, &[&site.as_str()]).await?;
            let count = |column| row.get::<_, i64>(column).cast_unsigned();
            Ok(CallCount {
                waiting: count(0),
                given_up: count(1),
            })
        })
    }

    fn dead_letters(&self, site: Site) -> Reply<'_, Vec<DeadLetter>> {
        Box::pin(async move {
            Ok(dead(&self.pool, &site)
                .await?
                .into_iter()
                .map(|(_, letter)| letter)
                .collect())
        })
    }

    fn requeue(&self, site: Site, id: Option<String>, now_s: u64) -> Reply<'_, usize> {
        Box::pin(async move {
            let mut requeued = 0;
            for (bucket, letter) in dead(&self.pool, &site).await? {
                if id.as_ref().is_none_or(|id| *id == letter.id) {
                    let sql = "UPDATE outbox SET next_s = $4, attempts = 0
                         WHERE site = $1 AND bucket = $2 AND id = $3 AND next_s IS NULL";
                    requeued += change(
                        &self.pool,
                        (&site, bucket),
                        sql,
                        &[&letter.id, &now_s.cast_signed()],
                    )
                    .await?;
                }
            }
            Ok(requeued as usize)
        })
    }
}

/// One statement in one bucket, alone with it.
async fn change(
    pool: &Pool,
    place: (&Site, u16),
    sql: &str,
    rest: super::bucket::Rest<'_>,
) -> Result<u64, StoreError> {
    repeated!(change_once(pool, place, sql, rest))
}

async fn change_once(
    pool: &Pool,
    (site, bucket): (&Site, u16),
    sql: &str,
    rest: super::bucket::Rest<'_>,
) -> Result<u64, StoreError> {
    let mut client = pool.take().await?;
    let tx = client.transaction().await?;
    let rows = Bucket::new(&tx, site, bucket)
        .locked()
        .await?
        .run(sql, rest)
        .await?;
    tx.commit().await?;
    Ok(rows)
}

async fn dead(pool: &Pool, site: &Site) -> Result<Vec<(u16, DeadLetter)>, StoreError> {
    let client = pool.take().await?;
    let sql = "SELECT bucket, id, customer, webhook, attempts FROM outbox WHERE site = $1 AND next_s IS NULL ORDER BY id";
    let statement = client.prepare_cached(sql).await?;
    let read = |row: &tokio_postgres::Row| {
        let (id, customer) = (row.get(1), row.get(2));
        let letter = DeadLetter {
            id,
            customer,
            webhook: row.get(3),
            attempts: row.get::<_, i32>(4).cast_unsigned(),
        };
        (row.get::<_, i32>(0) as u16, letter)
    };
    Ok(client
        .query(&statement, &[&site.as_str()])
        .await?
        .iter()
        .map(read)
        .collect())
}

async fn finish(
    pool: &Pool,
    site: &Site,
    evaluation: &PendingEvaluation,
) -> Result<(), StoreError> {
    let mut client = pool.take().await?;
    let tx = client.transaction().await?;
    let there = Bucket::new(&tx, site, evaluation.bucket).locked().await?;
    delete_evaluation(&there, evaluation).await?;
    Ok(tx.commit().await?)
}

async fn is_here<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3 AND erased_before IS NULL";
    Ok(there.row(sql, &[&of.id]).await?.is_some())
}

/// Queues an evaluation of the visitor's customer, if there is one.
pub async fn queue_visitor_evaluation<C: GenericClient>(
    here: &Bucket<'_, C>,
    id: &IdHash,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO evaluations (site, bucket, customer, at_s) SELECT site, bucket, customer, 0 FROM visitors
         WHERE site = $1 AND bucket = $2 AND visitor = $3 AND customer IS NOT NULL
         ON CONFLICT (site, bucket, customer) DO UPDATE SET at_s = 0, stamp = evaluations.stamp + 1";
    here.run(sql, &[&id.bytes()]).await.map(|_| ())
}

/// Queues an evaluation of a customer from that time on.
pub async fn queue_evaluation<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
    at_s: u64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO evaluations (site, bucket, customer, at_s) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, customer)
         DO UPDATE SET at_s = least(evaluations.at_s, excluded.at_s), stamp = evaluations.stamp + 1";
    there
        .run(sql, &[&of.id, &at_s.cast_signed()])
        .await
        .map(|_| ())
}

async fn delete_evaluation<C: GenericClient>(
    there: &Bucket<'_, C>,
    evaluation: &PendingEvaluation,
) -> Result<(), StoreError> {
    let sql =
        "DELETE FROM evaluations WHERE site = $1 AND bucket = $2 AND customer = $3 AND stamp = $4";
    there
        .run(
            sql,
            &[&evaluation.customer, &evaluation.stamp.cast_signed()],
        )
        .await
        .map(|_| ())
}

async fn fire(pool: &Pool, found: &Found) -> Result<usize, StoreError> {
    let mut client = pool.take().await?;
    let tx = client.transaction().await?;
    let there = Bucket::of_customer(&tx, &found.of).locked().await?;
    if let Some(evaluation) = &found.evaluation {
        delete_evaluation(&there, evaluation).await?;
    }
    let mut fired = 0;
    // An erasure may have come in between.
    if is_here(&there, &found.of).await? {
        for firing in &found.firings {
            fired += usize::from(fire_one(&there, found, firing).await?);
        }
        if let Some(next_s) = found.next_s {
            queue_evaluation(&there, &found.of, next_s).await?;
        }
    }
    tx.commit().await?;
    Ok(fired)
}

async fn fire_one(
    there: &Bucket<'_, Transaction<'_>>,
    found: &Found,
    firing: &Firing,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3 AND id = $4";
    if there
        .row(sql, &[&found.of.id, &firing.mark.id.bytes()])
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let outcomes = ingest::ingest_in(
        there,
        &found.of,
        std::slice::from_ref(&firing.mark),
        found.day,
    )
    .await?;
    if outcomes != [IngestOutcome::Stored] {
        return Ok(false);
    }
    let sql = "INSERT INTO outbox (site, bucket, id, customer, webhook, body, next_s)
         VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT DO NOTHING";
    there
        .run(
            sql,
            &[&firing.id, &found.of.id, &firing.webhook, &firing.body],
        )
        .await?;
    Ok(true)
}

/// Another server may have seen the same calls: whoever comes first in a bucket has them.
async fn claim(
    pool: &Pool,
    site: &Site,
    (now_s, until_s): (i64, i64),
    most: usize,
) -> Result<Vec<Call>, StoreError> {
    let mut client = pool.take().await?;
    let sql =
        "SELECT bucket, id FROM outbox WHERE site = $1 AND next_s <= $2 ORDER BY next_s LIMIT $3";
    let statement = client.prepare_cached(sql).await?;
    let due = client
        .query(&statement, &[&site.as_str(), &now_s, &(most as i64)])
        .await?;
    let mut calls = Vec::new();
    for row in due {
        let (bucket, id) = (row.get::<_, i32>(0) as u16, row.get::<_, String>(1));
        let lease = (now_s, until_s);
        let taken = repeated!(take(&mut client, (site, bucket), &id, lease))?;
        calls.extend(taken);
    }
    Ok(calls)
}

/// Takes one call until the end of its lease. `None` if another server was first.
async fn take(
    client: &mut Client,
    (site, bucket): (&Site, u16),
    id: &String,
    (now_s, until_s): (i64, i64),
) -> Result<Option<Call>, StoreError> {
    let tx = client.transaction().await?;
    let sql = "UPDATE outbox SET next_s = $5, attempts = attempts + 1
         WHERE site = $1 AND bucket = $2 AND id = $3 AND next_s <= $4 RETURNING webhook, body, attempts";
    let here = Bucket::new(&tx, site, bucket).locked().await?;
    let row = here.row(sql, &[id, &now_s, &until_s]).await?;
    tx.commit().await?;
    Ok(row.map(|row| Call {
        bucket,
        id: id.clone(),
        webhook: row.get(0),
        body: row.get(1),
        attempts: row.get::<_, i32>(2).cast_unsigned(),
    }))
}
