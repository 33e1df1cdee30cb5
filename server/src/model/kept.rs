//! Where servers keep what they learn by themselves. In: a model's text and when it was fitted. Out: the same, for all servers
//! on one database. Never: a newer one overwritten by who has looked at the clock too late.

use crate::ids::Site;
use crate::store::Reply;

/// A site has one model, in the first bucket.
pub const BUCKET: u16 = 0;

/// A model as it is kept: JSON, and seconds since 1970.
#[derive(Clone)]
pub struct Kept {
    pub fitted_s: u64,
    pub text: String,
}

pub trait Models {
    fn model(&self, site: Site) -> Reply<'_, Option<Kept>>;
    /// Keeps it unless another server has fitted one after `due_s`.
    fn keep_model(&self, site: Site, model: Kept, due_s: u64) -> Reply<'_, ()>;
}
