//! In: a sync. Out: its outcome, after the commit. Never: two buckets in one transaction; a state
//! kept whose erasure has begun.

use deadpool_postgres::{Client, Transaction};

use super::PostgresStore;
use super::bucket::{Bucket, Rest};
use super::consent;
use super::outbox::queue_visitor_evaluation;
use super::pool::repeated;
use super::statistics;
use crate::base::ids::{IdHash, VisitorKey};
use crate::statistics::PropagatedFacts;
use crate::store::steps::erase;
use crate::store::{StoreError, SyncOutcome, SyncRequest};
use crate::sync::fingerprint::SyncFingerprint;
use crate::sync::growth::fits_a_day;
use crate::sync::plan::{Effect, HeldReplica, HeldRow, HeldVisitor, plan, stored_fingerprint};
use crate::sync::version_rule::{Held, judge};

/// A transaction's view of the visitor's bucket.
type Here<'a, 'c> = Bucket<'a, Transaction<'c>>;

/// The outcome of a sync, and the facts that the customer's bucket lacks.
type Done = (SyncOutcome, Option<PropagatedFacts>);

/// Executes the plan of a sync.
///
/// An erasure writes the token's tombstone before it looks for the visitor. A sync stores the visitor before it
/// looks for the tombstone once more. Whichever comes first, one of the two sees the other.
pub async fn sync(store: &PostgresStore, request: &SyncRequest) -> Result<SyncOutcome, StoreError> {
    let mut client = store.pool.take().await?;
    if repeated!(try_fast_path(&client, request))? {
        return Ok(SyncOutcome::Accepted { is_alone: true });
    }
    if let Some((outcome, facts)) = repeated!(attempt(&mut client, request, false))? {
        propagate(&mut client, request, facts).await?;
        return Ok(outcome);
    }
    let (visitor, token) = (&request.visitor, &request.erase);
    if is_used(&client, visitor, token).await? {
        return Ok(SyncOutcome::Erased);
    }
    let done = repeated!(attempt(&mut client, request, true))?;
    if is_used(&client, visitor, token).await? {
        drop(client);
        erase::remove(store, visitor, request.day).await?;
        return Ok(SyncOutcome::Erased);
    }
    let Some((outcome, facts)) = done else {
        return Ok(SyncOutcome::Erased);
    };
    propagate(&mut client, request, facts).await?;
    Ok(outcome)
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
    statistics::propagate(client, &of.visitor, &facts).await?;
    repeated!(set_fingerprint(client, of, &facts.customer))
}

/// Notes that everything that follows from a sync is done, unless anything came between.
async fn set_fingerprint(
    client: &mut Client,
    of: &SyncRequest,
    customer: &String,
) -> Result<(), StoreError> {
    let fingerprint = SyncFingerprint::of(of).stored(false);
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
            customer,
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
    let fingerprint = SyncFingerprint::of(of).stored(true);
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

/// Returns `true` if an erase-only token has a tombstone: its holder has erased, or is erasing.
pub async fn is_used(client: &Client, of: &VisitorKey, token: &IdHash) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3
         UNION ALL SELECT 1 FROM recent_erasures WHERE site = $1 AND bucket = $2 AND id = $3";
    let there = Bucket::of_token(client, &of.site, token);
    Ok(there.row(sql, &[&token.bytes()]).await?.is_some())
}

/// One transaction. `None` if the token is new and was not looked up in its own bucket yet.
async fn attempt(
    client: &mut Client,
    of: &SyncRequest,
    is_token_checked: bool,
) -> Result<Option<Done>, StoreError> {
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, &of.visitor).locked().await?;
    let held = held_visitor(&here, of).await?;
    if !held.is_erased && !is_token_checked && held.has_new_token(of) {
        return Ok(None);
    }
    let plan = plan(&held, of, SyncFingerprint::of(of), false);
    let mut facts = None;
    for effect in &plan.effects {
        execute(&here, of, *effect, &held, &mut facts).await?;
    }
    tx.commit().await?;
    Ok(Some((plan.outcome, facts)))
}

/// Executes one effect. `facts` are those that the customer's bucket lacks so far.
async fn execute(
    here: &Here<'_, '_>,
    of: &SyncRequest,
    effect: Effect,
    held: &HeldVisitor,
    facts: &mut Option<PropagatedFacts>,
) -> Result<(), StoreError> {
    let (id, customer) = (&of.visitor.id, held.customer.as_deref());
    match effect {
        Effect::UpsertVisitor => upsert_visitor(here, of).await?,
        Effect::ClearFingerprints => clear_fingerprints(here, id).await?,
        Effect::CountStatistics { resend } => {
            *facts = statistics::update_visitor(here, id, |row| {
                let (changes, news) = row.count_sync(&of.facts(customer.is_some()), customer);
                let resent = || customer.filter(|_| resend).map(|id| row.propagated(id));
                (changes, news.or_else(resent))
            })
            .await?;
        }
        Effect::ReadFacts => {
            *facts = statistics::update_visitor(here, id, |row| {
                (None, customer.map(|customer| row.propagated(customer)))
            })
            .await?;
        }
        Effect::StoreReplica { fingerprint } => {
            store(here, of, stored_fingerprint(fingerprint, facts.as_ref())).await?;
        }
        Effect::SaveConsent => consent::keep(here, of).await?,
        Effect::QueueEvaluation => queue_visitor_evaluation(here, id).await?,
    }
    Ok(())
}

/// Reads the stored side of a visitor with one statement: a round trip is what costs.
async fn held_visitor(here: &Here<'_, '_>, of: &SyncRequest) -> Result<HeldVisitor, StoreError> {
    let sql = "SELECT v.synced_day, v.erase, v.customer, r.version, r.fingerprint, r.state,
           EXISTS (SELECT 1 FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3
             UNION ALL SELECT 1 FROM recent_erasures WHERE site = $1 AND bucket = $2 AND id = $3),
           (SELECT count(*) FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3)
         FROM (SELECT 1) AS one
         LEFT JOIN visitors v ON v.site = $1 AND v.bucket = $2 AND v.visitor = $3
         LEFT JOIN replicas r ON r.site = $1 AND r.bucket = $2 AND r.visitor = $3 AND r.replica = $4";
    let row = here
        .row(sql, &[&of.visitor.id.bytes(), &of.replica.bytes()])
        .await?
        .ok_or(StoreError::Unavailable)?;
    let token = row.get::<_, Option<&[u8]>>(1).and_then(IdHash::read);
    let replica = row.get::<_, Option<i64>>(3).map(|version| {
        let version = version.cast_unsigned();
        let state = row.get(5);
        HeldReplica {
            version,
            fingerprint: row.get(4),
            verdict: judge(
                Some(Held { version, state }),
                of.version,
                &of.state,
                &of.profile,
                of.day,
            ),
        }
    });
    let replicas = row.get::<_, i64>(7) as usize;
    Ok(HeldVisitor {
        is_erased: row.get(6),
        row: row.get::<_, Option<i32>>(0).map(|day| HeldRow {
            token,
            synced_day: day.cast_unsigned(),
        }),
        customer: row.get(2),
        other_replicas: replicas - usize::from(replica.is_some()),
        replica,
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
