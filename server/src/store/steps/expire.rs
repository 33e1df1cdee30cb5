//! Retention. In: a bucket and a day. Out: nothing of visitors who have not synced since. Never: removes a visitor who came back
//! in the meantime; leaves a tombstone: a visitor who was forgotten may return like anyone.

use super::erase::{Left, delete_visitor, remove_left};
use super::{Here, Step, Steps, token};
use crate::base::ids::{IdHash, Site, VisitorKey};
use crate::store::{Expiry, StoreError};

/// Rows that one transaction deletes at most.
const SLICE: u32 = 500;

/// Removes the visitors of a bucket who were last seen before the limit. Returns their number.
///
/// # Errors
/// A store that cannot be used.
pub async fn expire(
    store: &impl Steps,
    site: &Site,
    bucket: u16,
    expiry: Expiry,
) -> Result<usize, StoreError> {
    let Expiry {
        before_day,
        tokens_before_s,
    } = expiry;
    let mut gone = 0;
    for id in store.query(silent(site, bucket, before_day)).await? {
        let visitor = VisitorKey {
            site: site.clone(),
            id,
        };
        gone += usize::from(expire_one(store, &visitor, before_day).await?);
    }
    if store
        .query(has_old_imports(site, bucket, before_day))
        .await?
    {
        while store
            .execute(delete_old_imports(site, bucket, before_day))
            .await?
        {}
    }
    let has_expired = token::has_expired(site, bucket, tokens_before_s);
    if store.query(has_expired).await? {
        let delete = token::delete_expired(site, bucket, tokens_before_s);
        store.execute(delete).await?;
    }
    Ok(gone)
}

fn silent(site: &Site, bucket: u16, before_day: u32) -> Step<Vec<IdHash>> {
    Step::new(site, bucket, move |here| async move {
        let sql =
            "SELECT visitor FROM visitors WHERE site = $1 AND bucket = $2 AND synced_day < $3";
        let rows = here.rows(sql, vec![before_day.into()]).await;
        rows.iter().filter_map(|row| row.hash(0)).collect()
    })
}

/// Queries that find expired imports.
const OLD: [&str; 3] = [
    "SELECT 1 FROM imported_events WHERE site = $1 AND bucket = $2 AND day < $3 LIMIT 1",
    "SELECT 1 FROM identifiers WHERE site = $1 AND bucket = $2 AND added_day < $3 LIMIT 1",
    "SELECT 1 FROM aliases WHERE site = $1 AND bucket = $2 AND added_day < $3 LIMIT 1",
];

/// Statements that delete a slice of them, by their keys.
const DELETE_OLD: [&str; 3] = [
    "DELETE FROM imported_events WHERE site = $1 AND bucket = $2 AND (customer, id) IN
       (SELECT customer, id FROM imported_events WHERE site = $1 AND bucket = $2 AND day < $3 LIMIT $4)",
    "DELETE FROM identifiers WHERE site = $1 AND bucket = $2 AND (customer, alias) IN
       (SELECT customer, alias FROM identifiers WHERE site = $1 AND bucket = $2 AND added_day < $3 LIMIT $4)",
    "DELETE FROM aliases WHERE site = $1 AND bucket = $2 AND alias IN
       (SELECT alias FROM aliases WHERE site = $1 AND bucket = $2 AND added_day < $3 LIMIT $4)",
];

fn has_old_imports(site: &Site, bucket: u16, before_day: u32) -> Step<bool> {
    Step::new(site, bucket, move |here| async move {
        for sql in OLD {
            if here.row(sql, vec![before_day.into()]).await.is_some() {
                return true;
            }
        }
        false
    })
}

/// Deletes a slice of the expired imports, and customers of whom nothing else is held. Returns `true` if more may be left.
fn delete_old_imports(site: &Site, bucket: u16, before_day: u32) -> Step<bool> {
    let step = Step::new(site, bucket, move |here| async move {
        let mut has_more = false;
        for sql in DELETE_OLD {
            let deleted = here.run(sql, vec![before_day.into(), SLICE.into()]).await;
            has_more |= deleted == u64::from(SLICE);
        }
        if !has_more {
            delete_empty_customers(&here).await;
        }
        has_more
    });
    step.erasing()
}

async fn delete_empty_customers(here: &Here) {
    let sql = "DELETE FROM customers WHERE site = $1 AND bucket = $2 AND erased_before IS NULL
         AND NOT EXISTS
           (SELECT 1 FROM identifiers i WHERE i.site = $1 AND i.bucket = $2 AND i.customer = customers.customer)
         AND NOT EXISTS
           (SELECT 1 FROM links l WHERE l.site = $1 AND l.bucket = $2 AND l.customer = customers.customer)
         AND NOT EXISTS
           (SELECT 1 FROM imported_events t WHERE t.site = $1 AND t.bucket = $2 AND t.customer = customers.customer)";
    here.run(sql, Vec::new()).await;
}

/// Removes one visitor. Returns `false` if they have synced since. The tombstone records the link that is still to be removed,
/// as in an erasure. A crash before the last step leaves the tombstone. It affects only a visitor who was inactive for years.
async fn expire_one(
    store: &impl Steps,
    visitor: &VisitorKey,
    before_day: u32,
) -> Result<bool, StoreError> {
    let delete = Step::of_visitor(visitor, move |here, of| async move {
        delete_if_inactive(&here, &of.id, before_day).await
    });
    let Some(left) = store.execute(delete.erasing()).await? else {
        return Ok(false);
    };
    if let Some(left) = left {
        remove_left(store, visitor, left, None).await?;
    }
    let unmark = Step::of_visitor(visitor, |here, of| async move {
        let sql = "DELETE FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3";
        here.run(sql, vec![(&of.id).into()]).await;
    });
    store.execute(unmark.erasing()).await?;
    Ok(true)
}

async fn delete_if_inactive(here: &Here, id: &IdHash, before_day: u32) -> Option<Option<Left>> {
    let sql = "SELECT 1 FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3 AND synced_day < $4";
    here.row(sql, vec![id.into(), before_day.into()]).await?;
    Some(delete_visitor(here, id, before_day).await)
}
