//! Storage interface for customers: steps of one bucket each. In: keys. Out: stored records, or a
//! durable change. Never: two buckets in a step. The order of steps is the same for every backend,
//! and is defined in `crate::customers`.

use crate::base::ids::{CustomerKey, IdHash, VisitorKey};
use crate::store::{ImportedEvent, Reply, UnlinkRequest};

/// Everything in a customer's own bucket.
pub struct CustomerRecords {
    /// Changes of visitors that left, so that the sequence number never falls.
    pub dropped: u64,
    /// Visitors, and the days on which they were linked.
    pub links: Vec<(IdHash, u32)>,
    /// The other ids of the customer.
    pub identifiers: Vec<String>,
    pub events: Vec<ImportedEvent>,
}

/// A change in one bucket: of the customer, of one of its other ids, of a visitor.
#[derive(Clone)]
pub enum Change {
    /// An id becomes another name of a customer.
    PointAlias {
        alias: CustomerKey,
        to: String,
        day: u32,
    },
    /// It is no longer one; erased, no older word brings it back.
    DropAlias {
        alias: CustomerKey,
        from: String,
        erased_day: Option<u32>,
    },
    /// The customer's side of it.
    NoteIdentifier {
        of: CustomerKey,
        alias: String,
        day: u32,
    },
    DropIdentifier {
        of: CustomerKey,
        alias: String,
    },
    /// Deletes what was moved to another customer, and the customer if nothing else is held.
    TakeAway {
        of: CustomerKey,
        links: Vec<IdHash>,
        events: Vec<(IdHash, u32)>,
    },
    /// The customer's browsers see a new number.
    Bump {
        of: CustomerKey,
        by: u64,
    },
    /// A visitor of a customer becomes another's, or no one's.
    Repoint {
        visitor: VisitorKey,
        from: String,
        to: Option<String>,
    },
    AddLink {
        of: CustomerKey,
        visitor: IdHash,
        day: u32,
    },
    RemoveLink {
        of: CustomerKey,
        unlink: UnlinkRequest,
    },
    /// Writes the tombstone and removes everything imported until that day. The customer awaits the
    /// rest of its erasure.
    BeginErasure {
        of: CustomerKey,
        day: u32,
    },
    EndErasure {
        of: CustomerKey,
    },
    /// Bars logins by tokens that were issued until that time.
    BarLogins {
        of: CustomerKey,
        until_s: u64,
    },
}

/// The storage of customers.
pub trait Customers {
    /// Returns the customer of which this id is an alias.
    fn alias(&self, of: CustomerKey) -> Reply<'_, Option<String>>;
    /// The customer that a visitor belongs to, and how often its replicas changed.
    fn pointer(&self, visitor: VisitorKey) -> Reply<'_, Option<(String, u64)>>;
    /// `None` where the id is no customer of its own.
    fn customer_records(&self, of: CustomerKey) -> Reply<'_, Option<CustomerRecords>>;
    /// Customers whose erasure, or whose way under another id, was cut short.
    fn unfinished(&self) -> Reply<'_, Vec<Unfinished>>;
    /// Durable once it is answered.
    fn change(&self, change: Change) -> Reply<'_, ()>;
}

/// Work that a crash interrupted.
pub enum Unfinished {
    Erasure(CustomerKey, u32),
    Move(CustomerKey),
}
