//! In: the two readings of a secret. Out: nothing of that visitor but tombstones. Never: a
//! half-done erasure. The tombstone is written first and records the remaining steps. After a
//! crash, the next start completes them.

use deadpool_postgres::{Client, GenericClient};

use super::bucket::Bucket;
use super::customer::{drop_if_empty, forget_words, write_tombstone};
use super::pool::Pool;
use super::statistics;
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::statistics::customer::CustomerChange;
use crate::store::{Erasure, StoreError, UnlinkRequest};

/// Link left to remove in the customer's bucket: the customer, and the number of changes that go with it.
pub type Left = (String, u64);

/// Erases by a visitor's secret or by an erase-only token. The kind of secret is determined here.
pub async fn erase(pool: &Pool, erasure: Erasure) -> Result<(), StoreError> {
    let Erasure {
        visitor,
        erase,
        day,
    } = erasure;
    let mut client = pool.take().await?;
    // Before an owner is looked for: a concurrent sync looks for the tombstone after its own
    // commit.
    set_tombstone_of_token(&mut client, &visitor.site, &erase, day).await?;
    let owner = owner(&client, &visitor.site, &erase).await?;
    let target = VisitorKey {
        id: owner.unwrap_or(visitor.id),
        ..visitor
    };
    let token = if owner.is_some() {
        None
    } else {
        token_of(&client, &target).await?
    };
    remove(&mut client, &target, day).await?;
    if let Some(token) = token {
        set_tombstone_of_token(&mut client, &target.site, &token, day).await?;
    }
    Ok(())
}

/// Removes a visitor: the rows, the link, and then the mark of what was left to do.
pub async fn remove(client: &mut Client, visitor: &VisitorKey, day: u32) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    let left = delete_visitor(&Bucket::of(&tx, visitor).locked().await?, &visitor.id, day).await?;
    tx.commit().await?;
    let Some((id, changes)) = left else {
        return Ok(());
    };
    let unlink = UnlinkRequest {
        visitor: visitor.id,
        changes,
        erased_day: Some(day),
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
    settle(client, visitor).await
}

/// The visitor whose erase-only token this is, in whatever bucket.
async fn owner(client: &Client, site: &Site, token: &IdHash) -> Result<Option<IdHash>, StoreError> {
    let statement = client
        .prepare_cached("SELECT visitor FROM visitors WHERE site = $1 AND erase = $2 LIMIT 1")
        .await?;
    let row = client
        .query_opt(&statement, &[&site.as_str(), &token.bytes()])
        .await?;
    Ok(row.and_then(|row| IdHash::read(row.get(0))))
}

async fn token_of(client: &Client, visitor: &VisitorKey) -> Result<Option<IdHash>, StoreError> {
    let sql = "SELECT erase FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let row = Bucket::of(client, visitor)
        .row(sql, &[&visitor.id.bytes()])
        .await?;
    Ok(row.and_then(|row| row.get::<_, Option<&[u8]>>(0).and_then(IdHash::read)))
}

/// In the visitor's bucket: the rows go, the tombstone stays, and remembers the link that is left to remove.
pub async fn delete_visitor<C: GenericClient>(
    here: &Bucket<'_, C>,
    id: &IdHash,
    day: u32,
) -> Result<Option<Left>, StoreError> {
    let sql = "SELECT coalesce(sum(changes), 0)::bigint FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let changes: i64 = here
        .row(sql, &[&id.bytes()])
        .await?
        .map_or(0, |row| row.get(0));
    let sql = "SELECT customer FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let customer: Option<String> = here
        .row(sql, &[&id.bytes()])
        .await?
        .and_then(|row| row.get(0));
    set_tombstone(here, id, day).await?;
    if customer.is_some() {
        // Another of the customer's visitors in this bucket writes its own at its next sync.
        here.run(
            "DELETE FROM evaluations WHERE site = $1 AND bucket = $2 AND customer = $3",
            &[&customer],
        )
        .await?;
        let sql = "UPDATE tombstones SET customer = $4, changes = $5 WHERE site = $1 AND bucket = $2 AND id = $3";
        here.run(sql, &[&id.bytes(), &customer, &changes]).await?;
    }
    here.run(
        "DELETE FROM replicas WHERE site = $1 AND bucket = $2 AND visitor = $3",
        &[&id.bytes()],
    )
    .await?;
    here.run(
        "DELETE FROM counted WHERE site = $1 AND bucket = $2 AND visitor = $3",
        &[&id.bytes()],
    )
    .await?;
    here.run(
        "DELETE FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3",
        &[&id.bytes()],
    )
    .await?;
    Ok(customer.map(|customer| (customer, changes.cast_unsigned())))
}

async fn set_tombstone<C: GenericClient>(
    here: &Bucket<'_, C>,
    id: &IdHash,
    day: u32,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO tombstones (site, bucket, id, erased_day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    here.run(sql, &[&id.bytes(), &day.cast_signed()])
        .await
        .map(|_| ())
}

async fn set_tombstone_of_token(
    client: &mut Client,
    site: &Site,
    token: &IdHash,
    day: u32,
) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    set_tombstone(
        &Bucket::of_token(&tx, site, token).locked().await?,
        token,
        day,
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Removes the link, in the customer's bucket. A customer whose last link was erased is erased too,
/// with the events imported until then. A customer without links, events and other ids is deleted.
pub async fn remove_link(
    client: &mut Client,
    of: &CustomerKey,
    unlink: &UnlinkRequest,
) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    let there = Bucket::of_customer(&tx, of).locked().await?;
    let sql =
        "DELETE FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 AND visitor = $4";
    if there.run(sql, &[&of.id, &unlink.visitor.bytes()]).await? > 0 {
        if unlink.keeps_visitor {
            statistics::change_customer(&there, of, &CustomerChange::HandOver(&[unlink.visitor]))
                .await?;
        } else {
            statistics::change_customer(&there, of, &CustomerChange::Leave(unlink.visitor)).await?;
        }
        // One more than what goes, so that those who stay see a new number even if nothing had been synced.
        let sql = "UPDATE customers SET dropped = dropped + $4 WHERE site = $1 AND bucket = $2 AND customer = $3";
        there
            .run(sql, &[&of.id, &(unlink.changes.cast_signed() + 1)])
            .await?;
        if let Some(day) = unlink.erased_day {
            erase_customer_without_links(&there, of, day).await?;
        }
        drop_if_empty(&there, of).await?;
    }
    Ok(tx.commit().await?)
}

async fn erase_customer_without_links<C: GenericClient>(
    there: &Bucket<'_, C>,
    of: &CustomerKey,
    day: u32,
) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 LIMIT 1";
    if there.row(sql, &[&of.id]).await?.is_some() {
        return Ok(());
    }
    forget_words(there, of, day).await?;
    write_tombstone(there, of, day).await?;
    // Its other ids lie in other buckets, and are looked after next.
    let sql =
        "UPDATE customers SET erased_before = $4 WHERE site = $1 AND bucket = $2 AND customer = $3
         AND EXISTS (SELECT 1 FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3)";
    there.run(sql, &[&of.id, &day.cast_signed()]).await?;
    Ok(())
}

/// Nothing is left to do: the tombstone forgets whose link it was.
async fn settle(client: &mut Client, visitor: &VisitorKey) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, visitor).locked().await?;
    let sql = "UPDATE tombstones SET customer = NULL, changes = 0 WHERE site = $1 AND bucket = $2 AND id = $3";
    here.run(sql, &[&visitor.id.bytes()]).await?;
    Ok(tx.commit().await?)
}

/// At start: removes the visitors, and then the links, whose erasure was cut short.
pub async fn finish_interrupted(pool: &Pool) -> Result<(), StoreError> {
    let mut client = pool.take().await?;
    let half_erased = client
        .query(
            "SELECT v.site, v.visitor, t.erased_day FROM tombstones t
             JOIN visitors v ON v.erase = t.id AND v.site = t.site",
            &[],
        )
        .await?;
    for row in half_erased {
        let Some(id) = IdHash::read(row.get(1)) else {
            continue;
        };
        let visitor = VisitorKey {
            site: Site::new(row.get(0)),
            id,
        };
        remove(&mut client, &visitor, row.get::<_, i32>(2).cast_unsigned()).await?;
    }
    let sql =
        "SELECT site, id, customer, changes, erased_day FROM tombstones WHERE customer IS NOT NULL";
    for row in client.query(sql, &[]).await? {
        let Some(id) = IdHash::read(row.get(1)) else {
            continue;
        };
        let visitor = VisitorKey {
            site: Site::new(row.get(0)),
            id,
        };
        let customer = CustomerKey {
            site: visitor.site.clone(),
            id: row.get(2),
        };
        let (changes, day) = (
            row.get::<_, i64>(3).cast_unsigned(),
            row.get::<_, i32>(4).cast_unsigned(),
        );
        remove_link(
            &mut client,
            &customer,
            &UnlinkRequest {
                visitor: id,
                changes,
                erased_day: Some(day),
                keeps_visitor: false,
            },
        )
        .await?;
        settle(&mut client, &visitor).await?;
    }
    Ok(())
}
