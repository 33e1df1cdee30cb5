//! Pressure, trips, seasons and scenarios, from events to answers.

mod common;

use common::timed::{about_trip, any_intents, at, booked, profile_of, timed, topic, travel};
use common::{DAY_S, NOW_S, booking, packed};
use escale::internals::base::civil::Day;
use escale::internals::base::enums::{Channel, Frequency, MessageStep, Moment};
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::base::index::Index;
use escale::internals::base::time::Timestamp;
use escale::internals::config::{Zone, season};
use escale::internals::decision::caps::Caps;
use escale::internals::decision::suppression::Suppression;
use escale::internals::event::declaration::Declaration;
use escale::internals::event::message::MessageRef;
use escale::internals::event::offer::{OfferAction, OfferEvent};
use escale::internals::event::{EventKind, Payload, Travel};
use escale::internals::profile::merged;
use escale::internals::traits::contacts::contacts;
use escale::internals::traits::time_facts::TimeFacts;
use escale::internals::traits::trip;
use escale::{Config, Engine, Event, Profile};
use proptest::prelude::*;

fn caps_of(profile: &Profile, config: &Config, now_s: u32) -> Caps {
    Caps::read(profile, config, &contacts(profile, config), now_s)
}

fn shown(offer: &str, placement: &str, at_s: u32) -> Event {
    let payload = OfferEvent {
        action: OfferAction::Impression,
        offer: Some(name_hash(Namespace::Offer, offer)),
        placement: Some(name_hash(Namespace::Placement, placement)),
        decision: None,
    };
    Event::with(Payload::Offer(payload), at_s)
}

fn moments(events: &[Event], now_s: u32) -> Vec<Moment> {
    trip::read(&profile_of(events, &timed()), &timed(), now_s)
        .iter()
        .map(|t| t.moment)
        .collect()
}

fn names(hashes: &[u32], namespace: Namespace, known: &[&str]) -> Vec<String> {
    let is_in = |name: &&&str| hashes.contains(&name_hash(namespace, name));
    known
        .iter()
        .filter(is_in)
        .map(|n| (*n).to_owned())
        .collect()
}

#[test]
fn caps_of_offers_families_placements_and_all() {
    let config = timed();
    let mut events: Vec<Event> = (0..2)
        .map(|i| shown("lisbonne", "hero", NOW_S + i * 60))
        .collect();
    let caps = |events: &[Event], now_s| caps_of(&profile_of(events, &config), &config, now_s);
    let offers = |caps: &Caps| names(&caps.offers, Namespace::Offer, &["lisbonne", "porto"]);
    assert_eq!(offers(&caps(&events, NOW_S + 120)), ["lisbonne"]);
    assert!(offers(&caps(&events, NOW_S + DAY_S + 61)).is_empty());
    events.push(shown("porto", "hero", NOW_S + 180));
    let third = caps(&events, NOW_S + 200);
    assert_eq!(
        names(&third.placements, Namespace::Placement, &["hero", "row"]),
        ["hero"]
    );
    assert!(third.families.is_empty() && !third.is_all_capped);
    assert!(
        caps(&events, NOW_S + 3600).placements.is_empty(),
        "the visit is over"
    );
    let message = MessageRef {
        step: MessageStep::Sent,
        id: Some(1),
        family: Some(name_hash(Namespace::Family, "city")),
        channel: Channel::Email,
    };
    events.push(Event::with(Payload::Message(message), NOW_S + 100));
    assert_eq!(
        names(
            &caps(&events, NOW_S + 200).families,
            Namespace::Family,
            &["city", "beach"]
        ),
        ["city"]
    );
    events.extend((0..2).map(|i| shown("crete", "row", NOW_S + 200 + i)));
    assert!(
        caps(&events, NOW_S + 300).is_all_capped,
        "all channels share one budget"
    );
}

#[test]
fn a_life_is_counted_beyond_the_newest_exposures() {
    let config = timed();
    let events: Vec<Event> = (0..5)
        .map(|i| shown("lisbonne", "row", NOW_S + i * 40 * DAY_S))
        .collect();
    let read = |n: usize| {
        caps_of(
            &profile_of(&events[..n], &config),
            &config,
            NOW_S + 400 * DAY_S,
        )
    };
    assert!(read(4).offers.is_empty() && read(5).offers.len() == 1);
}

#[test]
fn wish_is_stricter_than_caps_and_the_latest_counts() {
    let config = timed();
    let wish = |frequency, at_s| {
        let declaration = Declaration {
            frequency,
            ..Declaration::default()
        };
        Event::with(Payload::Declaration(declaration), at_s)
    };
    let mut events = vec![
        wish(Frequency::Weekly, NOW_S),
        shown("crete", "row", NOW_S + 60),
    ];
    let is_unwanted =
        |events: &[Event], now_s| caps_of(&profile_of(events, &config), &config, now_s).is_unwanted;
    assert!(
        !is_unwanted(&events, NOW_S + 120),
        "the visit at hand goes on"
    );
    assert!(is_unwanted(&events, NOW_S + 2 * DAY_S));
    assert!(!is_unwanted(&events, NOW_S + 8 * DAY_S));
    events.push(wish(Frequency::Never, NOW_S + 10 * DAY_S));
    assert!(is_unwanted(&events, NOW_S + 10 * DAY_S));
    events.push(wish(Frequency::Any, NOW_S + 11 * DAY_S));
    assert!(!is_unwanted(&events, NOW_S + 11 * DAY_S));
    events.reverse();
    assert!(
        !is_unwanted(&events, NOW_S + 11 * DAY_S),
        "whatever the order of arrival"
    );
}

#[test]
fn a_trip_goes_through_its_moments() {
    let now = at("2027-03-01");
    let crete = travel("crete", "2027-06-05", "2027-06-12");
    let dream = about_trip(EventKind::Search, now, travel("crete", "", ""));
    let search = about_trip(EventKind::Search, now + 60, crete);
    let submit = about_trip(EventKind::QuoteSubmit, now + 120, crete);
    let book = booked(9, now + 180, crete);
    assert_eq!(
        moments(core::slice::from_ref(&dream), now),
        [Moment::Dreaming]
    );
    assert_eq!(
        moments(&[dream.clone(), search.clone()], now),
        [Moment::Planning]
    );
    assert_eq!(
        moments(&[dream.clone(), search.clone(), submit.clone()], now),
        [Moment::Quoted]
    );
    let all = [dream, search, submit, book];
    for (date, moment) in [
        ("2027-03-02", Moment::Booked),
        ("2027-05-22", Moment::BeforeDeparture),
        ("2027-06-05", Moment::Travelling),
        ("2027-06-12", Moment::Travelling),
        ("2027-06-13", Moment::Returned),
    ] {
        assert_eq!(moments(&all, at(date)), [moment], "{date}");
    }
    assert!(moments(&all, at("2027-07-10")).is_empty(), "trips age out");
}

#[test]
fn trips_live_side_by_side_and_a_larger_place_joins_the_one_in_it() {
    let now = at("2027-03-01");
    let berlin_like = about_trip(
        EventKind::Search,
        now,
        travel("lisbonne", "2027-04-01", "2027-04-03"),
    );
    let family = about_trip(
        EventKind::Search,
        now + 60,
        travel("crete", "2027-07-10", "2027-07-24"),
    );
    let larger = about_trip(
        EventKind::Search,
        now + 120,
        travel("portugal", "2027-04-05", "2027-04-09"),
    );
    let apart = about_trip(
        EventKind::Search,
        now + 180,
        travel("portugal", "2027-09-01", "2027-09-09"),
    );
    let config = timed();
    let trips = trip::read(
        &profile_of(&[berlin_like, family, larger, apart], &config),
        &config,
        now + 300,
    );
    assert_eq!(trips.len(), 3);
    let first = trips
        .iter()
        .find(|t| t.travel.destination == topic("destination.lisbonne"))
        .expect("a trip");
    assert_eq!(
        (first.ids.len(), first.travel.start_day),
        (2, Day::parse("2027-04-05").map(Day::get).expect("a date"))
    );
    assert_eq!(trip::leading(&trips), Some(first));
}

#[test]
fn who_speaks_of_a_place_after_the_return_has_another_trip_in_mind() {
    let first = booked(
        1,
        at("2027-03-01"),
        travel("crete", "2027-06-05", "2027-06-12"),
    );
    let again = about_trip(EventKind::Search, at("2027-06-20"), travel("crete", "", ""));
    assert_eq!(
        moments(&[first, again], at("2027-06-20")),
        [Moment::Returned, Moment::Dreaming]
    );
}

#[test]
fn a_cancelled_booking_leaves_no_trip() {
    let crete = travel("crete", "2027-06-05", "2027-06-12");
    let now = at("2027-03-01");
    let cancel = booking(EventKind::BookingCancel, 1, Travel::default(), 0, now + 600);
    assert!(
        moments(
            &[
                about_trip(EventKind::Search, now, crete),
                booked(1, now + 60, crete),
                cancel
            ],
            now + 700
        )
        .is_empty()
    );
}

#[test]
fn a_quote_is_abandoned_by_silence_alone() {
    let (now, config) = (at("2027-03-01"), timed());
    let mut events = vec![
        about_trip(EventKind::Search, now, travel("crete", "2027-06-05", "")),
        Event::new(EventKind::QuoteStart, now + 60),
    ];
    let is_abandoned = |events: &[Event], now_s| {
        trip::read(&profile_of(events, &config), &config, now_s)
            .iter()
            .any(|t| t.is_abandoned)
    };
    assert!(!is_abandoned(&events, now + 60 + 44 * 60));
    assert!(is_abandoned(&events, now + 60 + 46 * 60));
    events.push(Event::new(EventKind::QuoteSubmit, now + 120));
    assert_eq!(
        profile_of(&events, &config).trips.len(),
        1,
        "a quote that says nothing is for the trip at hand"
    );
    assert!(!is_abandoned(&events, now + DAY_S));
}

#[test]
fn a_booking_suppresses_its_product_and_opens_complements_until_the_return() {
    let (now, config) = (at("2027-03-01"), timed());
    let events = [booked(1, now, travel("crete", "2027-06-05", "2027-06-12"))];
    let profile = profile_of(&events, &config);
    let out = |now_s| {
        let suppression = Suppression::read(
            &profile,
            &config,
            &TimeFacts::new(&profile, &config, now_s),
            now_s,
        );
        let all = config.indices().map(|index| config.offer(index));
        let is_out = |offer: &escale::internals::config::Offer| {
            suppression.suppresses(&config, offer) || suppression.waits_for_a_trip(offer)
        };
        all.filter(is_out)
            .map(|offer| config.text(offer.name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(out(now), ["crete", "palma", "bali"]);
    assert_eq!(out(at("2027-06-12")), ["crete", "palma", "bali"]);
    assert_eq!(out(at("2027-06-13")), ["crete", "insurance"]);
    assert_eq!(
        out(at("2027-08-12")),
        ["insurance"],
        "the destination has rested"
    );
}

#[test]
fn seasons_know_zones_and_hemispheres() {
    let config = timed();
    let zone = |name: &str| config.find_name::<Zone>(name).expect("a zone");
    let seasons = |name: &str, date: &str| {
        let in_force = season::in_force(&config, Some(zone(name)), at(date));
        in_force
            .map(|s| config.name(s).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(seasons("fr-a", "2026-12-25"), ["christmas"]);
    assert_eq!(seasons("fr-a", "2027-02-08"), Vec::<String>::new());
    assert_eq!(seasons("fr-c", "2027-02-08"), ["school-holidays"]);
    assert_eq!(seasons("fr-a", "2027-02-20"), ["school-holidays"]);
    assert_eq!(
        (
            seasons("reunion", "2027-07-15"),
            seasons("fr-a", "2027-07-15").len()
        ),
        (vec!["winter".to_owned()], 0)
    );
    assert!(
        (season::exploration(&config, Some(zone("fr-a")), at("2026-12-25")) - 0.2).abs() < 1e-6
    );
    assert!(season::exploration(&config, Some(zone("fr-a")), at("2026-11-25")) < 1e-9);
}

#[test]
fn a_season_slows_taste_by_the_event_s_own_time_and_leaves_intent_alone() {
    let config = timed();
    let view = |at_s| Event::new(EventKind::PageView, at_s).about("trip.city", 16);
    let mass = |at_s: u32| {
        let profile = profile_of(
            &[
                view(at_s),
                Event::new(EventKind::PageView, at("2027-03-01")),
            ],
            &config,
        );
        let facet = profile.facets[0].clone();
        let topic = facet.topics[0];
        (
            topic.taste.at(at_s, facet.taste_half_life_s),
            topic.intent.at(at_s, facet.intent_half_life_s),
        )
    };
    let ((usual, intent), (slowed, as_ever)) = (mass(at("2026-11-25")), mass(at("2026-12-20")));
    assert!((slowed / usual - 0.25).abs() < 1e-4 && (intent - as_ever).abs() < 1e-4);
    let mut engine = Engine::new(timed());
    engine.apply(
        &engine
            .clone()
            .track(
                Timestamp::new(NOW_S).unix_ms(),
                "declare",
                &packed(&[("zone", "fr-a")]),
            )
            .expect("a fact"),
    );
    assert_eq!(engine.known().zone(engine.config()), Some(Index::new(0)));
}

#[test]
fn invalid_config_is_rejected_with_its_path() {
    let mut site: serde_json::Value =
        serde_json::from_str(include_str!("common/timed.json")).expect("JSON");
    site["offers"][0]["caps"] = serde_json::json!([{"most": 9, "per": "day"}]);
    site["offers"][1]["substitutes"] = serde_json::json!(["balli"]);
    site["seasons"] = serde_json::json!([
        {"name": "a", "from": "13-40", "until": "01-01"},
        {"name": "b", "from": "12-01", "until": "2027-01-01"},
        {"name": "c", "regions": ["reunion"]}
    ]);
    site["scenarios"] = serde_json::json!([
        {"name": "x", "on": "quote_abandonned", "then": {"webhook": "crm"}},
        {"name": "y", "on": "search", "after": {"days": 1, "relative": "return"}, "then": {"webhook": "crm"}},
        {"name": "z", "on": "booking", "then": {"webhook": "crm", "offer": "bali"}}
    ]);
    let errors = escale::compile(&site.to_string()).expect_err("seven errors");
    let paths: Vec<&str> = errors.iter().map(|i| i.path.as_str()).collect();
    for path in [
        "/seasons/0/from",
        "/seasons/1",
        "/seasons/2",
        "/offers/0/caps/0/most",
        "/offers/1/substitutes/0",
        "/scenarios/0/on",
        "/scenarios/1/after/relative",
        "/scenarios/2/then",
    ] {
        assert!(paths.contains(&path), "{path} is not among {paths:?}");
    }
    let mistyped = errors
        .iter()
        .find(|i| i.path == "/scenarios/0/on")
        .expect("an error");
    assert_eq!(mistyped.hint, "Did you mean `quote_abandoned`?");
}

const OFFERS: [&str; 5] = ["lisbonne", "porto", "crete", "palma", "guide"];

fn any_exposures() -> impl Strategy<Value = Vec<(usize, bool, u32)>> {
    prop::collection::vec((0..OFFERS.len(), any::<bool>(), 0..10 * DAY_S), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// As long as no offer is seen more often than its newest exposures are kept, caps count what
    /// happened.
    #[test]
    fn caps_are_exact_over_what_is_kept(all in any_exposures()) {
        let config = timed();
        let mut kept: Vec<(usize, bool, u32)> = Vec::new();
        for one in all {
            if kept.iter().filter(|(offer, ..)| *offer == one.0).count() < 8 { kept.push(one) }
        }
        let events: Vec<Event> = kept
            .iter()
            .map(|(offer, is_hero, ago_s)| shown(OFFERS[*offer], if *is_hero { "hero" } else { "row" }, NOW_S - ago_s))
            .collect();
        let caps = caps_of(&profile_of(&events, &config), &config, NOW_S);
        let last_s = events.iter().map(|e| e.at_s).max().unwrap_or(0);
        let within = |ago_s: u32, window_s: u32| (NOW_S - ago_s) / 60 > (NOW_S - window_s) / 60;
        let lisbonne = kept.iter().filter(|(offer, ..)| *offer == 0);
        let is_capped = lisbonne.clone().filter(|(.., ago)| within(*ago, DAY_S)).count() >= 2 || lisbonne.count() >= 5;
        prop_assert_eq!(!caps.offers.is_empty(), is_capped);
        let city = kept.iter().filter(|(offer, _, ago)| *offer < 2 && within(*ago, 7 * DAY_S)).count();
        prop_assert_eq!(!caps.families.is_empty(), city >= 4);
        prop_assert_eq!(caps.is_all_capped, kept.iter().filter(|(.., ago)| within(*ago, DAY_S)).count() >= 6);
        prop_assert!(last_s > 0 || caps.placements.is_empty());
    }

    #[test]
    fn what_two_replicas_met_counts_once_in_each(all in any_exposures(), cut in 0usize..30) {
        let config = timed();
        let at_s = |ago: &u32| NOW_S - ago;
        let events: Vec<Event> = all.iter().map(|(o, _, ago)| shown(OFFERS[*o], "hero", at_s(ago))).collect();
        let (here, there) = events.split_at(cut.min(events.len()));
        let (whole, both) = (profile_of(&events, &config), merged(&[profile_of(here, &config), profile_of(there, &config)]));
        prop_assert_eq!(&whole.placements, &both.placements);
        prop_assert_eq!(whole.families.iter().map(|f| f.exposures).sum::<u32>(), both.families.iter().map(|f| f.exposures).sum::<u32>());
        prop_assert_eq!(Profile::decode(&both.encode()).map(|p| p.offers), Ok(both.offers));
    }

    #[test]
    fn every_trip_is_one_and_moments_only_go_on(events in any_intents(), later in 0u32..80) {
        let config = timed();
        let profile = profile_of(&events, &config);
        let (now, then) = (trip::read(&profile, &config, NOW_S), trip::read(&profile, &config, NOW_S + later * DAY_S));
        let ids: Vec<u32> = now.iter().flat_map(|t| t.ids.iter().copied()).collect();
        let mut distinct = ids.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(ids.len(), distinct.len(), "an intent belongs to one trip");
        for trip in &then {
            let before = now.iter().find(|t| t.ids == trip.ids);
            prop_assert!(before.is_none_or(|t| t.moment <= trip.moment));
        }
    }

    #[test]
    fn trips_are_the_same_in_any_order_of_replicas(parts in prop::collection::vec(any_intents(), 1..4), turn in 0usize..4) {
        let config = timed();
        let replicas: Vec<Profile> = parts.iter().map(|p| profile_of(p, &config)).collect();
        let mut turned = replicas.clone();
        turned.rotate_left(turn % replicas.len());
        let read = |p: &[Profile]| trip::read(&merged(p), &config, NOW_S);
        prop_assert_eq!(read(&replicas), read(&turned));
    }

}
