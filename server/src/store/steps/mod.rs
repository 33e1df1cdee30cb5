//! Steps of a bucket, written once for every store. In: keys. Out: statements, one after the other, and a result.
//! Never: two buckets in a step; a connection: a store executes the statements in one transaction.

// By hand: a step is an `async` block that yields statements, because generators are not stable yet.

pub mod customer;
pub mod erase;
pub mod expire;
pub mod housekeeping;
pub mod link;
mod token;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::base::ids::{CustomerKey, IdHash, Site, VisitorKey};
use crate::statistics::PropagatedFacts;
use crate::store::customers::{Change, CustomerRecords, Customers, Unfinished};
use crate::store::{Housekeeping, Reply, StoreError};

/// Parameter of a statement, or a cell of its result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// Change of a customer's statistics.
#[derive(Clone)]
pub enum CustomerRule {
    /// These visitors go to another customer, or to none.
    HandOver(Vec<IdHash>),
    /// This visitor was removed.
    Leave(IdHash),
}

/// Change of a visitor's statistics.
#[derive(Clone)]
pub enum VisitorRule {
    LinkTo(String),
    MoveTo(Option<String>),
}

/// One thing that a step needs of its store.
pub enum Request {
    Run(&'static str, Vec<Value>),
    Rows(&'static str, Vec<Value>),
    Customer(CustomerKey, CustomerRule),
    Visitor(VisitorKey, VisitorRule),
}

/// Answer to a [`Request`].
pub enum Answer {
    /// Number of changed rows.
    Count(u64),
    Rows(Vec<Row>),
    /// Facts that the customer's bucket lacks.
    Facts(Option<PropagatedFacts>),
}

/// Row of a result.
pub struct Row(pub Vec<Value>);

impl Row {
    /// Number in a column; 0 for anything else.
    pub fn int(&self, column: usize) -> i64 {
        match self.0.get(column) {
            Some(Value::Int(number)) => *number,
            _ => 0,
        }
    }

    pub fn day(&self, column: usize) -> u32 {
        self.int(column) as u32
    }

    pub fn text(&self, column: usize) -> Option<String> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    pub fn blob(&self, column: usize) -> Option<&[u8]> {
        match self.0.get(column) {
            Some(Value::Blob(bytes)) => Some(bytes),
            _ => None,
        }
    }

    pub fn hash(&self, column: usize) -> Option<IdHash> {
        self.blob(column).and_then(IdHash::read)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Int(number.cast_signed())
    }
}

impl From<&IdHash> for Value {
    fn from(id: &IdHash) -> Self {
        Self::Blob(id.0.to_vec())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// Bucket as a step sees it.
#[derive(Clone)]
pub struct Here {
    site: Site,
    bucket: u16,
    exchange: Arc<Mutex<Exchange>>,
}

#[derive(Default)]
enum Exchange {
    #[default]
    Idle,
    Requested(Request),
    Answered(Answer),
}

impl Here {
    /// Executes a statement whose first two parameters are the site and the bucket. Returns the number of changed rows.
    pub async fn run(&self, sql: &'static str, rest: Vec<Value>) -> u64 {
        match self.ask(Request::Run(sql, self.with_place(rest))).await {
            Answer::Count(rows) => rows,
            _ => 0,
        }
    }

    /// Reads the rows of a query whose first two parameters are the site and the bucket.
    pub async fn rows(&self, sql: &'static str, rest: Vec<Value>) -> Vec<Row> {
        self.read(sql, self.with_place(rest)).await
    }

    /// Reads the first row of such a query.
    pub async fn row(&self, sql: &'static str, rest: Vec<Value>) -> Option<Row> {
        self.rows(sql, rest).await.into_iter().next()
    }

    /// Reads the rows of a query over all buckets, with all its parameters.
    pub async fn read(&self, sql: &'static str, all: Vec<Value>) -> Vec<Row> {
        match self.ask(Request::Rows(sql, all)).await {
            Answer::Rows(rows) => rows,
            _ => Vec::new(),
        }
    }

    /// Changes a customer's statistics.
    pub async fn change_customer(&self, of: &CustomerKey, rule: CustomerRule) {
        self.ask(Request::Customer(of.clone(), rule)).await;
    }

    /// Changes a visitor's statistics. Returns the facts that the customer's bucket lacks.
    pub async fn change_visitor(
        &self,
        of: &VisitorKey,
        rule: VisitorRule,
    ) -> Option<PropagatedFacts> {
        match self.ask(Request::Visitor(of.clone(), rule)).await {
            Answer::Facts(facts) => facts,
            _ => None,
        }
    }

    fn with_place(&self, rest: Vec<Value>) -> Vec<Value> {
        let site = Value::Text(self.site.as_str().to_owned());
        [site, Value::Int(self.bucket.into())]
            .into_iter()
            .chain(rest)
            .collect()
    }

    /// Yields a request to the store, and returns its answer.
    async fn ask(&self, request: Request) -> Answer {
        self.set(Exchange::Requested(request));
        poll_fn(|_| match self.take() {
            Exchange::Answered(answer) => Poll::Ready(answer),
            unanswered => {
                self.set(unanswered);
                Poll::Pending
            }
        })
        .await
    }

    fn set(&self, exchange: Exchange) {
        *self.exchange.lock().unwrap_or_else(PoisonError::into_inner) = exchange;
    }

    fn take(&self) -> Exchange {
        std::mem::take(&mut *self.exchange.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

type Body<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One transaction in one bucket. A store may execute it again from the start.
#[derive(Clone)]
pub struct Step<T> {
    pub site: Site,
    pub bucket: u16,
    /// `true` if the step removes personal data.
    pub erases: bool,
    body: Arc<dyn Fn(Here) -> Body<T> + Send + Sync>,
}

impl<T> Step<T> {
    /// Step in any bucket of a site.
    pub fn new<F>(
        site: &Site,
        bucket: u16,
        body: impl Fn(Here) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = T> + Send + 'static,
    {
        Self {
            site: site.clone(),
            bucket,
            erases: false,
            body: Arc::new(move |here| Box::pin(body(here))),
        }
    }

    /// Step in a visitor's bucket.
    pub fn of_visitor<F>(
        of: &VisitorKey,
        body: impl Fn(Here, VisitorKey) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = T> + Send + 'static,
    {
        let key = of.clone();
        Self::new(&of.site, of.id.bucket(), move |here| {
            body(here, key.clone())
        })
    }

    /// Step in a customer's bucket.
    pub fn of_customer<F>(
        of: &CustomerKey,
        body: impl Fn(Here, CustomerKey) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = T> + Send + 'static,
    {
        let key = of.clone();
        Self::new(&of.site, of.bucket(), move |here| body(here, key.clone()))
    }

    /// The same step, as one that removes personal data.
    pub fn erasing(self) -> Self {
        Self {
            erases: true,
            ..self
        }
    }

    /// Starts an execution.
    pub fn start(&self) -> Execution<T> {
        let here = Here {
            site: self.site.clone(),
            bucket: self.bucket,
            exchange: Arc::default(),
        };
        Execution {
            body: (self.body)(here.clone()),
            here,
        }
    }
}

/// Execution of a step: the store answers one request after the other.
pub struct Execution<T> {
    body: Body<T>,
    here: Here,
}

/// State of an execution.
pub enum Progress<T> {
    Needs(Request),
    Done(T),
}

impl<T> Execution<T> {
    /// Runs the step until it needs something, or is done. `None` for a step that awaits anything else.
    pub fn advance(&mut self) -> Option<Progress<T>> {
        match self
            .body
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(result) => Some(Progress::Done(result)),
            Poll::Pending => match self.here.take() {
                Exchange::Requested(request) => Some(Progress::Needs(request)),
                _ => None,
            },
        }
    }

    pub fn answer(&self, answer: Answer) {
        self.here.set(Exchange::Answered(answer));
    }
}

/// Store that executes steps.
pub trait Steps: Sync {
    /// Executes a step in one transaction. Its changes are durable once it is answered.
    fn execute<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T>;
    /// Executes a step that only reads.
    fn query<T: Send + 'static>(&self, step: Step<T>) -> Reply<'_, T>;
    /// Copies a visitor's facts to the customer's bucket.
    fn propagate_facts(
        &self,
        visitor: VisitorKey,
        facts: Option<PropagatedFacts>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl<S: Steps> Housekeeping for S {
    fn ready(&self, site: Site, now_s: u64) -> Reply<'_, ()> {
        Box::pin(async move {
            self.execute(housekeeping::write_probe(&site, now_s))
                .await?;
            self.query(housekeeping::read_probe(&site)).await?;
            Ok(())
        })
    }

    fn retention_day(&self, site: Site, today: u32, trusts_clock: bool) -> Reply<'_, u32> {
        self.execute(housekeeping::reach_day(&site, today, trusts_clock))
    }
}

impl<S: Steps> Customers for S {
    fn alias(&self, of: CustomerKey) -> Reply<'_, Option<String>> {
        self.query(customer::alias(&of))
    }

    fn pointer(&self, visitor: VisitorKey) -> Reply<'_, Option<(String, u64)>> {
        self.query(customer::pointer(&visitor))
    }

    fn customer_records(&self, of: CustomerKey) -> Reply<'_, Option<CustomerRecords>> {
        self.query(customer::records(&of))
    }

    fn unfinished(&self) -> Reply<'_, Vec<Unfinished>> {
        self.query(customer::unfinished())
    }

    fn change(&self, change: Change) -> Reply<'_, ()> {
        Box::pin(customer::change(self, change))
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use super::*;

    #[test]
    fn step_yields_its_statements_in_order_and_uses_the_answers() {
        let step = Step::new(&Site::new("demo"), 7, |here| async move {
            let changed = here.run("first $1 $2 $3", vec![5_u32.into()]).await;
            let row = here.row("second $1 $2", Vec::new()).await;
            (changed, row.and_then(|row| row.text(0)))
        });
        // A store may repeat it.
        for _ in 0..2 {
            let mut execution = step.start();
            let place = [Value::Text("demo".into()), Value::Int(7)];
            let Some(Progress::Needs(Request::Run("first $1 $2 $3", all))) = execution.advance()
            else {
                panic!("the first statement")
            };
            assert_eq!((&all[..2], &all[2]), (&place[..], &Value::Int(5)));
            execution.answer(Answer::Count(3));
            assert!(matches!(
                execution.advance(),
                Some(Progress::Needs(Request::Rows("second $1 $2", all))) if all == place
            ));
            execution.answer(Answer::Rows(vec![Row(vec![Value::Text("x".into())])]));
            assert!(
                matches!(execution.advance(), Some(Progress::Done((3, Some(text)))) if text == "x")
            );
        }
    }
}
