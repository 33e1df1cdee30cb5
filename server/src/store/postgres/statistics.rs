//! In: a transaction in a bucket and what is to be counted. Out: sums brought up to date. Never: another bucket than that
//! of the row which remembers what was counted.

use deadpool_postgres::{Client, Transaction};
use futures_util::future::{try_join, try_join_all, try_join5};
use tokio_postgres::types::ToSql;

use super::bucket::{Bucket, Rest};
use super::ingest::imported_events_in;
use super::pool::repeated;
use crate::base::ids::{CustomerKey, IdHash, VisitorKey};
use crate::statistics::change::Changes;
use crate::statistics::customer::{Customer, CustomerChange};
use crate::statistics::person::{Booked, bookings_of};
use crate::statistics::visitor::Visitor;
use crate::statistics::{PropagatedFacts, sql};
use crate::store::StoreError;

type Here<'a, 'c> = Bucket<'a, Transaction<'c>>;

/// In the visitor's bucket: changes the visitor's row by a rule, and saves it if the rule changed it.
pub async fn update_visitor<T>(
    here: &Here<'_, '_>,
    of: &IdHash,
    rule: impl FnOnce(&mut Visitor) -> (Option<Changes>, T),
) -> Result<T, StoreError> {
    let mut row = visitor(here, of).await?;
    let (changes, result) = rule(&mut row);
    if let Some(changes) = changes {
        save(here, of, &row, &changes).await?;
    }
    Ok(result)
}

/// In the customer's bucket: applies a change to the customer's row. Returns the row and the imported bookings.
pub async fn change_customer(
    there: &Here<'_, '_>,
    of: &CustomerKey,
    change: &CustomerChange<'_>,
) -> Result<(Customer, Vec<Booked>), StoreError> {
    let bookings = match change.needs_bookings() {
        true => bookings_of(&imported_events_in(there, of).await?),
        false => Vec::new(),
    };
    let mut row = customer(there, of).await?;
    if let Some(changes) = row.apply(change, &bookings) {
        save_customer(there, of, &row, &changes).await?;
    }
    Ok((row, bookings))
}

/// Copies a visitor's facts to the customer's bucket, and credits imported bookings to the visitor's clicks.
///
/// The fingerprint stays 0 until both are written, so the next sync repeats an interrupted copy.
pub async fn propagate(
    client: &mut Client,
    visitor: &VisitorKey,
    facts: &PropagatedFacts,
) -> Result<(), StoreError> {
    repeated!(propagate_once(client, visitor, facts))
}

async fn propagate_once(
    client: &mut Client,
    visitor: &VisitorKey,
    PropagatedFacts { customer, facts }: &PropagatedFacts,
) -> Result<(), StoreError> {
    let to = CustomerKey {
        site: visitor.site.clone(),
        id: customer.clone(),
    };
    let tx = client.transaction().await?;
    let there = Bucket::of_customer(&tx, &to).locked().await?;
    let linked =
        "SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 AND visitor = $4";
    if there
        .row(linked, &[&to.id, &visitor.id.bytes()])
        .await?
        .is_none()
    {
        return Ok(());
    }
    let change = CustomerChange::Propagate(visitor.id, facts);
    let (_, bookings) = change_customer(&there, &to, &change).await?;
    tx.commit().await?;
    credit(client, visitor, &bookings).await
}

/// In the visitor's bucket: credits imported bookings to the clicks before them.
pub async fn credit(
    client: &mut Client,
    of: &VisitorKey,
    bookings: &[Booked],
) -> Result<(), StoreError> {
    if bookings.is_empty() {
        return Ok(());
    }
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, of).locked().await?;
    update_visitor(&here, &of.id, |row| (row.credit_news(bookings), ())).await?;
    Ok(tx.commit().await?)
}

async fn visitor(here: &Here<'_, '_>, of: &IdHash) -> Result<Visitor, StoreError> {
    let sql = "SELECT state FROM counted WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let row = here.row(sql, &[&of.bytes()]).await?;
    Ok(Visitor::of(row.as_ref().map(|row| row.get(0))))
}

async fn save(
    here: &Here<'_, '_>,
    of: &IdHash,
    row: &Visitor,
    changes: &Changes,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO counted (site, bucket, visitor, state) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, visitor) DO UPDATE SET state = excluded.state";
    let bytes = row.bytes();
    let rest: Rest<'_> = &[&of.bytes(), &bytes];
    try_join(here.run(sql, rest), apply(here, changes))
        .await
        .map(|_| ())
}

async fn customer(there: &Here<'_, '_>, of: &CustomerKey) -> Result<Customer, StoreError> {
    let sql =
        "SELECT state FROM counted_customers WHERE site = $1 AND bucket = $2 AND customer = $3";
    let row = there.row(sql, &[&of.id]).await?;
    Ok(Customer::of(row.as_ref().map(|row| row.get(0))))
}

async fn save_customer(
    there: &Here<'_, '_>,
    of: &CustomerKey,
    row: &Customer,
    changes: &Changes,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO counted_customers (site, bucket, customer, state) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, customer) DO UPDATE SET state = excluded.state";
    there.run(sql, &[&of.id, &row.bytes()]).await?;
    apply(there, changes).await
}

/// All are sent at once, and awaited together: a way to the database and back is what costs.
async fn apply(bucket: &Here<'_, '_>, changes: &Changes) -> Result<(), StoreError> {
    let shown = try_join_all(
        changes
            .shown
            .iter()
            .map(async |(key, sums)| add(bucket, &sql::SHOWN, &key.columns(), sums).await),
    );
    let weighed = try_join_all(
        changes
            .weighed
            .iter()
            .map(async |(key, sums)| add(bucket, &sql::WEIGHED, &key.columns(), sums).await),
    );
    let strata = try_join_all(
        changes
            .strata
            .iter()
            .map(async |(key, sums)| add(bucket, &sql::STRATA, &key.columns(), sums).await),
    );
    let people = try_join_all(
        changes
            .people
            .iter()
            .map(async |(key, sums)| add(bucket, &sql::PEOPLE, &key.columns(), sums).await),
    );
    let tastes = try_join_all(
        changes
            .tastes
            .iter()
            .map(async |(key, sums)| taste(bucket, &key.columns(), sums).await),
    );
    try_join5(shown, weighed, strata, people, tastes)
        .await
        .map(|_| ())
}

/// A topic of nobody any more leaves no row: whoever hands in ever other topics fills nothing.
async fn taste(bucket: &Here<'_, '_>, key: &[i64; 2], sums: &[i64]) -> Result<(), StoreError> {
    add(bucket, &sql::TASTES, key, sums).await?;
    if sums[0] < 0 {
        let sql = "DELETE FROM tastes WHERE site = $1 AND bucket = $2 AND day = $3 AND topic = $4 AND visitors <= 0";
        let [day, topic] = key;
        bucket.run(sql, &[day, topic]).await?;
    }
    Ok(())
}

async fn add<T: ToSql + Sync>(
    bucket: &Here<'_, '_>,
    table: &sql::Table,
    key: &[i64],
    sums: &[T],
) -> Result<(), StoreError> {
    let key = key.iter().map(|column| column as &(dyn ToSql + Sync));
    let all: Vec<_> = key
        .chain(sums.iter().map(|column| column as &(dyn ToSql + Sync)))
        .collect();
    bucket.run(table.upsert(), &all).await.map(|_| ())
}
