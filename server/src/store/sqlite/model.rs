//! The model that servers have fitted, on SQLite.

use rusqlite::{OptionalExtension, params};

use super::SqliteStore;
use super::writer::Trace;
use crate::base::ids::Site;
use crate::store::Reply;
use crate::store::models::{AHEAD_S, BUCKET, Kept, Models};

impl Models for SqliteStore {
    fn model(&self, site: Site) -> Reply<'_, Option<Kept>> {
        Box::pin(self.readers.ask(move |db| {
            db.prepare_cached("SELECT fitted_s, model FROM models WHERE site = ?1 AND bucket = ?2")?
                .query_row(params![site.as_str(), BUCKET], |row| {
                    Ok(Kept {
                        fitted_s: row.get(0)?,
                        text: row.get(1)?,
                    })
                })
                .optional()
        }))
    }

    fn keep_model(&self, site: Site, model: Kept, due_s: u64) -> Reply<'_, ()> {
        Box::pin(self.writer.submit(Trace::Keep, move |tx| {
            tx.prepare_cached(
                "INSERT INTO models (site, bucket, fitted_s, model) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET fitted_s = excluded.fitted_s, model = excluded.model
                 WHERE models.fitted_s <= ?5 OR models.fitted_s > ?6",
            )?
            .execute(params![
                site.as_str(),
                BUCKET,
                model.fitted_s,
                model.text,
                due_s,
                model.fitted_s + AHEAD_S
            ])
            .map(|_| ())
        }))
    }
}
