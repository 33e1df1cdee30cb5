//! In: a bucket and a day. Out: nothing of those who have not synced since. Never: removes who came back in the meantime;
//! leaves a tombstone: who was forgotten may return as anyone may.

use deadpool_postgres::Client;

use super::bucket::Bucket;
use super::erase::{Left, delete_visitor, remove_link};
use super::pool::Pool;
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::store::{StoreError, UnlinkRequest};

/// Removes the visitors of a bucket who were last seen before that day; answers how many there were.
pub async fn expire(
    pool: &Pool,
    site: &Site,
    bucket: u16,
    before_day: u32,
) -> Result<usize, StoreError> {
    let mut client = pool.take().await?;
    let sql = "SELECT visitor FROM visitors WHERE site = $1 AND bucket = $2 AND synced_day < $3";
    let silent = Bucket::new(&client, site, bucket)
        .rows(sql, &[&before_day.cast_signed()])
        .await?;
    let mut gone = 0;
    for id in silent.iter().filter_map(|row| IdHash::read(row.get(0))) {
        let visitor = VisitorKey {
            site: site.clone(),
            id,
        };
        gone += usize::from(expire_one(&mut client, &visitor, before_day).await?);
    }
    delete_old_events(&mut client, site, bucket, before_day).await?;
    Ok(gone)
}

/// Tables of imported records that expire, and the column of their day.
const WORDS: [(&str, &str); 3] = [
    ("imported_events", "day"),
    ("identifiers", "added_day"),
    ("aliases", "added_day"),
];

/// Deletes expired imports, and customers of whom nothing else is held.
async fn delete_old_events(
    client: &mut Client,
    site: &Site,
    bucket: u16,
    before_day: u32,
) -> Result<(), StoreError> {
    let before = before_day.cast_signed();
    let old = |(table, day): (&str, &str)| {
        format!("FROM {table} WHERE site = $1 AND bucket = $2 AND {day} < $3")
    };
    let mut has_old = false;
    for word in WORDS {
        let sql = format!("SELECT 1 {} LIMIT 1", old(word));
        has_old |= Bucket::new(&*client, site, bucket)
            .row(&sql, &[&before])
            .await?
            .is_some();
    }
    if !has_old {
        return Ok(());
    }
    let tx = client.transaction().await?;
    let here = Bucket::new(&tx, site, bucket).locked().await?;
    for word in WORDS {
        here.run(&format!("DELETE {}", old(word)), &[&before])
            .await?;
    }
    let sql = "DELETE FROM customers c WHERE site = $1 AND bucket = $2
         AND NOT EXISTS (SELECT 1 FROM identifiers i WHERE i.site = $1 AND i.bucket = $2 AND i.customer = c.customer)
         AND NOT EXISTS (SELECT 1 FROM links l WHERE l.site = $1 AND l.bucket = $2 AND l.customer = c.customer)
         AND NOT EXISTS (SELECT 1 FROM imported_events t WHERE t.site = $1 AND t.bucket = $2 AND t.customer = c.customer)";
    here.run(sql, &[]).await?;
    Ok(tx.commit().await?)
}

/// Removes one visitor. Returns `false` if they have synced since. The tombstone records the link
/// that is still to be removed, as in an erasure.
async fn expire_one(
    client: &mut Client,
    visitor: &VisitorKey,
    before_day: u32,
) -> Result<bool, StoreError> {
    let Some(left) = delete_if_inactive(client, visitor, before_day).await? else {
        return Ok(false);
    };
    if let Some((id, changes)) = left {
        let unlink = UnlinkRequest {
            visitor: visitor.id,
            changes,
            erased_day: None,
            keeps_visitor: false,
        };
        remove_link(
            client,
            &CustomerKey {
                site: visitor.site.clone(),
                id,
            },
            &unlink,
        )
        .await?;
    }
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, visitor).locked().await?;
    here.run(
        "DELETE FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3",
        &[&visitor.id.bytes()],
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

async fn delete_if_inactive(
    client: &mut Client,
    visitor: &VisitorKey,
    before_day: u32,
) -> Result<Option<Option<Left>>, StoreError> {
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, visitor).locked().await?;
    let sql = "SELECT 1 FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3 AND synced_day < $4";
    if here
        .row(sql, &[&visitor.id.bytes(), &before_day.cast_signed()])
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let left = delete_visitor(&here, &visitor.id, before_day).await?;
    tx.commit().await?;
    Ok(Some(left))
}
