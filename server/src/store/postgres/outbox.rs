//! Looks and calls, on PostgreSQL. In: connections. Out: notes and rows. Never: two buckets in one transaction; a mark
//! without its call; a call in the hands of two servers.

use deadpool_postgres::{GenericClient, Transaction};

use super::PostgresStore;
use super::audience::held_of;
use super::bucket::Bucket;
use super::ingest;
use super::pool::Lines;
use crate::base::ids::{CustomerKey, IdHash, Site};
use crate::store::audience::HeldCustomer;
use crate::store::outbox::{Call, DeadLetter, Firing, Found, Look, Outbox};
use crate::store::{Reply, StoreError, Told};

impl Outbox for PostgresStore {
    fn looks(&self, site: Site, now_s: u64, most: usize) -> Reply<'_, Vec<Look>> {
        Box::pin(async move {
            let line = self.lines.take().await?;
            let sql = "SELECT bucket, customer, stamp FROM looks WHERE site = $1 AND at_s <= $2 ORDER BY at_s LIMIT $3";
            let statement = line.prepare_cached(sql).await?;
            let rows = line
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
                Look {
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
            let line = self.lines.take().await?;
            if !is_here(&Bucket::of_customer(&line, &of), &of).await? {
                return Ok(None);
            }
            Ok(
                held_of(&line, &of.site, of.bucket(), std::slice::from_ref(&of.id))
                    .await?
                    .pop(),
            )
        })
    }

    fn fire(&self, found: Found) -> Reply<'_, usize> {
        Box::pin(async move { fire(&self.lines, &found).await })
    }

    fn looked(&self, site: Site, look: Look) -> Reply<'_, ()> {
        Box::pin(async move {
            let mut line = self.lines.take().await?;
            let tx = line.transaction().await?;
            drop_note(&Bucket::new(&tx, &site, look.bucket).locked().await?, &look).await?;
            Ok(tx.commit().await?)
        })
    }

    fn claim(&self, site: Site, now_s: u64, until_s: u64, most: usize) -> Reply<'_, Vec<Call>> {
        Box::pin(async move {
            claim(
                &self.lines,
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
            change(&self.lines, (&site, call.bucket), sql, &[&call.id])
                .await
                .map(|_| ())
        })
    }

    fn postpone(&self, site: Site, call: Call, next_s: Option<u64>) -> Reply<'_, ()> {
        Box::pin(async move {
            let sql = "UPDATE outbox SET next_s = $4 WHERE site = $1 AND bucket = $2 AND id = $3";
            let next_s = next_s.map(u64::cast_signed);
            change(&self.lines, (&site, call.bucket), sql, &[&call.id, &next_s])
                .await
                .map(|_| ())
        })
    }

    fn dead_letters(&self, site: Site) -> Reply<'_, Vec<DeadLetter>> {
        Box::pin(async move {
            Ok(dead(&self.lines, &site)
                .await?
                .into_iter()
                .map(|(_, letter)| letter)
                .collect())
        })
    }

    fn requeue(&self, site: Site, id: Option<String>, now_s: u64) -> Reply<'_, usize> {
        Box::pin(async move {
            let mut requeued = 0;
            for (bucket, letter) in dead(&self.lines, &site).await? {
                if id.as_ref().is_none_or(|id| *id == letter.id) {
                    let sql = "UPDATE outbox SET next_s = $4, attempts = 0
                         WHERE site = $1 AND bucket = $2 AND id = $3 AND next_s IS NULL";
                    requeued += change(
                        &self.lines,
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
    lines: &Lines,
    (site, bucket): (&Site, u16),
    sql: &str,
    rest: super::bucket::Rest<'_>,
) -> Result<u64, StoreError> {
    let mut line = lines.take().await?;
    let tx = line.transaction().await?;
    let rows = Bucket::new(&tx, site, bucket)
        .locked()
        .await?
        .run(sql, rest)
        .await?;
    tx.commit().await?;
    Ok(rows)
}

async fn dead(lines: &Lines, site: &Site) -> Result<Vec<(u16, DeadLetter)>, StoreError> {
    let line = lines.take().await?;
    let sql = "SELECT bucket, id, customer, webhook, attempts FROM outbox WHERE site = $1 AND next_s IS NULL ORDER BY id";
    let statement = line.prepare_cached(sql).await?;
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
    Ok(line
        .query(&statement, &[&site.as_str()])
        .await?
        .iter()
        .map(read)
        .collect())
}

async fn is_here<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3 AND erased_before IS NULL";
    Ok(there.row(sql, &[&of.id]).await?.is_some())
}

/// Something happened to a visitor: if it is a customer's, that one is to be looked at.
pub async fn note_visitor<C: GenericClient>(
    here: &Bucket<'_, C>,
    id: &IdHash,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO looks (site, bucket, customer, at_s) SELECT site, bucket, customer, 0 FROM visitors
         WHERE site = $1 AND bucket = $2 AND visitor = $3 AND customer IS NOT NULL
         ON CONFLICT (site, bucket, customer) DO UPDATE SET at_s = 0, stamp = looks.stamp + 1";
    here.run(sql, &[&id.bytes()]).await.map(|_| ())
}

/// A customer is to be looked at from that time on.
pub async fn note<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
    at_s: u64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO looks (site, bucket, customer, at_s) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, customer)
         DO UPDATE SET at_s = least(looks.at_s, excluded.at_s), stamp = looks.stamp + 1";
    there
        .run(sql, &[&of.id, &at_s.cast_signed()])
        .await
        .map(|_| ())
}

async fn drop_note<C: GenericClient>(there: &Bucket<'_, C>, look: &Look) -> Result<(), StoreError> {
    let sql = "DELETE FROM looks WHERE site = $1 AND bucket = $2 AND customer = $3 AND stamp = $4";
    there
        .run(sql, &[&look.customer, &look.stamp.cast_signed()])
        .await
        .map(|_| ())
}

async fn fire(lines: &Lines, found: &Found) -> Result<usize, StoreError> {
    let mut line = lines.take().await?;
    let tx = line.transaction().await?;
    let there = Bucket::of_customer(&tx, &found.of).locked().await?;
    if let Some(look) = &found.look {
        drop_note(&there, look).await?;
    }
    let mut fired = 0;
    // An erasure may have come in between.
    if is_here(&there, &found.of).await? {
        for firing in &found.firings {
            fired += usize::from(fire_one(&there, found, firing).await?);
        }
        if let Some(next_s) = found.next_s {
            note(&there, &found.of, next_s).await?;
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
    let sql =
        "SELECT 1 FROM tellings WHERE site = $1 AND bucket = $2 AND customer = $3 AND id = $4";
    if there
        .row(sql, &[&found.of.id, &firing.mark.id.bytes()])
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let told = ingest::tell_in(
        there,
        &found.of,
        std::slice::from_ref(&firing.mark),
        found.day,
    )
    .await?;
    if told != [Told::Taken] {
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
    lines: &Lines,
    site: &Site,
    (now_s, until_s): (i64, i64),
    most: usize,
) -> Result<Vec<Call>, StoreError> {
    let mut line = lines.take().await?;
    let sql =
        "SELECT bucket, id FROM outbox WHERE site = $1 AND next_s <= $2 ORDER BY next_s LIMIT $3";
    let statement = line.prepare_cached(sql).await?;
    let due = line
        .query(&statement, &[&site.as_str(), &now_s, &(most as i64)])
        .await?;
    let mut calls = Vec::new();
    for row in due {
        let (bucket, id) = (row.get::<_, i32>(0) as u16, row.get::<_, String>(1));
        let tx = line.transaction().await?;
        let sql = "UPDATE outbox SET next_s = $5, attempts = attempts + 1
             WHERE site = $1 AND bucket = $2 AND id = $3 AND next_s <= $4 RETURNING webhook, body, attempts";
        let taken = Bucket::new(&tx, site, bucket)
            .locked()
            .await?
            .row(sql, &[&id, &now_s, &until_s])
            .await?;
        tx.commit().await?;
        calls.extend(taken.map(|row| Call {
            bucket,
            id,
            webhook: row.get(0),
            body: row.get(1),
            attempts: row.get::<_, i32>(2).cast_unsigned(),
        }));
    }
    Ok(calls)
}
