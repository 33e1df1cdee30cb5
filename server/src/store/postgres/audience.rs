//! A page of customers, on PostgreSQL. In: a bucket and an id. Out: the customers after it, with everything held of them:
//! four questions a page, none of them inside of a transaction.

use std::collections::HashMap;

use deadpool_postgres::Client;

use super::PostgresStore;
use super::bucket::Bucket;
use super::pool::Pool;
use crate::base::ids::{IdHash, Site};
use crate::store::audience::{Audience, HeldCustomer, PAGE};
use crate::store::{EVENTS_PER_CUSTOMER, Reply, StoreError, Taken, VISITORS_PER_CUSTOMER};

impl Audience for PostgresStore {
    fn customers(&self, site: Site, bucket: u16, after: String) -> Reply<'_, Vec<HeldCustomer>> {
        Box::pin(async move { page(&self.pool, &site, bucket, &after).await })
    }
}

async fn page(
    pool: &Pool,
    site: &Site,
    bucket: u16,
    after: &str,
) -> Result<Vec<HeldCustomer>, StoreError> {
    let client = pool.take().await?;
    let there = Bucket::new(&client, site, bucket);
    // Ids in the order of their bytes, as SQLite has them, whatever the database's language.
    let sql = "SELECT customer FROM customers WHERE site = $1 AND bucket = $2 AND customer COLLATE \"C\" > $3
         AND erased_before IS NULL ORDER BY customer COLLATE \"C\" LIMIT $4";
    let ids: Vec<String> = there
        .rows(sql, &[&after, &(PAGE as i64)])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    held_of(&client, site, bucket, &ids).await
}

/// Everything held of some customers of a bucket, in their order.
pub async fn held_of(
    client: &Client,
    site: &Site,
    bucket: u16,
    ids: &[String],
) -> Result<Vec<HeldCustomer>, StoreError> {
    let there = Bucket::new(client, site, bucket);
    let mut held: HashMap<String, HeldCustomer> = ids
        .iter()
        .map(|id| {
            (
                id.clone(),
                HeldCustomer {
                    customer: id.clone(),
                    states: Vec::new(),
                    imported: Vec::new(),
                },
            )
        })
        .collect();
    add_states(client, &there, ids, &mut held).await?;
    add_events(&there, ids, &mut held).await?;
    Ok(ids
        .iter()
        .filter_map(|id| held.remove(id.as_str()))
        .collect())
}

/// Reads the states of the newest visitors of each customer.
async fn add_states(
    client: &Client,
    there: &Bucket<'_, Client>,
    ids: &[String],
    held: &mut HashMap<String, HeldCustomer>,
) -> Result<(), StoreError> {
    let sql = "SELECT customer, visitor FROM (
             SELECT customer, visitor,
               row_number() OVER (PARTITION BY customer ORDER BY linked_day DESC, visitor) AS place
             FROM links WHERE site = $1 AND bucket = $2 AND customer = ANY($3)) l
         WHERE place <= $4";
    let links = there
        .rows(sql, &[&ids, &(VISITORS_PER_CUSTOMER as i64)])
        .await?;
    let owners: HashMap<&[u8], &str> = links.iter().map(|row| (row.get(1), row.get(0))).collect();
    let visitors: Vec<IdHash> = owners
        .keys()
        .filter_map(|visitor| IdHash::read(visitor))
        .collect();
    let (buckets, hashes): (Vec<i32>, Vec<&[u8]>) = visitors
        .iter()
        .map(|v| (i32::from(v.bucket()), v.bytes()))
        .unzip();
    let sql = "SELECT r.visitor, r.state, r.taken_day FROM unnest($2::int[], $3::bytea[]) AS w (bucket, visitor)
         JOIN replicas r ON r.site = $1 AND r.bucket = w.bucket AND r.visitor = w.visitor ORDER BY r.visitor, r.replica";
    let statement = client.prepare_cached(sql).await?;
    for row in client
        .query(&statement, &[&there.site(), &buckets, &hashes])
        .await?
    {
        if let Some(of) = owners
            .get(row.get::<_, &[u8]>(0))
            .and_then(|owner| held.get_mut(*owner))
        {
            of.states.push(Taken {
                state: row.get(1),
                day: row.get::<_, i32>(2).cast_unsigned(),
            });
        }
    }
    Ok(())
}

/// Reads the newest imported events of each customer.
async fn add_events(
    there: &Bucket<'_, Client>,
    ids: &[String],
    held: &mut HashMap<String, HeldCustomer>,
) -> Result<(), StoreError> {
    let sql = "SELECT customer, event FROM (
             SELECT customer, event, row_number() OVER (PARTITION BY customer ORDER BY at_s DESC, id) AS place
             FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = ANY($3)) t
         WHERE place <= $4 ORDER BY customer, place";
    for row in there
        .rows(sql, &[&ids, &(EVENTS_PER_CUSTOMER as i64)])
        .await?
    {
        if let Some(of) = held.get_mut(row.get::<_, &str>(0)) {
            of.imported.push(row.get(1));
        }
    }
    Ok(())
}
