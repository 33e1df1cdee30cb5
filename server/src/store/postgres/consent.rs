//! In: a transaction in the visitor's bucket and an accepted sync. Out: the visitor's updated
//! consent receipt. Never: an older receipt in place of a later one.

use deadpool_postgres::Transaction;

use super::bucket::Bucket;
use crate::store::{StoreError, SyncRequest};

pub async fn keep(here: &Bucket<'_, Transaction<'_>>, of: &SyncRequest) -> Result<(), StoreError> {
    let Some(receipt) = &of.consent else {
        return Ok(());
    };
    let sql = "SELECT consent FROM visitors WHERE site = $1 AND bucket = $2 AND visitor = $3";
    let held: Option<String> = here
        .row(sql, &[&of.visitor.id.bytes()])
        .await?
        .and_then(|row| row.get(0));
    if let Some(text) = receipt.in_place_of(held.as_deref()) {
        let sql =
            "UPDATE visitors SET consent = $4 WHERE site = $1 AND bucket = $2 AND visitor = $3";
        here.run(sql, &[&of.visitor.id.bytes(), &text]).await?;
    }
    Ok(())
}
