//! Steps of customers. In: keys. Out: stored records, or a change in one bucket. Never: the order of steps, which is defined in
//! `crate::customers`.

use super::{CustomerRule, Here, Step, Steps, VisitorRule};
use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::store::customers::{Change, CustomerRecords, Unfinished};
use crate::store::{ImportedEvent, StoreError};

/// Reads the customer of which an id is an alias.
pub fn alias(of: &CustomerKey) -> Step<Option<String>> {
    Step::of_customer(of, |here, of| async move {
        let sql = "SELECT customer FROM aliases WHERE site = $1 AND bucket = $2 AND alias = $3";
        here.row(sql, vec![(&of.id).into()])
            .await
            .and_then(|row| row.text(0))
    })
}

/// Reads the customer of a visitor, and the number of changes of the visitor's replicas.
pub fn pointer(of: &VisitorKey) -> Step<Option<(String, u64)>> {
    Step::of_visitor(of, |here, of| async move {
        Some((
            customer_of(&here, &of.id).await?,
            changes_of(&here, &of.id).await,
        ))
    })
}

pub async fn customer_of(here: &Here, visitor: &IdHash) -> Option<String> {
    let sql = "SELECT customer FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    here.row(sql, vec![visitor.into()])
        .await
        .and_then(|row| row.text(0))
}

pub async fn changes_of(here: &Here, visitor: &IdHash) -> u64 {
    let sql = "SELECT CAST(coalesce(sum(changes), 0) AS BIGINT) FROM replicas
         WHERE site = $1 AND bucket = $2 AND visitor = $3";
    here.row(sql, vec![visitor.into()])
        .await
        .map_or(0, |row| row.int(0).cast_unsigned())
}

/// Reads everything in a customer's own bucket. `None` if the id is no customer of its own.
pub fn records(of: &CustomerKey) -> Step<Option<CustomerRecords>> {
    Step::of_customer(of, |here, of| async move {
        let key = || vec![(&of.id).into()];
        let sql = "SELECT dropped FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3";
        let dropped = here.row(sql, key()).await?.int(0).cast_unsigned();
        let sql = "SELECT visitor, linked_day FROM links WHERE site = $1 AND bucket = $2 AND customer = $3";
        let links = here.rows(sql, key()).await;
        let sql = "SELECT alias FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3";
        let identifiers = here.rows(sql, key()).await;
        let sql = "SELECT id, day, at_s, event FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3";
        let events = here.rows(sql, key()).await;
        Some(CustomerRecords {
            dropped,
            links: links
                .iter()
                .filter_map(|row| Some((row.hash(0)?, row.day(1))))
                .collect(),
            identifiers: identifiers.iter().filter_map(|row| row.text(0)).collect(),
            events: events
                .iter()
                .filter_map(|row| {
                    Some(ImportedEvent {
                        id: row.hash(0)?,
                        day: row.day(1),
                        at_s: row.day(2),
                        event: row.blob(3)?.to_vec(),
                    })
                })
                .collect(),
        })
    })
}

/// Reads the erasures and moves of all sites that a crash interrupted.
pub fn unfinished() -> Step<Vec<Unfinished>> {
    Step::new(&Site::new(""), 0, |here| async move {
        let key = |row: &super::Row| {
            Some(CustomerKey {
                site: Site::new(&row.text(0)?),
                id: row.text(1)?,
            })
        };
        let sql =
            "SELECT site, customer, erased_before FROM customers WHERE erased_before IS NOT NULL";
        let erasures = here.read(sql, Vec::new()).await;
        let sql = "SELECT c.site, c.customer FROM aliases a
             JOIN customers c ON c.site = a.site AND c.bucket = a.bucket AND c.customer = a.alias";
        let moves = here.read(sql, Vec::new()).await;
        let erasures = erasures
            .iter()
            .filter_map(|row| Some(Unfinished::Erasure(key(row)?, row.day(2))));
        let moves = moves
            .iter()
            .filter_map(|row| Some(Unfinished::Move(key(row)?)));
        erasures.chain(moves).collect()
    })
}

/// Executes a change, and what follows from it in other buckets.
///
/// # Errors
/// A store that cannot be used.
pub async fn change(store: &impl Steps, change: Change) -> Result<(), StoreError> {
    let moved = match &change {
        Change::Repoint { visitor, .. } => Some(visitor.clone()),
        _ => None,
    };
    store.execute(step(change)).await?;
    let Some(visitor) = moved else { return Ok(()) };
    let follow = Step::of_visitor(&visitor, |here, of| async move {
        let customer = customer_of(&here, &of.id).await;
        here.change_visitor(&of, VisitorRule::MoveTo(customer))
            .await
    });
    let facts = store.execute(follow).await?;
    store.propagate_facts(visitor, facts).await
}

/// Step of a change, in its bucket.
fn step(change: Change) -> Step<()> {
    let keeps = matches!(
        change,
        Change::PointAlias { .. }
            | Change::NoteIdentifier { .. }
            | Change::Bump { .. }
            | Change::AddLink { .. }
            | Change::BarLogins { .. }
    );
    let (site, bucket) = place(&change);
    let step = Step::new(&site, bucket, move |here| apply(here, change.clone()));
    if keeps { step } else { step.erasing() }
}

fn place(change: &Change) -> (Site, u16) {
    match change {
        Change::PointAlias { alias: of, .. }
        | Change::DropAlias { alias: of, .. }
        | Change::NoteIdentifier { of, .. }
        | Change::DropIdentifier { of, .. }
        | Change::TakeAway { of, .. }
        | Change::Bump { of, .. }
        | Change::AddLink { of, .. }
        | Change::RemoveLink { of, .. }
        | Change::BeginErasure { of, .. }
        | Change::BarLogins { of, .. }
        | Change::EndErasure { of } => (of.site.clone(), of.bucket()),
        Change::Repoint { visitor, .. } => (visitor.site.clone(), visitor.id.bucket()),
    }
}

async fn apply(here: Here, change: Change) {
    match change {
        Change::PointAlias { alias, to, day } => point_alias(&here, &alias, &to, day).await,
        Change::DropAlias {
            alias,
            from,
            erased_day,
        } => drop_alias(&here, &alias, &from, erased_day).await,
        Change::NoteIdentifier { of, alias, day } => note_identifier(&here, &of, &alias, day).await,
        Change::DropIdentifier { of, alias } => drop_identifier(&here, &of, &alias).await,
        Change::TakeAway { of, links, events } => take_away(&here, &of, links, &events).await,
        Change::Bump { of, by } => bump(&here, &of, by).await,
        Change::Repoint { visitor, from, to } => {
            repoint(&here, &visitor.id, &from, to.as_ref()).await
        }
        Change::AddLink { of, visitor, day } => add_link(&here, &of, &visitor, day).await,
        Change::RemoveLink { of, unlink } => super::erase::remove_link(&here, &of, &unlink).await,
        Change::BeginErasure { of, day } => begin_erasure(&here, &of, day).await,
        Change::EndErasure { of } => end_erasure(&here, &of).await,
        Change::BarLogins { of, until_s } => super::token::bar(&here, &of, until_s).await,
    }
}

async fn point_alias(here: &Here, alias: &CustomerKey, to: &String, day: u32) {
    let sql = "INSERT INTO aliases (site, bucket, alias, customer, added_day) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site, bucket, alias) DO UPDATE SET customer = excluded.customer, added_day = excluded.added_day";
    here.run(sql, vec![(&alias.id).into(), to.into(), day.into()])
        .await;
}

async fn drop_alias(here: &Here, alias: &CustomerKey, from: &String, erased_day: Option<u32>) {
    let sql =
        "DELETE FROM aliases WHERE site = $1 AND bucket = $2 AND alias = $3 AND customer = $4";
    here.run(sql, vec![(&alias.id).into(), from.into()]).await;
    if let Some(day) = erased_day {
        write_tombstone(here, alias, day).await;
    }
}

async fn note_identifier(here: &Here, of: &CustomerKey, alias: &String, day: u32) {
    create(here, of, day).await;
    let sql = "INSERT INTO identifiers (site, bucket, customer, alias, added_day) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site, bucket, customer, alias) DO UPDATE SET added_day = excluded.added_day";
    here.run(sql, vec![(&of.id).into(), alias.into(), day.into()])
        .await;
}

async fn drop_identifier(here: &Here, of: &CustomerKey, alias: &String) {
    let sql =
        "DELETE FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3 AND alias = $4";
    here.run(sql, vec![(&of.id).into(), alias.into()]).await;
    drop_if_empty(here, of).await;
}

async fn bump(here: &Here, of: &CustomerKey, by: u64) {
    let sql = "UPDATE customers SET dropped = dropped + $4 WHERE site = $1 AND bucket = $2 AND customer = $3";
    here.run(sql, vec![(&of.id).into(), by.into()]).await;
}

async fn repoint(here: &Here, visitor: &IdHash, from: &String, to: Option<&String>) {
    let sql = "UPDATE visitors SET customer = $5 WHERE site = $1 AND bucket = $2 AND visitor = $3 AND customer = $4";
    here.run(sql, vec![visitor.into(), from.into(), to.into()])
        .await;
    clear_fingerprints(here, visitor).await;
}

/// Clears the fingerprints of all replicas of a visitor: what they stand for has changed.
pub async fn clear_fingerprints(here: &Here, visitor: &IdHash) {
    let sql =
        "UPDATE replicas SET fingerprint = 0 WHERE site = $1 AND bucket = $2 AND visitor = $3";
    here.run(sql, vec![visitor.into()]).await;
}

/// Adds the customer's side of a link.
pub async fn add_link(here: &Here, of: &CustomerKey, visitor: &IdHash, day: u32) {
    create(here, of, day).await;
    let sql = "INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING";
    here.run(sql, vec![(&of.id).into(), visitor.into(), day.into()])
        .await;
}

async fn create(here: &Here, of: &CustomerKey, day: u32) {
    let sql = "INSERT INTO customers (site, bucket, customer, created_day) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING";
    here.run(sql, vec![(&of.id).into(), day.into()]).await;
}

/// Deletes a customer of whom nothing is held.
pub async fn drop_if_empty(here: &Here, of: &CustomerKey) {
    let sql = "DELETE FROM customers WHERE site = $1 AND bucket = $2 AND customer = $3 AND erased_before IS NULL
         AND NOT EXISTS (SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3)
         AND NOT EXISTS (SELECT 1 FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3)
         AND NOT EXISTS (SELECT 1 FROM identifiers WHERE site = $1 AND bucket = $2 AND customer = $3)";
    here.run(sql, vec![(&of.id).into()]).await;
    let sql = "DELETE FROM counted_customers WHERE site = $1 AND bucket = $2 AND customer = $3
         AND NOT EXISTS (SELECT 1 FROM links WHERE site = $1 AND bucket = $2 AND customer = $3)";
    here.run(sql, vec![(&of.id).into()]).await;
}

/// Writes the tombstone of an erased id: a hash, and the day.
pub async fn write_tombstone(here: &Here, of: &CustomerKey, day: u32) {
    let sql = "INSERT INTO tombstones (site, bucket, id, erased_day) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, id) DO UPDATE SET erased_day = excluded.erased_day
         WHERE tombstones.erased_day < excluded.erased_day";
    here.run(sql, vec![(&of.hash()).into(), day.into()]).await;
}

async fn take_away(here: &Here, of: &CustomerKey, links: Vec<IdHash>, events: &[(IdHash, u32)]) {
    for visitor in &links {
        let sql =
            "DELETE FROM links WHERE site = $1 AND bucket = $2 AND customer = $3 AND visitor = $4";
        here.run(sql, vec![(&of.id).into(), visitor.into()]).await;
    }
    for (id, at_s) in events {
        let sql = "DELETE FROM imported_events
             WHERE site = $1 AND bucket = $2 AND customer = $3 AND id = $4 AND at_s = $5";
        here.run(sql, vec![(&of.id).into(), id.into(), (*at_s).into()])
            .await;
    }
    here.change_customer(of, CustomerRule::HandOver(links))
        .await;
    drop_if_empty(here, of).await;
}

async fn begin_erasure(here: &Here, of: &CustomerKey, day: u32) {
    write_tombstone(here, of, day).await;
    delete_imports(here, of, day).await;
    let sql =
        "UPDATE customers SET erased_before = $4 WHERE site = $1 AND bucket = $2 AND customer = $3";
    here.run(sql, vec![(&of.id).into(), day.into()]).await;
}

async fn end_erasure(here: &Here, of: &CustomerKey) {
    let sql = "UPDATE customers SET erased_before = NULL WHERE site = $1 AND bucket = $2 AND customer = $3";
    here.run(sql, vec![(&of.id).into()]).await;
    drop_if_empty(here, of).await;
}

/// Deletes everything imported for a customer until that day, and their evaluations and calls.
pub async fn delete_imports(here: &Here, of: &CustomerKey, day: u32) {
    let sql = "DELETE FROM evaluations WHERE site = $1 AND bucket = $2 AND customer = $3";
    here.run(sql, vec![(&of.id).into()]).await;
    let sql = "DELETE FROM outbox WHERE site = $1 AND bucket = $2 AND customer = $3";
    here.run(sql, vec![(&of.id).into()]).await;
    let sql = "DELETE FROM imported_events WHERE site = $1 AND bucket = $2 AND customer = $3 AND day <= $4";
    here.run(sql, vec![(&of.id).into(), day.into()]).await;
}
