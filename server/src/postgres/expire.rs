//! In: a bucket and a day. Out: nothing of those who have not synced since. Never: removes who came back in the meantime;
//! leaves a tombstone: who was forgotten may return as anyone may.

use deadpool_postgres::Client;

use super::bucket::Bucket;
use super::erase::{Left, bury, remove_link};
use super::lines::Lines;
use crate::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::store::StoreError;

/// Removes the visitors of a bucket who were last seen before that day; answers how many there were.
pub async fn expire(lines: &Lines, site: &Site, bucket: u16, before_day: u32) -> Result<usize, StoreError> {
    let mut line = lines.take().await?;
    let sql = "SELECT visitor FROM visitors WHERE site = $1 AND bucket = $2 AND synced_day < $3";
    let silent = Bucket::new(&line, site, bucket).rows(sql, &[&before_day.cast_signed()]).await?;
    let mut gone = 0;
    for id in silent.iter().filter_map(|row| IdHash::read(row.get(0))) {
        let visitor = VisitorKey { site: site.clone(), id };
        gone += usize::from(expire_one(&mut line, &visitor, before_day).await?);
    }
    Ok(gone)
}

/// False when there was a hand-in since. The tombstone carries the link that is left to remove, as in an erasure.
async fn expire_one(line: &mut Client, visitor: &VisitorKey, before_day: u32) -> Result<bool, StoreError> {
    let Some(left) = bury_if_silent(line, visitor, before_day).await? else { return Ok(false) };
    if let Some((id, changes)) = left {
        remove_link(line, &CustomerKey { site: visitor.site.clone(), id }, &visitor.id, changes).await?;
    }
    let tx = line.transaction().await?;
    let here = Bucket::of(&tx, visitor).locked().await?;
    here.run("DELETE FROM tombstones WHERE site = $1 AND bucket = $2 AND id = $3", &[&visitor.id.bytes()]).await?;
    tx.commit().await?;
    Ok(true)
}

async fn bury_if_silent(
    line: &mut Client,
    visitor: &VisitorKey,
    before_day: u32,
) -> Result<Option<Option<Left>>, StoreError> {
    let tx = line.transaction().await?;
    let here = Bucket::of(&tx, visitor).locked().await?;
    let sql = "SELECT 1 FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3 AND synced_day < $4";
    if here.row(sql, &[&visitor.id.bytes(), &before_day.cast_signed()]).await?.is_none() {
        return Ok(None);
    }
    let left = bury(&here, &visitor.id, before_day).await?;
    tx.commit().await?;
    Ok(Some(left))
}
