//! In: a transaction in the visitor's bucket and an accepted sync. Out: the visitor's updated
//! consent receipt. Never: an older receipt in place of a later one.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::base::ids::VisitorKey;
use crate::store::SyncRequest;

pub fn keep(tx: &Transaction<'_>, of: &SyncRequest) -> rusqlite::Result<()> {
    let Some(receipt) = &of.consent else {
        return Ok(());
    };
    let VisitorKey { site, id } = &of.visitor;
    let held: Option<String> = tx
        .prepare_cached(
            "SELECT consent FROM visitors WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .query_row(params![site.as_str(), id.bucket(), id.0], |row| row.get(0))
        .optional()?
        .flatten();
    if let Some(text) = receipt.in_place_of(held.as_deref()) {
        tx.prepare_cached(
            "UPDATE visitors SET consent = ?4 WHERE site = ?1 AND bucket = ?2 AND visitor = ?3",
        )?
        .execute(params![site.as_str(), id.bucket(), id.0, text])?;
    }
    Ok(())
}
