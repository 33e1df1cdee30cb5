//! Attributed decisions: their life, their outcomes and their bits.

mod common;

use common::{DAY_S, NOW_MS, NOW_S, offer_event, packed, small_config};
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::event::decision_record::{DecisionRecord, Levels, Propensity};
use escale::internals::event::offer::{OfferAction, OfferEvent};
use escale::internals::event::{EventKind, Payload, Travel};
use escale::internals::profile::{AttributedDecision, Bounded, Entry, Merge, Outcome, merged};
use escale::{Decision, DecisionRequest, Engine, Event, PageFacts, Profile, snapshot};
use proptest::prelude::*;

const MINUTE: u32 = 60;

fn decision(id: u32) -> DecisionRecord {
    let propensity = Propensity::of(0.25).expect("a probability");
    DecisionRecord {
        id,
        config: 7,
        propensity,
        variant: 1,
        arm: 0,
        levels: Levels::of([id as u8; 8]),
    }
}

/// An impression or a click of a decision.
fn about(action: OfferAction, id: u32, at_s: u32) -> Event {
    let payload = OfferEvent {
        action,
        offer: Some(name_hash(
            Namespace::Offer,
            ["lisbonne", "bali"][id as usize % 2],
        )),
        placement: None,
        decision: Some(decision(id)),
    };
    Event::with(Payload::Offer(payload), at_s)
}

fn booking(kind: EventKind, id: u32, at_s: u32) -> Event {
    common::booking(kind, id, Travel::default(), 9_900, at_s)
}

fn profile_of(events: &[Event]) -> Profile {
    common::profile_with(&small_config(), events)
}

/// Returns the outcome of the only decision of a history.
#[track_caller]
fn outcome_of(events: &[Event]) -> Outcome {
    let profile = profile_of(events);
    assert_eq!(profile.decisions.len(), 1);
    assert_eq!(Profile::decode(&profile.encode()), Ok(profile.clone()));
    // `decode_for_decision` reads all but the decisions.
    assert_eq!(
        Profile::decode_for_decision(&profile.encode()),
        Ok(Profile {
            decisions: Bounded::default(),
            ..profile.clone()
        })
    );
    profile.decisions[0].outcome()
}

#[test]
fn impression_is_kept_and_a_click_is_added() {
    let seen = about(OfferAction::Impression, 5, NOW_S);
    let profile = profile_of(&[
        seen.clone(),
        seen,
        about(OfferAction::Click, 5, NOW_S + 3 * MINUTE),
    ]);
    let [attributed] = profile.decisions[..] else {
        panic!("one decision")
    };
    assert_eq!(
        (attributed.decision, attributed.is_viewed, attributed.at_min),
        (decision(5), true, NOW_S / 60)
    );
    assert_eq!(attributed.click.map(|c| c.at_min), Some(NOW_S / 60 + 3));
    assert_eq!(attributed.outcome(), Outcome::None);
}

#[test]
fn event_without_a_decision_attributes_nothing() {
    let bare = |action| offer_event(action, "lisbonne", NOW_S);
    assert!(
        profile_of(&[bare(OfferAction::Impression), bare(OfferAction::Click)])
            .decisions
            .is_empty()
    );
}

#[test]
fn a_quote_or_a_booking_within_seven_days_of_the_click_is_its_outcome() {
    let click = about(OfferAction::Click, 5, NOW_S);
    let quote = |at_s| Event::new(EventKind::QuoteSubmit, at_s);
    let (in_time, late) = (NOW_S + 7 * DAY_S, NOW_S + 7 * DAY_S + MINUTE);
    assert_eq!(outcome_of(&[click.clone(), quote(in_time)]), Outcome::Quote);
    assert_eq!(outcome_of(&[click.clone(), quote(late)]), Outcome::None);
    assert_eq!(
        outcome_of(&[quote(NOW_S - MINUTE), click.clone()]),
        Outcome::None
    );
    assert_eq!(
        outcome_of(&[click.clone(), booking(EventKind::Booking, 9, in_time)]),
        Outcome::Booking
    );
    assert_eq!(
        outcome_of(&[click.clone(), booking(EventKind::Booking, 9, late)]),
        Outcome::None
    );
    assert_eq!(
        outcome_of(&[about(OfferAction::Impression, 5, NOW_S), quote(in_time)]),
        Outcome::None
    );
}

#[test]
fn a_cancellation_takes_its_own_booking_back() {
    let click = about(OfferAction::Click, 5, NOW_S);
    let booked = |id, later| booking(EventKind::Booking, id, NOW_S + later);
    let cancelled = |id, later| booking(EventKind::BookingCancel, id, NOW_S + later);
    let quote = Event::new(EventKind::QuoteSubmit, NOW_S + MINUTE);
    let of = |rest: &[Event]| outcome_of(&[std::slice::from_ref(&click), rest].concat());
    assert_eq!(
        of(&[booked(9, DAY_S), cancelled(9, 12 * DAY_S)]),
        Outcome::None
    );
    assert_eq!(
        of(&[quote, booked(9, DAY_S), cancelled(9, 2 * DAY_S)]),
        Outcome::Quote
    );
    assert_eq!(
        of(&[booked(9, DAY_S), cancelled(8, 2 * DAY_S)]),
        Outcome::Booking
    );
    assert_eq!(
        of(&[
            booked(9, DAY_S),
            booked(8, 2 * DAY_S),
            cancelled(9, 3 * DAY_S)
        ]),
        Outcome::Booking
    );
    assert_eq!(
        of(&[
            booked(9, DAY_S),
            cancelled(9, 2 * DAY_S),
            booked(8, 3 * DAY_S)
        ]),
        Outcome::Booking
    );
    // The shop's booking comes late, and is still older than the cancellation.
    assert_eq!(
        of(&[cancelled(9, 2 * DAY_S), booked(9, DAY_S)]),
        Outcome::None
    );
    // Reported again, long after: nothing new.
    assert_eq!(
        of(&[booked(9, DAY_S), booked(9, 20 * DAY_S)]),
        Outcome::Booking
    );
}

#[test]
fn sixteen_are_kept_for_thirty_days() {
    let seen: Vec<Event> = (1..=40)
        .map(|i| about(OfferAction::Impression, i, NOW_S + i * MINUTE))
        .collect();
    let profile = profile_of(&seen);
    let ids: Vec<u32> = profile.decisions.iter().map(|s| s.decision.id).collect();
    assert_eq!(ids, (25..=40).collect::<Vec<_>>());
    assert_eq!(AttributedDecision::MAX, ids.len());
    println!(
        "sixteen decisions: {} bytes more",
        profile.encode().len()
            - Profile {
                decisions: Bounded::default(),
                ..profile.clone()
            }
            .encode()
            .len()
    );
    let mut later = profile;
    later.apply(
        &Event::new(EventKind::PageView, NOW_S + 30 * DAY_S + 35 * MINUTE),
        &small_config(),
    );
    assert_eq!(
        later
            .decisions
            .iter()
            .map(|s| s.decision.id)
            .collect::<Vec<_>>(),
        (36..=40).collect::<Vec<_>>()
    );
}

#[test]
fn replicas_keep_each_decision_once_with_its_latest_outcome() {
    let (click, quote) = (
        about(OfferAction::Click, 5, NOW_S),
        Event::new(EventKind::QuoteSubmit, NOW_S + MINUTE),
    );
    let here = profile_of(&[
        about(OfferAction::Impression, 5, NOW_S),
        about(OfferAction::Impression, 6, NOW_S),
    ]);
    let there = profile_of(&[click, quote]);
    let both = merged(&[here, there]);
    let reported: Vec<_> = both
        .decisions
        .iter()
        .map(|s| (s.decision.id, s.is_viewed, s.outcome()))
        .collect();
    assert_eq!(
        reported,
        [(5, true, Outcome::Quote), (6, true, Outcome::None)]
    );
}

#[test]
fn clock_in_the_future_is_clamped() {
    let ahead_s = NOW_S + 900 * DAY_S;
    let mut profile = profile_of(&[
        about(OfferAction::Impression, 5, NOW_S),
        Event::new(EventKind::PageView, NOW_S + MINUTE),
        about(OfferAction::Click, 6, ahead_s),
        booking(EventKind::Booking, 9, ahead_s),
    ]);
    profile.clamp_to_clock(NOW_S + DAY_S);
    assert_eq!(profile.decisions[0].at_min, (NOW_S + DAY_S) / 60);
    assert_eq!(Profile::decode(&profile.encode()), Ok(profile));
}

/// An engine that knows a city lover, and what it chooses for them.
fn engine() -> (Engine, Decision) {
    let mut engine = Engine::new(small_config());
    engine.set_visitor(42);
    for i in 0..3 {
        let facts = PageFacts {
            explicit: "trip.city",
            ..PageFacts::default()
        };
        let event = engine.page(NOW_MS + f64::from(i) * 1000.0, &facts);
        engine.apply(&event);
    }
    let placement = engine.placement("home-hero").expect("a placement");
    let decision = engine.choose(&DecisionRequest {
        now_ms: NOW_MS + 5000.0,
        placement,
        slot: 0,
        exclude: &[],
    });
    (engine, decision)
}

/// Returns the fields by which a page reports a choice.
fn fields(engine: &Engine, decision: &Decision, slot: u8) -> String {
    let offer = engine
        .config()
        .offer(decision.offer.expect("an offer"))
        .name;
    packed(&[
        ("offer", engine.config().text(offer).to_owned()),
        ("placement", "home-hero".to_owned()),
        ("slot", slot.to_string()),
        ("decided_ms", (NOW_MS + 5000.0).to_string()),
        ("propensity", format!("{:.12}", decision.propensity)),
        ("variant", decision.variant.to_string()),
        ("arm", decision.arm.to_string()),
    ])
}

#[test]
fn a_page_tells_of_its_choice() {
    let (mut engine, decision) = engine();
    for (later, name) in [
        (7000.0, "offer_impression"),
        (90_000.0, "offer_click"),
        (100_000.0, "offer_impression"),
    ] {
        let fields = fields(&engine, &decision, 0);
        let event = engine
            .track(NOW_MS + later, name, &fields)
            .expect("an event");
        engine.apply(&event);
    }
    let [attributed] = engine.known().decisions[..] else {
        panic!("one decision")
    };
    assert!(
        (attributed.decision.propensity.probability() / decision.propensity - 1.0).abs() < 1e-6
    );
    assert_eq!(attributed.decision.config, engine.config().version_hash());
    assert!(attributed.is_viewed && attributed.click.is_some());
    // Visitors, nothing bought, one visit, no trip; the offer fits well; half sure; no season;
    // nothing shown this week.
    let levels: Vec<u8> = (0..8)
        .map(|at| attributed.decision.levels.level(at))
        .collect();
    assert_eq!(
        (levels[1], levels[2], levels[3], levels[6], levels[7]),
        (0, 0, 0, 0, 0),
        "{levels:?}"
    );
    assert!(levels[4] > 3 && levels[5] >= 2, "{levels:?}");
    // Another slot is another decision.
    let other = fields(&engine, &decision, 1);
    let event = engine
        .track(NOW_MS + 120_000.0, "offer_impression", &other)
        .expect("an event");
    engine.apply(&event);
    assert_eq!(engine.known().decisions.len(), 2);
}

#[test]
fn stored_decisions_are_reported_by_name() {
    let (mut engine, decision) = engine();
    let fields = fields(&engine, &decision, 0);
    for name in ["offer_impression", "offer_click", "quote_submit"] {
        let event = engine
            .track(NOW_MS + 60_000.0, name, &fields)
            .expect("an event");
        engine.apply(&event);
    }
    let known = snapshot(&engine, NOW_MS + 120_000.0);
    let [reported] = &known.decisions[..] else {
        panic!("one decision")
    };
    assert_eq!(
        (reported.placement.as_deref(), reported.offer.as_deref()),
        (Some("home-hero"), Some("lisbonne"))
    );
    assert_eq!(
        (
            reported.viewed,
            reported.clicked_ms.is_some(),
            reported.outcome
        ),
        (true, true, Outcome::Quote)
    );
    assert_eq!(reported.levels.len(), 8);
}

#[test]
fn a_decision_has_one_form_only() {
    let profile = profile_of(&[
        about(OfferAction::Impression, 5, NOW_S),
        about(OfferAction::Click, 6, NOW_S),
        booking(EventKind::Booking, 9, NOW_S + MINUTE),
    ]);
    let (bytes, own) = (
        profile.encode(),
        Profile {
            decisions: Bounded::default(),
            ..profile
        }
        .encode(),
    );
    let (from, mut read) = (own.len() - 6, 0);
    for bit in from * 8..(bytes.len() - 6) * 8 {
        let mut other = bytes[..bytes.len() - 4].to_vec();
        other[bit / 8] ^= 128 >> (bit % 8);
        other.extend_from_slice(&escale::internals::base::hash::crc32(&other).to_le_bytes());
        if let Ok(reported) = Profile::decode(&other) {
            assert_eq!(reported.encode(), other, "bit {bit}");
            read += 1;
        }
    }
    assert!(read > 100, "only {read} changes made another profile");
}

fn any_attributed() -> impl Strategy<Value = AttributedDecision> {
    let booking = prop::option::of((10u32..20, any::<bool>(), 1u32..3));
    let click = prop::option::of((0u32..4, any::<bool>(), booking));
    (0u32..3, 5u32..8, any::<bool>(), click).prop_map(|(variant, at_min, is_viewed, click)| {
        use escale::internals::profile::{AttributedBooking, Click};
        let booking = |(at_min, is_cancelled, id)| AttributedBooking {
            at_min,
            is_cancelled,
            id,
        };
        let click = click.map(|(later, is_quoted, b)| Click {
            at_min: at_min + later,
            is_quoted,
            booking: b.map(booking),
        });
        let decision = DecisionRecord {
            variant: variant as u8,
            ..decision(5)
        };
        AttributedDecision {
            decision,
            placement: 1,
            offer: 2,
            at_min,
            is_viewed,
            click,
        }
    })
}

fn merged_pair(mut one: AttributedDecision, other: AttributedDecision) -> AttributedDecision {
    one.merge(&other);
    one
}

proptest! {
    #[test]
    fn bits_of_decisions_are_read_or_rejected(bits in prop::collection::vec(any::<u8>(), 0..120), seen in any::<bool>()) {
        let whole = profile_of(&[about(OfferAction::Impression, 5, NOW_S)]);
        let own = Profile { decisions: Bounded::default(), offers: if seen { whole.offers.clone() } else { Bounded::default() }, ..whole };
        // The own bits, then these in the place of the decisions, their length, a right check sum.
        let bare = own.encode();
        let mut bytes = [&bare[..bare.len() - 6], &bits].concat();
        bytes.extend_from_slice(&(bits.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&escale::internals::base::hash::crc32(&bytes).to_le_bytes());
        prop_assert_eq!(Profile::decode_for_decision(&bytes), Ok(own));
        if let Ok(read) = Profile::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes, "one form only");
        }
    }

    #[test]
    fn decisions_merge_in_any_order(a in any_attributed(), b in any_attributed(), c in any_attributed()) {
        prop_assert_eq!(merged_pair(a, b), merged_pair(b, a));
        prop_assert_eq!(merged_pair(merged_pair(a, b), c), merged_pair(a, merged_pair(b, c)));
        prop_assert_eq!(merged_pair(a, a), a);
        let both = merged_pair(a, b);
        prop_assert!(both.click.is_none_or(|click| click.at_min >= both.at_min));
    }
}
