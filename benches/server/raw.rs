//! Limit of the machine: the same bytes, written to one table by one statement each. Commits have a
//! given group size, and the settings are those of the store. Nothing is read, checked or counted.

use std::path::Path;
use std::time::{Duration, Instant};

use escale_server::store::sqlite;
use rusqlite::{Connection, params};
use tokio_postgres::{Client, NoTls};

use crate::stopwatch::{Figures, Laps, Start};
use crate::work::{SITE, Work};

/// As both stores have it.
const TABLE: &str = "CREATE TABLE bare (
  site TEXT NOT NULL, bucket INTEGER NOT NULL, visitor {bytes} NOT NULL, replica {bytes} NOT NULL,
  version BIGINT NOT NULL, changes BIGINT NOT NULL, state {bytes} NOT NULL, taken_day INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, visitor, replica))";
const COLUMNS: &str = "site, bucket, visitor, replica, version, changes, state, taken_day";
const UPDATE: &str =
    "ON CONFLICT (site, bucket, visitor, replica) DO UPDATE SET version = excluded.version,
  changes = bare.changes + 1, state = excluded.state, taken_day = excluded.taken_day";

pub struct Sqlite(Connection);

impl Sqlite {
    /// A table in which everyone has been once.
    pub fn new(folder: &Path, work: &Work, group: usize) -> Self {
        let db = Connection::open(folder.join("bare.db")).unwrap();
        sqlite::tune(&db).unwrap();
        let table = TABLE
            .replace("{bytes}", "BLOB")
            .replace("BIGINT", "INTEGER");
        db.execute_batch(&format!("{table} STRICT, WITHOUT ROWID"))
            .unwrap();
        let mut bare = Self(db);
        work.go_on_from(0);
        while !work.is_round() {
            bare.group(work, group);
        }
        bare
    }

    /// One commit; false when there is nothing more.
    fn group(&mut self, work: &Work, group: usize) -> bool {
        let sql =
            format!("INSERT INTO bare ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7) {UPDATE}");
        let tx = self.0.transaction().unwrap();
        let mut upsert = tx.prepare_cached(&sql).unwrap();
        for _ in 0..group {
            let Some((n, version)) = work.next() else {
                return false;
            };
            let of = &work.visitors[n];
            let (bucket, state) = (of.key.id.bucket(), work.state(n, version));
            upsert
                .execute(params![
                    SITE,
                    bucket,
                    of.key.id.0,
                    of.replica.0,
                    version,
                    state,
                    work.day
                ])
                .unwrap();
        }
        drop(upsert);
        tx.commit().unwrap();
        true
    }

    pub fn run(&mut self, work: &Work, group: usize, within: Duration) -> Figures {
        let (begun, mut laps) = (Start::now(), Laps::default());
        while begun.elapsed() < within {
            let started = Instant::now();
            assert!(
                self.group(work, group),
                "more visitors are needed for so long a run"
            );
            let took = started.elapsed();
            (0..group).for_each(|_| laps.add(took));
        }
        laps.figures(&begun)
    }
}

pub struct Postgres(Client);

impl Postgres {
    pub async fn new(url: &str, work: &Work, group: usize) -> Self {
        let (client, line) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(line);
        client
            .batch_execute(&format!(
                "SET synchronous_commit = on; {}",
                TABLE.replace("{bytes}", "BYTEA")
            ))
            .await
            .unwrap();
        let bare = Self(client);
        work.go_on_from(0);
        while !work.is_round() {
            bare.group(work, group).await;
        }
        bare
    }

    /// One statement and one commit for the whole group.
    async fn group(&self, work: &Work, group: usize) -> bool {
        let sql = format!(
            "INSERT INTO bare ({COLUMNS}) SELECT '{SITE}', b, v, r, n, 1, s, {}
             FROM unnest($1::int[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bytea[]) AS w (b, v, r, n, s) {UPDATE}",
            work.day
        );
        let all: Vec<(usize, u64)> = (0..group).map_while(|_| work.next()).collect();
        let of = |at: usize| &work.visitors[at];
        let buckets: Vec<i32> = all
            .iter()
            .map(|(n, _)| i32::from(of(*n).key.id.bucket()))
            .collect();
        let visitors: Vec<&[u8]> = all.iter().map(|(n, _)| of(*n).key.id.bytes()).collect();
        let replicas: Vec<&[u8]> = all.iter().map(|(n, _)| of(*n).replica.bytes()).collect();
        let versions: Vec<i64> = all
            .iter()
            .map(|(_, version)| version.cast_signed())
            .collect();
        let states: Vec<&[u8]> = all
            .iter()
            .map(|(n, version)| work.state(*n, *version))
            .collect();
        self.0
            .execute(&sql, &[&buckets, &visitors, &replicas, &versions, &states])
            .await
            .unwrap();
        all.len() == group
    }

    pub async fn run(&self, work: &Work, group: usize, within: Duration) -> Figures {
        let (begun, mut laps) = (Start::now(), Laps::default());
        while begun.elapsed() < within {
            let started = Instant::now();
            assert!(
                self.group(work, group).await,
                "more visitors are needed for so long a run"
            );
            let took = started.elapsed();
            (0..group).for_each(|_| laps.add(took));
        }
        laps.figures(&begun)
    }
}
