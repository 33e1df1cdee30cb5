//! Login of a visitor. In: a visitor and the customer that a token vouched for. Out: the link, in both buckets. Never: a link of
//! a visitor, or to a customer, whose erasure has begun.

use super::customer::{add_link, clear_fingerprints};
use super::erase::{is_erased, remove, remove_link};
use super::{Here, Step, Steps, VisitorRule, token};
use crate::base::ids::VisitorKey;
use crate::statistics::PropagatedFacts;
use crate::store::{Link, Linked, StoreError, UnlinkRequest};

/// Links both sides, each in its own bucket, and checks again for an erasure that came between.
///
/// # Errors
/// A store that cannot be used.
pub async fn link(store: &impl Steps, link: Link) -> Result<Linked, StoreError> {
    if is_token_used(store, &link).await? {
        return Ok(Linked::Erased);
    }
    if let Some(rejection) = token::rejection(store, &link).await? {
        return Ok(rejection);
    }
    let claimed = link.clone();
    let point = Step::of_visitor(&link.visitor, move |here, _| point(here, claimed.clone()));
    let (linked, facts) = store.execute(point).await?;
    if linked != Linked::Here {
        return Ok(linked);
    }
    let (visitor, day) = (link.visitor.id, link.day);
    // An erasure of the customer may have begun since.
    let is_added = store.execute(add_unless_outdated(&link)).await?;
    store.propagate_facts(link.visitor.clone(), facts).await?;
    if !is_added || is_token_used(store, &link).await? {
        remove(store, &link.visitor, day).await?;
        return Ok(Linked::Erased);
    }
    if !store.execute(is_visitor_erased(&link.visitor)).await? {
        return Ok(Linked::Here);
    }
    let unlink = UnlinkRequest {
        visitor,
        changes: 0,
        erased_day: Some(day),
        keeps_visitor: false,
    };
    let undo = Step::of_customer(&link.customer, move |here, of| async move {
        remove_link(&here, &of, &unlink).await;
    });
    store.execute(undo.erasing()).await?;
    Ok(Linked::Erased)
}

/// Adds the customer's side. Returns `false` if the token is from before the customer's erasure.
fn add_unless_outdated(link: &Link) -> Step<bool> {
    let (visitor, day, token) = (link.visitor.id, link.day, link.token.clone());
    Step::of_customer(&link.customer, move |here, of| {
        let token = token.clone();
        async move {
            let is_outdated = token::is_outdated(&here, &of, &token).await;
            if !is_outdated {
                add_link(&here, &of, &visitor, day).await;
            }
            !is_outdated
        }
    })
}

/// Returns `true` if the erase-only token that came with the login was used already.
async fn is_token_used(store: &impl Steps, link: &Link) -> Result<bool, StoreError> {
    let Some(token) = link.erase else {
        return Ok(false);
    };
    let step = Step::new(&link.visitor.site, token.bucket(), move |here| async move {
        is_erased(&here, &token).await
    });
    store.execute(step).await
}

fn is_visitor_erased(visitor: &VisitorKey) -> Step<bool> {
    Step::of_visitor(
        visitor,
        |here, of| async move { is_erased(&here, &of.id).await },
    )
}

/// Points the visitor to the customer. A login may come before the first sync. An existing customer or token stays.
async fn point(here: Here, link: Link) -> (Linked, Option<PropagatedFacts>) {
    let id = &link.visitor.id;
    if is_erased(&here, id).await {
        return (Linked::Erased, None);
    }
    let sql =
        "INSERT INTO visitors (site, bucket, visitor, customer, erase, created_day, synced_day)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (site, bucket, visitor) DO UPDATE
         SET customer = coalesce(visitors.customer, excluded.customer),
             erase = coalesce(visitors.erase, excluded.erase)";
    let token = link.erase.as_ref().into();
    here.run(
        sql,
        vec![
            id.into(),
            (&link.customer.id).into(),
            token,
            link.day.into(),
        ],
    )
    .await;
    if super::customer::customer_of(&here, id).await.as_ref() != Some(&link.customer.id) {
        return (Linked::Elsewhere, None);
    }
    clear_fingerprints(&here, id).await;
    let rule = VisitorRule::LinkTo(link.customer.id.clone());
    (Linked::Here, here.change_visitor(&link.visitor, rule).await)
}
