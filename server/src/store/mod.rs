//! Storage interface of the server: one trait, and one file for each backend. A finished call that
//! writes is durable. Never: knows HTTP, JSON or the inside of a profile; a call touches one bucket
//! at a time.

pub mod audience;
pub mod customers;
pub mod imported;
pub mod models;
pub mod outbox;
pub mod postgres;
pub mod readiness;
pub mod sqlite;
pub mod steps;

use std::future::Future;
use std::pin::Pin;

use crate::base::ids::{CustomerKey, IdHash, ReplicaId, Site, VisitorKey};
use crate::report::period::Period;
pub use crate::statistics::VISITORS_PER_CUSTOMER;
use crate::statistics::sums::Sums;
use crate::store::audience::Audience;
use crate::store::customers::Customers;
pub use crate::store::imported::{
    CustomerEvents, EVENTS_PER_CUSTOMER, ImportedEvent, IngestOutcome,
};
use crate::store::models::Models;
use crate::store::outbox::Outbox;
use crate::sync::consent_receipt::Receipt;
pub use crate::sync::request::{
    REPLICAS_PER_VISITOR, RemoteState, SyncOutcome, SyncRequest, Taken,
};
use crate::token::TokenUse;

/// Answer of a store.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum StoreError {
    /// Another transaction crossed this one: it can be repeated at once.
    #[error("the transaction was given up")]
    Conflict,
    /// Too many writes wait already: try again in a moment.
    #[error("the store is busy")]
    Busy,
    /// The disk is full, read-only or failing, or the store has been closed.
    #[error("the store is unavailable")]
    Unavailable,
}

/// A visitor and the customer that a token vouched for. A login may come before the first sync. Its
/// erase-only token lets the browser erase the data of the link itself.
#[derive(Clone)]
pub struct Link {
    pub visitor: VisitorKey,
    pub customer: CustomerKey,
    pub erase: Option<IdHash>,
    pub token: TokenUse,
    pub day: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// The token linked another visitor before.
    TokenUsed,
    /// The token was issued before the customer's erasure.
    TokenOutdated,
    Here,
    /// This visitor belongs to another customer: a second customer in one browser starts a new visitor.
    Elsewhere,
    Erased,
}

/// Everything held of one visitor.
pub struct VisitorRecord {
    pub created_day: u32,
    pub synced_day: u32,
    pub customer: Option<String>,
    pub consent: Option<Receipt>,
    pub replicas: Vec<ReplicaRecord>,
    /// Events of the customer that the site's back end imported.
    pub imported: Vec<Vec<u8>>,
    /// Row of what was counted of the visitor.
    pub counted: Option<Vec<u8>>,
}

pub struct ReplicaRecord {
    pub replica: ReplicaId,
    pub version: u64,
    pub taken: Taken,
}

pub enum Found {
    Known(VisitorRecord),
    Unknown,
    Erased,
}

/// Removal of a link: the visitor, the number of its changes, and the day if it was erased.
#[derive(Clone, Copy)]
pub struct UnlinkRequest {
    pub visitor: IdHash,
    pub changes: u64,
    pub erased_day: Option<u32>,
    /// The visitor stays, and is counted elsewhere.
    pub keeps_visitor: bool,
}

/// Erasure by a secret, read both as a visitor's and as an erase-only token.
pub struct Erasure {
    pub visitor: VisitorKey,
    pub erase: IdHash,
    pub day: u32,
}

/// Limits of age, beyond which data are deleted.
#[derive(Clone, Copy)]
pub struct Expiry {
    /// Visitors and imports that were last seen before that day.
    pub before_day: u32,
    /// Uses of identity tokens, in seconds since 1970: no token from before is valid.
    pub tokens_before_s: u64,
}

/// Upkeep of a site's data.
pub trait Housekeeping {
    /// Writes and reads something, so that a full disk or a database that only reads is noticed.
    fn ready(&self, site: Site, now_s: u64) -> Reply<'_, ()>;
    /// Returns the day that retention may take for today. After a jump of the clock, it is the day after the last one.
    fn retention_day(&self, site: Site, today: u32, trusts_clock: bool) -> Reply<'_, u32>;
}

pub trait Store: Audience + Customers + Housekeeping + Models + Outbox + Send + Sync {
    /// Stores a replica's state by the plan of [`crate::sync::plan`].
    fn sync(&self, request: SyncRequest) -> Reply<'_, SyncOutcome>;
    /// Returns the state of the visitor's other replicas. `None` if nothing changed since `seen`.
    fn remote_state(
        &self,
        visitor: VisitorKey,
        replica: ReplicaId,
        seen: u64,
    ) -> Reply<'_, Option<RemoteState>>;
    /// Links a visitor to a customer.
    fn link(&self, link: Link) -> Reply<'_, Linked>;
    /// Stores imported events by the rules of [`imported::plan_event`]. Returns an outcome for each.
    fn ingest(&self, events: CustomerEvents) -> Reply<'_, Vec<IngestOutcome>>;
    /// Everything held of one visitor.
    fn visitor(&self, visitor: VisitorKey) -> Reply<'_, Found>;
    /// Removes a visitor for good. Returns `false` if nobody has the secret; then nothing durable is written.
    fn erase(&self, erasure: Erasure) -> Reply<'_, bool>;
    /// Removes a bucket's visitors who have not synced since that day, and events imported on
    /// earlier days. Returns the number of removed visitors.
    fn expire(&self, site: Site, bucket: u16, expiry: Expiry) -> Reply<'_, usize>;
    /// The sums of a period, over all buckets.
    fn sums(&self, site: Site, period: Period) -> Reply<'_, Sums>;
    /// Finishes what was begun and leaves the files tidy; later calls fail with [`StoreError::Unavailable`].
    fn close(&self) -> Reply<'_, ()>;
}
