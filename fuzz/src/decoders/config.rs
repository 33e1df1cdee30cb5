//! A compiled config, from a site's server. It is used in place, so that opening one is little: the
//! tour through all that reads it is the test. The sum and the head are corrected, or nothing else
//! would be tried out.

use escale::internals::base::hash::digest;
use escale::internals::base::index::Index;
use escale::internals::config::layout::{FORMAT, HEADER_BYTES, MAGIC};
use escale::{Config, Engine, explain, snapshot};

use crate::site::{self, NOW_MS, config_of};
use crate::target::Target;
use crate::{memory, seeds, tour};

/// The fuzz target. An explanation lists everything in an offer's ranges, up to 65,536 entries. A
/// config from the compiler never has that many.
pub const TARGET: Target = Target {
    name: "config",
    most_bytes: 8192,
    share: 20,
    memory: memory::MOST_BYTES,
    seeds,
    take,
};

/// By the sum's first byte.
const EXPLAINED: u8 = 32;

fn seeds() -> Vec<Vec<u8>> {
    let small = [
        "tests/common/small.json",
        "tests/common/customer.json",
        "tests/common/timed.json",
    ]
    .map(site::text);
    let lived = seeds::golden().into_iter().map(|lived| lived.config);
    let mut seeds: Vec<Vec<u8>> = small
        .into_iter()
        .chain(lived)
        .map(|json| config_of(&json).bytes().to_vec())
        .collect();
    seeds.retain(|seed| seed.len() <= TARGET.most_bytes);
    seeds.sort();
    seeds.dedup();
    seeds
}

fn take(bytes: &[u8]) {
    let _ = Config::from_bytes(bytes.to_vec());
    let Some(bytes) = mended(bytes) else { return };
    let Ok(config) = Config::from_bytes(bytes.clone()) else {
        return;
    };
    assert_eq!(config.bytes(), bytes, "a config is its bytes");
    let mut engine = Engine::new(config);
    engine.set_visitor(site::VISITOR);
    tour::goes_on(&mut engine, NOW_MS);
    tour::choices(&engine, NOW_MS);
    // What a person asks for costs a hundred times a choice: of one input in so many.
    if bytes[8] % EXPLAINED == 0 {
        let explanation = explain(&engine, &tour::request(Index::new(0), &[], NOW_MS));
        assert!(
            serde_json::to_value(explanation).is_ok(),
            "an explanation can be serialized"
        );
        assert!(
            serde_json::to_value(snapshot(&engine, NOW_MS)).is_ok(),
            "the knowledge can be serialized"
        );
    }
}

fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < HEADER_BYTES {
        return None;
    }
    let mut bytes = bytes.to_vec();
    bytes[..4].copy_from_slice(&MAGIC);
    bytes[4..6].copy_from_slice(&FORMAT.to_le_bytes());
    let sum = digest(&bytes[12..]);
    bytes[8..12].copy_from_slice(&sum.to_le_bytes());
    Some(bytes)
}
