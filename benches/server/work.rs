//! Content of the syncs: visitors as the server knows them, and successive versions of their
//! profiles. Each version adds a page view to the reference profile (`tests/reference_profile.rs`).
//! Some versions also add a viewed decision, which the report must count.

use std::sync::atomic::{AtomicU64, Ordering};

use escale::Profile;
use escale::internals::base::time::Timestamp;
use escale::internals::event::decision_record::{DecisionRecord, Levels, Propensity};
use escale::internals::profile::AttributedDecision;
use escale_server::base::ids::{IdHash, ReplicaId, Secret, Site, VisitorKey, text};
use escale_server::statistics::person::{Arm, HOLDOUT};
use escale_server::store::SyncRequest;

pub const SITE: &str = "bench";
/// So many different profiles.
const KINDS: usize = 32;
/// So often each visitor may hand in within a run.
const VERSIONS: usize = 64;

/// Difference between a sync and the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum News {
    PageViews,
    Decisions,
    /// A decision every fourth time.
    Both,
}

impl News {
    pub const ALL: [Self; 3] = [Self::PageViews, Self::Both, Self::Decisions];

    /// Returns the name of the argument.
    pub fn argument(self) -> &'static str {
        match self {
            Self::PageViews => "views",
            Self::Both => "both",
            Self::Decisions => "decisions",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::PageViews => "a page view each",
            Self::Both => "a decision every fourth time",
            Self::Decisions => "a decision each",
        }
    }
}

pub struct Work {
    pub visitors: Vec<Visitor>,
    /// By kind, then by version.
    states: Vec<Vec<Vec<u8>>>,
    next: AtomicU64,
    pub day: u32,
}

pub struct Visitor {
    pub secret: [u8; 16],
    pub key: VisitorKey,
    pub erase: IdHash,
    pub replica: ReplicaId,
}

impl Visitor {
    /// The `n`-th: whatever is the same in two runs is the same visitor.
    pub fn of(site: &Site, n: u64) -> Self {
        let bytes =
            (u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_le_bytes();
        let secret = Secret::parse(&text(&bytes)).unwrap();
        let erase = Secret::parse(&text(&bytes.map(|byte| !byte)))
            .unwrap()
            .erase(site);
        Self {
            secret: bytes,
            key: secret.visitor(site),
            erase,
            replica: ReplicaId(n.to_le_bytes()),
        }
    }
}

impl Work {
    pub fn new(visitors: u64, news: News) -> Self {
        let site = Site::new(SITE);
        let now_ms = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis() as u64;
        Self {
            visitors: (0..visitors).map(|n| Visitor::of(&site, n)).collect(),
            states: (0..KINDS)
                .map(|kind| {
                    versions(
                        kind as u32,
                        news,
                        Timestamp::from_unix_ms(now_ms as f64).get(),
                    )
                })
                .collect(),
            next: AtomicU64::new(0),
            day: (now_ms / 86_400_000) as u32,
        }
    }

    /// Returns the visitor and the version of the next sync. Every visitor comes once, in an order
    /// far from that of the keys, and then every visitor again. `None` if there are no more
    /// versions.
    pub fn next(&self) -> Option<(usize, u64)> {
        let (n, all) = (
            self.next.fetch_add(1, Ordering::Relaxed),
            self.visitors.len() as u64,
        );
        let version = n / all + 1;
        // A prime: no visitor comes twice in a round.
        let visitor = (n % all * 2_654_435_761) % all;
        (version <= VERSIONS as u64).then_some((visitor as usize, version))
    }

    /// Returns the number of syncs taken so far: the position in the sequence.
    pub fn place(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// Goes on after so many.
    pub fn go_on_from(&self, place: u64) {
        self.next.store(place, Ordering::Relaxed);
    }

    /// Returns `true` if every visitor has synced once.
    pub fn is_round(&self) -> bool {
        self.place() >= self.visitors.len() as u64
    }

    pub fn state(&self, visitor: usize, version: u64) -> &[u8] {
        &self.states[visitor % KINDS][version as usize - 1]
    }

    pub fn sync_request(&self, visitor: usize, version: u64) -> SyncRequest {
        let of = &self.visitors[visitor];
        SyncRequest {
            visitor: of.key.clone(),
            erase: of.erase,
            replica: of.replica,
            version,
            profile: Profile::decode(self.state(visitor, version)).unwrap(),
            state: self.state(visitor, version).to_vec(),
            day: self.day,
            consent: None,
            arms: vec![Arm {
                experiment: HOLDOUT,
                arm: 0,
            }],
            triggers_evaluation: false,
        }
    }

    pub fn bytes_each(&self) -> usize {
        let all: usize = self.states.iter().flatten().map(Vec::len).sum();
        all / (KINDS * VERSIONS)
    }
}

/// The reference profile as the tests have frozen it.
fn reference() -> Profile {
    let hex = include_str!("../../tests/frozen/profile-v1.hex").trim();
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    Profile::decode(&bytes).unwrap()
}

fn versions(kind: u32, news: News, now_s: u32) -> Vec<Vec<u8>> {
    let mut profile = reference();
    profile.last_s = now_s;
    profile.counts.visits += kind;
    let version = |version: u32| {
        profile.counts.page_views += 1;
        if news == News::Decisions || (news == News::Both && version.is_multiple_of(4)) {
            profile
                .decisions
                .insert(decision(kind, version, now_s / 60));
        }
        let bytes = profile.encode();
        assert!(Profile::decode(&bytes).is_ok_and(|read| read.encode() == bytes));
        bytes
    };
    (1..=VERSIONS as u32).map(version).collect()
}

fn decision(kind: u32, version: u32, now_min: u32) -> AttributedDecision {
    let propensity = Propensity::of(0.2 + f64::from(kind) / 64.0).unwrap();
    let levels = Levels::of([(kind % 4) as u8, (kind % 3) as u8, 0, 0, 0, 0, 0, 0]);
    let decision = DecisionRecord {
        id: version,
        config: 7,
        propensity,
        variant: 0,
        arm: 0,
        levels,
    };
    let (placement, offer) = (1 + version % 3, 100 + (kind + version) % 40);
    AttributedDecision {
        decision,
        placement,
        offer,
        at_min: now_min - 60,
        is_viewed: true,
        click: None,
    }
}
