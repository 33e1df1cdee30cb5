//! What the server asks of a storage: one trait, a backend a file. A finished call that writes is durable.
//! Never: knows HTTP, JSON or the inside of a profile; a call touches one bucket at a time.

pub mod audience;
pub mod customers;
pub mod models;
pub mod open;
pub mod outbox;
pub mod postgres;
pub mod sqlite;

use std::future::Future;
use std::pin::Pin;

use escale::core::profile::Profile;

use crate::base::ids::{CustomerKey, IdHash, ReplicaId, Site, VisitorKey};
use crate::report::period::Period;
use crate::statistics::person::Arm;
use crate::statistics::sums::Sums;
use crate::store::audience::Audience;
use crate::store::customers::Customers;
use crate::store::models::Models;
use crate::store::outbox::Outbox;
use crate::sync::consent_receipt::Receipt;

/// More replicas than this a visitor cannot have: an honest browser starts one only after a roll-back or a copy.
pub const REPLICAS_PER_VISITOR: usize = 32;
/// The newest visitors of a customer that are combined.
pub const VISITORS_PER_CUSTOMER: usize = 64;

/// The newest words of the back end that count for a customer.
pub const EVENTS_PER_CUSTOMER: usize = 1000;

/// The answer of a store, in time.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum StoreError {
    /// Too many hand-ins wait already: try again in a moment.
    #[error("the store is busy")]
    Busy,
    /// The disk is full, read-only or failing, or the store has been closed.
    #[error("the store is unavailable")]
    Unavailable,
}

/// One replica's state as a browser hands it in.
pub struct SyncRequest {
    pub visitor: VisitorKey,
    pub erase: IdHash,
    pub replica: ReplicaId,
    pub version: u64,
    pub state: Vec<u8>,
    /// The same, read.
    pub profile: Profile,
    pub day: u32,
    /// What the visitor agreed to, if the browser says it.
    pub consent: Option<Receipt>,
    /// The arms that the visitor is in.
    pub arms: Vec<Arm>,
    /// Whether scenarios of the server are to look at the visitor's customer.
    pub triggers_evaluation: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncOutcome {
    /// `is_alone`: nobody else knows anything of the visitor, no other replica and no customer.
    Accepted {
        is_alone: bool,
    },
    Conflict {
        held_version: u64,
    },
    Erased,
    TooMuch,
    TooManyReplicas,
}

/// What the others know: their states, and a number that changes with them.
pub struct RemoteState {
    pub seq: u64,
    pub states: Vec<Taken>,
    /// The events that the site's back end told of the customer.
    pub imported: Vec<Vec<u8>>,
}

/// A state, and the day since the Unix epoch on which it was taken.
pub struct Taken {
    pub state: Vec<u8>,
    pub day: u32,
}

/// A visitor and the customer that a token vouched for. A login may come before the first hand-in: the erase-only token
/// that comes with it lets the browser take back what the link itself has left.
pub struct Link {
    pub visitor: VisitorKey,
    pub customer: CustomerKey,
    pub erase: Option<IdHash>,
    pub day: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
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
    /// The events that the site's back end told of the customer.
    pub imported: Vec<Vec<u8>>,
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

/// One thing that the site's back end tells, as the bytes of an event, under a hash of its own id.
#[derive(Clone)]
pub struct ImportedEvent {
    pub id: IdHash,
    pub day: u32,
    pub at_s: u32,
    pub event: Vec<u8>,
}

/// What it tells of one customer.
pub struct CustomerEvents {
    pub customer: CustomerKey,
    pub all: Vec<ImportedEvent>,
    pub day: u32,
    /// Whether scenarios of the server are to look at the customer.
    pub triggers_evaluation: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IngestOutcome {
    Stored,
    Unchanged,
    Superseded,
    Erased,
}

/// What goes with a link: whose it was, how many changes, and on which day if it was erased rather than forgotten.
#[derive(Clone, Copy)]
pub struct UnlinkRequest {
    pub visitor: IdHash,
    pub changes: u64,
    pub erased_day: Option<u32>,
    /// The visitor stays, and is counted elsewhere.
    pub keeps_visitor: bool,
}

/// Whose data an erasure names: the secret's two readings, as a visitor's and as an erase-only token.
pub struct Erasure {
    pub visitor: VisitorKey,
    pub erase: IdHash,
    pub day: u32,
}

pub trait Store: Audience + Customers + Models + Outbox + Send + Sync {
    /// Takes a replica's state by the version rules of [`crate::sync::sync_request::judge`].
    fn sync(&self, request: SyncRequest) -> Reply<'_, SyncOutcome>;
    /// What everyone but this replica knows of the visitor; `None` when nothing changed since `seen`.
    fn remote_state(
        &self,
        visitor: VisitorKey,
        replica: ReplicaId,
        seen: u64,
    ) -> Reply<'_, Option<RemoteState>>;
    /// Ties a visitor to a customer.
    fn link(&self, link: Link) -> Reply<'_, Linked>;
    /// Keeps what the back end tells of a customer, by the rules of [`crate::ingest::judge`]; an answer for each.
    fn ingest(&self, events: CustomerEvents) -> Reply<'_, Vec<IngestOutcome>>;
    /// Everything held of one visitor.
    fn visitor(&self, visitor: VisitorKey) -> Reply<'_, Found>;
    /// Removes a visitor for good; doing it twice, or for no one, is the same as doing it once.
    fn erase(&self, erasure: Erasure) -> Reply<'_, ()>;
    /// Removes a bucket's visitors who have not synced since that day, and what was told of earlier days; answers how
    /// many visitors there were.
    fn expire(&self, site: Site, bucket: u16, before_day: u32) -> Reply<'_, usize>;
    /// The sums of a period, over all buckets.
    fn sums(&self, site: Site, period: Period) -> Reply<'_, Sums>;
    /// Whether reads and writes work at this moment.
    fn ready(&self) -> Reply<'_, ()>;
    /// Finishes what was begun and leaves the files tidy; later calls fail with [`StoreError::Unavailable`].
    fn close(&self) -> Reply<'_, ()>;
}
