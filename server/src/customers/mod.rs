//! Customers: several ids and several visitors that are one person. In: requests of the site's back
//! end, or of a visitor. Out: steps of one bucket each, in an order that a crash may interrupt
//! anywhere. The first step records the remaining ones, and the next start completes them. Never:
//! moves a replica or a count. A customer consists of links and imported events only.

use crate::base::clock;
use crate::base::ids::{CustomerKey, IdHash, VisitorKey};
use crate::store::customers::{Change, CustomerRecords, Unfinished};
use crate::store::{CustomerEvents, Erasure, Link, Linked, Store, StoreError, UnlinkRequest};

/// From one name of a customer to the next: more there are only while two merge.
const HOPS: usize = 4;

/// The customer whom an id names: itself, unless it is another's other name.
pub async fn canonical_id(
    store: &dyn Store,
    named: &CustomerKey,
) -> Result<CustomerKey, StoreError> {
    let mut seen = vec![named.clone()];
    for _ in 0..HOPS {
        let Some(last) = seen.last() else { break };
        let Some(id) = store.alias(last.clone()).await? else {
            return Ok(last.clone());
        };
        if seen.iter().any(|key| key.id == id) {
            break;
        }
        seen.push(CustomerKey {
            id,
            ..named.clone()
        });
    }
    // Two words crossed and made a circle: all who walk it agree on one of them.
    Ok(seen
        .into_iter()
        .min_by(|a, b| a.id.cmp(&b.id))
        .unwrap_or_else(|| named.clone()))
}

/// Ties a visitor to a customer, whose other ids the same token vouched for.
pub async fn identify(
    store: &dyn Store,
    mut link: Link,
    also: Vec<String>,
) -> Result<Linked, StoreError> {
    link.customer = canonical_id(store, &link.customer).await?;
    let (customer, day) = (link.customer.clone(), link.day);
    let linked = store.link(link).await?;
    if linked == Linked::Here {
        for alias in also {
            add_alias(store, &customer, &alias, day).await?;
        }
        // The customer may have become another's other name between the first step and the last.
        move_over(store, &customer, day).await?;
    }
    Ok(linked)
}

/// Makes an id another name of a customer; what was held under it is the customer's from now on.
pub async fn add_alias(
    store: &dyn Store,
    customer: &CustomerKey,
    alias: &str,
    day: u32,
) -> Result<(), StoreError> {
    let main = canonical_id(store, customer).await?;
    let alias = CustomerKey {
        id: alias.to_owned(),
        ..main.clone()
    };
    if alias.id == main.id || alias.id == customer.id {
        return Ok(());
    }
    if let Some(id) = store.alias(alias.clone()).await?
        && id != main.id
    {
        let of = CustomerKey { id, ..main.clone() };
        store
            .change(Change::DropIdentifier {
                of,
                alias: alias.id.clone(),
            })
            .await?;
    }
    point(store, &main, &alias, day).await?;
    move_over(store, &alias, day).await
}

async fn point(
    store: &dyn Store,
    main: &CustomerKey,
    alias: &CustomerKey,
    day: u32,
) -> Result<(), StoreError> {
    store
        .change(Change::NoteIdentifier {
            of: main.clone(),
            alias: alias.id.clone(),
            day,
        })
        .await?;
    store
        .change(Change::PointAlias {
            alias: alias.clone(),
            to: main.id.clone(),
            day,
        })
        .await
}

/// Removes an alias of a customer. Events imported under it stay with the customer.
pub async fn remove_alias(
    store: &dyn Store,
    customer: &CustomerKey,
    alias: &str,
) -> Result<(), StoreError> {
    let main = canonical_id(store, customer).await?;
    let key = CustomerKey {
        id: alias.to_owned(),
        ..main.clone()
    };
    store
        .change(Change::DropAlias {
            alias: key,
            from: main.id.clone(),
            erased_day: None,
        })
        .await?;
    store
        .change(Change::DropIdentifier {
            of: main,
            alias: alias.to_owned(),
        })
        .await
}

/// Brings what is held under another name to the customer that it names. Whoever writes under a name looks afterwards
/// whether it points elsewhere by now, and calls this: whichever comes first, one of the two sees the other.
pub async fn move_over(store: &dyn Store, from: &CustomerKey, day: u32) -> Result<(), StoreError> {
    loop {
        let to = canonical_id(store, from).await?;
        if to.id == from.id {
            return Ok(());
        }
        let Some(held) = store.customer_records(from.clone()).await? else {
            return Ok(());
        };
        move_all(store, &Move { from, to: &to, day }, held).await?;
    }
}

/// Records of a customer id that became an alias, and the customer that it names now.
struct Move<'a> {
    from: &'a CustomerKey,
    to: &'a CustomerKey,
    day: u32,
}

async fn move_all(
    store: &dyn Store,
    of: &Move<'_>,
    held: CustomerRecords,
) -> Result<(), StoreError> {
    let events = held.events.iter().map(|event| (event.id, event.at_s));
    let (events, links) = (
        events.collect(),
        held.links.iter().map(|(visitor, _)| *visitor).collect(),
    );
    move_aliases(store, of, held.identifiers).await?;
    if !held.events.is_empty() {
        store
            .ingest(CustomerEvents {
                customer: of.to.clone(),
                all: held.events,
                day: of.day,
                triggers_evaluation: false,
            })
            .await?;
    }
    move_links(store, of, held.links).await?;
    // Larger than any sequence number under the old id, so that no browser takes the new sum for one it has seen.
    store
        .change(Change::Bump {
            of: of.to.clone(),
            by: held.dropped + 1,
        })
        .await?;
    store
        .change(Change::TakeAway {
            of: of.from.clone(),
            links,
            events,
        })
        .await
}

async fn move_aliases(
    store: &dyn Store,
    of: &Move<'_>,
    aliases: Vec<String>,
) -> Result<(), StoreError> {
    for id in aliases {
        if id != of.to.id {
            let alias = CustomerKey {
                id: id.clone(),
                ..of.to.clone()
            };
            point(store, of.to, &alias, of.day).await?;
        }
        store
            .change(Change::DropIdentifier {
                of: of.from.clone(),
                alias: id,
            })
            .await?;
    }
    Ok(())
}

async fn move_links(
    store: &dyn Store,
    of: &Move<'_>,
    links: Vec<(IdHash, u32)>,
) -> Result<(), StoreError> {
    for (id, day) in links {
        store
            .change(Change::AddLink {
                of: of.to.clone(),
                visitor: id,
                day,
            })
            .await?;
        let visitor = VisitorKey {
            site: of.to.site.clone(),
            id,
        };
        store
            .change(Change::Repoint {
                visitor,
                from: of.from.id.clone(),
                to: Some(of.to.id.clone()),
            })
            .await?;
    }
    Ok(())
}

/// A visitor belongs to no customer any more; what the browser learned stays its own.
pub async fn unlink(store: &dyn Store, visitor: VisitorKey) -> Result<(), StoreError> {
    let Some((id, changes)) = store.pointer(visitor.clone()).await? else {
        return Ok(());
    };
    let of = CustomerKey {
        site: visitor.site.clone(),
        id: id.clone(),
    };
    let unlink = UnlinkRequest {
        visitor: visitor.id,
        changes,
        erased_day: None,
        keeps_visitor: true,
    };
    store.change(Change::RemoveLink { of, unlink }).await?;
    store
        .change(Change::Repoint {
            visitor,
            from: id,
            to: None,
        })
        .await
}

/// No visitor belongs to this customer any more, as after a log-out everywhere.
pub async fn unlink_all(store: &dyn Store, customer: &CustomerKey) -> Result<(), StoreError> {
    let main = canonical_id(store, customer).await?;
    let held = store.customer_records(main.clone()).await?;
    for (id, _) in held.into_iter().flat_map(|held| held.links) {
        unlink(
            store,
            VisitorKey {
                site: main.site.clone(),
                id,
            },
        )
        .await?;
    }
    Ok(())
}

/// Erases a customer: every visitor, every id, and all events imported until that day. Repeated, or
/// for an unknown customer, it has no further effect.
pub async fn forget(store: &dyn Store, customer: &CustomerKey, day: u32) -> Result<(), StoreError> {
    let main = canonical_id(store, customer).await?;
    bar_logins(store, &main).await?;
    store
        .change(Change::BeginErasure {
            of: main.clone(),
            day,
        })
        .await?;
    if main.id != customer.id {
        forget_identifier(store, &main, &customer.id, day).await?;
    }
    loop {
        let Some(held) = store.customer_records(main.clone()).await? else {
            return Ok(());
        };
        for alias in &held.identifiers {
            forget_identifier(store, &main, alias, day).await?;
        }
        // A login may come in between: it is erased too.
        if held.links.is_empty() {
            return store.change(Change::EndErasure { of: main }).await;
        }
        for (id, _) in held.links {
            let visitor = VisitorKey {
                site: main.site.clone(),
                id,
            };
            store
                .erase(Erasure {
                    visitor,
                    erase: id,
                    day,
                })
                .await?;
            // Where the visitor was gone already, the link is what is left.
            let unlink = UnlinkRequest {
                visitor: id,
                changes: 0,
                erased_day: Some(day),
                keeps_visitor: false,
            };
            store
                .change(Change::RemoveLink {
                    of: main.clone(),
                    unlink,
                })
                .await?;
        }
    }
}

/// Bars logins by tokens that were issued until now: who was erased links again only by a new one.
async fn bar_logins(store: &dyn Store, of: &CustomerKey) -> Result<(), StoreError> {
    let until_s = clock::now_ms() / 1000;
    let of = of.clone();
    store.change(Change::BarLogins { of, until_s }).await
}

async fn forget_identifier(
    store: &dyn Store,
    of: &CustomerKey,
    alias: &str,
    day: u32,
) -> Result<(), StoreError> {
    let key = CustomerKey {
        id: alias.to_owned(),
        ..of.clone()
    };
    bar_logins(store, &key).await?;
    store
        .change(Change::DropAlias {
            alias: key,
            from: of.id.clone(),
            erased_day: Some(day),
        })
        .await?;
    store
        .change(Change::DropIdentifier {
            of: of.clone(),
            alias: alias.to_owned(),
        })
        .await
}

/// Erases a visitor; the last one's customer goes too, with all of its ids. Returns `false` if nobody has the secret.
pub async fn erase_visitor(store: &dyn Store, erasure: Erasure) -> Result<bool, StoreError> {
    let is_known = store.erase(erasure).await?;
    if is_known {
        finish_interrupted(store).await?;
    }
    Ok(is_known)
}

/// Finishes erasures and moves that were cut short.
pub async fn finish_interrupted(store: &dyn Store) -> Result<(), StoreError> {
    for unfinished in store.unfinished().await? {
        match unfinished {
            Unfinished::Erasure(of, day) => forget(store, &of, day).await?,
            Unfinished::Move(from) => move_over(store, &from, crate::base::clock::today()).await?,
        }
    }
    Ok(())
}
