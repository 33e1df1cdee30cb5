//! A profile's bytes: from a browser's store, a server's answer, a hand-in. The input lacks the check sum, or nothing but
//! the check sum would ever be tried out; it is tried with and without.

use escale::core::base::hash::crc32;
use escale::core::profile::merged;
use escale::core::profile::{
    MAX_BOOKINGS, MAX_EXPOSURES, MAX_FACETS, MAX_FAMILIES, MAX_OFFERS, MAX_TOPICS, MAX_TRIPS,
    Profile,
};

use crate::seeds;
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "profile",
    most_bytes: 2048,
    share: 1,
    memory: 1 << 20,
    seeds,
    take,
};

/// Profiles as they are, without their sums.
pub fn seeds() -> Vec<Vec<u8>> {
    let frozen = crate::site::text("tests/frozen/profile-v1.hex");
    let digits = frozen.trim().as_bytes().chunks(2);
    let reference: Vec<u8> = digits
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let lived = seeds::golden().into_iter().map(|lived| lived.profile);
    lived
        .chain([reference])
        .map(|bytes| bytes[..bytes.len() - 4].to_vec())
        .collect()
}

fn take(bytes: &[u8]) {
    open(bytes);
    open(&with_sum(bytes));
}

/// What a browser that was told to would hand in: any content, and the sum that fits.
pub fn with_sum(content: &[u8]) -> Vec<u8> {
    let mut bytes = content.to_vec();
    bytes.extend_from_slice(&crc32(content).to_le_bytes());
    bytes
}

fn open(bytes: &[u8]) {
    let Ok(profile) = Profile::decode(bytes) else {
        return;
    };
    keeps_bounds(&profile);
    let own = profile.encode();
    let Ok(again) = Profile::decode(&own) else {
        panic!("own bytes are no profile")
    };
    assert_eq!(again.encode(), own, "a profile has one form");
    let partial = Profile::decode_for_decision(bytes).map(|partial| Profile {
        decisions: profile.decisions.clone(),
        ..partial
    });
    assert_eq!(
        partial.as_ref(),
        Ok(&profile),
        "a partial read is the profile without its decisions"
    );
    // Of nothing that ever happened there is nothing to join.
    let alone = again.joined_with(&Profile::default());
    assert!(
        again.is_empty() || alone == again,
        "an empty replica adds nothing"
    );
    let twice = again.joined_with(&again);
    keeps_bounds(&twice);
    let orders = [
        combine(&[again.clone(), twice.clone()]),
        combine(&[twice, again]),
    ];
    assert_eq!(
        orders[0].encode(),
        orders[1].encode(),
        "the order of replicas does not show"
    );
}

fn keeps_bounds(profile: &Profile) {
    let lists = [
        (profile.facets.len(), MAX_FACETS),
        (profile.families.len(), MAX_FAMILIES),
        (profile.offers.len(), MAX_OFFERS),
        (profile.trips.len(), MAX_TRIPS),
        (profile.bookings.len(), MAX_BOOKINGS),
    ];
    let topics = profile
        .facets
        .iter()
        .map(|facet| (facet.topics.len(), MAX_TOPICS));
    let exposures = profile
        .offers
        .iter()
        .map(|offer| (offer.exposed_min.len(), MAX_EXPOSURES));
    assert!(
        lists
            .into_iter()
            .chain(topics)
            .chain(exposures)
            .all(|(is, most)| is <= most),
        "a list is too long"
    );
    assert!(
        profile.first_s.max(profile.visit_s) <= profile.last_s,
        "nothing comes after the last event"
    );
}
