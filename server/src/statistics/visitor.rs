//! A visitor's own row. In: the profile of a sync, or bookings imported from the back end. Out: the
//! updated row, and the changes of the sums. Never: grows without bounds; reads a clock.

use escale::Profile;
use escale::internals::profile::AttributedDecision;
use serde::{Deserialize, Serialize};

use super::change::{Changes, StratumKey, WeighedKey, WeighedSums};
use super::outcome::{OUTCOMES, Outcome};
use super::person::{Arm, Booked, Counted, Facts};
use super::stratum::{Part, Strata};
use super::tastes::Tastes;
use super::{PropagatedFacts, REMEMBERED_DAYS, TAKEN_DAYS, day_of, pack, unpack, unpack_with_rest};

/// No person is shown more in a month: what comes on top is not counted.
const MAX_DECISIONS: usize = 256;
/// So many offers in placements; what comes on top weighs nothing.
const MAX_OFFERS: usize = 512;

/// Row of a visitor: everything that was counted of them.
#[derive(Default, Serialize, Deserialize)]
pub struct Visitor {
    pub facts: Facts,
    /// As a person of their own; none while they are a customer, who is counted instead.
    counted: Option<Counted>,
    /// Decisions that may be reported again, by id.
    decisions: Vec<Outcome>,
    /// Weights of each offer's decisions, by placement and offer.
    weights: Vec<Weights>,
    /// Behind the others in the row's bytes: rows of earlier releases end before it.
    #[serde(skip)]
    tastes: Tastes,
    /// Behind the interests, for the same reason.
    #[serde(skip)]
    strata: Strata,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Weights {
    placement: u32,
    offer: u32,
    weight: f64,
    outcomes: [f64; OUTCOMES],
}

/// Parts of a sync that are counted.
pub struct SyncFacts<'a> {
    pub replica: [u8; 8],
    pub profile: &'a Profile,
    pub arms: &'a [Arm],
    /// Since the Unix epoch, by the server's clock.
    pub today: u32,
    /// `true` if the visitor is linked to a customer.
    pub is_linked: bool,
}

impl Visitor {
    /// A row's bytes; none, or those that cannot be read, are a visitor of whom nothing was counted.
    pub fn of(bytes: Option<&[u8]>) -> Self {
        let Some((mut visitor, rest)) = bytes.and_then(unpack_with_rest::<Self>) else {
            return Self::default();
        };
        let (tastes, rest) = unpack_with_rest(rest).unwrap_or_default();
        visitor.tastes = tastes;
        visitor.strata = unpack(rest).unwrap_or_default();
        visitor
    }

    pub fn bytes(&self) -> Vec<u8> {
        [pack(self), pack(&self.tastes), pack(&self.strata)].concat()
    }

    /// Returns everything in the row as JSON, for the visitor's own export. Ids and names are hashes.
    pub fn export(&self) -> serde_json::Value {
        let mut all = serde_json::to_value(self).unwrap_or_default();
        all["tastes"] = serde_json::to_value(&self.tastes).unwrap_or_default();
        all["strata"] = serde_json::to_value(&self.strata).unwrap_or_default();
        all
    }

    /// Counts a sync. Returns the facts for the customer's bucket if they changed.
    pub fn count_sync(
        &mut self,
        facts: &SyncFacts<'_>,
        customer: Option<&str>,
    ) -> (Option<Changes>, Option<PropagatedFacts>) {
        let before = self.facts.clone();
        let changes = self.count(facts);
        let is_news = before != self.facts;
        let propagated = customer
            .filter(|_| is_news)
            .map(|customer| self.propagated(customer));
        (Some(changes), propagated)
    }

    /// Facts for the bucket of this customer.
    pub fn propagated(&self, customer: &str) -> PropagatedFacts {
        PropagatedFacts {
            customer: customer.to_owned(),
            facts: self.facts.clone(),
        }
    }

    /// Follows a new link. The customer is counted in place of the visitor. `None` if nothing was counted yet.
    pub fn link_to(&mut self, customer: &str) -> (Option<Changes>, Option<PropagatedFacts>) {
        if self.facts.since_day == 0 {
            return (None, None);
        }
        let mut changes = Changes::default();
        self.count_person(true, &mut changes);
        (Some(changes), Some(self.propagated(customer)))
    }

    /// Follows a change of customer. A visitor without one counts alone again.
    pub fn move_to(
        &mut self,
        customer: Option<&str>,
    ) -> (Option<Changes>, Option<PropagatedFacts>) {
        if self.facts.since_day == 0 {
            return (None, None);
        }
        if let Some(customer) = customer {
            return (None, Some(self.propagated(customer)));
        }
        let mut changes = Changes::default();
        self.count_person(false, &mut changes);
        (Some(changes), None)
    }

    /// Counts a sync.
    pub fn count(&mut self, facts: &SyncFacts<'_>) -> Changes {
        let mut changes = Changes::default();
        let today = facts.today;
        self.facts
            .take(facts.replica, facts.profile, facts.arms, today);
        self.decisions
            .retain(|decision| day_of(decision.at_min) + REMEMBERED_DAYS >= today);
        for attributed in &facts.profile.decisions {
            self.decide(attributed, today, &mut changes);
        }
        self.count_person(facts.is_linked, &mut changes);
        self.tastes
            .count(self.facts.since_day, facts.profile, &mut changes);
        changes
    }

    /// Credits bookings that the back end imported for the customer.
    pub fn credit(&mut self, bookings: &[Booked]) -> Changes {
        let mut changes = Changes::default();
        for at in 0..self.decisions.len() {
            self.update(at, &mut changes, |decision| decision.credit(bookings));
        }
        changes
    }

    /// Credits imported bookings. `None` if that changes nothing.
    pub fn credit_news(&mut self, bookings: &[Booked]) -> Option<Changes> {
        Some(self.credit(bookings)).filter(|changes| !changes.is_empty())
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

    fn decide(&mut self, attributed: &AttributedDecision, today: u32, changes: &mut Changes) {
        let day = day_of(attributed.at_min);
        let at = match self
            .decisions
            .binary_search_by_key(&attributed.decision.id, |decision| decision.id)
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
                let outcome = Outcome::of(attributed);
                changes.shown.update(outcome.key(), [0; 6], outcome.sums());
                self.decisions.insert(at, outcome);
                at
            }
        };
        let bookings = std::mem::take(&mut self.facts.bookings);
        self.update(at, changes, |decision| decision.join(attributed, &bookings));
        self.facts.bookings = bookings;
    }

    /// Counts what becomes of a decision by the difference.
    fn update(&mut self, at: usize, changes: &mut Changes, change: impl FnOnce(&mut Outcome)) {
        let decision = &mut self.decisions[at];
        let (before, weighed_before) = (decision.sums(), decision.weighed());
        let part_before = Part::of(decision);
        change(decision);
        let (key, weighed) = (decision.key(), decision.weighed());
        changes.shown.update(key, before, decision.sums());
        let (placement, offer, day) = (decision.placement, decision.offer, self.facts.since_day);
        if let Some((stratum, before, now)) = self.strata.replace(decision, part_before) {
            let key = StratumKey {
                day,
                placement,
                offer,
                stratum,
            };
            changes.strata.update(key, before, now);
        }
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
            day,
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
    /// Returns the visitor's part of the sums over visitors.
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
