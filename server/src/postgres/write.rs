//! In: a hand-in. Out: what became of it, after the commit. Never: two buckets in one transaction; a state kept whose
//! erasure has begun.

use deadpool_postgres::{Client, Transaction};

use super::bucket::Bucket;
use super::consent;
use super::erase;
use super::lines::Lines;
use super::outbox::note_visitor;
use super::read::is_tombstoned;
use super::statistics;
use crate::hand_in::{Held, Verdict, judge};
use crate::ids::{IdHash, VisitorKey};
use crate::statistics::Carried;
use crate::store::{HandIn, HandedIn, REPLICAS_PER_VISITOR, StoreError};

/// A transaction's view of the visitor's bucket.
type Here<'a, 'c> = Bucket<'a, Transaction<'c>>;

/// What an attempt comes to.
enum Attempt {
    Done(HandedIn, Option<Carried>),
    /// The erase-only token is not the one held: whether it was used already must be looked up in its own bucket.
    NewToken,
}

/// Takes a replica's state by the version rules.
///
/// An erasure sets the token's tombstone before it looks for the visitor, and a hand-in stores the visitor before it
/// looks for the tombstone once more: whichever comes first, one of the two sees the other.
pub async fn hand_in(lines: &Lines, hand_in: &HandIn) -> Result<HandedIn, StoreError> {
    let mut line = lines.take().await?;
    if let Attempt::Done(done, carried) = attempt(&mut line, hand_in, false).await? {
        statistics::carry(&mut line, &hand_in.visitor, carried).await?;
        return Ok(done);
    }
    let (visitor, token) = (&hand_in.visitor, &hand_in.erase);
    if is_used(&line, visitor, token).await? {
        return Ok(HandedIn::Erased);
    }
    let done = attempt(&mut line, hand_in, true).await?;
    if is_used(&line, visitor, token).await? {
        erase::remove(&mut line, visitor, hand_in.day).await?;
        return Ok(HandedIn::Erased);
    }
    let Attempt::Done(done, carried) = done else { return Ok(HandedIn::Erased) };
    statistics::carry(&mut line, visitor, carried).await?;
    Ok(done)
}

/// Whether an erase-only token has a tombstone: who holds it has erased, or is erasing.
pub async fn is_used(line: &Client, of: &VisitorKey, token: &IdHash) -> Result<bool, StoreError> {
    is_tombstoned(&Bucket::of_token(line, &of.site, token), token).await
}

async fn attempt(line: &mut Client, of: &HandIn, may_be_new: bool) -> Result<Attempt, StoreError> {
    let tx = line.transaction().await?;
    let here = Bucket::of(&tx, &of.visitor).locked().await?;
    if is_tombstoned(&here, &of.visitor.id).await? {
        return Ok(Attempt::Done(HandedIn::Erased, None));
    }
    let known = known(&here, of).await?;
    if !may_be_new && known.is_none_or(|(token, _)| token != Some(of.erase)) {
        return Ok(Attempt::NewToken);
    }
    if known != Some((Some(of.erase), of.day)) {
        welcome(&here, of).await?;
    }
    let (done, carried) = take(&here, of).await?;
    if done == HandedIn::Accepted {
        consent::keep(&here, of).await?;
    }
    if of.wakes && done == HandedIn::Accepted {
        note_visitor(&here, &of.visitor.id).await?;
    }
    tx.commit().await?;
    Ok(Attempt::Done(done, carried))
}

/// The visitor's newest erase-only token, and the day of the last hand-in.
async fn known(here: &Here<'_, '_>, of: &HandIn) -> Result<Option<(Option<IdHash>, u32)>, StoreError> {
    let sql = "SELECT erase, synced_day FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let row = here.row(sql, &[&of.visitor.id.bytes()]).await?;
    Ok(row.map(|row| {
        let token = row.get::<_, Option<&[u8]>>(0).and_then(IdHash::read);
        (token, row.get::<_, i32>(1).cast_unsigned())
    }))
}

async fn welcome(here: &Here<'_, '_>, of: &HandIn) -> Result<(), StoreError> {
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
async fn take(here: &Here<'_, '_>, of: &HandIn) -> Result<(HandedIn, Option<Carried>), StoreError> {
    let held = held(here, of).await?;
    let refused = match judge(held.as_ref(), of.version, &of.state) {
        Verdict::Same => return Ok((HandedIn::Accepted, statistics::carried(here, &of.visitor.id).await?)),
        Verdict::TooMuch => HandedIn::TooMuch,
        Verdict::Conflict => HandedIn::Conflict { held_version: held.map_or(0, |held| held.version) },
        Verdict::Store if held.is_none() && replicas(here, of).await? >= REPLICAS_PER_VISITOR as i64 => {
            HandedIn::TooManyReplicas
        }
        Verdict::Store => {
            store(here, of).await?;
            return Ok((HandedIn::Accepted, statistics::count(here, of).await?));
        }
    };
    Ok((refused, None))
}

async fn held(here: &Here<'_, '_>, of: &HandIn) -> Result<Option<Held>, StoreError> {
    let sql = "SELECT version, state FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3 AND replica = $4";
    let row = here.row(sql, &[&of.visitor.id.bytes(), &of.replica.bytes()]).await?;
    Ok(row.map(|row| Held { version: row.get::<_, i64>(0) as u64, state: row.get(1) }))
}

async fn replicas(here: &Here<'_, '_>, of: &HandIn) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3";
    Ok(here.row(sql, &[&of.visitor.id.bytes()]).await?.map_or(0, |row| row.get(0)))
}

async fn store(here: &Here<'_, '_>, of: &HandIn) -> Result<(), StoreError> {
    let (version, day) = (of.version.cast_signed(), of.day.cast_signed());
    here.run(
        "INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7)
         ON CONFLICT (site, bucket, visitor, replica) DO UPDATE SET version = excluded.version,
         changes = replicas.changes + 1, state = excluded.state, taken_day = excluded.taken_day",
        &[&of.visitor.id.bytes(), &of.replica.bytes(), &version, &of.state, &day],
    )
    .await?;
    Ok(())
}
