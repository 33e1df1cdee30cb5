//! Looks and calls, on SQLite. In: a transaction. Out: notes and rows. Never: two buckets in one; a mark without its call.

use rusqlite::{Connection, Row, Transaction, params};

use super::SqliteStore;
use super::audience::held_of;
use super::ingest::ingest;
use super::writer::Trace;
use crate::base::ids::{CustomerKey, Site, VisitorKey};
use crate::store::audience::HeldCustomer;
use crate::store::outbox::{Call, CallCount, DeadLetter, Found, Outbox, PendingEvaluation};
use crate::store::{CustomerEvents, IngestOutcome, Reply};

impl Outbox for SqliteStore {
    fn due_evaluations(
        &self,
        site: Site,
        now_s: u64,
        most: usize,
    ) -> Reply<'_, Vec<PendingEvaluation>> {
        Box::pin(self.readers.ask(move |db| {
            db.prepare_cached(
                "SELECT bucket, customer, stamp FROM evaluations WHERE site = ?1 AND at_s <= ?2 ORDER BY at_s LIMIT ?3",
            )?
            .query_map(params![site.as_str(), now_s, most], |row| {
                Ok(PendingEvaluation { bucket: row.get(0)?, customer: row.get(1)?, stamp: row.get(2)? })
            })?
            .collect()
        }))
    }

    fn customer(&self, of: CustomerKey) -> Reply<'_, Option<HeldCustomer>> {
        Box::pin(self.readers.ask(move |db| {
            if is_here(db, &of)? {
                held_of(db, &of).map(Some)
            } else {
                Ok(None)
            }
        }))
    }

    fn fire(&self, found: Found) -> Reply<'_, usize> {
        Box::pin(self.writer.submit(Trace::Keep, move |tx| fire(tx, &found)))
    }

    fn finish_evaluation(&self, site: Site, evaluation: PendingEvaluation) -> Reply<'_, ()> {
        Box::pin(self.writer.submit(Trace::Keep, move |tx| {
            delete_evaluation(tx, &site, &evaluation)
        }))
    }

    fn claim(&self, site: Site, now_s: u64, until_s: u64, most: usize) -> Reply<'_, Vec<Call>> {
        Box::pin(async move {
            let of = site.clone();
            let is_idle = move |db: &Connection| Ok(due(db, &of, now_s, 1)?.is_empty());
            // Every second: only where there is something is it worth a write.
            if self.readers.ask(is_idle).await? {
                return Ok(Vec::new());
            }
            self.writer
                .submit(Trace::Keep, move |tx| {
                    claim(tx, &site, (now_s, until_s), most)
                })
                .await
        })
    }

    fn delivered(&self, site: Site, call: Call) -> Reply<'_, ()> {
        Box::pin(self.writer.submit(Trace::Keep, move |tx| {
            tx.prepare_cached("DELETE FROM outbox WHERE site = ?1 AND bucket = ?2 AND id = ?3")?
                .execute(params![site.as_str(), call.bucket, call.id])
                .map(|_| ())
        }))
    }

    fn postpone(&self, site: Site, call: Call, next_s: Option<u64>) -> Reply<'_, ()> {
        Box::pin(self.writer.submit(Trace::Keep, move |tx| {
            tx.prepare_cached(
                "UPDATE outbox SET next_s = ?4 WHERE site = ?1 AND bucket = ?2 AND id = ?3",
            )?
            .execute(params![site.as_str(), call.bucket, call.id, next_s])
            .map(|_| ())
        }))
    }

    fn count_calls(&self, site: Site) -> Reply<'_, CallCount> {
        Box::pin(self.readers.ask(move |db| {
            let sql = "SELECT count(next_s), count(*) - count(next_s) FROM outbox WHERE site = ?1";
            db.prepare_cached(sql)?.query_row([site.as_str()], |row| {
                let (waiting, given_up) = (row.get(0)?, row.get(1)?);
                Ok(CallCount { waiting, given_up })
            })
        }))
    }

    fn dead_letters(&self, site: Site) -> Reply<'_, Vec<DeadLetter>> {
        Box::pin(self.readers.ask(move |db| {
            db.prepare_cached(
                "SELECT id, customer, webhook, attempts FROM outbox WHERE site = ?1 AND next_s IS NULL ORDER BY id",
            )?
            .query_map([site.as_str()], |row| {
                let (id, customer) = (row.get(0)?, row.get(1)?);
                Ok(DeadLetter { id, customer, webhook: row.get(2)?, attempts: row.get(3)? })
            })?
            .collect()
        }))
    }

    fn requeue(&self, site: Site, id: Option<String>, now_s: u64) -> Reply<'_, usize> {
        Box::pin(self.writer.submit(Trace::Keep, move |tx| {
            tx.prepare_cached(
                "UPDATE outbox SET next_s = ?3, attempts = 0
                 WHERE site = ?1 AND next_s IS NULL AND (?2 IS NULL OR id = ?2)",
            )?
            .execute(params![site.as_str(), id, now_s])
        }))
    }
}

fn is_here(db: &Connection, of: &CustomerKey) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM customers WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND erased_before IS NULL",
    )?
    .exists(params![of.site.as_str(), of.bucket(), of.id])
}

/// Queues an evaluation of the visitor's customer, if there is one.
pub fn queue_visitor_evaluation(
    tx: &Transaction<'_>,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO evaluations (site, bucket, customer, at_s) SELECT site, bucket, customer, 0 FROM visitors
         WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND customer IS NOT NULL
         ON CONFLICT DO UPDATE SET at_s = 0, stamp = stamp + 1",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0])
    .map(|_| ())
}

/// Queues an evaluation of a customer from that time on.
pub fn queue_evaluation(tx: &Transaction<'_>, of: &CustomerKey, at_s: u64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO evaluations (site, bucket, customer, at_s) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET at_s = min(at_s, excluded.at_s), stamp = stamp + 1",
    )?
    .execute(params![of.site.as_str(), of.bucket(), of.id, at_s])
    .map(|_| ())
}

fn delete_evaluation(
    tx: &Transaction<'_>,
    site: &Site,
    evaluation: &PendingEvaluation,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "DELETE FROM evaluations WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND stamp = ?4",
    )?
    .execute(params![
        site.as_str(),
        evaluation.bucket,
        evaluation.customer,
        evaluation.stamp
    ])
    .map(|_| ())
}

fn fire(tx: &Transaction<'_>, found: &Found) -> rusqlite::Result<usize> {
    let of = &found.of;
    if let Some(evaluation) = &found.evaluation {
        delete_evaluation(tx, &of.site, evaluation)?;
    }
    // An erasure may have come in between.
    if !is_here(tx, of)? {
        return Ok(0);
    }
    let mut fired = 0;
    for firing in &found.firings {
        let key = params![of.site.as_str(), of.bucket(), of.id, firing.mark.id.0];
        let has_fired = tx
            .prepare_cached("SELECT 1 FROM imported_events WHERE site = ?1 AND bucket = ?2 AND customer = ?3 AND id = ?4")?
            .exists(key)?;
        if has_fired {
            continue;
        }
        let all = vec![firing.mark.clone()];
        let (outcomes, ..) = ingest(
            tx,
            &CustomerEvents {
                customer: of.clone(),
                all,
                day: found.day,
                triggers_evaluation: false,
            },
        )?;
        if outcomes == [IngestOutcome::Stored] {
            tx.prepare_cached(
                "INSERT INTO outbox (site, bucket, id, customer, webhook, body, next_s)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                of.site.as_str(),
                of.bucket(),
                firing.id,
                of.id,
                firing.webhook,
                firing.body
            ])?;
            fired += 1;
        }
    }
    if let Some(next_s) = found.next_s {
        queue_evaluation(tx, of, next_s)?;
    }
    Ok(fired)
}

fn due(db: &Connection, site: &Site, now_s: u64, most: usize) -> rusqlite::Result<Vec<Call>> {
    let read = |row: &Row<'_>| {
        let (bucket, id, attempts) = (row.get(0)?, row.get(1)?, row.get::<_, u32>(4)? + 1);
        Ok(Call {
            bucket,
            id,
            webhook: row.get(2)?,
            body: row.get(3)?,
            attempts,
        })
    };
    db.prepare_cached(
        "SELECT bucket, id, webhook, body, attempts FROM outbox WHERE site = ?1 AND next_s <= ?2
         ORDER BY next_s LIMIT ?3",
    )?
    .query_map(params![site.as_str(), now_s, most], read)?
    .collect()
}

fn claim(
    tx: &Transaction<'_>,
    site: &Site,
    (now_s, until_s): (u64, u64),
    most: usize,
) -> rusqlite::Result<Vec<Call>> {
    let calls = due(tx, site, now_s, most)?;
    for call in &calls {
        tx.prepare_cached("UPDATE outbox SET next_s = ?4, attempts = ?5 WHERE site = ?1 AND bucket = ?2 AND id = ?3")?
            .execute(params![site.as_str(), call.bucket, call.id, until_s, call.attempts])?;
    }
    Ok(calls)
}
