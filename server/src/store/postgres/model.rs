//! The model that servers have fitted, on PostgreSQL: one statement keeps it, so that of several servers one does.

use super::PostgresStore;
use super::bucket::Bucket;
use crate::base::ids::Site;
use crate::store::Reply;
use crate::store::models::{AHEAD_S, BUCKET, Kept, Models};

impl Models for PostgresStore {
    fn model(&self, site: Site) -> Reply<'_, Option<Kept>> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            let sql = "SELECT fitted_s, model FROM models WHERE site = $1 AND bucket = $2";
            let row = Bucket::new(&client, &site, BUCKET).row(sql, &[]).await?;
            Ok(row.map(|row| Kept {
                fitted_s: row.get::<_, i64>(0).cast_unsigned(),
                text: row.get(1),
            }))
        })
    }

    fn keep_model(&self, site: Site, model: Kept, due_s: u64) -> Reply<'_, ()> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            let sql = "INSERT INTO models (site, bucket, fitted_s, model) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (site, bucket) DO UPDATE SET fitted_s = excluded.fitted_s, model = excluded.model
                 WHERE models.fitted_s <= $5 OR models.fitted_s > $6";
            let [fitted_s, due_s, ahead_s] =
                [model.fitted_s, due_s, model.fitted_s + AHEAD_S].map(u64::cast_signed);
            Bucket::new(&client, &site, BUCKET)
                .run(sql, &[&fitted_s, &model.text, &due_s, &ahead_s])
                .await?;
            Ok(())
        })
    }
}
