//! In: a transaction in a bucket and what is to be counted. Out: sums brought up to date. Never: another bucket than that
//! of the row which remembers what was counted.

use deadpool_postgres::{Client, Transaction};
use futures_util::future::{try_join, try_join_all, try_join4};
use tokio_postgres::types::ToSql;

use super::bucket::{Bucket, Rest};
use super::ingest::imported_events_in;
use crate::base::ids::{CustomerKey, IdHash, VisitorKey};
use crate::statistics::change::Changes;
use crate::statistics::customer::Customer;
use crate::statistics::person::{Booked, bookings_of};
use crate::statistics::visitor::{SyncFacts, Visitor};
use crate::statistics::{PropagatedFacts, sql};
use crate::store::StoreError;

type Here<'a, 'c> = Bucket<'a, Transaction<'c>>;

/// Counts what a hand-in tells of the visitor; what the customer's bucket must know comes back.
pub async fn count(
    here: &Here<'_, '_>,
    of: &IdHash,
    facts: &SyncFacts<'_>,
    customer: Option<&str>,
) -> Result<Option<PropagatedFacts>, StoreError> {
    let mut row = visitor(here, of).await?;
    let before = row.facts.clone();
    let changes = row.count(facts);
    save(here, of, &row, &changes).await?;
    let is_news = before != row.facts;
    Ok(customer.filter(|_| is_news).map(|id| PropagatedFacts {
        customer: id.to_owned(),
        facts: row.facts,
    }))
}

/// What the customer's bucket must know of a visitor whose last hand-in is sent again: the first may have been cut short.
pub async fn facts_to_propagate(
    here: &Here<'_, '_>,
    of: &IdHash,
) -> Result<Option<PropagatedFacts>, StoreError> {
    let Some(customer) = customer_of(here, of).await? else {
        return Ok(None);
    };
    Ok(Some(PropagatedFacts {
        customer,
        facts: visitor(here, of).await?.facts,
    }))
}

/// A visitor became a customer's, who is counted from now on in their place.
pub async fn leave_to_customer(
    here: &Here<'_, '_>,
    of: &IdHash,
    customer: &str,
) -> Result<Option<PropagatedFacts>, StoreError> {
    let mut row = visitor(here, of).await?;
    if row.facts.since_day == 0 {
        return Ok(None);
    }
    let mut changes = Changes::default();
    row.count_person(true, &mut changes);
    save(here, of, &row, &changes).await?;
    Ok(Some(PropagatedFacts {
        customer: customer.to_owned(),
        facts: row.facts,
    }))
}

/// Tells the customer's bucket what is known of a visitor, and the visitor's what the back end told of bookings. Cut short,
/// it is made good by the next hand-in, whose fingerprint is empty until then: what is carried is all that is known.
pub async fn propagate(
    client: &mut Client,
    visitor: &VisitorKey,
    facts: Option<PropagatedFacts>,
) -> Result<(), StoreError> {
    let Some(PropagatedFacts {
        customer: id,
        facts,
    }) = facts
    else {
        return Ok(());
    };
    let to = CustomerKey {
        site: visitor.site.clone(),
        id,
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
    let bookings = bookings_of(&imported_events_in(&there, &to).await?);
    let mut row = customer(&there, &to).await?;
    let changes = row.propagate(visitor.id, facts, &bookings);
    save_customer(&there, &to, &row, &changes).await?;
    tx.commit().await?;
    credit(client, visitor, &bookings).await
}

/// In the customer's bucket, once the back end told something new: whose clicks its bookings may be put down to comes back.
pub async fn recount(
    there: &Here<'_, '_>,
    of: &CustomerKey,
) -> Result<(Vec<VisitorKey>, Vec<Booked>), StoreError> {
    let bookings = bookings_of(&imported_events_in(there, of).await?);
    let mut row = customer(there, of).await?;
    if row.is_empty() {
        return Ok((Vec::new(), bookings));
    }
    let changes = row.recount(&bookings);
    save_customer(there, of, &row, &changes).await?;
    Ok((
        row.visitors()
            .map(|id| VisitorKey {
                site: of.site.clone(),
                id,
            })
            .collect(),
        bookings,
    ))
}

/// In the visitor's bucket: puts bookings that the back end told down to the clicks before them.
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
    let mut row = visitor(&here, &of.id).await?;
    let changes = row.credit(bookings);
    if !changes.is_empty() {
        save(&here, &of.id, &row, &changes).await?;
    }
    Ok(tx.commit().await?)
}

/// In the customer's bucket: visitors go to another customer, or become no one's.
pub async fn hand_over(
    there: &Here<'_, '_>,
    of: &CustomerKey,
    visitors: &[IdHash],
) -> Result<(), StoreError> {
    let mut row = customer(there, of).await?;
    if row.is_empty() {
        return Ok(());
    }
    let changes = row.hand_over(
        visitors,
        &bookings_of(&imported_events_in(there, of).await?),
    );
    save_customer(there, of, &row, &changes).await
}

/// In the visitor's bucket: what the customer must know whose the visitor is now; who is no one's counts alone again.
pub async fn moved(client: &mut Client, of: &VisitorKey) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, of).locked().await?;
    let mut row = visitor(&here, &of.id).await?;
    if row.facts.since_day == 0 {
        return Ok(());
    }
    if let Some(customer) = customer_of(&here, &of.id).await? {
        tx.commit().await?;
        return propagate(
            client,
            of,
            Some(PropagatedFacts {
                customer,
                facts: row.facts,
            }),
        )
        .await;
    }
    let mut changes = Changes::default();
    row.count_person(false, &mut changes);
    save(&here, &of.id, &row, &changes).await?;
    Ok(tx.commit().await?)
}

/// In the customer's bucket: a visitor was erased, or is silent for too long.
pub async fn leave(
    there: &Here<'_, '_>,
    of: &CustomerKey,
    visitor: &IdHash,
) -> Result<(), StoreError> {
    let mut row = customer(there, of).await?;
    if row.is_empty() {
        return Ok(());
    }
    row.leave(*visitor);
    save_customer(there, of, &row, &Changes::default()).await
}

async fn customer_of(here: &Here<'_, '_>, of: &IdHash) -> Result<Option<String>, StoreError> {
    let sql = "SELECT customer FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    Ok(here
        .row(sql, &[&of.bytes()])
        .await?
        .and_then(|row| row.get(0)))
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
    try_join4(shown, weighed, people, tastes).await.map(|_| ())
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
