//! In: a visitor and the customer that a token vouched for. Out: whether they are tied now. Never: a link of someone
//! whose erasure has begun.

use deadpool_postgres::{Client, Transaction};

use super::bucket::Bucket;
use super::erase;
use super::pool::Pool;
use super::read::is_tombstoned;
use super::statistics;
use super::write::{clear_fingerprints, is_used};
use crate::statistics::PropagatedFacts;
use crate::store::{Link, Linked, StoreError, UnlinkRequest};

/// Ties both sides, each in its own bucket, and looks again for an erasure that came between.
pub async fn link(pool: &Pool, link: &Link) -> Result<Linked, StoreError> {
    let mut client = pool.take().await?;
    if is_taken_back(&client, link).await? {
        return Ok(Linked::Erased);
    }
    let (linked, facts) = point_to_customer(&mut client, link).await?;
    if linked != Linked::Here {
        return Ok(linked);
    }
    add_link(&mut client, link).await?;
    statistics::propagate(&mut client, &link.visitor, facts).await?;
    if is_taken_back(&client, link).await? {
        erase::remove(&mut client, &link.visitor, link.day).await?;
        return Ok(Linked::Erased);
    }
    if is_tombstoned(&Bucket::of(&client, &link.visitor), &link.visitor.id).await? {
        let unlink = UnlinkRequest {
            visitor: link.visitor.id,
            changes: 0,
            erased_day: Some(link.day),
            keeps_visitor: false,
        };
        erase::remove_link(&mut client, &link.customer, &unlink).await?;
        return Ok(Linked::Erased);
    }
    Ok(Linked::Here)
}

/// Returns `true` if the erase-only token that came with the login was used already.
async fn is_taken_back(client: &Client, link: &Link) -> Result<bool, StoreError> {
    match &link.erase {
        Some(token) => is_used(client, &link.visitor, token).await,
        None => Ok(false),
    }
}

/// The visitor's side, in the visitor's bucket.
async fn point_to_customer(
    client: &mut Client,
    link: &Link,
) -> Result<(Linked, Option<PropagatedFacts>), StoreError> {
    let tx = client.transaction().await?;
    let here = Bucket::of(&tx, &link.visitor).locked().await?;
    if is_tombstoned(&here, &link.visitor.id).await? {
        return Ok((Linked::Erased, None));
    }
    let is_here = claim(&here, link).await?.as_ref() == Some(&link.customer.id);
    let facts = match is_here {
        true => {
            clear_fingerprints(&here, &link.visitor.id).await?;
            statistics::update_visitor(&here, &link.visitor.id, |row| {
                row.link_to(&link.customer.id)
            })
            .await?
        }
        false => None,
    };
    tx.commit().await?;
    Ok((
        if is_here {
            Linked::Here
        } else {
            Linked::Elsewhere
        },
        facts,
    ))
}

/// Links the visitor, and returns the customer that the visitor now belongs to. A login may come
/// before the first sync. An existing customer or token stays.
async fn claim(
    here: &Bucket<'_, Transaction<'_>>,
    link: &Link,
) -> Result<Option<String>, StoreError> {
    let (id, token) = (link.visitor.id, link.erase);
    let row = here
        .row(
            "INSERT INTO visitors (site, bucket, visitor, customer, erase, created_day, synced_day)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (site, bucket, visitor) DO UPDATE
             SET customer = coalesce(visitors.customer, excluded.customer),
                 erase = coalesce(visitors.erase, excluded.erase)
             RETURNING customer",
            &[
                &id.bytes(),
                &link.customer.id,
                &token.as_ref().map(|token| token.bytes()),
                &link.day.cast_signed(),
            ],
        )
        .await?;
    Ok(row.and_then(|row| row.get(0)))
}

/// The customer's side, in the customer's bucket.
async fn add_link(client: &mut Client, link: &Link) -> Result<(), StoreError> {
    let tx = client.transaction().await?;
    let there = Bucket::of_customer(&tx, &link.customer).locked().await?;
    let day = link.day.cast_signed();
    there
        .run(
            "INSERT INTO customers (site, bucket, customer, created_day) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            &[&link.customer.id, &day],
        )
        .await?;
    there
        .run(
            "INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            &[&link.customer.id, &link.visitor.id.bytes(), &day],
        )
        .await?;
    Ok(tx.commit().await?)
}
