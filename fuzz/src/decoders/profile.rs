//! A profile's bytes: from a browser's store, a server's answer or a sync. The input has no
//! checksum. Each input is tried without one and with a valid one, so that the fuzzer gets past the
//! check.

use escale::Profile;
use escale::internals::base::hash::crc32;
use escale::internals::profile::{Bounded, Entry, MAX_EXPOSURES, merged};

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

/// Appends a valid checksum to any content, as a malicious browser could.
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
    let mut alone = again.clone();
    alone.merge(&Profile::default());
    assert!(
        again.is_empty() || alone == again,
        "an empty replica adds nothing"
    );
    let mut twice = again.clone();
    twice.merge(&again);
    keeps_bounds(&twice);
    let orders = [
        merged(&[again.clone(), twice.clone()]),
        merged(&[twice, again]),
    ];
    assert_eq!(
        orders[0].encode(),
        orders[1].encode(),
        "the order of replicas does not show"
    );
}

fn keeps_bounds(profile: &Profile) {
    let lists = [
        is_bounded(&profile.facets),
        is_bounded(&profile.families),
        is_bounded(&profile.offers),
        is_bounded(&profile.trips),
        is_bounded(&profile.bookings),
        is_bounded(&profile.facts),
        is_bounded(&profile.messages),
        is_bounded(&profile.personas),
        is_bounded(&profile.placements),
        is_bounded(&profile.latest),
        is_bounded(&profile.fired),
        is_bounded(&profile.decisions),
        profile.facets.iter().all(|facet| is_bounded(&facet.topics)),
        profile
            .offers
            .iter()
            .all(|offer| offer.exposed_min.len() <= MAX_EXPOSURES),
    ];
    assert_eq!(lists, [true; 14], "a list is too long");
    assert!(
        profile.first_s.max(profile.visit_s) <= profile.last_s,
        "nothing comes after the last event"
    );
}

fn is_bounded<T: Entry>(list: &Bounded<T>) -> bool {
    list.len() <= T::MAX
}
