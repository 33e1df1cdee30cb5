//! Use of identity tokens. In: a token's own id, and the time at which it was issued. Out: whether it may link a visitor.
//! Never: a second visitor by the same token; a link by a token from before an erasure.

use super::{Here, Step, Steps};
use crate::base::ids::{CustomerKey, IdHash, Site};
use crate::store::{Link, Linked, StoreError};
use crate::token::TokenUse;

/// Returns why the token of a login may not link; `None` if it may. A token with an id is bound to the visitor from then on.
///
/// # Errors
/// A store that cannot be used.
pub async fn rejection(store: &impl Steps, link: &Link) -> Result<Option<Linked>, StoreError> {
    let token = link.token.clone();
    let outdated = Step::of_customer(&link.customer, move |here, of| {
        let token = token.clone();
        async move { is_outdated(&here, &of, &token).await }
    });
    if store.execute(outdated).await? {
        return Ok(Some(Linked::TokenOutdated));
    }
    let Some(id) = link.token.id else {
        return Ok(None);
    };
    let (visitor, expires_s) = (link.visitor.id, link.token.expires_s);
    let bind = Step::new(&link.visitor.site, id.bucket(), move |here| async move {
        bind(&here, &id, &visitor, expires_s).await
    });
    let is_bound = store.execute(bind).await?;
    Ok((!is_bound).then_some(Linked::TokenUsed))
}

/// Returns `true` if the token may have been issued before the customer's erasure.
pub async fn is_outdated(here: &Here, of: &CustomerKey, token: &TokenUse) -> bool {
    let sql = "SELECT before_s FROM login_bars WHERE site = $1 AND bucket = $2 AND id = $3";
    let bar = here.row(sql, vec![(&of.hash()).into()]).await;
    bar.is_some_and(|row| token.issued_s <= row.int(0).cast_unsigned())
}

/// Binds a token to a visitor. Returns `false` if it is bound to another one.
async fn bind(here: &Here, id: &IdHash, visitor: &IdHash, expires_s: u64) -> bool {
    let sql =
        "INSERT INTO used_tokens (site, bucket, id, visitor, expires_s) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING";
    here.run(sql, vec![id.into(), visitor.into(), expires_s.into()])
        .await;
    let sql = "SELECT visitor FROM used_tokens WHERE site = $1 AND bucket = $2 AND id = $3";
    let bound = here.row(sql, vec![id.into()]).await;
    bound.and_then(|row| row.hash(0)) == Some(*visitor)
}

/// Bars logins of a customer by tokens that were issued until that time.
pub async fn bar(here: &Here, of: &CustomerKey, until_s: u64) {
    let sql = "INSERT INTO login_bars (site, bucket, id, before_s) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, bucket, id) DO UPDATE SET before_s = excluded.before_s";
    here.run(sql, vec![(&of.hash()).into(), until_s.into()])
        .await;
}

/// Deletes what no token that is still valid depends on.
pub fn delete_expired(site: &Site, bucket: u16, before_s: u64) -> Step<()> {
    Step::new(site, bucket, move |here| async move {
        for sql in [
            "DELETE FROM used_tokens WHERE site = $1 AND bucket = $2 AND expires_s < $3",
            "DELETE FROM login_bars WHERE site = $1 AND bucket = $2 AND before_s < $3",
        ] {
            here.run(sql, vec![before_s.into()]).await;
        }
    })
}

/// Returns `true` if a bucket has rows that [`delete_expired`] would delete.
pub fn has_expired(site: &Site, bucket: u16, before_s: u64) -> Step<bool> {
    Step::new(site, bucket, move |here| async move {
        for sql in [
            "SELECT 1 FROM used_tokens WHERE site = $1 AND bucket = $2 AND expires_s < $3 LIMIT 1",
            "SELECT 1 FROM login_bars WHERE site = $1 AND bucket = $2 AND before_s < $3 LIMIT 1",
        ] {
            if here.row(sql, vec![before_s.into()]).await.is_some() {
                return true;
            }
        }
        false
    })
}
