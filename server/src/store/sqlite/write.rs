//! In: a transaction and a fact to keep. Out: what became of it. Never: two buckets in one call; a commit of its own.

use rusqlite::{Transaction, params};

use super::consent;
use super::outbox::queue_visitor_evaluation;
use super::read::is_tombstoned;
use super::statistics;
use crate::base::ids::{IdHash, VisitorKey};
use crate::statistics::PropagatedFacts;
use crate::statistics::visitor::{SyncFacts, SyncFingerprint};
use crate::store::{Link, Linked, REPLICAS_PER_VISITOR, SyncOutcome, SyncRequest};
use crate::sync::growth::fits_a_day;
use crate::sync::sync_request::{Held, Verdict, judge};

/// Takes a replica's state by the version rules, and counts what it tells; what the customer's bucket must know of it
/// comes back too. The fingerprint is its own, made before the writer's turn: there is one writer, and everyone waits for it.
pub fn sync(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    fingerprint: SyncFingerprint,
) -> rusqlite::Result<(SyncOutcome, Option<PropagatedFacts>)> {
    if try_fast_path(tx, of, fingerprint)? {
        return Ok((SyncOutcome::Accepted { is_alone: true }, None));
    }
    let held = held_visitor(tx, of)?;
    if held.is_erased || !upsert_visitor(tx, of, &held)? {
        return Ok((SyncOutcome::Erased, None));
    }
    let verdict = held
        .verdict
        .unwrap_or_else(|| judge(None, of.version, (&of.state, &of.profile)));
    let facts = match verdict {
        Verdict::TooMuch => return Ok((SyncOutcome::TooMuch, None)),
        Verdict::Conflict => {
            return Ok((
                SyncOutcome::Conflict {
                    held_version: held.version,
                },
                None,
            ));
        }
        Verdict::Store if held.fingerprint.is_none() && held.others >= REPLICAS_PER_VISITOR => {
            return Ok((SyncOutcome::TooManyReplicas, None));
        }
        Verdict::Store => take(tx, of, fingerprint, &held)?,
        Verdict::Same => statistics::facts_to_propagate(tx, &of.visitor)?,
    };
    consent::keep(tx, of)?;
    if of.triggers_evaluation && held.customer.is_some() {
        queue_visitor_evaluation(tx, &of.visitor)?;
    }
    Ok((held.accepted(), facts))
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
    let fingerprint = fingerprint.kept(true);
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

/// Stores the state, and counts what it tells where that is not what the same replica told before.
fn take(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    fingerprint: SyncFingerprint,
    held: &HeldVisitor,
) -> rusqlite::Result<Option<PropagatedFacts>> {
    let customer = held.customer.as_deref();
    let facts = SyncFacts::by(of, customer.is_some());
    let fingerprint = fingerprint.kept(held.is_alone());
    if held.fingerprint.is_none() && held.others > 0 {
        clear_fingerprints(tx, &of.visitor)?;
    }
    let facts = match held.fingerprint {
        Some(stored) if stored == fingerprint => None,
        before => {
            let news = statistics::count(tx, &of.visitor, &facts, customer)?;
            if news.is_none() && before == Some(0) {
                statistics::facts_to_propagate(tx, &of.visitor)?
            } else {
                news
            }
        }
    };
    // What the customer's bucket is owed is paid before the fingerprint says that there is nothing to do.
    store(tx, of, if facts.is_some() { 0 } else { fingerprint })?;
    Ok(facts)
}

/// The customer's bucket has what it was owed: the fingerprint stands, unless anything came between.
pub fn settle(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    fingerprint: SyncFingerprint,
    customer: &str,
) -> rusqlite::Result<()> {
    let VisitorKey { site, id } = &of.visitor;
    let fingerprint = fingerprint.kept(false);
    tx.prepare_cached(
        "UPDATE replicas SET fingerprint = ?6
         WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND replica = ?4 AND version = ?5 AND fingerprint = 0
         AND EXISTS (SELECT 1 FROM visitors
                     WHERE site = ?1 AND bucket = ?2 AND visitor = ?3 AND customer = ?7 AND erase = ?8)",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.replica.0, of.version, fingerprint, customer, of.erase.0])
    .map(|_| ())
}

/// What is held of whom a hand-in names.
#[derive(Default)]
struct HeldVisitor {
    is_erased: bool,
    /// The visitor's newest erase-only token, and the day of the last hand-in.
    known: Option<(Option<[u8; 32]>, u32)>,
    customer: Option<String>,
    /// How many other replicas the visitor has.
    others: usize,
    /// Of the replica that hands in: the version, and what it told last of what is counted.
    version: u64,
    fingerprint: Option<i64>,
    /// None if nothing is held of it.
    verdict: Option<Verdict>,
}

impl HeldVisitor {
    fn accepted(&self) -> SyncOutcome {
        SyncOutcome::Accepted {
            is_alone: self.is_alone(),
        }
    }

    fn is_alone(&self) -> bool {
        self.others == 0 && self.customer.is_none()
    }
}

/// One question for all of it: a hand-in is the most frequent of all calls.
fn held_visitor(tx: &Transaction<'_>, of: &SyncRequest) -> rusqlite::Result<HeldVisitor> {
    let VisitorKey { site, id } = &of.visitor;
    let mut question = tx.prepare_cached(HELD_VISITOR)?;
    let mut rows = question.query(params![site.as_str(), id.bucket(), id.0])?;
    let mut held = HeldVisitor::default();
    while let Some(row) = rows.next()? {
        held.is_erased = row.get(0)?;
        if let Some(day) = row.get(1)? {
            held.known = Some((row.get(2)?, day));
            held.customer = row.get(3)?;
        }
        let Some(replica) = row.get_ref(4)?.as_blob_or_null()? else {
            continue;
        };
        if replica == of.replica.0 {
            held.version = row.get(5)?;
            held.fingerprint = row.get(6)?;
            let stored = Held {
                version: held.version,
                state: row.get_ref(7)?.as_blob()?,
            };
            held.verdict = Some(judge(Some(stored), of.version, (&of.state, &of.profile)));
        } else {
            held.others += 1;
        }
    }
    Ok(held)
}

/// A row for each of the visitor's replicas, or one without any.
const HELD_VISITOR: &str =
    "SELECT EXISTS (SELECT 1 FROM tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3),
       v.synced_day, v.erase, v.customer, r.replica, r.version, r.fingerprint, r.state
     FROM (SELECT 1)
     LEFT JOIN visitors v ON v.site = ?1 AND v.bucket = ?2 AND v.visitor = ?3
     LEFT JOIN replicas r ON r.site = ?1 AND r.bucket = ?2 AND r.visitor = ?3";

/// Makes sure of the visitor's row and its newest erase-only token; false when that token was used already.
fn upsert_visitor(
    tx: &Transaction<'_>,
    of: &SyncRequest,
    held: &HeldVisitor,
) -> rusqlite::Result<bool> {
    let VisitorKey { site, id } = &of.visitor;
    if held.known == Some((Some(of.erase.0), of.day)) {
        return Ok(true);
    }
    // The token's own bucket is looked at only where a token is new: an erasure may have overtaken the first hand-in.
    if held
        .known
        .is_none_or(|(erase, _)| erase != Some(of.erase.0))
    {
        if is_tombstoned(tx, site, &of.erase)? {
            return Ok(false);
        }
        // By their fingerprints hand-ins with the last token would pass, used or not.
        if held.known.is_some() {
            clear_fingerprints(tx, &of.visitor)?;
        }
    }
    tx.prepare_cached(
        "INSERT INTO visitors (site, bucket, visitor, erase, created_day, synced_day) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT DO UPDATE SET erase = excluded.erase, synced_day = excluded.synced_day",
    )?
    .execute(params![site.as_str(), id.bucket(), id.0, of.erase.0, of.day])?;
    Ok(true)
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

/// The visitor's side of a link, in the visitor's bucket.
pub fn point_to_customer(
    tx: &Transaction<'_>,
    link: &Link,
) -> rusqlite::Result<(Linked, Option<PropagatedFacts>)> {
    let Link {
        visitor: VisitorKey { site, id },
        customer,
        erase,
        day,
    } = link;
    if is_tombstoned(tx, site, id)? {
        return Ok((Linked::Erased, None));
    }
    // As with a first hand-in: an erasure may have overtaken the login.
    if let Some(erase) = erase
        && is_tombstoned(tx, site, erase)?
    {
        return Ok((Linked::Erased, None));
    }
    // A login may come before the first hand-in, and its token only fills a place that is empty.
    tx.prepare_cached(
        "INSERT INTO visitors (site, bucket, visitor, customer, erase, created_day, synced_day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT DO UPDATE SET customer = coalesce(customer, excluded.customer),
         erase = coalesce(erase, excluded.erase)",
    )?
    .execute(params![
        site.as_str(),
        id.bucket(),
        id.0,
        customer.id,
        erase.map(|erase| erase.0),
        day
    ])?;
    let now: Option<String> = tx
        .prepare_cached(
            "SELECT customer FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))?;
    if now.as_deref() != Some(&customer.id) {
        return Ok((Linked::Elsewhere, None));
    }
    clear_fingerprints(tx, &link.visitor)?;
    Ok((
        Linked::Here,
        statistics::leave_to_customer(tx, &link.visitor, &customer.id)?,
    ))
}

/// The customer's side of a link, in the customer's bucket.
pub fn add_link(tx: &Transaction<'_>, link: &Link) -> rusqlite::Result<()> {
    let Link {
        visitor: VisitorKey {
            id: IdHash(hash), ..
        },
        customer: to,
        day,
        ..
    } = link;
    let (site, bucket) = (to.site.as_str(), to.bucket());
    tx.prepare_cached(
        "INSERT INTO customers (site, bucket, customer, created_day) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute(params![site, bucket, to.id, day])?;
    tx.prepare_cached(
        "INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![site, bucket, to.id, hash, day])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use rusqlite::{Connection, StatementStatus};

    use super::*;
    use crate::base::ids::{ReplicaId, Secret, Site};
    use crate::store::sqlite::{migrations, tune};

    /// A hand-in's question is parsed once, whoever it is about: parsing takes several times as long as looking.
    #[test]
    fn the_question_of_a_hand_in_is_parsed_once() -> Result<(), crate::store::sqlite::OpenError> {
        let mut db = Connection::open_in_memory()?;
        tune(&db)?;
        migrations::run(&mut db)?;
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
                profile: escale::core::profile::Profile::default(),
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
