//! In: a hand-in. Out: what became of it, after the commit. Never: two buckets in one transaction; a state kept whose
//! erasure has begun.

use deadpool_postgres::{Client, Transaction};

use super::bucket::{Bucket, Rest};
use super::consent;
use super::erase;
use super::outbox::queue_visitor_evaluation;
use super::pool::Pool;
use super::read::is_tombstoned;
use super::statistics;
use crate::base::ids::{IdHash, VisitorKey};
use crate::statistics::PropagatedFacts;
use crate::statistics::visitor::{SyncFacts, SyncFingerprint};
use crate::store::{REPLICAS_PER_VISITOR, StoreError, SyncOutcome, SyncRequest};
use crate::sync::growth::fits_a_day;
use crate::sync::sync_request::{Held, Verdict, judge};

/// A transaction's view of the visitor's bucket.
type Here<'a, 'c> = Bucket<'a, Transaction<'c>>;

/// What an attempt comes to.
enum Attempt {
    Done(SyncOutcome, Option<PropagatedFacts>),
    /// The erase-only token is not the one held: whether it was used already must be looked up in its own bucket.
    NewToken,
}

/// Takes a replica's state by the version rules.
///
/// An erasure sets the token's tombstone before it looks for the visitor, and a hand-in stores the visitor before it
/// looks for the tombstone once more: whichever comes first, one of the two sees the other.
pub async fn sync(pool: &Pool, request: &SyncRequest) -> Result<SyncOutcome, StoreError> {
    let mut client = pool.take().await?;
    if try_fast_path(&client, request).await? {
        return Ok(SyncOutcome::Accepted { is_alone: true });
    }
    if let Attempt::Done(done, facts) = attempt(&mut client, request, false).await? {
        propagate(&mut client, request, facts).await?;
        return Ok(done);
    }
    let (visitor, token) = (&request.visitor, &request.erase);
    if is_used(&client, visitor, token).await? {
        return Ok(SyncOutcome::Erased);
    }
    let done = attempt(&mut client, request, true).await?;
    if is_used(&client, visitor, token).await? {
        erase::remove(&mut client, visitor, request.day).await?;
        return Ok(SyncOutcome::Erased);
    }
    let Attempt::Done(done, facts) = done else {
        return Ok(SyncOutcome::Erased);
    };
    propagate(&mut client, request, facts).await?;
    Ok(done)
}

/// Pays what the customer's bucket is owed; then the fingerprint stands, unless anything came between.
async fn propagate(
    client: &mut Client,
    of: &SyncRequest,
    propagated: Option<PropagatedFacts>,
) -> Result<(), StoreError> {
    let Some(facts) = propagated else {
        return Ok(());
    };
    let customer = facts.customer.clone();
    statistics::propagate(client, &of.visitor, Some(facts)).await?;
    let fingerprint = SyncFingerprint::of(of).kept(false);
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, &of.visitor).locked().await?;
    let sql = "UPDATE replicas SET fingerprint = $6
         WHERE site = $1 AND bucket = $2 AND visitor = $3 AND replica = $4 AND version = $5 AND fingerprint = 0
         AND EXISTS (SELECT 1 FROM visitors
                     WHERE site = $1 AND bucket = $2 AND visitor = $3 AND customer = $7 AND erase = $8)";
    let version = of.version.cast_signed();
    let id = of.visitor.id.bytes();
    here.run(
        sql,
        &[
            &id,
            &of.replica.bytes(),
            &version,
            &fingerprint,
            &customer,
            &of.erase.bytes(),
        ],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// The shortest way, and the most frequent: a replica that is alone, and tells nothing new of what is counted, is known by its
/// fingerprint. Whatever in the visitor's bucket makes that untrue empties the fingerprint; the row's own lock keeps the two apart.
async fn try_fast_path(client: &Client, of: &SyncRequest) -> Result<bool, StoreError> {
    if !fits_a_day(&of.profile) {
        return Ok(false);
    }
    let (version, day) = (of.version.cast_signed(), of.day.cast_signed());
    let fingerprint = SyncFingerprint::of(of).kept(true);
    let sql = "UPDATE replicas SET version = $5, changes = changes + $5 - version, state = $6, taken_day = $7
         WHERE site = $1 AND bucket = $2 AND visitor = $3 AND replica = $4 AND version < $5 AND fingerprint = $8";
    let here = Bucket::of(client, &of.visitor);
    let rest: Rest<'_> = &[
        &of.visitor.id.bytes(),
        &of.replica.bytes(),
        &version,
        &of.state,
        &day,
        &fingerprint,
    ];
    Ok(here.run(sql, rest).await? > 0)
}

/// The fingerprints of all replicas of a visitor: what they stand for is no longer so.
pub async fn clear_fingerprints(here: &Here<'_, '_>, id: &IdHash) -> Result<(), StoreError> {
    let sql =
        "UPDATE replicas SET fingerprint = 0 WHERE site = $1 AND bucket = $2 AND visitor = $3";
    here.run(sql, &[&id.bytes()]).await.map(|_| ())
}

/// Whether an erase-only token has a tombstone: who holds it has erased, or is erasing.
pub async fn is_used(client: &Client, of: &VisitorKey, token: &IdHash) -> Result<bool, StoreError> {
    is_tombstoned(&Bucket::of_token(client, &of.site, token), token).await
}

async fn attempt(
    client: &mut Client,
    of: &SyncRequest,
    may_be_new: bool,
) -> Result<Attempt, StoreError> {
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, &of.visitor).locked().await?;
    let held = held_visitor(&here, of).await?;
    if held.is_erased {
        return Ok(Attempt::Done(SyncOutcome::Erased, None));
    }
    if !may_be_new && held.known.is_none_or(|(token, _)| token != Some(of.erase)) {
        return Ok(Attempt::NewToken);
    }
    if held.known != Some((Some(of.erase), of.day)) {
        upsert_visitor(&here, of).await?;
    }
    if held.known.is_some_and(|(token, _)| token != Some(of.erase)) {
        // By their fingerprints hand-ins with the last token would pass, used or not.
        clear_fingerprints(&here, &of.visitor.id).await?;
    }
    let (done, facts) = judged(&here, of, &held).await?;
    let is_accepted = matches!(done, SyncOutcome::Accepted { .. });
    if is_accepted {
        consent::keep(&here, of).await?;
    }
    if of.triggers_evaluation && held.customer.is_some() && is_accepted {
        queue_visitor_evaluation(&here, &of.visitor.id).await?;
    }
    tx.commit().await?;
    Ok(Attempt::Done(done, facts))
}

/// What is held of whom a hand-in names.
struct HeldVisitor {
    is_erased: bool,
    /// The visitor's newest erase-only token, and the day of the last hand-in.
    known: Option<(Option<IdHash>, u32)>,
    customer: Option<String>,
    /// How many the visitor has.
    replicas: usize,
    /// Of the replica that hands in: the version, and what it told last of what is counted.
    version: u64,
    fingerprint: Option<i64>,
    verdict: Verdict,
}

impl HeldVisitor {
    fn accepted(&self) -> SyncOutcome {
        SyncOutcome::Accepted {
            is_alone: self.is_alone(),
        }
    }

    fn others(&self) -> usize {
        self.replicas - usize::from(self.fingerprint.is_some())
    }

    fn is_alone(&self) -> bool {
        self.others() == 0 && self.customer.is_none()
    }
}

/// One question for all of it: a way to the database and back is what costs.
async fn held_visitor(here: &Here<'_, '_>, of: &SyncRequest) -> Result<HeldVisitor, StoreError> {
    let sql = "SELECT v.synced_day, v.erase, v.customer, r.version, r.fingerprint, r.state,
           EXISTS (SELECT 1 FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3),
           (SELECT count(*) FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3)
         FROM (SELECT 1) AS one
         LEFT JOIN visitors v ON v.site = $1 AND v.bucket = $2 AND v.visitor = $3
         LEFT JOIN replicas r ON r.site = $1 AND r.bucket = $2 AND r.visitor = $3 AND r.replica = $4";
    let row = here
        .row(sql, &[&of.visitor.id.bytes(), &of.replica.bytes()])
        .await?
        .ok_or(StoreError::Unavailable)?;
    let token = row.get::<_, Option<&[u8]>>(1).and_then(IdHash::read);
    let version: Option<i64> = row.get(3);
    let held = version.map(|version| Held {
        version: version.cast_unsigned(),
        state: row.get(5),
    });
    Ok(HeldVisitor {
        is_erased: row.get(6),
        known: row
            .get::<_, Option<i32>>(0)
            .map(|day| (token, day.cast_unsigned())),
        customer: row.get(2),
        replicas: row.get::<_, i64>(7) as usize,
        version: version.unwrap_or(0).cast_unsigned(),
        fingerprint: row.get(4),
        verdict: judge(held, of.version, (&of.state, &of.profile)),
    })
}

async fn upsert_visitor(here: &Here<'_, '_>, of: &SyncRequest) -> Result<(), StoreError> {
    let day = of.day.cast_signed();
    here.run(
        "INSERT INTO visitors (site, bucket, visitor, erase, created_day, synced_day) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (site, bucket, visitor) DO UPDATE SET erase = excluded.erase, synced_day = excluded.synced_day",
        &[&of.visitor.id.bytes(), &of.erase.bytes(), &day],
    )
    .await?;
    Ok(())
}

/// What became of it, and what the customer's bucket must know of it.
async fn judged(
    here: &Here<'_, '_>,
    of: &SyncRequest,
    held: &HeldVisitor,
) -> Result<(SyncOutcome, Option<PropagatedFacts>), StoreError> {
    let facts = match held.verdict {
        Verdict::TooMuch => return Ok((SyncOutcome::TooMuch, None)),
        Verdict::Conflict => {
            return Ok((
                SyncOutcome::Conflict {
                    held_version: held.version,
                },
                None,
            ));
        }
        Verdict::Store if held.fingerprint.is_none() && held.replicas >= REPLICAS_PER_VISITOR => {
            return Ok((SyncOutcome::TooManyReplicas, None));
        }
        Verdict::Store => take(here, of, held).await?,
        Verdict::Same => statistics::facts_to_propagate(here, &of.visitor.id).await?,
    };
    Ok((held.accepted(), facts))
}

/// Stores the state, and counts what it tells where that is not what the same replica told before.
async fn take(
    here: &Here<'_, '_>,
    of: &SyncRequest,
    held: &HeldVisitor,
) -> Result<Option<PropagatedFacts>, StoreError> {
    let customer = held.customer.as_deref();
    let facts = SyncFacts::by(of, customer.is_some());
    let fingerprint = SyncFingerprint::of(of).kept(held.is_alone());
    if held.fingerprint.is_none() && held.others() > 0 {
        clear_fingerprints(here, &of.visitor.id).await?;
    }
    let facts = match held.fingerprint {
        Some(stored) if stored == fingerprint => None,
        before => {
            let news = statistics::count(here, &of.visitor.id, &facts, customer).await?;
            let is_owed = news.is_none() && before == Some(0);
            if is_owed {
                statistics::facts_to_propagate(here, &of.visitor.id).await?
            } else {
                news
            }
        }
    };
    // What the customer's bucket is owed is paid before the fingerprint says that there is nothing to do.
    store(here, of, if facts.is_some() { 0 } else { fingerprint }).await?;
    Ok(facts)
}

/// A newer one that went the short way meanwhile stays.
async fn store(here: &Here<'_, '_>, of: &SyncRequest, fingerprint: i64) -> Result<(), StoreError> {
    let (version, day) = (of.version.cast_signed(), of.day.cast_signed());
    here.run(
        "INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day, fingerprint)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)
         ON CONFLICT (site, bucket, visitor, replica) DO UPDATE SET version = excluded.version,
         changes = replicas.changes + excluded.version - replicas.version, state = excluded.state, taken_day = excluded.taken_day,
         fingerprint = excluded.fingerprint
         WHERE replicas.version < excluded.version",
        &[&of.visitor.id.bytes(), &of.replica.bytes(), &version, &of.state, &day, &fingerprint],
    )
    .await?;
    Ok(())
}
