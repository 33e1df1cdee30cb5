//! In: a visitor and the customer that a token vouched for. Out: whether they are tied now. Never: a link of someone
//! whose erasure has begun.

use deadpool_postgres::{Client, Transaction};

use super::bucket::Bucket;
use super::erase;
use super::pool::Lines;
use super::read::is_tombstoned;
use super::statistics;
use super::write::{forget_prints, is_used};
use crate::statistics::Carried;
use crate::store::{Leaving, Link, Linked, StoreError};

/// Ties both sides, each in its own bucket, and looks again for an erasure that came between.
pub async fn link(lines: &Lines, link: &Link) -> Result<Linked, StoreError> {
    let mut line = lines.take().await?;
    if is_taken_back(&line, link).await? {
        return Ok(Linked::Erased);
    }
    let (linked, carried) = point_to_customer(&mut line, link).await?;
    if linked != Linked::Here {
        return Ok(linked);
    }
    add_link(&mut line, link).await?;
    statistics::carry(&mut line, &link.visitor, carried).await?;
    if is_taken_back(&line, link).await? {
        erase::remove(&mut line, &link.visitor, link.day).await?;
        return Ok(Linked::Erased);
    }
    if is_tombstoned(&Bucket::of(&line, &link.visitor), &link.visitor.id).await? {
        let leaving = Leaving {
            visitor: link.visitor.id,
            changes: 0,
            erased_day: Some(link.day),
            lives_on: false,
        };
        erase::remove_link(&mut line, &link.customer, &leaving).await?;
        return Ok(Linked::Erased);
    }
    Ok(Linked::Here)
}

/// Whether the erase-only token that came with the login was used already.
async fn is_taken_back(line: &Client, link: &Link) -> Result<bool, StoreError> {
    match &link.erase {
        Some(token) => is_used(line, &link.visitor, token).await,
        None => Ok(false),
    }
}

/// The visitor's side, in the visitor's bucket.
async fn point_to_customer(
    line: &mut Client,
    link: &Link,
) -> Result<(Linked, Option<Carried>), StoreError> {
    let tx = line.transaction().await?;
    let here = Bucket::of(&tx, &link.visitor).locked().await?;
    if is_tombstoned(&here, &link.visitor.id).await? {
        return Ok((Linked::Erased, None));
    }
    let is_here = claim(&here, link).await?.as_ref() == Some(&link.customer.id);
    let carried = match is_here {
        true => {
            forget_prints(&here, &link.visitor.id).await?;
            statistics::leave_to_customer(&here, &link.visitor.id, &link.customer.id).await?
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
        carried,
    ))
}

/// A login may come before the first hand-in, and its token only fills a place that is empty. Whose the visitor is now
/// comes back.
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
async fn add_link(line: &mut Client, link: &Link) -> Result<(), StoreError> {
    let tx = line.transaction().await?;
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
