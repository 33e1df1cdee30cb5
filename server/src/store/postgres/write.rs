//! In: a hand-in. Out: what became of it, after the commit. Never: two buckets in one transaction; a state kept whose
//! erasure has begun.

use deadpool_postgres::{Client, Transaction};

use super::bucket::{Bucket, Rest};
use super::consent;
use super::erase;
use super::outbox::note_visitor;
use super::pool::Lines;
use super::read::is_tombstoned;
use super::statistics;
use crate::base::ids::{IdHash, VisitorKey};
use crate::statistics::Carried;
use crate::statistics::visitor::{Print, Told};
use crate::store::{HandIn, HandedIn, REPLICAS_PER_VISITOR, StoreError};
use crate::sync::growth::fits_a_day;
use crate::sync::sync_request::{Held, Verdict, judge};

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
    if goes_on(&line, hand_in).await? {
        return Ok(HandedIn::Accepted { is_alone: true });
    }
    if let Attempt::Done(done, carried) = attempt(&mut line, hand_in, false).await? {
        carry(&mut line, hand_in, carried).await?;
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
    let Attempt::Done(done, carried) = done else {
        return Ok(HandedIn::Erased);
    };
    carry(&mut line, hand_in, carried).await?;
    Ok(done)
}

/// Pays what the customer's bucket is owed; then the print stands, unless anything came between.
async fn carry(line: &mut Client, of: &HandIn, carried: Option<Carried>) -> Result<(), StoreError> {
    let Some(carried) = carried else {
        return Ok(());
    };
    let customer = carried.customer.clone();
    statistics::carry(line, &of.visitor, Some(carried)).await?;
    let print = Print::of(of).kept(false);
    let tx = line.transaction().await?;
    let here = Bucket::of(&tx, &of.visitor).locked().await?;
    let sql = "UPDATE replicas SET told = $6
         WHERE site = $1 AND bucket = $2 AND visitor = $3 AND replica = $4 AND version = $5 AND told = 0
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
            &print,
            &customer,
            &of.erase.bytes(),
        ],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// The shortest way, and the most frequent: a replica that is alone, and tells nothing new of what is counted, is known by its
/// print. Whatever in the visitor's bucket makes that untrue empties the print; the row's own lock keeps the two apart.
async fn goes_on(line: &Client, of: &HandIn) -> Result<bool, StoreError> {
    if !fits_a_day(&of.profile) {
        return Ok(false);
    }
    let (version, day) = (of.version.cast_signed(), of.day.cast_signed());
    let print = Print::of(of).kept(true);
    let sql = "UPDATE replicas SET version = $5, changes = changes + $5 - version, state = $6, taken_day = $7
         WHERE site = $1 AND bucket = $2 AND visitor = $3 AND replica = $4 AND version < $5 AND told = $8";
    let here = Bucket::of(line, &of.visitor);
    let rest: Rest<'_> = &[
        &of.visitor.id.bytes(),
        &of.replica.bytes(),
        &version,
        &of.state,
        &day,
        &print,
    ];
    Ok(here.run(sql, rest).await? > 0)
}

/// The prints of all replicas of a visitor: what they stand for is no longer so.
pub async fn forget_prints(here: &Here<'_, '_>, id: &IdHash) -> Result<(), StoreError> {
    let sql = "UPDATE replicas SET told = 0 WHERE site = $1 AND bucket = $2 AND visitor = $3";
    here.run(sql, &[&id.bytes()]).await.map(|_| ())
}

/// Whether an erase-only token has a tombstone: who holds it has erased, or is erasing.
pub async fn is_used(line: &Client, of: &VisitorKey, token: &IdHash) -> Result<bool, StoreError> {
    is_tombstoned(&Bucket::of_token(line, &of.site, token), token).await
}

async fn attempt(line: &mut Client, of: &HandIn, may_be_new: bool) -> Result<Attempt, StoreError> {
    let tx = line.transaction().await?;
    let here = Bucket::of(&tx, &of.visitor).locked().await?;
    let standing = standing(&here, of).await?;
    if standing.is_erased {
        return Ok(Attempt::Done(HandedIn::Erased, None));
    }
    if !may_be_new
        && standing
            .known
            .is_none_or(|(token, _)| token != Some(of.erase))
    {
        return Ok(Attempt::NewToken);
    }
    if standing.known != Some((Some(of.erase), of.day)) {
        welcome(&here, of).await?;
    }
    if standing
        .known
        .is_some_and(|(token, _)| token != Some(of.erase))
    {
        // By their prints hand-ins with the last token would pass, used or not.
        forget_prints(&here, &of.visitor.id).await?;
    }
    let (done, carried) = judged(&here, of, &standing).await?;
    let is_accepted = matches!(done, HandedIn::Accepted { .. });
    if is_accepted {
        consent::keep(&here, of).await?;
    }
    if of.wakes && standing.customer.is_some() && is_accepted {
        note_visitor(&here, &of.visitor.id).await?;
    }
    tx.commit().await?;
    Ok(Attempt::Done(done, carried))
}

/// What is held of whom a hand-in names.
struct Standing {
    is_erased: bool,
    /// The visitor's newest erase-only token, and the day of the last hand-in.
    known: Option<(Option<IdHash>, u32)>,
    customer: Option<String>,
    /// How many the visitor has.
    replicas: usize,
    /// Of the replica that hands in: the version, and what it told last of what is counted.
    version: u64,
    told: Option<i64>,
    verdict: Verdict,
}

impl Standing {
    fn accepted(&self) -> HandedIn {
        HandedIn::Accepted {
            is_alone: self.is_alone(),
        }
    }

    fn others(&self) -> usize {
        self.replicas - usize::from(self.told.is_some())
    }

    fn is_alone(&self) -> bool {
        self.others() == 0 && self.customer.is_none()
    }
}

/// One question for all of it: a way to the database and back is what costs.
async fn standing(here: &Here<'_, '_>, of: &HandIn) -> Result<Standing, StoreError> {
    let sql = "SELECT v.synced_day, v.erase, v.customer, r.version, r.told, r.state,
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
    Ok(Standing {
        is_erased: row.get(6),
        known: row
            .get::<_, Option<i32>>(0)
            .map(|day| (token, day.cast_unsigned())),
        customer: row.get(2),
        replicas: row.get::<_, i64>(7) as usize,
        version: version.unwrap_or(0).cast_unsigned(),
        told: row.get(4),
        verdict: judge(held, of.version, (&of.state, &of.profile)),
    })
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
async fn judged(
    here: &Here<'_, '_>,
    of: &HandIn,
    standing: &Standing,
) -> Result<(HandedIn, Option<Carried>), StoreError> {
    let carried = match standing.verdict {
        Verdict::TooMuch => return Ok((HandedIn::TooMuch, None)),
        Verdict::Conflict => {
            return Ok((
                HandedIn::Conflict {
                    held_version: standing.version,
                },
                None,
            ));
        }
        Verdict::Store if standing.told.is_none() && standing.replicas >= REPLICAS_PER_VISITOR => {
            return Ok((HandedIn::TooManyReplicas, None));
        }
        Verdict::Store => take(here, of, standing).await?,
        Verdict::Same => statistics::carried(here, &of.visitor.id).await?,
    };
    Ok((standing.accepted(), carried))
}

/// Stores the state, and counts what it tells where that is not what the same replica told before.
async fn take(
    here: &Here<'_, '_>,
    of: &HandIn,
    standing: &Standing,
) -> Result<Option<Carried>, StoreError> {
    let customer = standing.customer.as_deref();
    let told = Told::by(of, customer.is_some());
    let print = Print::of(of).kept(standing.is_alone());
    if standing.told.is_none() && standing.others() > 0 {
        forget_prints(here, &of.visitor.id).await?;
    }
    let carried = match standing.told {
        Some(told) if told == print => None,
        before => {
            let news = statistics::count(here, &of.visitor.id, &told, customer).await?;
            let is_owed = news.is_none() && before == Some(0);
            if is_owed {
                statistics::carried(here, &of.visitor.id).await?
            } else {
                news
            }
        }
    };
    // What the customer's bucket is owed is paid before the print says that there is nothing to do.
    store(here, of, if carried.is_some() { 0 } else { print }).await?;
    Ok(carried)
}

/// A newer one that went the short way meanwhile stays.
async fn store(here: &Here<'_, '_>, of: &HandIn, print: i64) -> Result<(), StoreError> {
    let (version, day) = (of.version.cast_signed(), of.day.cast_signed());
    here.run(
        "INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day, told)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)
         ON CONFLICT (site, bucket, visitor, replica) DO UPDATE SET version = excluded.version,
         changes = replicas.changes + excluded.version - replicas.version, state = excluded.state, taken_day = excluded.taken_day,
         told = excluded.told
         WHERE replicas.version < excluded.version",
        &[&of.visitor.id.bytes(), &of.replica.bytes(), &version, &of.state, &day, &print],
    )
    .await?;
    Ok(())
}
