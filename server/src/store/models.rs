//! Storage interface for learned models. In: a model's text and its fitting time. Out: the same,
//! for all servers on one database. Never: a newer model overwritten by a server that read the
//! clock too late.

use crate::base::ids::Site;
use crate::store::Reply;

/// A site has one model, in the first bucket.
pub const BUCKET: u16 = 0;

/// Allowed difference between the clocks of servers, in seconds. A model further in the future
/// comes from a clock that was set back since.
pub const AHEAD_S: u64 = 300;

/// A model as it is kept: JSON, and seconds since 1970.
#[derive(Clone)]
pub struct Kept {
    pub fitted_s: u64,
    pub text: String,
}

impl Kept {
    /// Returns `true` if the model was fitted after `due_s`, and not in the future.
    pub fn is_fresh(&self, now_s: u64, due_s: u64) -> bool {
        self.fitted_s > due_s && self.fitted_s <= now_s.saturating_add(AHEAD_S)
    }
}

pub trait Models {
    fn model(&self, site: Site) -> Reply<'_, Option<Kept>>;
    /// Keeps it unless another server has fitted one after `due_s`; see [`Kept::is_fresh`].
    fn keep_model(&self, site: Site, model: Kept, due_s: u64) -> Reply<'_, ()>;
}
