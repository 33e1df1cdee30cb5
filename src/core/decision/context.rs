//! All that a choice looks at, for one moment. Comes in: what is known of a visitor; goes out:
//! which offers may stand in a placement, and what each is worth there.

use super::eligibility::{DUE, Eligibility, Ineligible};
use super::fatigue::{PROMOTION, fatigue};
use super::sampling::Candidate;
use crate::core::base::enums::Feedback;
use crate::core::base::index::Index;
use crate::core::base::offer_kind::OfferKind;
use crate::core::condition::bytecode::{Answers, ConditionIndex, Conditions};
use crate::core::config::layout::Section;
use crate::core::config::layout::{OFFER_BYTES, WEIGHT_BYTES};
use crate::core::config::{Config, Offer, Placement, Rows};
use crate::core::profile::{OfferSeen, Profile};
use crate::core::traits::facts::VisitorFacts;
use crate::core::traits::family_pressure::FamilyPressure;

/// Penalty of "less of this" in an offer's score, in doublings.
const LESS: f64 = 3.0;

/// Reason why an offer may not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exclusion {
    /// Its period has not begun.
    NotYet = 1,
    /// Its period is over.
    Over = 2,
    /// Its condition is not met.
    Condition = 3,
    /// The visitor answered "never" or "already booked".
    Feedback = 4,
    /// Its family rests.
    FamilyRests = 5,
    /// The page shows it already.
    OnThePage = 6,
    /// A cap is reached.
    Capped = 7,
    /// A booking was made recently.
    RestsAfterBooking = 8,
    /// The frequency that the visitor wants leaves nothing.
    Preference = 9,
    /// The visitor booked the same.
    Booked = 10,
    /// A complement, and no booked trip is ahead.
    NoTripAhead = 11,
    /// Its scenario is not due.
    NotDue = 12,
    /// A negative persona excludes commercial offers.
    NegativePersona = 13,
    /// Too little is known for this placement.
    NothingKnown = 14,
}

impl From<Ineligible> for Exclusion {
    fn from(reason: Ineligible) -> Self {
        match reason {
            Ineligible::Capped => Self::Capped,
            Ineligible::RestsAfterBooking => Self::RestsAfterBooking,
            Ineligible::Preference => Self::Preference,
            Ineligible::Booked => Self::Booked,
            Ineligible::NoTripAhead => Self::NoTripAhead,
            Ineligible::NotDue => Self::NotDue,
        }
    }
}

/// All that a choice looks at, read once for a moment.
pub struct DecisionContext<'a> {
    /// Config of the decision.
    pub config: &'a Config,
    /// Merged profile of the visitor.
    pub profile: &'a Profile,
    /// Facts that conditions can ask for.
    pub facts: VisitorFacts<'a>,
    /// Caps, bookings, wishes and scenarios.
    pub eligibility: Eligibility,
    /// Time of the decision.
    pub now_s: u32,
    /// Confidence in the visitor over all facets.
    confidence: f64,
    /// `true` if a negative persona excludes commercial offers.
    is_unwelcome: bool,
    offers: Rows<'a, OFFER_BYTES>,
    weights: Rows<'a, WEIGHT_BYTES>,
    conditions: Conditions<'a>,
    /// Answers of the conditions evaluated so far.
    answers: Answers,
}

impl<'a> DecisionContext<'a> {
    /// Reads pressure and history at the facts' time.
    #[must_use]
    pub fn new(config: &'a Config, facts: VisitorFacts<'a>) -> Self {
        let (profile, now_s) = (facts.profile, facts.now_s);
        let eligibility = Eligibility::read(config, &facts);
        Self {
            config,
            profile,
            eligibility,
            now_s,
            confidence: facts.affinity.best_confidence(),
            is_unwelcome: facts.customer.negative_persona.is_some(),
            facts,
            offers: config.rows(Section::Offers),
            weights: config.rows(Section::TopicWeights),
            conditions: config.conditions(),
            answers: Answers::of(config.count(Section::Tests)),
        }
    }

    /// Returns the reason why an offer may not be shown. `None` if it may.
    #[must_use]
    pub fn exclusion(&self, offer: &Offer, on_page: &[Index<Offer>]) -> Option<Exclusion> {
        if self.now_s < offer.from_s {
            return Some(Exclusion::NotYet);
        }
        if self.now_s >= offer.until_s {
            return Some(Exclusion::Over);
        }
        if !on_page.is_empty() && on_page.contains(&offer.index) {
            return Some(Exclusion::OnThePage);
        }
        if self
            .seen_of(offer)
            .is_some_and(|s| s.feedback >= Feedback::Booked)
        {
            return Some(Exclusion::Feedback);
        }
        if self
            .family_of(offer)
            .is_some_and(|f| f.rests_until_s > self.now_s)
        {
            return Some(Exclusion::FamilyRests);
        }
        if self.is_unwelcome && offer.kind.is_commercial() {
            return Some(Exclusion::NegativePersona);
        }
        if let Some(reason) = self.eligibility.reason_against(self.config, offer) {
            return Some(reason.into());
        }
        (!self.is_meant(offer.condition)).then_some(Exclusion::Condition)
    }

    /// Returns `true` if a condition is met.
    #[must_use]
    pub fn is_meant(&self, condition: Option<ConditionIndex>) -> bool {
        self.conditions
            .evaluate(condition, &self.facts, &self.answers)
    }

    /// Returns the reason why an offer may not be shown in a placement. `None` if it may.
    #[must_use]
    pub fn exclusion_from(
        &self,
        placement: &Placement,
        offer: &Offer,
        on_page: &[Index<Offer>],
    ) -> Option<Exclusion> {
        if !self.is_known(placement) && !self.is_called_for(offer) {
            return Some(Exclusion::NothingKnown);
        }
        self.exclusion(offer, on_page)
    }

    /// Returns `true` if confidence in the visitor is high enough to replace a placement's own
    /// content by taste.
    #[must_use]
    pub fn is_known(&self, placement: &Placement) -> bool {
        self.confidence >= placement.min_confidence
    }

    /// Returns `true` if an offer needs no taste: its scenario is due, or it completes a booked
    /// trip.
    fn is_called_for(&self, offer: &Offer) -> bool {
        self.eligibility.is_due(offer) || offer.kind == OfferKind::Complement
    }

    /// An offer's score beside what the page shows already, in doublings.
    #[must_use]
    pub fn score(&self, offer: &Offer, on_page: &[Index<Offer>]) -> f64 {
        let liked = offer.base_score + self.affinity_part(offer) + self.promotion_part(offer);
        liked - self.history_part(offer) - self.similarity_part(offer, on_page)
    }

    /// Returns the penalty for offers of the same family on the page. Three of a kind are no
    /// choice.
    #[must_use]
    pub fn similarity_part(&self, offer: &Offer, on_page: &[Index<Offer>]) -> f64 {
        let alike = on_page
            .iter()
            .filter(|shown| self.config.offer(**shown).family == offer.family)
            .count();
        self.config.policy().similarity * alike as f64
    }

    /// Returns the score of the visitor's taste: `γ·Σ a·log₂ lift`. The weights `a` include those
    /// of their facets.
    #[must_use]
    pub fn affinity_part(&self, offer: &Offer) -> f64 {
        let weights = self
            .weights
            .topic_weights(offer.first_weight, offer.weights);
        self.config.policy().affinity_weight
            * weights
                .map(|(topic, a)| a * self.facts.affinity.log_lift(topic))
                .sum::<f64>()
    }

    /// Returns the bonus of a resting family's promotion and of a scenario that is due.
    #[must_use]
    pub fn promotion_part(&self, offer: &Offer) -> f64 {
        let promoted = if self.is_promoted(offer) {
            PROMOTION
        } else {
            0.0
        };
        promoted
            + if self.eligibility.is_due(offer) {
                DUE
            } else {
                0.0
            }
    }

    /// Returns `true` if a resting family promotes this offer's family.
    #[must_use]
    pub fn is_promoted(&self, offer: &Offer) -> bool {
        self.family_of(offer).is_some_and(|f| f.is_promoted)
    }

    /// Returns the penalty of fatigue and "less of this".
    #[must_use]
    pub fn history_part(&self, offer: &Offer) -> f64 {
        self.seen_of(offer).map_or(0.0, |s| {
            fatigue(s, self.profile, self.config, self.now_s)
                + if s.feedback == Feedback::Less {
                    LESS
                } else {
                    0.0
                }
        })
    }

    fn seen_of(&self, offer: &Offer) -> Option<&OfferSeen> {
        self.profile.offers.find(offer.hash)
    }

    fn family_of(&self, offer: &Offer) -> Option<&FamilyPressure> {
        self.facts.families.get(offer.family.position())
    }

    /// The eligible offers of a placement with their scores.
    #[must_use]
    pub fn eligible(&self, placement: &Placement, on_page: &[Index<Offer>]) -> Vec<Candidate> {
        if self.eligibility.is_full(placement) {
            return Vec::new();
        }
        let candidates = self.config.candidates(placement);
        let mut eligible = Vec::with_capacity(candidates.len());
        for index in candidates {
            let offer = self.offers.offer(index);
            if self.exclusion_from(placement, &offer, on_page).is_none() {
                let score = self.score(&offer, on_page);
                // No config that was compiled gives another; one that was damaged may.
                let score = if score.is_finite() { score } else { 0.0 };
                eligible.push(Candidate {
                    offer: index,
                    hash: offer.hash,
                    score,
                });
            }
        }
        eligible
    }
}
