//! Steps on SQLite. In: a transaction and a step. Out: its result. Never: another thread than the writer's for a step that writes.

use std::sync::{Mutex, PoisonError};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, Transaction, TransactionBehavior, params_from_iter};

use super::writer::Trace;
use super::{SqliteStore, statistics};
use crate::base::ids::{IdHash, Site, VisitorKey};
use crate::statistics::PropagatedFacts;
use crate::statistics::customer::CustomerChange;
use crate::store::steps::{
    Answer, CustomerRule, Progress, Request, Row, Step, Steps, Value, VisitorRule,
};
use crate::store::{Reply, StoreError};

impl Steps for SqliteStore {
    fn execute<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T> {
        let trace = match step.erases {
            true => Trace::Scrub,
            false => Trace::Keep,
        };
        Box::pin(self.writer.submit(trace, move |tx| drive(tx, &step)))
    }

    fn query<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T> {
        Box::pin(self.readers.ask(move |db| drive(db, &step)))
    }

    async fn propagate_facts(
        &self,
        visitor: VisitorKey,
        facts: Option<PropagatedFacts>,
    ) -> Result<(), StoreError> {
        self.propagate(visitor, facts).await
    }
}

/// A file that no server has open, for work at its start and on backups.
pub struct ClosedFile(Mutex<Connection>);

impl ClosedFile {
    pub fn new(db: Connection) -> Self {
        Self(Mutex::new(db))
    }

    pub fn into_inner(self) -> Connection {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn run<T>(&self, step: &Step<T>) -> rusqlite::Result<T> {
        let mut db = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = drive(&tx, step)?;
        tx.commit()?;
        Ok(result)
    }
}

impl Steps for ClosedFile {
    fn execute<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T> {
        Box::pin(async move { self.run(&step).map_err(|_| StoreError::Unavailable) })
    }

    fn query<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T> {
        self.execute(step)
    }

    /// The next sync of the visitor propagates the facts.
    async fn propagate_facts(
        &self,
        _: VisitorKey,
        _: Option<PropagatedFacts>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Executes a step in an open transaction.
fn drive<T>(db: &Connection, step: &Step<T>) -> rusqlite::Result<T> {
    let mut execution = step.start();
    loop {
        match execution.advance() {
            Some(Progress::Done(result)) => return Ok(result),
            Some(Progress::Needs(request)) => execution.answer(answer(db, request)?),
            None => return Err(rusqlite::Error::InvalidQuery),
        }
    }
}

fn answer(db: &Connection, request: Request) -> rusqlite::Result<Answer> {
    match request {
        Request::Run(sql, all) => {
            let changed = db
                .prepare_cached(&numbered(sql))?
                .execute(params_from_iter(all))?;
            Ok(Answer::Count(changed as u64))
        }
        Request::Rows(sql, all) => rows(db, sql, all).map(Answer::Rows),
        Request::Customer(of, rule) => {
            let change = match &rule {
                CustomerRule::HandOver(visitors) => CustomerChange::HandOver(visitors),
                CustomerRule::Leave(visitor) => CustomerChange::Leave(*visitor),
            };
            statistics::change_customer(db, &of, &change).map(|_| Answer::Facts(None))
        }
        Request::Visitor(of, rule) => statistics::update_visitor(db, &of, |row| match &rule {
            VisitorRule::LinkTo(customer) => row.link_to(customer),
            VisitorRule::MoveTo(customer) => row.move_to(customer.as_deref()),
        })
        .map(Answer::Facts),
    }
}

fn rows(db: &Connection, sql: &str, all: Vec<Value>) -> rusqlite::Result<Vec<Row>> {
    let mut statement = db.prepare_cached(&numbered(sql))?;
    let columns = statement.column_count();
    let cells = |row: &rusqlite::Row<'_>| {
        (0..columns)
            .map(|column| row.get_ref(column).map(cell))
            .collect::<Result<_, _>>()
            .map(Row)
    };
    statement.query_map(params_from_iter(all), cells)?.collect()
}

/// SQLite numbers parameters with a question mark; a dollar sign would name them.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn cell(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Table of erasures that found nobody. It is in memory, and as old as the connection.
pub fn create_recent_erasures(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.execute_batch(
        "CREATE TEMP TABLE recent_erasures (site TEXT NOT NULL, bucket INTEGER NOT NULL, slot INTEGER NOT NULL,
           id BLOB NOT NULL, PRIMARY KEY (site, bucket, slot)) WITHOUT ROWID",
    )
}

/// Returns `true` if an id has a tombstone, or if its erasure found nobody a short while ago.
pub fn is_erased(tx: &Transaction<'_>, site: &Site, id: &IdHash) -> rusqlite::Result<bool> {
    let all = [
        Value::Text(site.as_str().to_owned()),
        i64::from(id.bucket()).into(),
        id.into(),
    ];
    let sql = "SELECT 1 FROM tombstones WHERE site = ?1 AND bucket = ?2 AND id = ?3
         UNION ALL SELECT 1 FROM recent_erasures WHERE site = ?1 AND bucket = ?2 AND id = ?3";
    tx.prepare_cached(sql)?
        .exists(params_from_iter::<[Value; 3]>(all))
}
