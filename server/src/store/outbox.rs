//! Storage interface for webhooks. In: times and keys. Out: customers to evaluate, calls to make.
//! Never: two servers that hold the same call at the same time.

use crate::base::ids::{CustomerKey, Site};
use crate::store::audience::HeldCustomer;
use crate::store::{ImportedEvent, Reply};

/// A customer whose scenarios are to be evaluated. `stamp` tells one entry from the next.
#[derive(Clone)]
pub struct PendingEvaluation {
    pub bucket: u16,
    pub customer: String,
    pub stamp: u64,
}

/// A scenario that is due: the mark that it fired, and the webhook to call.
pub struct Firing {
    pub mark: ImportedEvent,
    pub id: String,
    pub webhook: String,
    pub body: String,
}

/// Result of evaluating the scenarios of one customer.
pub struct Found {
    pub of: CustomerKey,
    pub firings: Vec<Firing>,
    /// Time of the next evaluation, in seconds since 1970.
    pub next_s: Option<u64>,
    pub day: u32,
    /// The pending entry, if it is in the customer's own bucket: it is deleted in the same transaction.
    pub evaluation: Option<PendingEvaluation>,
}

/// A call that is this server's to make until its lease ends.
#[derive(Clone)]
pub struct Call {
    pub bucket: u16,
    pub id: String,
    pub webhook: String,
    pub body: String,
    /// This one included.
    pub attempts: u32,
}

/// A call that is given up until someone asks for it again.
pub struct DeadLetter {
    pub id: String,
    pub customer: String,
    pub webhook: String,
    pub attempts: u32,
}

/// Numbers of webhook calls of a site.
#[derive(Clone, Copy, Default)]
pub struct CallCount {
    /// Calls that are not acknowledged yet.
    pub waiting: u64,
    /// Calls that failed for good.
    pub given_up: u64,
}

/// The storage of webhooks. Times are seconds since 1970.
pub trait Outbox {
    /// Returns the evaluations due by now, the longest due first.
    fn due_evaluations(
        &self,
        site: Site,
        now_s: u64,
        most: usize,
    ) -> Reply<'_, Vec<PendingEvaluation>>;
    /// Everything held of one customer.
    fn customer(&self, of: CustomerKey) -> Reply<'_, Option<HeldCustomer>>;
    /// Marks what has not fired yet and writes its calls, in one transaction; answers how many there were.
    fn fire(&self, found: Found) -> Reply<'_, usize>;
    /// Deletes a pending evaluation, unless there is a newer one.
    fn finish_evaluation(&self, site: Site, evaluation: PendingEvaluation) -> Reply<'_, ()>;
    /// Calls that are due; they come back at `until_s` unless they are delivered.
    fn claim(&self, site: Site, now_s: u64, until_s: u64, most: usize) -> Reply<'_, Vec<Call>>;
    fn delivered(&self, site: Site, call: Call) -> Reply<'_, ()>;
    /// The next attempt; `None` gives it up.
    fn postpone(&self, site: Site, call: Call, next_s: Option<u64>) -> Reply<'_, ()>;
    /// Counts the calls of a site.
    fn count_calls(&self, site: Site) -> Reply<'_, CallCount>;
    fn dead_letters(&self, site: Site) -> Reply<'_, Vec<DeadLetter>>;
    /// Tries a dead letter again from now on, or all of them; answers how many there were.
    fn requeue(&self, site: Site, id: Option<String>, now_s: u64) -> Reply<'_, usize>;
}
