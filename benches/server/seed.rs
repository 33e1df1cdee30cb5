//! Millions of visitors, written to the tables directly, in key order. The same number of syncs
//! would take longer than the benchmark itself. In: an empty database of the server. Out: the rows
//! that syncs and logins would have left.

use std::path::Path;

use escale_server::base::ids::{CustomerKey, IdHash, ReplicaId, Site};
use rusqlite::{Connection, params};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls};

use crate::work::Visitor;

pub struct Population {
    pub site: Site,
    pub count: u64,
    /// Profiles; every visitor gets one of them.
    pub states: Vec<Vec<u8>>,
    /// Row of counted facts, the same for every visitor. `None` writes no such row.
    pub counted: Option<Vec<u8>>,
    /// `true` links each visitor to a customer of its own: `c-0`, `c-1`, …
    pub are_customers: bool,
    pub day: u32,
}

/// One row of everything.
struct One {
    bucket: i32,
    id: IdHash,
    erase: IdHash,
    replica: ReplicaId,
    customer: Option<String>,
    state: usize,
}

impl Population {
    /// In the order of keys; hashes alone are kept for all of them.
    fn visitors(&self) -> impl Iterator<Item = One> {
        let mut order: Vec<(u16, [u8; 32], u64)> = (0..self.count)
            .map(|n| {
                let id = Visitor::of(&self.site, n).key.id;
                (id.bucket(), id.0, n)
            })
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(bucket, _, n)| {
            let of = Visitor::of(&self.site, n);
            One {
                bucket: bucket.into(),
                id: of.key.id,
                erase: of.erase,
                replica: of.replica,
                customer: self.are_customers.then(|| format!("c-{n}")),
                state: n as usize % self.states.len(),
            }
        })
    }

    /// Customers with their visitor, in the order of keys.
    fn customers(&self) -> Vec<(i32, String, IdHash)> {
        let count = if self.are_customers { self.count } else { 0 };
        let mut all: Vec<(i32, String, IdHash)> = (0..count)
            .map(|n| {
                let key = CustomerKey {
                    site: self.site.clone(),
                    id: format!("c-{n}"),
                };
                (
                    key.bucket().into(),
                    key.id,
                    Visitor::of(&self.site, n).key.id,
                )
            })
            .collect();
        all.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        all
    }

    pub fn fill_sqlite(&self, db: &Path) {
        let mut db = Connection::open(db).unwrap();
        let (site, day) = (self.site.as_str(), self.day);
        // Without a log the size of it all: what is half done is thrown away anyway. The server puts the log back at its start.
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536",
        )
        .unwrap();
        // In the order of another key than the table's: made at the end, it is sorted once, and written once.
        let index = "SELECT sql FROM sqlite_schema WHERE name = 'visitors_by_erase'";
        let index: String = db.query_row(index, [], |row| row.get(0)).unwrap();
        db.execute_batch("DROP INDEX visitors_by_erase").unwrap();
        let mut tx = db.transaction().unwrap();
        for (n, one) in self.visitors().enumerate() {
            if n % 100_000 == 99_999 {
                tx.commit().unwrap();
                tx = db.transaction().unwrap();
            }
            let (id, replica, state) = (one.id.0, one.replica.0, &self.states[one.state]);
            tx.prepare_cached("INSERT INTO visitors (site, bucket, visitor, erase, customer, created_day, synced_day) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)")
                .unwrap()
                .execute(params![site, one.bucket, id, one.erase.0, one.customer, day])
                .unwrap();
            tx.prepare_cached("INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day) VALUES (?1, ?2, ?3, ?4, 1, 1, ?5, ?6)")
                .unwrap()
                .execute(params![site, one.bucket, id, replica, state, day])
                .unwrap();
            if let Some(counted) = &self.counted {
                tx.prepare_cached(
                    "INSERT INTO counted (site, bucket, visitor, state) VALUES (?1, ?2, ?3, ?4)",
                )
                .unwrap()
                .execute(params![site, one.bucket, id, counted])
                .unwrap();
            }
        }
        for (bucket, id, visitor) in self.customers() {
            tx.prepare_cached("INSERT INTO customers (site, bucket, customer, created_day) VALUES (?1, ?2, ?3, ?4)")
                .unwrap()
                .execute(params![site, bucket, id, day])
                .unwrap();
            tx.prepare_cached(
                "INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .unwrap()
            .execute(params![site, bucket, id, visitor.0, day])
            .unwrap();
        }
        tx.commit().unwrap();
        db.execute_batch(&index).unwrap();
    }

    pub async fn fill_postgres(&self, url: &str) {
        let (db, line) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(line);
        let (site, day) = (self.site.as_str(), self.day.cast_signed());
        let (text, int, bytes) = (Type::TEXT, Type::INT4, Type::BYTEA);
        let types = [&text, &int, &bytes, &bytes, &text, &int, &int].map(Clone::clone);
        let mut rows = Rows::of(
            &db,
            "visitors (site, bucket, visitor, erase, customer, created_day, synced_day)",
            &types,
        )
        .await;
        for one in self.visitors() {
            rows.add(&[
                &site,
                &one.bucket,
                &one.id.bytes(),
                &one.erase.bytes(),
                &one.customer,
                &day,
                &day,
            ])
            .await;
        }
        rows.end().await;
        self.copy_replicas(&db).await;
        self.copy_customers(&db).await;
        db.batch_execute("VACUUM ANALYZE").await.unwrap();
    }

    /// Copies replicas, and what was counted of their visitors.
    async fn copy_replicas(&self, db: &Client) {
        let (site, day) = (self.site.as_str(), self.day.cast_signed());
        let (text, int, long, bytes) = (Type::TEXT, Type::INT4, Type::INT8, Type::BYTEA);
        let types = [&text, &int, &bytes, &bytes, &long, &long, &bytes, &int].map(Clone::clone);
        let columns =
            "replicas (site, bucket, visitor, replica, version, changes, state, taken_day)";
        let mut rows = Rows::of(db, columns, &types).await;
        for one in self.visitors() {
            let state = &self.states[one.state];
            rows.add(&[
                &site,
                &one.bucket,
                &one.id.bytes(),
                &one.replica.bytes(),
                &1_i64,
                &1_i64,
                state,
                &day,
            ])
            .await;
        }
        rows.end().await;
        if let Some(counted) = &self.counted {
            let types = [&text, &int, &bytes, &bytes].map(Clone::clone);
            let mut rows = Rows::of(db, "counted (site, bucket, visitor, state)", &types).await;
            for one in self.visitors() {
                rows.add(&[&site, &one.bucket, &one.id.bytes(), counted])
                    .await;
            }
            rows.end().await;
        }
    }

    /// Copies customers and the links of their visitors.
    async fn copy_customers(&self, db: &Client) {
        let (site, day) = (self.site.as_str(), self.day.cast_signed());
        let (text, int, bytes) = (Type::TEXT, Type::INT4, Type::BYTEA);
        let customers = self.customers();
        let types = [&text, &int, &text, &int].map(Clone::clone);
        let mut rows = Rows::of(
            db,
            "customers (site, bucket, customer, created_day)",
            &types,
        )
        .await;
        for (bucket, id, _) in &customers {
            rows.add(&[&site, bucket, id, &day]).await;
        }
        rows.end().await;
        let types = [&text, &int, &text, &bytes, &int].map(Clone::clone);
        let mut rows = Rows::of(
            db,
            "links (site, bucket, customer, visitor, linked_day)",
            &types,
        )
        .await;
        for (bucket, id, visitor) in &customers {
            rows.add(&[&site, bucket, id, &visitor.bytes(), &day]).await;
        }
        rows.end().await;
    }
}

/// Rows of one table on their way.
struct Rows(std::pin::Pin<Box<BinaryCopyInWriter>>);

impl Rows {
    async fn of(db: &Client, columns: &str, types: &[Type]) -> Self {
        let sink = db
            .copy_in(&format!("COPY {columns} FROM STDIN BINARY"))
            .await
            .unwrap();
        Self(Box::pin(BinaryCopyInWriter::new(sink, types)))
    }

    async fn add(&mut self, row: &[&(dyn ToSql + Sync)]) {
        self.0.as_mut().write(row).await.unwrap();
    }

    async fn end(mut self) {
        self.0.as_mut().finish().await.unwrap();
    }
}
