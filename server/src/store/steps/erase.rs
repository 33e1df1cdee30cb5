//! Erasure of a visitor. In: the two readings of a secret. Out: nothing of that visitor but tombstones. Never: a half-done
//! erasure: the tombstone records the remaining steps, and the next start completes them. Never: a row for an unknown id.

use super::customer::{changes_of, customer_of, delete_imports, drop_if_empty, write_tombstone};
use super::{CustomerRule, Here, Step, Steps};
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::store::{Erasure, StoreError, UnlinkRequest};

/// Link left to remove in the customer's bucket: the customer, and the number of changes that go with it.
pub type Left = (String, u64);

/// Recent erasures that a bucket remembers at most.
const RECENT_SLOTS: u32 = 256;

/// Erases by a visitor's secret or by an erase-only token. Returns `false` if neither was known.
///
/// The secret may arrive before its visitor's first sync. So both readings are noted before anything is looked up, and no
/// sync can fall between the two.
///
/// # Errors
/// A store that cannot be used.
pub async fn erase(store: &impl Steps, erasure: Erasure) -> Result<bool, StoreError> {
    let Erasure {
        visitor,
        erase,
        day,
    } = erasure;
    let site = visitor.site.clone();
    note_recent(store, &site, &erase).await?;
    note_recent(store, &site, &visitor.id).await?;
    let owner = store.query(owner(&site, &erase)).await?;
    let target = owner.map_or(visitor, |id| VisitorKey {
        site: site.clone(),
        id,
    });
    let Some(token) = store.execute(token_of(&target)).await? else {
        return Ok(false);
    };
    // The token first: a visitor whose token has a tombstone is erased at the next start.
    for token in token.iter().chain(owner.is_some().then_some(&erase)) {
        store.execute(tombstone(&site, token, day)).await?;
    }
    remove(store, &target, day).await?;
    Ok(true)
}

/// Notes an erasure that may overtake the first sync. The note is not durable, and the number of notes is bounded.
async fn note_recent(store: &impl Steps, site: &Site, id: &IdHash) -> Result<(), StoreError> {
    let id = *id;
    let slot = u32::from_le_bytes([id.0[4], id.0[5], id.0[6], id.0[7]]) % RECENT_SLOTS;
    let step = Step::new(site, id.bucket(), move |here| async move {
        let sql = "INSERT INTO recent_erasures (site, bucket, slot, id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (site, bucket, slot) DO UPDATE SET id = excluded.id WHERE recent_erasures.id <> excluded.id";
        here.run(sql, vec![slot.into(), (&id).into()]).await;
    });
    store.execute(step).await
}

/// Reads the visitor whose erase-only token this is, in any bucket.
fn owner(site: &Site, token: &IdHash) -> Step<Option<IdHash>> {
    let (name, token) = (site.as_str().to_owned(), *token);
    Step::new(site, token.bucket(), move |here| {
        let all = vec![(&name).into(), (&token).into()];
        async move {
            let sql = "SELECT visitor FROM visitors WHERE site = $1 AND erase = $2 LIMIT 1";
            here.read(sql, all)
                .await
                .first()
                .and_then(|row| row.hash(0))
        }
    })
}

/// Reads the erase-only token of a visitor. `None` if the visitor is unknown.
fn token_of(of: &VisitorKey) -> Step<Option<Option<IdHash>>> {
    Step::of_visitor(of, |here, of| async move {
        let sql = "SELECT erase FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
        here.row(sql, vec![(&of.id).into()])
            .await
            .map(|row| row.hash(0))
    })
}

fn tombstone(site: &Site, id: &IdHash, day: u32) -> Step<()> {
    let id = *id;
    Step::new(site, id.bucket(), move |here| async move {
        set_tombstone(&here, &id, day).await;
    })
}

async fn set_tombstone(here: &Here, id: &IdHash, day: u32) {
    let sql = "INSERT INTO tombstones (site, bucket, id, erased_day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    here.run(sql, vec![id.into(), day.into()]).await;
}

/// Returns `true` if an id has a tombstone, or if its erasure found nobody a short while ago.
pub async fn is_erased(here: &Here, id: &IdHash) -> bool {
    let sql = "SELECT 1 FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3
         UNION ALL SELECT 1 FROM recent_erasures WHERE site = $1 AND bucket = $2 AND id = $3";
    here.row(sql, vec![id.into()]).await.is_some()
}

/// Removes a visitor: the rows, the link, and then the record of what was left to do.
///
/// # Errors
/// A store that cannot be used.
pub async fn remove(store: &impl Steps, visitor: &VisitorKey, day: u32) -> Result<(), StoreError> {
    let delete = Step::of_visitor(visitor, move |here, of| async move {
        delete_visitor(&here, &of.id, day).await
    });
    let Some(left) = store.execute(delete.erasing()).await? else {
        return Ok(());
    };
    remove_left(store, visitor, left, Some(day)).await?;
    store.execute(complete(visitor)).await
}

/// Removes the link that a visitor left.
///
/// # Errors
/// A store that cannot be used.
pub async fn remove_left(
    store: &impl Steps,
    visitor: &VisitorKey,
    (customer, changes): Left,
    erased_day: Option<u32>,
) -> Result<(), StoreError> {
    let customer = CustomerKey {
        site: visitor.site.clone(),
        id: customer,
    };
    let unlink = UnlinkRequest {
        visitor: visitor.id,
        changes,
        erased_day,
        keeps_visitor: false,
    };
    let step = Step::of_customer(&customer, move |here, of| async move {
        remove_link(&here, &of, &unlink).await;
    });
    store.execute(step.erasing()).await
}

/// Deletes a visitor's rows. The tombstone stays, and records the link that is left to remove.
pub async fn delete_visitor(here: &Here, id: &IdHash, day: u32) -> Option<Left> {
    let (changes, customer) = (changes_of(here, id).await, customer_of(here, id).await);
    set_tombstone(here, id, day).await;
    if let Some(customer) = &customer {
        // Another of the customer's visitors in this bucket writes its own at its next sync.
        let sql = "DELETE FROM evaluations WHERE site = $1 AND bucket = $2 AND customer = $3";
        here.run(sql, vec![customer.into()]).await;
        let sql = "UPDATE tombstones SET customer = $4, changes = $5 WHERE site = $1 AND bucket = $2 AND id = $3";
        here.run(sql, vec![id.into(), customer.into(), changes.into()])
            .await;
    }
    for sql in [
        "DELETE FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3",
        "DELETE FROM counted WHERE site = $1 AND bucket = $2 AND visitor = $3",
        "DELETE FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3",
    ] {
        here.run(sql, vec![id.into()]).await;
    }
    customer.map(|customer| (customer, changes))
}

/// Removes the link, in the customer's bucket. A customer whose last link was erased is erased too,
/// with the events imported until then. A customer without links, events and other ids is deleted.
pub async fn remove_link(here: &Here, of: &CustomerKey, unlink: &UnlinkRequest) {
    let sql =
        "DELETE FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 AND visitor = $4";
    if here
        .run(sql, vec![(&of.id).into(), (&unlink.visitor).into()])
        .await
        == 0
    {
        return;
    }
    let rule = if unlink.keeps_visitor {
        CustomerRule::HandOver(vec![unlink.visitor])
    } else {
        CustomerRule::Leave(unlink.visitor)
    };
    here.change_customer(of, rule).await;
    // One more than the visitor's changes, so that those who stay see a new number even if nothing was synced.
    let sql = "UPDATE customers SET dropped = dropped + $4 WHERE site = $1 AND bucket = $2 AND customer = $3";
    here.run(sql, vec![(&of.id).into(), (unlink.changes + 1).into()])
        .await;
    if let Some(day) = unlink.erased_day {
        erase_customer_without_links(here, of, day).await;
    }
    drop_if_empty(here, of).await;
}

async fn erase_customer_without_links(here: &Here, of: &CustomerKey, day: u32) {
    let sql = "SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 LIMIT 1";
    if here.row(sql, vec![(&of.id).into()]).await.is_some() {
        return;
    }
    delete_imports(here, of, day).await;
    write_tombstone(here, of, day).await;
    // Its other ids lie in other buckets, and are erased next.
    let sql =
        "UPDATE customers SET erased_before = $4 WHERE site = $1 AND bucket = $2 AND customer = $3
         AND EXISTS (SELECT 1 FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3)";
    here.run(sql, vec![(&of.id).into(), day.into()]).await;
}

/// Nothing is left to do: the tombstone forgets the customer of the link.
fn complete(visitor: &VisitorKey) -> Step<()> {
    Step::of_visitor(visitor, |here, of| async move {
        let sql = "UPDATE tombstones SET customer = NULL, changes = 0 WHERE site = $1 AND bucket = $2 AND id = $3";
        here.run(sql, vec![(&of.id).into()]).await;
    })
    .erasing()
}

/// Removes the visitors, and then the links, whose erasure a crash interrupted.
///
/// # Errors
/// A store that cannot be used.
pub async fn finish_interrupted(store: &impl Steps) -> Result<(), StoreError> {
    let visitor = |row: &super::Row| {
        Some(VisitorKey {
            site: Site::new(&row.text(0)?),
            id: row.hash(1)?,
        })
    };
    let half_erased = Step::new(&Site::new(""), 0, |here| async move {
        let sql = "SELECT v.site, v.visitor, t.erased_day FROM tombstones t
             JOIN visitors v ON v.erase = t.id AND v.site = t.site";
        here.read(sql, Vec::new()).await
    });
    for row in store.query(half_erased).await? {
        if let Some(visitor) = visitor(&row) {
            remove(store, &visitor, row.day(2)).await?;
        }
    }
    let unfinished = Step::new(&Site::new(""), 0, |here| async move {
        let sql = "SELECT site, id, erased_day, customer, changes FROM tombstones WHERE customer IS NOT NULL";
        here.read(sql, Vec::new()).await
    });
    for row in store.query(unfinished).await? {
        if let (Some(visitor), Some(customer)) = (visitor(&row), row.text(3)) {
            let left = (customer, row.int(4).cast_unsigned());
            remove_left(store, &visitor, left, Some(row.day(2))).await?;
            store.execute(complete(&visitor)).await?;
        }
    }
    Ok(())
}
