//! In: a transaction and a fact to keep. Out: what became of it. Never: two buckets in one call; a commit of its own.

use rusqlite::{Transaction, params};

use super::consent;
use super::outbox::queue_visitor_evaluation;
use super::statistics;
use super::steps::is_erased;
use crate::base::ids::{IdHash, VisitorKey};
use crate::statistics::PropagatedFacts;
use crate::store::{SyncOutcome, SyncRequest};
use crate::sync::fingerprint::SyncFingerprint;
use crate::sync::growth::fits_a_day;
use crate::sync::plan::{Effect, HeldReplica, HeldRow, HeldVisitor, plan, stored_fingerprint};
use crate::sync::version_rule::{Held, judge};

/// Executes the plan of a sync. Returns the outcome, and the facts that the customer's bucket lacks.
///
/// The fingerprint is made before the writer's turn: there is one writer, and everyone waits for it.
pub fn sync(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    fingerprint: SyncFingerprint,
) -> rusqlite::Result<(SyncOutcome, Option<PropagatedFacts>)> {
    if try_fast_path(tx, of, fingerprint)? {
        return Ok((SyncOutcome::Accepted { is_alone: true }, None));
    }
    let held = held_visitor(tx, of)?;
    // An erasure may have overtaken the first sync, so a new token is looked up in its own bucket.
    let is_token_used = held.has_new_token(of) && is_erased(tx, &of.visitor.site, &of.erase)?;
    let plan = plan(&held, of, fingerprint, is_token_used);
    let mut facts = None;
    for effect in &plan.effects {
        execute(tx, of, *effect, &held, &mut facts)?;
    }
    Ok((plan.outcome, facts))
}

/// Executes one effect. `facts` are those that the customer's bucket lacks so far.
fn execute(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    effect: Effect,
    held: &HeldVisitor,
    facts: &mut Option<PropagatedFacts>,
) -> rusqlite::Result<()> {
    let customer = held.customer.as_deref();
    match effect {
        Effect::UpsertVisitor => upsert_visitor(tx, of)?,
        Effect::ClearFingerprints => clear_fingerprints(tx, &of.visitor)?,
        Effect::CountStatistics { resend } => {
            *facts = statistics::update_visitor(tx, &of.visitor, |row| {
                let (changes, news) = row.count_sync(&of.facts(customer.is_some()), customer);
                let resent = || customer.filter(|_| resend).map(|id| row.propagated(id));
                (changes, news.or_else(resent))
            })?;
        }
        Effect::ReadFacts => {
            *facts = statistics::update_visitor(tx, &of.visitor, |row| {
                (None, customer.map(|customer| row.propagated(customer)))
            })?;
        }
        Effect::StoreReplica { fingerprint } => {
            store(tx, of, stored_fingerprint(fingerprint, facts.as_ref()))?;
        }
        Effect::SaveConsent => consent::keep(tx, of)?,
        Effect::QueueEvaluation => queue_visitor_evaluation(tx, &of.visitor)?,
    }
    Ok(())
}

/// The shortest way, and the most frequent: a replica that is alone, and tells nothing new of what is counted, is known by its
/// fingerprint. Whatever in the visitor's bucket makes that untrue empties the fingerprint.
fn try_fast_path(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    fingerprint: SyncFingerprint,
) -> rusqlite::Result<bool> {
    if !fits_a_day(&of.profile) {
        return Ok(false);
    }
    let VisitorKey { site, id } = &of.visitor;
    let fingerprint = fingerprint.stored(true);
    tx.prepare_cached(
        "UPDATE replicas SET version = ?5, changes = changes + ?5 - version, state = ?6, taken_day = ?7
         WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND replica = ?4 AND version < ?5 AND fingerprint = ?8",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.replica.0, of.version, of.state, of.day, fingerprint])
    .map(|rows| rows > 0)
}

/// The fingerprints of all replicas of a visitor: what they stand for is no longer so.
pub fn clear_fingerprints(
    tx: &Transaction<'_>,
    VisitorKey { site, id }: &VisitorKey,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE replicas SET fingerprint = 0 WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0])
    .map(|_| ())
}

/// The customer's bucket has what it was owed: the fingerprint stands, unless anything came between.
pub fn settle(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    fingerprint: SyncFingerprint,
    customer: &str,
) -> rusqlite::Result<()> {
    let VisitorKey { site, id } = &of.visitor;
    let fingerprint = fingerprint.stored(false);
    tx.prepare_cached(
        "UPDATE replicas SET fingerprint = ?6
         WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND replica = ?4 AND version = ?5 AND fingerprint = 0
         AND EXISTS (SELECT 1 FROM visitors
                     WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND customer = ?7 AND erase = ?8)",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.replica.0, of.version, fingerprint, customer, of.erase.0])
    .map(|_| ())
}

/// Reads the stored side of a visitor with one statement: a sync is the most frequent of all calls.
fn held_visitor(tx: &Transaction<'_>, of: &SyncRequest) -> rusqlite::Result<HeldVisitor> {
    let VisitorKey { site, id } = &of.visitor;
    let mut statement = tx.prepare_cached(HELD_VISITOR)?;
    let mut rows = statement.query(params![site.as_str(), id.bucket(), id.0])?;
    let mut held = HeldVisitor::default();
    while let Some(row) = rows.next()? {
        held.is_erased = row.get(0)?;
        if let Some(synced_day) = row.get(1)? {
            let token = row.get::<_, Option<[u8; 32]>>(2)?.map(IdHash);
            held.row = Some(HeldRow { token, synced_day });
            held.customer = row.get(3)?;
        }
        let Some(replica) = row.get_ref(4)?.as_blob_or_null()? else {
            continue;
        };
        if replica == of.replica.0 {
            let version = row.get(5)?;
            let state = row.get_ref(7)?.as_blob()?;
            let stored = Some(Held { version, state });
            held.replica = Some(HeldReplica {
                version,
                fingerprint: row.get(6)?,
                verdict: judge(stored, of.version, &of.state, &of.profile, of.day),
            });
        } else {
            held.other_replicas += 1;
        }
    }
    Ok(held)
}

/// A row for each of the visitor's replicas, or one without any.
const HELD_VISITOR: &str =
    "SELECT EXISTS (SELECT 1 FROM tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3
         UNION ALL SELECT 1 FROM recent_erasures WHERE site = ?1 AND bucket = ?2 AND id = ?3),
       v.synced_day, v.erase, v.customer, r.replica, r.version, r.fingerprint, r.state
     FROM (SELECT 1)
     LEFT JOIN visitors v ON v.site = ?1 AND v.bucket = ?2 AND v.visitor = ?3
     LEFT JOIN replicas r ON r.site = ?1 AND r.bucket = ?2 AND r.visitor = ?3";

fn upsert_visitor(tx: &Transaction<'_>, of: &SyncRequest) -> rusqlite::Result<()> {
    let VisitorKey { site, id } = &of.visitor;
    tx.prepare_cached(
        "INSERT INTO visitors (site, bucket, visitor, erase, created_day, synced_day) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT DO UPDATE SET erase = excluded.erase, synced_day = excluded.synced_day",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.erase.0, of.day])
    .map(|_| ())
}

fn store(tx: &Transaction<'_>, of: &SyncRequest, fingerprint: i64) -> rusqlite::Result<()> {
    let VisitorKey { site, id } = &of.visitor;
    tx.prepare_cached(
        "INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day, fingerprint)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET version = excluded.version,
         changes = changes + excluded.version - version, state = excluded.state,
         taken_day = excluded.taken_day, fingerprint = excluded.fingerprint",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.replica.0, of.version, of.state, of.day, fingerprint])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use rusqlite::{Connection, StatementStatus};

    use super::*;
    use crate::base::ids::{ReplicaId, Secret, Site};
    use crate::store::sqlite::steps::create_recent_erasures;
    use crate::store::sqlite::{migrations, tune};

    /// The query of a sync is parsed once for all visitors: parsing takes several times as long as
    /// the lookup.
    #[test]
    fn the_question_of_a_hand_in_is_parsed_once() -> Result<(), crate::store::sqlite::OpenError> {
        let mut db = Connection::open_in_memory()?;
        tune(&db)?;
        migrations::run(&mut db)?;
        create_recent_erasures(&db)?;
        let tx = db.transaction()?;
        let site = Site::new("demo");
        for n in 0..100_u8 {
            let Some(secret) = Secret::parse(&crate::base::ids::text(&[n; 16])) else {
                panic!("sixteen bytes")
            };
            let of = SyncRequest {
                visitor: secret.visitor(&site),
                erase: secret.erase(&site),
                replica: ReplicaId([n; 8]),
                version: 1,
                state: vec![n],
                profile: escale::Profile::default(),
                day: 20_000,
                consent: None,
                arms: Vec::new(),
                triggers_evaluation: false,
            };
            assert_eq!(
                sync(&tx, &of, SyncFingerprint::of(&of))?.0,
                SyncOutcome::Accepted { is_alone: true }
            );
        }
        let question = tx.prepare_cached(HELD_VISITOR)?;
        assert_eq!(
            (
                question.get_status(StatementStatus::Run),
                question.get_status(StatementStatus::RePrepare)
            ),
            (100, 0)
        );
        Ok(())
    }
}
