//! Customers as they are held, a page at a time.

use crate::base::ids::Site;
use crate::store::{Reply, Taken};

/// Customers read at once.
pub const PAGE: usize = 256;

/// Everything held of one customer: the visitors' states, and imported events.
pub struct HeldCustomer {
    pub customer: String,
    pub states: Vec<Taken>,
    pub imported: Vec<Vec<u8>>,
}

/// The storage of audiences.
pub trait Audience {
    /// The customers of a bucket after that id, in the order of ids; at most [`PAGE`], none at the end.
    fn customers(&self, site: Site, bucket: u16, after: String) -> Reply<'_, Vec<HeldCustomer>>;
}
