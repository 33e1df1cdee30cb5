//! The choice. Comes in: what is known of a visitor and a placement; goes out: an offer with its propensity, or the
//! reason why the page's own content stays. Deciding cannot fail.
//!
//! Every eligible offer has a score in doublings: `log₂ rate + log₂ value + priority + γ·Σ a·log₂ lift − fatigue
//! − similarity` to what the page shows already.
//! The best 32 are drawn by `2^(score/τ)`, with probability ε any eligible offer alike. The draw is a race: each
//! offer's ticket depends on the seed and on the offer alone, so that an offer that comes or goes changes no
//! choice between the others (Efraimidis, Spirakis: *Weighted random sampling with a reservoir*, 2006).

use super::affinity::Affinity;
use super::attribute::Id;
use super::caps::{contacts, is_commercial};
use super::condition::bytecode::{Facts, evaluate};
use super::config::layout::Section;
use super::config::{Config, Offer, Placement};
use super::facts::VisitorFacts;
use super::hash::{mix, unit};
use super::named::Feedback;
use super::pressure::{self, FamilyPressure, PROMOTION};
use super::profile::Profile;
use super::restraint::{DUE, Hold, Restraint};
use super::season;
use super::suppression::COMPLEMENT;

/// Only the best so many are weighed against each other; the others come in by exploration alone.
const BEST: usize = 32;
/// What "less of this" takes from an offer's score, in doublings.
const LESS: f64 = 3.0;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Milliseconds since the Unix epoch.
    pub now_ms: f64,
    /// The placement's small integer.
    pub placement: u16,
    /// Which of its slots, from 0.
    pub slot: u8,
    /// Offers that the page shows already.
    pub exclude: &'a [u16],
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The offer's small integer; none: the page's own content stays.
    pub offer: Option<u16>,
    /// The variant of its content; 0: the offer's own.
    pub variant: u8,
    /// 0: personalised · 1: the control group.
    pub arm: u8,
    /// The exact probability with which this offer was drawn.
    pub propensity: f64,
    /// What the draw came from.
    pub seed: u64,
    /// The config it was made by.
    pub config: u32,
    pub reason: Reason,
}

/// Why this is the answer. The numbers cross the wasm boundary: never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    Chosen = 0,
    UnknownPlacement = 1,
    NothingKnown = 2,
    NoEligibleOffer = 3,
    Holdout = 4,
}

impl Reason {
    /// The name, as pages and logs carry it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::UnknownPlacement => "unknown_placement",
            Self::NothingKnown => "nothing_known",
            Self::NoEligibleOffer => "no_eligible_offer",
            Self::Holdout => "holdout",
        }
    }
}

/// Why an offer is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exclusion {
    NotYet = 1,
    Over = 2,
    Condition = 3,
    Feedback = 4,
    FamilyRests = 5,
    OnThePage = 6,
    Capped = 7,
    RestsAfterBooking = 8,
    Preference = 9,
    Booked = 10,
    NoTripAhead = 11,
    NotDue = 12,
    NegativePersona = 13,
    NothingKnown = 14,
}

impl From<Hold> for Exclusion {
    fn from(hold: Hold) -> Self {
        match hold {
            Hold::Capped => Self::Capped,
            Hold::RestsAfterBooking => Self::RestsAfterBooking,
            Hold::Preference => Self::Preference,
            Hold::Booked => Self::Booked,
            Hold::NoTripAhead => Self::NoTripAhead,
            Hold::NotDue => Self::NotDue,
        }
    }
}

/// All that a choice looks at, read once for a moment.
pub struct Situation<'a> {
    pub config: &'a Config,
    pub profile: &'a Profile,
    pub affinity: &'a Affinity,
    pub facts: &'a VisitorFacts<'a>,
    pub families: Vec<FamilyPressure>,
    /// Fatigue and feedback of the offers that were seen, by small integer.
    pub seen: Vec<Seen>,
    /// Caps, bookings, wishes and scenarios.
    pub restraint: Restraint,
    pub now_s: u32,
}

/// What an offer's own history does to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    pub offer: u16,
    pub feedback: Feedback,
    pub fatigue: f64,
}

/// One eligible offer in the draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub offer: u16,
    pub hash: u32,
    pub score: f64,
}

impl<'a> Situation<'a> {
    /// Reads pressure and history at a time.
    #[must_use]
    pub fn read(config: &'a Config, facts: &'a VisitorFacts<'a>) -> Self {
        let VisitorFacts { profile, affinity, now_s, .. } = *facts;
        let mut seen: Vec<Seen> = Vec::with_capacity(profile.offers.len());
        for known in &profile.offers {
            if let Some(offer) = pressure::offer_index(known, config) {
                let fatigue = pressure::fatigue(known, profile, config, now_s);
                let at = seen.partition_point(|s| s.offer < offer);
                seen.insert(at, Seen { offer, feedback: known.feedback, fatigue });
            }
        }
        let contacts = contacts(profile);
        let restraint = Restraint::read(config, facts, &contacts);
        let families = pressure::read(profile, config, &contacts, now_s);
        Self { config, profile, affinity, facts, families, seen, restraint, now_s }
    }

    /// Why an offer is out, or nothing.
    #[must_use]
    pub fn exclusion(&self, index: u16, offer: &Offer, on_page: &[u16]) -> Option<Exclusion> {
        if self.now_s < offer.from_s {
            return Some(Exclusion::NotYet);
        }
        if self.now_s >= offer.until_s {
            return Some(Exclusion::Over);
        }
        if on_page.contains(&index) {
            return Some(Exclusion::OnThePage);
        }
        if self.seen_of(index).is_some_and(|s| s.feedback >= Feedback::Booked) {
            return Some(Exclusion::Feedback);
        }
        if self.family_of(offer).is_some_and(|f| f.rests_until_s > self.now_s) {
            return Some(Exclusion::FamilyRests);
        }
        if is_commercial(offer.kind) && self.facts.name(Id::PersonaNegative as u16, 0).is_some() {
            return Some(Exclusion::NegativePersona);
        }
        if let Some(hold) = self.restraint.holds(self.config, index, offer) {
            return Some(hold.into());
        }
        let holds = self.config.condition(offer).is_none_or(|code| evaluate(code, self.facts));
        (!holds).then_some(Exclusion::Condition)
    }

    /// Why an offer is out of a placement, or nothing.
    #[must_use]
    pub fn exclusion_from(
        &self,
        placement: &Placement,
        (index, offer): (u16, &Offer),
        on_page: &[u16],
    ) -> Option<Exclusion> {
        if !self.is_known(placement) && !self.is_called_for(index, offer) {
            return Some(Exclusion::NothingKnown);
        }
        self.exclusion(index, offer, on_page)
    }

    /// Whether enough is known of the visitor to replace a placement's own content by taste.
    fn is_known(&self, placement: &Placement) -> bool {
        self.affinity.best_confidence() >= placement.min_confidence
    }

    /// Whether an offer needs no taste: its scenario is due, or it completes a booked trip.
    fn is_called_for(&self, index: u16, offer: &Offer) -> bool {
        self.restraint.is_due(index) || offer.kind == COMPLEMENT
    }

    /// An offer's score beside what the page shows already, in doublings.
    #[must_use]
    pub fn score(&self, index: u16, offer: &Offer, on_page: &[u16]) -> f64 {
        let liked = offer.base_score + self.affinity_part(offer) + self.promotion_part(index, offer);
        liked - self.history_part(index) - self.similarity_part(offer, on_page)
    }

    /// What each offer of the same family on the page takes: three of a kind are no choice.
    #[must_use]
    pub fn similarity_part(&self, offer: &Offer, on_page: &[u16]) -> f64 {
        let alike = on_page.iter().filter(|shown| self.config.offer(**shown).family == offer.family).count();
        self.config.policy().similarity * alike as f64
    }

    /// What the visitor's taste adds: `γ·Σ a·log₂ lift`, the weights `a` with their facets' in them.
    #[must_use]
    pub fn affinity_part(&self, offer: &Offer) -> f64 {
        let weights = self.config.topic_weights(offer.first_weight, offer.weights);
        self.config.policy().affinity_weight * weights.map(|(topic, a)| a * self.affinity.log_lift(topic)).sum::<f64>()
    }

    /// What a resting family's promotion adds, and a scenario that is due.
    #[must_use]
    pub fn promotion_part(&self, index: u16, offer: &Offer) -> f64 {
        let promoted = if self.is_promoted(offer) { PROMOTION } else { 0.0 };
        promoted + if self.restraint.is_due(index) { DUE } else { 0.0 }
    }

    /// Whether a resting family points to this offer's.
    #[must_use]
    pub fn is_promoted(&self, offer: &Offer) -> bool {
        self.family_of(offer).is_some_and(|f| f.is_promoted)
    }

    /// What fatigue and "less of this" take.
    #[must_use]
    pub fn history_part(&self, index: u16) -> f64 {
        self.seen_of(index).map_or(0.0, |s| s.fatigue + if s.feedback == Feedback::Less { LESS } else { 0.0 })
    }

    fn seen_of(&self, index: u16) -> Option<&Seen> {
        self.seen.binary_search_by_key(&index, |s| s.offer).ok().map(|at| &self.seen[at])
    }

    fn family_of(&self, offer: &Offer) -> Option<&FamilyPressure> {
        self.families.get(usize::from(offer.family))
    }

    /// The eligible offers of a placement with their scores.
    #[must_use]
    pub fn eligible(&self, placement: &Placement, on_page: &[u16]) -> Vec<Candidate> {
        if self.restraint.is_full(placement) {
            return Vec::new();
        }
        let offers = self.config.candidates(placement).map(|index| (index, self.config.offer(index)));
        offers
            .filter(|(index, offer)| self.exclusion_from(placement, (*index, offer), on_page).is_none())
            .map(|(index, offer)| Candidate {
                offer: index,
                hash: offer.hash,
                score: self.score(index, &offer, on_page),
            })
            .collect()
    }

    /// Decides for one slot.
    #[must_use]
    pub fn decide(&self, request: &Request, visitor: u64) -> Decision {
        let mut decision = Decision {
            offer: None,
            variant: 0,
            arm: 0,
            propensity: 1.0,
            seed: 0,
            config: self.config.version_hash(),
            reason: Reason::UnknownPlacement,
        };
        if usize::from(request.placement) >= self.config.count(Section::Placements) {
            return decision;
        }
        let placement = self.config.placement(request.placement);
        decision.seed = seed(self.config, &placement, request, visitor);
        if is_held_out(self.config, visitor) {
            return Decision { arm: 1, reason: Reason::Holdout, ..decision };
        }
        let policy = self.config.policy();
        let exploration = season::exploration(self.config, self.profile.zone(self.config), self.now_s);
        match draw(&self.eligible(&placement, request.exclude), decision.seed, policy.temperature, exploration) {
            None if self.is_known(&placement) => Decision { reason: Reason::NoEligibleOffer, ..decision },
            None => Decision { reason: Reason::NothingKnown, ..decision },
            Some((offer, propensity)) => {
                let variant = self.variant(offer);
                Decision { offer: Some(offer), variant, propensity, reason: Reason::Chosen, ..decision }
            }
        }
    }

    /// The first of an offer's variants that is meant for this visitor, from 1; 0: the offer's own words.
    fn variant(&self, offer: u16) -> u8 {
        let offer = self.config.offer(offer);
        for number in 1..=offer.variants {
            let condition = self.config.variant(&offer, number).map_or(u32::MAX, |variant| variant.condition);
            if self.config.condition_at(condition).is_none_or(|code| evaluate(code, self.facts)) {
                return number;
            }
        }
        0
    }
}

/// `H(visitor, placement and slot, ⌊(now + phase(visitor)) / sticky⌋)`: the same in every tab and after a reload,
/// another when the bucket of time ends, which it does for each visitor at another moment.
#[must_use]
pub fn seed(config: &Config, placement: &Placement, request: &Request, visitor: u64) -> u64 {
    let sticky_s = u64::from(config.policy().sticky_s.max(1));
    let phase_s = mix(visitor, 0x0070_6861_7365) % sticky_s;
    let bucket = (u64::from(super::time::seconds_of(request.now_ms)) + phase_s) / sticky_s;
    mix(mix(visitor, u64::from(placement.hash) << 8 | u64::from(request.slot)), bucket)
}

/// Whether a visitor belongs to the control group, by hash alone.
#[must_use]
pub fn is_held_out(config: &Config, visitor: u64) -> bool {
    unit(mix(visitor, 0x0068_6f6c_646f_7574)) < config.policy().holdout
}

/// Draws one candidate and tells its exact probability.
#[must_use]
pub fn draw(candidates: &[Candidate], seed: u64, temperature: f64, exploration: f64) -> Option<(u16, f64)> {
    let mut best = best_of(candidates);
    let top = best.first()?.score;
    // From here on a score is a weight: each power is taken once.
    let mut whole = 0.0;
    for candidate in &mut best {
        candidate.score = super::number::exp2((candidate.score - top) / temperature.max(1e-3));
        whole += candidate.score;
    }
    let winner = if unit(mix(seed, 0x0065_7870_6c6f_7265)) < exploration {
        candidates.iter().min_by_key(|c| (mix(!seed, u64::from(c.hash)), c.offer))?.offer
    } else {
        winner_of(&best, seed)
    };
    let of_best = best.iter().find(|b| b.offer == winner).map_or(0.0, |b| b.score / whole);
    Some((winner, (1.0 - exploration) * of_best + exploration / candidates.len() as f64))
}

/// The smallest ticket wins: `−log₂ u / weight`, of equals the first.
fn winner_of(weighted: &[Candidate], seed: u64) -> u16 {
    let (mut winner, mut least) = (0, f64::INFINITY);
    for candidate in weighted {
        let ticket = -libm::log2(unit(mix(seed, u64::from(candidate.hash)))) / candidate.score;
        if ticket < least {
            (winner, least) = (candidate.offer, ticket);
        }
    }
    winner
}

/// The best few, best first: an insertion into a short list, which one pass over many candidates seldom changes.
fn best_of(candidates: &[Candidate]) -> Vec<Candidate> {
    let mut best: Vec<Candidate> = Vec::with_capacity(BEST + 1);
    for candidate in candidates {
        if best.len() == BEST && best.last().is_some_and(|last| better(last, candidate).is_lt()) {
            continue;
        }
        let at = best.iter().rposition(|b| better(b, candidate).is_lt()).map_or(0, |i| i + 1);
        best.insert(at, *candidate);
        best.truncate(BEST);
    }
    best
}

/// Best first; ties by hash, so that the order is the same everywhere.
fn better(a: &Candidate, b: &Candidate) -> core::cmp::Ordering {
    b.score.total_cmp(&a.score).then(a.hash.cmp(&b.hash))
}
