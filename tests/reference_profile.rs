//! The reference profile: what a keen visitor's replica holds after a quarter of a year, and what it weighs.

mod common;

use common::{DAY_S, NOW_S, config};
use escale::core::base::hash::{Namespace, name_hash};
use escale::core::event::{Event, EventKind, Travel};
use escale::core::profile::Profile;

/// 24 topics in 5 facets, 4 families with 5 offers each.
fn reference_config() -> escale::core::config::Config {
    let facets = ["trip", "stay", "party", "budget", "destination"].map(|facet| {
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

fn reference_profile() -> Profile {
    let config = reference_config();
    let mut profile = Profile::default();
    let mut take = |event: Event| profile.apply(&event, &config);
    let start_s = NOW_S - 90 * DAY_S;
    for (i, facet) in ["trip", "stay", "party", "budget", "destination"]
        .iter()
        .enumerate()
    {
        for topic in 0..if *facet == "destination" { 8 } else { 4 } {
            for visit in 0..=(topic + i as u32) % 4 {
                let at_s = start_s
                    + (topic * 11 + visit * 23 + i as u32) * DAY_S % (90 * DAY_S)
                    + 4_321 * topic;
                // Each topic was looked at in the last week too: every intent is alive.
                let lately_s = NOW_S - (topic * 7 + visit * 13 + i as u32 * 3) % 168 * 3600;
                take(
                    Event::bare(EventKind::PageView, lately_s)
                        .about(&format!("{facet}.{facet}-{topic}"), 16),
                );
                take(
                    Event::bare(EventKind::PageView, at_s)
                        .about(&format!("{facet}.{facet}-{topic}"), 16),
                );
            }
        }
    }
    // Every offer was seen once to three times, in visits spread over the last month; a third of the families clicked.
    for offer in 0..20u32 {
        for exposure in 0..=offer % 3 {
            let at_s = NOW_S - (offer * 31 + exposure * 97) % 720 * 3600;
            take(Event {
                offer: name_hash(Namespace::Offer, &format!("offer-{offer}")),
                ..Event::bare(EventKind::OfferImpression, at_s)
            });
        }
    }
    for offer in [3, 6] {
        take(Event {
            offer: name_hash(Namespace::Offer, &format!("offer-{offer}")),
            ..Event::bare(EventKind::OfferClick, NOW_S - offer * 50_000)
        });
    }
    let travel = |destination: &str, start_day| Travel {
        destination: name_hash(Namespace::Topic, destination),
        start_day,
        end_day: start_day + 7,
        adults: 2,
        children: 1,
    };
    take(Event {
        travel: travel("destination.destination-1", 2600),
        ..Event::bare(EventKind::Search, NOW_S - 4 * DAY_S)
    });
    take(Event {
        travel: travel("destination.destination-5", 2710),
        ..Event::bare(EventKind::QuoteStart, NOW_S - DAY_S)
    });
    for (i, cents) in [(1u32, 48_900u32), (2, 129_900), (3, 215_000)] {
        let booking = name_hash(Namespace::Booking, &format!("ORDER-{i}"));
        let at_s = NOW_S - i * 21 * DAY_S;
        take(Event {
            booking,
            value_cents: cents,
            travel: travel("destination.destination-2", 2540),
            ..Event::bare(EventKind::Booking, at_s)
        });
    }
    take(Event::bare(EventKind::PageView, NOW_S));
    profile
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
    assert_eq!(
        Profile::decode(&bytes),
        Ok(Profile::decode(&reference_profile().encode()).expect("own bytes"))
    );
}
