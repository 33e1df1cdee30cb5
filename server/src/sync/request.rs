//! A sync as the stores see it. In and out: plain data. Never: knows HTTP or SQL.

use escale::Profile;

use crate::base::ids::{IdHash, ReplicaId, VisitorKey};
use crate::statistics::person::Arm;
use crate::statistics::visitor::SyncFacts;
use crate::sync::consent_receipt::Receipt;

/// Replicas of a visitor at most. An honest browser starts a new one only after a roll-back or a copy.
pub const REPLICAS_PER_VISITOR: usize = 32;

/// State of one replica, as a browser sends it.
pub struct SyncRequest {
    pub visitor: VisitorKey,
    pub erase: IdHash,
    pub replica: ReplicaId,
    pub version: u64,
    pub state: Vec<u8>,
    /// The same, read.
    pub profile: Profile,
    pub day: u32,
    /// Consent receipt. `None` keeps the one held.
    pub consent: Option<Receipt>,
    /// The arms that the visitor is in.
    pub arms: Vec<Arm>,
    /// `true` if the server has scenarios to evaluate for the visitor's customer.
    pub triggers_evaluation: bool,
}

/// Outcome of a sync.
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

/// State of the visitor's other replicas, and a sequence number that changes with it.
pub struct RemoteState {
    pub seq: u64,
    pub states: Vec<Taken>,
    /// Events of the customer that the site's back end imported.
    pub imported: Vec<Vec<u8>>,
}

/// A stored state, and the day since the Unix epoch on which it was stored.
pub struct Taken {
    pub state: Vec<u8>,
    pub day: u32,
}

impl SyncRequest {
    /// Returns what the statistics count of the request. `is_linked` if the visitor belongs to a customer.
    pub fn facts(&self, is_linked: bool) -> SyncFacts<'_> {
        SyncFacts {
            replica: self.replica.0,
            profile: &self.profile,
            arms: &self.arms,
            today: self.day,
            is_linked,
        }
    }
}
