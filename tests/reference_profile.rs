//! The reference profile: what a keen visitor's replica holds after a quarter of a year, and what
//! it weighs.

mod common;

use common::{DAY_S, NOW_S, booking, config, offer_event, profile_with, trip_event, view};
use escale::internals::base::hash::{Namespace, name_hash};
use escale::internals::event::offer::OfferAction;
use escale::internals::event::{EventKind, Travel};
use escale::{Event, Profile};

/// 24 topics in 5 facets, 4 families with 5 offers each.
fn reference_config() -> escale::Config {
    let facets = FACETS.map(|facet| {
        let count = if facet == "destination" { 8 } else { 4 };
        let topics: Vec<String> = (0..count).map(|i| format!("\"{facet}-{i}\"")).collect();
        format!("\"{facet}\": {{\"topics\": [{}]}}", topics.join(","))
    });
    let offers: Vec<String> = (0..20)
        .map(|i| {
            let family = i % 4;
            format!(
                r#"{{"id": "offer-{i}", "family": "family-{family}", "placements": ["hero"], "content": {{"en": {{"title": "T"}}}}}}"#
            )
        })
        .collect();
    let families = (0..4)
        .map(|i| format!("\"family-{i}\": {{}}"))
        .collect::<Vec<_>>()
        .join(",");
    config(&format!(
        r#"{{"version": 1, "facets": {{{}}}, "families": {{{families}}}, "placements": {{"hero": {{}}}}, "offers": [{}]}}"#,
        facets.join(","),
        offers.join(",")
    ))
}

const FACETS: [&str; 5] = ["trip", "stay", "party", "budget", "destination"];

/// Page views of every topic, over a quarter of a year and in the last week: every intent is alive.
fn page_views() -> Vec<Event> {
    let start_s = NOW_S - 90 * DAY_S;
    let mut views = Vec::new();
    for (i, facet) in FACETS.iter().enumerate() {
        let i = i as u32;
        for topic in 0..if *facet == "destination" { 8 } else { 4 } {
            for visit in 0..=(topic + i) % 4 {
                let early_s = (topic * 11 + visit * 23 + i) * DAY_S % (90 * DAY_S) + 4_321 * topic;
                let late_s = (topic * 7 + visit * 13 + i * 3) % 168 * 3600;
                let name = format!("{facet}.{facet}-{topic}");
                views.push(view(&name, NOW_S - late_s));
                views.push(view(&name, start_s + early_s));
            }
        }
    }
    views
}

/// One to three impressions of every offer in visits of the last month, and clicks on offers of two
/// families.
fn offer_events() -> Vec<Event> {
    let mut events = Vec::new();
    for offer in 0..20u32 {
        for exposure in 0..=offer % 3 {
            let at_s = NOW_S - (offer * 31 + exposure * 97) % 720 * 3600;
            let name = format!("offer-{offer}");
            events.push(offer_event(OfferAction::Impression, &name, at_s));
        }
    }
    for offer in [3, 6] {
        let at_s = NOW_S - offer * 50_000;
        let name = format!("offer-{offer}");
        events.push(offer_event(OfferAction::Click, &name, at_s));
    }
    events
}

/// A search, a quote and three bookings.
fn journeys() -> Vec<Event> {
    let travel = |destination: &str, start_day| Travel {
        destination: name_hash(Namespace::Topic, destination),
        start_day,
        end_day: start_day + 7,
        adults: 2,
        children: 1,
    };
    let searched = travel("destination.destination-1", 2600);
    let quoted = travel("destination.destination-5", 2710);
    let mut events = vec![
        trip_event(EventKind::Search, searched, NOW_S - 4 * DAY_S),
        trip_event(EventKind::QuoteStart, quoted, NOW_S - DAY_S),
    ];
    for (i, cents) in [(1u32, 48_900u32), (2, 129_900), (3, 215_000)] {
        let id = name_hash(Namespace::Booking, &format!("ORDER-{i}"));
        let booked = travel("destination.destination-2", 2540);
        let at_s = NOW_S - i * 21 * DAY_S;
        events.push(booking(EventKind::Booking, id, booked, cents, at_s));
    }
    events
}

fn reference_profile() -> Profile {
    let mut events = page_views();
    events.extend(offer_events());
    events.extend(journeys());
    events.push(Event::new(EventKind::PageView, NOW_S));
    profile_with(&reference_config(), &events)
}

#[test]
fn the_reference_profile_fits_in_512_bytes() {
    let profile = reference_profile();
    assert_eq!(
        profile.facets.iter().map(|f| f.topics.len()).sum::<usize>(),
        24
    );
    assert_eq!(
        (
            profile.offers.len(),
            profile.trips.len(),
            profile.bookings.len()
        ),
        (20, 2, 3)
    );
    let length = profile.encode().len();
    println!("reference profile: {length} bytes");
    assert!(length <= 512, "{length} bytes");
}

/// The bytes of this release, kept so that every later one reads them.
/// Tags: f08.
#[test]
fn the_reference_profile_has_these_bytes() {
    let bytes = reference_profile().encode();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    if std::env::var_os("ESCALE_BLESS").is_some() {
        std::fs::write("tests/frozen/profile-v1.hex", hex.clone() + "\n").expect("written");
    }
    let frozen = std::fs::read_to_string("tests/frozen/profile-v1.hex").expect("the frozen file");
    assert_eq!(frozen.trim(), hex);
    let stored: Vec<u8> = (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&frozen[2 * i..2 * i + 2], 16).expect("hexadecimal"))
        .collect();
    let read = Profile::decode(&stored).expect("a profile of this version");
    // No mass of the reference profile has faded, so that nothing is lost.
    assert_eq!(read, reference_profile());
}
