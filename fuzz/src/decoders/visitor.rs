//! Choices for any profile that decodes. Whoever wrote it, an engine that loads it decides,
//! explains and continues.

use escale::internals::base::index::Index;
use escale::{Engine, PageFacts, Profile, explain, snapshot};

use super::profile;
use crate::site::{NOW_MS, with_engine};
use crate::target::Target;
use crate::tour;

pub const TARGET: Target = Target {
    name: "visitor",
    most_bytes: 2048,
    share: 4,
    memory: 4 << 20,
    seeds: profile::seeds,
    take,
};

fn take(bytes: &[u8]) {
    let bytes = profile::with_sum(bytes);
    with_engine(|known| {
        known.page(NOW_MS, &PageFacts::default());
        let before = known.save();
        if known.load_with(&bytes, &bytes).is_err() {
            assert_eq!(known.save(), before, "what is refused changes nothing");
            return;
        }
        tour::are_probable(&tour::choices(known, NOW_MS));
        explains(known);
        tour::is_profile(&tour::goes_on(known, NOW_MS));
    });
}

fn explains(known: &Engine) {
    let decision = tour::request(Index::new(0), &[], NOW_MS);
    assert!(
        serde_json::to_value(explain(known, &decision)).is_ok(),
        "an explanation can be serialized"
    );
    assert!(
        serde_json::to_value(snapshot(known, NOW_MS)).is_ok(),
        "the knowledge can be serialized"
    );
    assert!(Profile::decode(&known.save()).is_ok(), "own bytes");
}
