//! Steps on PostgreSQL. In: a pool and a step. Out: its result, after the commit. Never: a step that the database gave up is
//! given up here before it was repeated.

use std::error::Error;

use bytes::BytesMut;
use deadpool_postgres::{Client, Transaction};
use tokio_postgres::IsolationLevel;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::bucket::Bucket;
use super::pool::repeated;
use super::{PostgresStore, statistics};
use crate::base::ids::VisitorKey;
use crate::statistics::PropagatedFacts;
use crate::statistics::customer::CustomerChange;
use crate::store::steps::{
    Answer, CustomerRule, Progress, Request, Row, Step, Steps, Value, VisitorRule,
};
use crate::store::{Reply, StoreError};

impl Steps for PostgresStore {
    fn execute<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T> {
        Box::pin(async move { execute(&mut self.pool.take().await?, &step).await })
    }

    fn query<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T> {
        Box::pin(async move {
            let client = self.pool.take().await?;
            let mut execution = step.start();
            loop {
                match execution.advance().ok_or(StoreError::Unavailable)? {
                    Progress::Done(result) => return Ok(result),
                    Progress::Needs(Request::Rows(sql, all)) => {
                        let rows = rows(&client, sql, &all).await?;
                        execution.answer(Answer::Rows(rows));
                    }
                    Progress::Needs(_) => return Err(StoreError::Unavailable),
                }
            }
        })
    }

    async fn propagate_facts(
        &self,
        visitor: VisitorKey,
        facts: Option<PropagatedFacts>,
    ) -> Result<(), StoreError> {
        let Some(facts) = facts else { return Ok(()) };
        statistics::propagate(&mut self.pool.take().await?, &visitor, &facts).await
    }
}

/// Executes a step under the lock of its bucket.
pub async fn execute<T>(client: &mut Client, step: &Step<T>) -> Result<T, StoreError> {
    repeated!(attempted(client, step))
}

async fn attempted<T>(client: &mut Client, step: &Step<T>) -> Result<T, StoreError> {
    let tx = begin(client).await?;
    let here = Bucket::new(&tx, &step.site, step.bucket).locked().await?;
    let mut execution = step.start();
    loop {
        match execution.advance().ok_or(StoreError::Unavailable)? {
            Progress::Done(result) => {
                tx.commit().await?;
                return Ok(result);
            }
            Progress::Needs(request) => {
                let answer = answer(&tx, &here, request).await?;
                execution.answer(answer);
            }
        }
    }
}

/// Begins a transaction. It sees what others have committed before each statement, whatever the database's own default:
/// the bucket's lock orders the writers.
pub async fn begin(client: &mut Client) -> Result<Transaction<'_>, StoreError> {
    let transaction = client.build_transaction();
    Ok(transaction
        .isolation_level(IsolationLevel::ReadCommitted)
        .start()
        .await?)
}

async fn answer(
    tx: &Transaction<'_>,
    here: &Bucket<'_, Transaction<'_>>,
    request: Request,
) -> Result<Answer, StoreError> {
    match request {
        Request::Run(sql, all) => {
            let statement = tx.prepare_cached(sql).await?;
            Ok(Answer::Count(tx.execute(&statement, &params(&all)).await?))
        }
        Request::Rows(sql, all) => {
            let statement = tx.prepare_cached(sql).await?;
            let rows = tx.query(&statement, &params(&all)).await?;
            Ok(Answer::Rows(rows.iter().map(row).collect()))
        }
        Request::Customer(of, rule) => {
            let change = match &rule {
                CustomerRule::HandOver(visitors) => CustomerChange::HandOver(visitors),
                CustomerRule::Leave(visitor) => CustomerChange::Leave(*visitor),
            };
            statistics::change_customer(here, &of, &change).await?;
            Ok(Answer::Facts(None))
        }
        Request::Visitor(of, rule) => {
            let facts = statistics::update_visitor(here, &of.id, |row| match &rule {
                VisitorRule::LinkTo(customer) => row.link_to(customer),
                VisitorRule::MoveTo(customer) => row.move_to(customer.as_deref()),
            });
            Ok(Answer::Facts(facts.await?))
        }
    }
}

async fn rows(client: &Client, sql: &str, all: &[Value]) -> Result<Vec<Row>, StoreError> {
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &params(all)).await?;
    Ok(rows.iter().map(row).collect())
}

fn params(all: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    all.iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

fn row(row: &tokio_postgres::Row) -> Row {
    Row((0..row.len()).map(|column| row.get(column)).collect())
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::TEXT => Self::Text(String::from_sql(ty, raw)?),
            _ => Self::Blob(Vec::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        <Self as ToSql>::accepts(ty)
    }
}
