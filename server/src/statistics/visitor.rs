//! A visitor's own row. In: a hand-in's profile, or bookings told by the back end. Out: the row as it becomes, and what
//! changes in the sums. Never: grows without bounds; reads a clock.

use escale::core::base::hash::mix;
use escale::core::event::decision_record::DecisionRecord;
use escale::core::profile::AttributedDecision;
use escale::core::profile::Profile;
use serde::{Deserialize, Serialize};

use super::change::{Changes, WeighedKey, WeighedSums};
use super::outcome::{OUTCOMES, Outcome};
use super::person::{Arm, Booked, Counted, Facts};
use super::tastes::{Tastes, parts_of};
use super::{FORM, REMEMBERED_DAYS, TAKEN_DAYS, day_of, pack, unpack, unpack_with_rest};
use crate::store::SyncRequest;
use crate::sync::consent_receipt::Receipt;

/// No person is shown more in a month: what comes on top is not counted.
const MAX_DECISIONS: usize = 256;
/// So many offers in placements; what comes on top weighs nothing.
const MAX_OFFERS: usize = 512;

/// What was counted of a visitor.
#[derive(Default, Serialize, Deserialize)]
pub struct Visitor {
    pub facts: Facts,
    /// As a person of their own; none while they are a customer, who is counted instead.
    counted: Option<Counted>,
    /// Those that may be told again, by id.
    decisions: Vec<Outcome>,
    /// What each offer's decisions weigh, by placement and offer.
    weights: Vec<Weights>,
    /// Behind the others in the row's bytes: rows of earlier releases end before it.
    #[serde(skip)]
    tastes: Tastes,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Weights {
    placement: u32,
    offer: u32,
    weight: f64,
    outcomes: [f64; OUTCOMES],
}

/// What a hand-in tells.
pub struct SyncFacts<'a> {
    pub replica: [u8; 8],
    pub profile: &'a Profile,
    pub arms: &'a [Arm],
    /// What the visitor agreed to; it is kept beside what is counted.
    pub consent: Option<&'a Receipt>,
    /// Since the Unix epoch, by the server's clock.
    pub today: u32,
    /// Whether the visitor is a known customer's.
    pub is_linked: bool,
}

impl<'a> SyncFacts<'a> {
    pub fn by(of: &'a SyncRequest, is_linked: bool) -> Self {
        Self {
            replica: of.replica.0,
            profile: &of.profile,
            arms: &of.arms,
            consent: of.consent.as_ref(),
            today: of.day,
            is_linked,
        }
    }
}

/// What a hand-in tells, as one number: of two that are equal, what was counted or kept once need not be looked at again on
/// that day. Where the back end says another value of a booking, its word stands until the page tells of something new.
#[derive(Clone, Copy)]
pub struct SyncFingerprint(u64);

impl SyncFingerprint {
    /// The token is the visitor's newest.
    pub fn of(hand_in: &SyncRequest) -> Self {
        let SyncRequest {
            profile,
            erase,
            consent,
            arms,
            day,
            ..
        } = hand_in;
        let mut fingerprint = mix(u64::from(FORM), u64::from(*day));
        let mut take = |word: u64| fingerprint = mix(fingerprint, word);
        let (words, _) = erase.0.as_chunks::<8>();
        words
            .iter()
            .for_each(|word| take(u64::from_le_bytes(*word)));
        arms.iter()
            .for_each(|arm| take(u64::from(arm.experiment) << 8 | u64::from(arm.arm)));
        consent
            .iter()
            .flat_map(|receipt| receipt.words())
            .for_each(&mut take);
        take(profile.counts.quote_submits.into());
        for booking in &profile.bookings {
            take(u64::from(booking.id) << 32 | u64::from(booking.at_min));
            take(u64::from(booking.value_cents) << 1 | u64::from(booking.cancelled));
        }
        for settled in &profile.decisions {
            let DecisionRecord { id, config, .. } = settled.decision;
            take(u64::from(id) << 32 | u64::from(config));
            take(u64::from(settled.placement) << 32 | u64::from(settled.offer));
            take(u64::from(settled.at_min) << 1 | u64::from(settled.is_viewed));
            let Some(click) = settled.click else { continue };
            take(u64::from(click.at_min) << 1 | u64::from(click.is_quoted));
            let Some(word) = click.booking else { continue };
            take(u64::from(word.id) << 32 | u64::from(word.at_min));
            take(word.is_cancelled.into());
        }
        parts_of(profile)
            .iter()
            .for_each(|(topic, parts)| take(u64::from(*topic) << 8 | u64::from(*parts)));
        Self(fingerprint)
    }

    /// As it is kept; alone is who has one replica, and is no customer's. Never 0.
    pub fn kept(self, is_alone: bool) -> i64 {
        (self.0 & !1 | u64::from(is_alone)).max(2).cast_signed()
    }
}

impl Visitor {
    /// A row's bytes; none, or those that cannot be read, are a visitor of whom nothing was counted.
    pub fn of(bytes: Option<&[u8]>) -> Self {
        let Some((mut visitor, rest)) = bytes.and_then(unpack_with_rest::<Self>) else {
            return Self::default();
        };
        visitor.tastes = unpack(rest).unwrap_or_default();
        visitor
    }

    pub fn bytes(&self) -> Vec<u8> {
        [pack(self), pack(&self.tastes)].concat()
    }

    /// Takes a hand-in.
    pub fn count(&mut self, facts: &SyncFacts<'_>) -> Changes {
        let mut changes = Changes::default();
        let today = facts.today;
        self.facts
            .take((facts.replica, facts.profile), facts.arms, today);
        self.decisions
            .retain(|decision| day_of(decision.at_min) + REMEMBERED_DAYS >= today);
        for settled in &facts.profile.decisions {
            self.decide(settled, today, &mut changes);
        }
        self.count_person(facts.is_linked, &mut changes);
        self.tastes
            .count(self.facts.since_day, facts.profile, &mut changes);
        changes
    }

    /// Takes bookings that the back end told of the customer.
    pub fn credit(&mut self, bookings: &[Booked]) -> Changes {
        let mut changes = Changes::default();
        for at in 0..self.decisions.len() {
            self.update(at, &mut changes, |decision| decision.credit(bookings));
        }
        changes
    }

    /// From now on the customer is counted in place of the visitor, or the visitor again.
    pub fn count_person(&mut self, is_linked: bool, changes: &mut Changes) {
        let now = if is_linked {
            None
        } else {
            Counted::of(std::iter::once(&self.facts), &[])
        };
        recount(&mut self.counted, now, changes);
    }

    fn decide(&mut self, settled: &AttributedDecision, today: u32, changes: &mut Changes) {
        let day = day_of(settled.at_min);
        let at = match self
            .decisions
            .binary_search_by_key(&settled.decision.id, |decision| decision.id)
        {
            Ok(at) => at,
            // A clock that is wrong by more is no clock; one as late was counted long ago, or never will be.
            Err(_)
                if day > today + 1
                    || day + TAKEN_DAYS < today
                    || self.decisions.len() >= MAX_DECISIONS =>
            {
                return;
            }
            Err(at) => {
                let outcome = Outcome::of(settled);
                changes.shown.update(outcome.key(), [0; 6], outcome.sums());
                self.decisions.insert(at, outcome);
                at
            }
        };
        let bookings = std::mem::take(&mut self.facts.bookings);
        self.update(at, changes, |decision| decision.join(settled, &bookings));
        self.facts.bookings = bookings;
    }

    /// Counts what becomes of a decision by the difference.
    fn update(&mut self, at: usize, changes: &mut Changes, change: impl FnOnce(&mut Outcome)) {
        let decision = &mut self.decisions[at];
        let (before, weighed_before) = (decision.sums(), decision.weighed());
        change(decision);
        let (key, weighed) = (decision.key(), decision.weighed());
        changes.shown.update(key, before, decision.sums());
        let (placement, offer) = (decision.placement, decision.offer);
        let Some(weights) = self.weights_of(placement, offer) else {
            return;
        };
        let was = *weights;
        weights.weight += weighed.0 - weighed_before.0;
        for (sum, (now, before)) in weights
            .outcomes
            .iter_mut()
            .zip(weighed.1.into_iter().zip(weighed_before.1))
        {
            *sum += now - before;
        }
        let now = *weights;
        let key = WeighedKey {
            day: self.facts.since_day,
            placement,
            offer,
        };
        changes.weighed.update(key, was.sums(), now.sums());
    }

    fn weights_of(&mut self, placement: u32, offer: u32) -> Option<&mut Weights> {
        let at = match self
            .weights
            .binary_search_by_key(&(placement, offer), |w| (w.placement, w.offer))
        {
            Ok(at) => at,
            Err(_) if self.weights.len() >= MAX_OFFERS => return None,
            Err(at) => {
                self.weights.insert(
                    at,
                    Weights {
                        placement,
                        offer,
                        ..Weights::default()
                    },
                );
                at
            }
        };
        self.weights.get_mut(at)
    }
}

/// From what a person counted for to what they count for now.
pub fn recount(counted: &mut Option<Counted>, now: Option<Counted>, changes: &mut Changes) {
    if *counted == now {
        return;
    }
    for before in counted.iter() {
        before
            .keys()
            .for_each(|key| changes.people.update(key, before.sums(), [0.0; 5]));
    }
    for now in now.iter() {
        now.keys()
            .for_each(|key| changes.people.update(key, [0.0; 5], now.sums()));
    }
    *counted = now;
}

impl Weights {
    /// What the visitor adds to the sums over visitors.
    fn sums(&self) -> WeighedSums {
        let w = self.weight;
        let mut sums = [0.0; 12];
        if w > 0.0 {
            sums[..3].copy_from_slice(&[1.0, w, w * w]);
            for (sums, a) in sums[3..].chunks_exact_mut(3).zip(self.outcomes) {
                sums.copy_from_slice(&[a, a * w, a * a]);
            }
        }
        sums
    }
}
