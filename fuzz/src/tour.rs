//! Everything that a page does with an engine, whatever bytes it was opened with. All of it ends,
//! and no index is out of bounds.

use escale::internals::base::index::Index;
use escale::internals::config::layout::Section;
use escale::internals::config::{Offer, Placement};
use escale::{Decision, DecisionRequest, Engine, PageFacts, Profile};

/// So many placements are asked for.
const PLACEMENTS: usize = 3;
/// So many slots of each.
const SLOTS: u8 = 2;

/// The choice for a placement's first slot.
pub fn request(
    placement: Index<Placement>,
    exclude: &[Index<Offer>],
    now_ms: f64,
) -> DecisionRequest<'_> {
    DecisionRequest {
        now_ms,
        placement,
        slot: 0,
        exclude,
    }
}

/// Chooses for some placements, slot after slot. The choices come back.
pub fn choices(engine: &Engine, now_ms: f64) -> Vec<Decision> {
    let mut all = Vec::new();
    let count = engine.config().count(Section::Placements).min(PLACEMENTS) as u16;
    for placement in (0..=count).map(Index::new) {
        let mut exclude = Vec::new();
        for slot in 0..SLOTS {
            let decision = engine.choose(&DecisionRequest {
                slot,
                ..request(placement, &exclude, now_ms)
            });
            if let Some(offer) = decision.offer {
                let content = engine.content(offer, decision.variant, "fr");
                assert!(
                    content.count() <= usize::from(u16::MAX),
                    "texts are counted in 16 bits"
                );
            }
            assert!(
                decision.offer.is_none_or(|offer| !exclude.contains(&offer)),
                "an offer stands once on a page"
            );
            exclude.extend(decision.offer);
            all.push(decision);
        }
    }
    all
}

/// Checks that propensities are probabilities. This holds only for compiled configs: the compiler
/// checks their numbers, the reader does not.
pub fn are_probable(decisions: &[Decision]) {
    for Decision {
        offer, propensity, ..
    } in decisions
    {
        assert!(
            (0.0..=1.0).contains(propensity),
            "{propensity} is no probability"
        );
        assert!(
            offer.is_none() || *propensity > 0.0,
            "what was drawn could be drawn"
        );
    }
}

/// A page is looked at and a call made. What is kept then comes back.
pub fn goes_on(engine: &mut Engine, now_ms: f64) -> Vec<u8> {
    let page = PageFacts {
        explicit: "trip.city",
        url: "/city-trips/lisbonne",
        tokens: "type=touristtrip",
    };
    let viewed = engine.page(now_ms, &page);
    assert_eq!(engine.apply(&viewed), 1, "a page is an event");
    if let Ok(tracked) = engine.track(
        now_ms,
        "search",
        "destination\u{1f}lisbonne\u{1e}adults\u{1f}2\u{1e}",
    ) {
        engine.apply(&tracked);
    }
    let _ = (engine.due(now_ms), engine.question(now_ms));
    engine.save()
}

/// As [`are_probable`]: what is kept is a profile, in its one form.
pub fn is_profile(own: &[u8]) {
    assert!(
        Profile::decode(own).is_ok_and(|profile| profile.encode() == own),
        "own bytes"
    );
}
