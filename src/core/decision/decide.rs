//! The choice. Comes in: what is known of a visitor and a placement; goes out: an offer with its
//! propensity, or the reason why the page's own content stays. Deciding cannot fail.
//!
//! Every eligible offer has a score in doublings:
//! `log₂ rate + log₂ value + priority + γ·Σ a·log₂ lift − fatigue − similarity` to what the page
//! shows already; one is drawn.

use super::context::DecisionContext;
use super::sampling::draw;
use crate::core::base::hash::{Salt, mix};
use crate::core::base::index::Index;
use crate::core::base::time::Timestamp;
use crate::core::config::layout::Section;
use crate::core::config::{Config, Offer, Placement, season};
use crate::core::traits::experiment::is_held_out;

/// A request for a decision.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::{Config, DecisionRequest, Engine, compile};
/// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "placements": {"hero": {}},
/// #   "policy": {"holdout": 0}, "offers": [{"id": "lisbon", "family": "city", "placements": ["hero"], "topics": {"trip.city": 1},
/// #   "content": {"en": {"title": "Lisbon"}}}]}"#;
/// # let mut engine = Engine::new(Config::from_bytes(compile(json).unwrap().bytes).unwrap());
/// # let now_ms = 1_795_000_000_000.0;
/// let placement = engine.placement("hero").unwrap();
/// let request = DecisionRequest { now_ms, placement, slot: 0, exclude: &[] };
/// assert_eq!(engine.choose(&request).offer, None);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DecisionRequest<'a> {
    /// Milliseconds since the Unix epoch.
    pub now_ms: f64,
    /// The placement's index.
    pub placement: Index<Placement>,
    /// Which of its slots, from 0.
    pub slot: u8,
    /// Offers that the page shows already.
    pub exclude: &'a [Index<Offer>],
}

/// The decision for one slot.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::{Config, DecisionRequest, Engine, PageFacts, Reason, compile};
/// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "placements": {"hero": {}},
/// #   "policy": {"holdout": 0}, "offers": [{"id": "lisbon", "family": "city", "placements": ["hero"], "topics": {"trip.city": 1},
/// #   "content": {"en": {"title": "Lisbon"}}}]}"#;
/// # let mut engine = Engine::new(Config::from_bytes(compile(json).unwrap().bytes).unwrap());
/// # let now_ms = 1_795_000_000_000.0;
/// let event = engine.page(now_ms, &PageFacts { explicit: "trip.city", ..PageFacts::default() });
/// engine.apply(&event);
/// let placement = engine.placement("hero").unwrap();
/// let decision = engine.choose(&DecisionRequest { now_ms, placement, slot: 0, exclude: &[] });
/// assert_eq!((decision.reason, decision.propensity), (Reason::Chosen, 1.0));
/// let texts = decision.offer.map(|offer| engine.content(offer, decision.variant, "en"));
/// assert_eq!(texts.unwrap().collect::<Vec<_>>(), [("title", "Lisbon")]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The offer's index; none: the page's own content stays.
    pub offer: Option<Index<Offer>>,
    /// The variant of its content; 0: the offer's own.
    pub variant: u8,
    /// 0: personalised · 1: the control group.
    pub arm: u8,
    /// The exact probability with which this offer was drawn for this slot, given what the page
    /// shows already: of several slots each has its own draw, and their probabilities multiply.
    pub propensity: f64,
    /// Seed of the draw.
    pub seed: u64,
    /// The config it was made by.
    pub config: u32,
    /// Reason for the result.
    pub reason: Reason,
}

impl Decision {
    /// Returns the offer and the reason in one number, for the wasm boundary.
    ///
    /// The index of the offer, or `-1 - reason` without one. `www/sdk/engine/chooser.ts`
    /// decodes it.
    #[must_use]
    pub fn code(&self) -> i32 {
        let reason = self.reason as i32;
        self.offer
            .map_or(-1 - reason, |offer| i32::from(offer.number()))
    }
}

/// Reason for the result of a decision. The numbers cross the wasm boundary: never reused.
///
/// ```
/// use escale::Reason;
/// assert_eq!(Reason::NothingKnown.name(), "nothing_known");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// An offer was drawn.
    Chosen = 0,
    /// The config has no such placement.
    UnknownPlacement = 1,
    /// Too little is known of the visitor.
    NothingKnown = 2,
    /// No offer may be shown.
    NoEligibleOffer = 3,
    /// The visitor is in the control group.
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

impl DecisionContext<'_> {
    /// Decides for one slot.
    #[must_use]
    pub fn decide(&self, request: &DecisionRequest) -> Decision {
        let visitor = self.facts.draws();
        let mut decision = Decision {
            offer: None,
            variant: 0,
            arm: 0,
            propensity: 1.0,
            seed: 0,
            config: self.config.version_hash(),
            reason: Reason::UnknownPlacement,
        };
        if request.placement.position() >= self.config.count(Section::Placements) {
            return decision;
        }
        let placement = self.config.placement(request.placement);
        decision.seed = seed(self.config, &placement, request, visitor);
        if is_held_out(self.config, visitor) {
            return Decision {
                arm: 1,
                reason: Reason::Holdout,
                ..decision
            };
        }
        let policy = self.config.policy();
        let exploration =
            season::exploration(self.config, self.profile.zone(self.config), self.now_s);
        match draw(
            &self.eligible(&placement, request.exclude),
            decision.seed,
            policy.temperature,
            exploration,
        ) {
            None if self.is_known(&placement) => Decision {
                reason: Reason::NoEligibleOffer,
                ..decision
            },
            None => Decision {
                reason: Reason::NothingKnown,
                ..decision
            },
            Some((offer, propensity)) => {
                let variant = self.variant(offer);
                Decision {
                    offer: Some(offer),
                    variant,
                    propensity,
                    reason: Reason::Chosen,
                    ..decision
                }
            }
        }
    }

    /// The first of an offer's variants that is meant for this visitor, from 1; 0: the offer's own
    /// words.
    fn variant(&self, offer: Index<Offer>) -> u8 {
        let offer = self.config.offer(offer);
        for number in 1..=offer.variants {
            let condition = self
                .config
                .variant(&offer, number)
                .and_then(|variant| variant.condition);
            if self.is_meant(condition) {
                return number;
            }
        }
        0
    }
}

/// Returns `H(visitor, placement and slot, ⌊(now + phase(visitor)) / sticky⌋)`. It is the same in
/// every tab and after a reload. It changes when the bucket of time ends, at another moment for
/// each visitor.
#[must_use]
pub fn seed(
    config: &Config,
    placement: &Placement,
    request: &DecisionRequest,
    visitor: u64,
) -> u64 {
    let sticky_s = u64::from(config.policy().sticky_s.max(1));
    let phase_s = Salt::PHASE.mix(visitor) % sticky_s;
    let bucket = (u64::from(Timestamp::from_unix_ms(request.now_ms).get()) + phase_s) / sticky_s;
    mix(
        mix(
            visitor,
            u64::from(placement.hash) << 8 | u64::from(request.slot),
        ),
        bucket,
    )
}
