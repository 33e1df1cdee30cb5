//! The rules of a sync. In: the stored side of a visitor, and a request. Out: the outcome, and effects in order.
//! Never: reads a clock or a store; both stores execute the same plan.

use crate::base::ids::IdHash;
use crate::statistics::PropagatedFacts;
use crate::sync::fingerprint::SyncFingerprint;
use crate::sync::request::{REPLICAS_PER_VISITOR, SyncOutcome, SyncRequest};
use crate::sync::version_rule::{Verdict, judge};

/// The stored side of a visitor, as far as a sync needs it.
#[derive(Default)]
pub struct HeldVisitor {
    /// The visitor has a tombstone.
    pub is_erased: bool,
    /// `None` if the visitor is unknown.
    pub row: Option<HeldRow>,
    pub customer: Option<String>,
    /// The number of replicas other than the one that syncs.
    pub other_replicas: usize,
    /// The replica that syncs. `None` if nothing is stored of it.
    pub replica: Option<HeldReplica>,
}

/// The visitor's own row.
#[derive(PartialEq, Eq)]
pub struct HeldRow {
    /// The newest erase-only token.
    pub token: Option<IdHash>,
    /// The day of the last sync.
    pub synced_day: u32,
}

/// The stored side of the replica that syncs.
pub struct HeldReplica {
    pub version: u64,
    /// 0 if the next sync must take the long path.
    pub fingerprint: i64,
    /// The rule of versions and growth, applied where the stored state was read.
    pub verdict: Verdict,
}

/// The outcome of a sync and the changes that lead to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    pub outcome: SyncOutcome,
    /// Executed in this order, in one transaction.
    pub effects: Vec<Effect>,
}

/// One change in the visitor's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Inserts the visitor's row, or updates its token and day.
    UpsertVisitor,
    /// Sets the fingerprints of all the visitor's replicas to 0.
    ClearFingerprints,
    /// Counts the request. Yields the visitor's facts if they changed; with `resend`, in any case.
    CountStatistics { resend: bool },
    /// Yields the visitor's facts without counting.
    ReadFacts,
    /// Stores the state with [`stored_fingerprint`].
    StoreReplica { fingerprint: i64 },
    /// Stores the consent receipt, if the request has a newer one.
    SaveConsent,
    /// Queues an evaluation of the customer's scenarios.
    QueueEvaluation,
}

impl HeldVisitor {
    /// `true` if the request's erase-only token is not the one held. Its own bucket tells if it was used already.
    pub fn has_new_token(&self, request: &SyncRequest) -> bool {
        let held = self.row.as_ref().and_then(|row| row.token);
        held != Some(request.erase)
    }

    /// `true` if no other replica and no customer knows anything of the visitor.
    fn is_alone(&self) -> bool {
        self.other_replicas == 0 && self.customer.is_none()
    }
}

/// Plans a sync. `is_token_used` matters only for a new token.
pub fn plan(
    held: &HeldVisitor,
    request: &SyncRequest,
    fingerprint: SyncFingerprint,
    is_token_used: bool,
) -> Plan {
    let has_new_token = held.has_new_token(request);
    if held.is_erased || has_new_token && is_token_used {
        return Plan {
            outcome: SyncOutcome::Erased,
            effects: Vec::new(),
        };
    }
    let mut effects = Vec::new();
    if has_new_token || held.row.as_ref().map(|row| row.synced_day) != Some(request.day) {
        effects.push(Effect::UpsertVisitor);
    }
    if has_new_token && held.row.is_some() {
        // Otherwise the fast path would still accept syncs with the previous token, even a used one.
        effects.push(Effect::ClearFingerprints);
    }
    let outcome = plan_state(held, request, fingerprint, &mut effects);
    Plan { outcome, effects }
}

/// Plans the changes that depend on the state itself.
fn plan_state(
    held: &HeldVisitor,
    request: &SyncRequest,
    fingerprint: SyncFingerprint,
    effects: &mut Vec<Effect>,
) -> SyncOutcome {
    let verdict = held.replica.as_ref().map_or_else(
        || {
            judge(
                None,
                request.version,
                &request.state,
                &request.profile,
                request.day,
            )
        },
        |replica| replica.verdict,
    );
    match verdict {
        Verdict::TooMuch => return SyncOutcome::TooMuch,
        Verdict::Conflict => {
            let held_version = held.replica.as_ref().map_or(0, |replica| replica.version);
            return SyncOutcome::Conflict { held_version };
        }
        Verdict::Store if held.replica.is_none() && held.other_replicas >= REPLICAS_PER_VISITOR => {
            return SyncOutcome::TooManyReplicas;
        }
        Verdict::Store => plan_store(held, fingerprint, effects),
        Verdict::Same => effects.push(Effect::ReadFacts),
    }
    effects.push(Effect::SaveConsent);
    if request.triggers_evaluation && held.customer.is_some() {
        effects.push(Effect::QueueEvaluation);
    }
    SyncOutcome::Accepted {
        is_alone: held.is_alone(),
    }
}

/// Stores a state. Counts it unless the same replica sent the same content before.
fn plan_store(held: &HeldVisitor, fingerprint: SyncFingerprint, effects: &mut Vec<Effect>) {
    let fingerprint = fingerprint.stored(held.is_alone());
    let before = held.replica.as_ref().map(|replica| replica.fingerprint);
    if before.is_none() && held.other_replicas > 0 {
        effects.push(Effect::ClearFingerprints);
    }
    if before != Some(fingerprint) {
        effects.push(Effect::CountStatistics {
            resend: before == Some(0),
        });
    }
    effects.push(Effect::StoreReplica { fingerprint });
}

/// Fingerprint to store with a state: 0 while the customer's bucket lacks the facts, so that the next sync sends them.
pub fn stored_fingerprint(fingerprint: i64, facts: Option<&PropagatedFacts>) -> i64 {
    if facts.is_some() { 0 } else { fingerprint }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that cannot go on ends")]
mod tests {
    use escale::Profile;

    use super::*;
    use crate::base::ids::{ReplicaId, Secret, Site, text};

    const DAY: u32 = 20_000;

    fn request() -> SyncRequest {
        let site = Site::new("demo");
        let Some(secret) = Secret::parse(&text(&[7; 16])) else {
            panic!("sixteen bytes")
        };
        SyncRequest {
            visitor: secret.visitor(&site),
            erase: secret.erase(&site),
            replica: ReplicaId([7; 8]),
            version: 2,
            state: vec![7],
            profile: Profile::default(),
            day: DAY,
            consent: None,
            arms: Vec::new(),
            triggers_evaluation: false,
        }
    }

    /// A visitor who synced today with the request's token, from the same replica.
    fn held(verdict: Verdict, fingerprint: i64) -> HeldVisitor {
        HeldVisitor {
            row: Some(HeldRow {
                token: Some(request().erase),
                synced_day: DAY,
            }),
            replica: Some(HeldReplica {
                version: 1,
                fingerprint,
                verdict,
            }),
            ..HeldVisitor::default()
        }
    }

    fn planned(held: &HeldVisitor, request: &SyncRequest, is_token_used: bool) -> Plan {
        plan(held, request, SyncFingerprint::of(request), is_token_used)
    }

    const ALONE: SyncOutcome = SyncOutcome::Accepted { is_alone: true };

    #[test]
    fn plan_first_sync_stores_and_counts() {
        let request = request();
        let plan = planned(&HeldVisitor::default(), &request, false);
        let fingerprint = SyncFingerprint::of(&request).stored(true);
        assert_eq!(plan.outcome, ALONE);
        assert_eq!(
            plan.effects,
            [
                Effect::UpsertVisitor,
                Effect::CountStatistics { resend: false },
                Effect::StoreReplica { fingerprint },
                Effect::SaveConsent,
            ]
        );
    }

    #[test]
    fn plan_tombstone_or_used_token_is_erased_without_effects() {
        let erased = Plan {
            outcome: SyncOutcome::Erased,
            effects: Vec::new(),
        };
        let mut held = held(Verdict::Store, 1);
        held.is_erased = true;
        assert_eq!(planned(&held, &request(), false), erased);
        assert_eq!(planned(&HeldVisitor::default(), &request(), true), erased);
    }

    #[test]
    fn plan_replaced_token_clears_fingerprints() {
        let mut held = held(Verdict::Conflict, 9);
        held.row = Some(HeldRow {
            token: None,
            synced_day: DAY,
        });
        let plan = planned(&held, &request(), false);
        assert_eq!(plan.outcome, SyncOutcome::Conflict { held_version: 1 });
        assert_eq!(
            plan.effects,
            [Effect::UpsertVisitor, Effect::ClearFingerprints]
        );
    }

    #[test]
    fn plan_refused_state_changes_nothing_else() {
        let plan = planned(&held(Verdict::TooMuch, 9), &request(), false);
        assert_eq!(
            (plan.outcome, plan.effects),
            (SyncOutcome::TooMuch, Vec::new())
        );
        let mut many = held(Verdict::Store, 9);
        many.replica = None;
        many.other_replicas = REPLICAS_PER_VISITOR;
        let plan = planned(&many, &request(), false);
        assert_eq!(
            (plan.outcome, plan.effects),
            (SyncOutcome::TooManyReplicas, Vec::new())
        );
    }

    #[test]
    fn plan_same_content_is_not_counted_again() {
        let request = request();
        let fingerprint = SyncFingerprint::of(&request).stored(true);
        let plan = planned(&held(Verdict::Store, fingerprint), &request, false);
        assert_eq!(
            plan.effects,
            [Effect::StoreReplica { fingerprint }, Effect::SaveConsent]
        );
        let plan = planned(&held(Verdict::Store, 0), &request, false);
        assert_eq!(plan.effects[0], Effect::CountStatistics { resend: true });
        let plan = planned(&held(Verdict::Same, fingerprint), &request, false);
        assert_eq!(plan.effects, [Effect::ReadFacts, Effect::SaveConsent]);
    }

    #[test]
    fn plan_second_replica_of_a_customer_clears_fingerprints_and_queues_an_evaluation() {
        let mut request = request();
        request.triggers_evaluation = true;
        let mut held = held(Verdict::Store, 9);
        (held.replica, held.other_replicas) = (None, 1);
        held.customer = Some("c1".into());
        let plan = planned(&held, &request, false);
        let fingerprint = SyncFingerprint::of(&request).stored(false);
        assert_eq!(plan.outcome, SyncOutcome::Accepted { is_alone: false });
        assert_eq!(
            plan.effects,
            [
                Effect::ClearFingerprints,
                Effect::CountStatistics { resend: false },
                Effect::StoreReplica { fingerprint },
                Effect::SaveConsent,
                Effect::QueueEvaluation,
            ]
        );
    }
}
