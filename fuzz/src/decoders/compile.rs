//! A config as people write it: it compiles, or every error of it is reported.

use escale::{Config, Engine, compile};

use crate::site::{self, NOW_MS};
use crate::target::Target;
use crate::{seeds, tour};

pub const TARGET: Target = Target {
    name: "compile",
    most_bytes: 8192,
    share: 20,
    memory: 64 << 20,
    seeds,
    take,
};

fn seeds() -> Vec<Vec<u8>> {
    let small = [
        "tests/common/small.json",
        "tests/common/customer.json",
        "tests/common/timed.json",
    ]
    .map(site::text);
    let mut seeds: Vec<String> = seeds::golden()
        .into_iter()
        .map(|lived| lived.config)
        .chain(small)
        .filter(|json| json.len() <= 8192)
        .collect();
    seeds.sort();
    seeds.dedup();
    seeds.into_iter().map(String::into_bytes).collect()
}

fn take(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else {
        return;
    };
    let compiled = match compile(json) {
        Ok(compiled) => compiled,
        Err(errors) => {
            let is_filled = |text: &str| !text.is_empty();
            assert!(
                !errors.is_empty()
                    && errors
                        .iter()
                        .all(|i| is_filled(&i.message) && is_filled(&i.hint)),
                "{errors:?}"
            );
            return;
        }
    };
    let again = compile(json).map(|again| again.bytes);
    assert_eq!(
        again.ok().as_ref(),
        Some(&compiled.bytes),
        "the same text is the same bytes"
    );
    let Ok(config) = Config::from_bytes(compiled.bytes) else {
        panic!("what was compiled does not open")
    };
    let mut engine = Engine::new(config);
    engine.set_visitor(site::VISITOR);
    tour::is_profile(&tour::goes_on(&mut engine, NOW_MS));
    tour::are_probable(&tour::choices(&engine, NOW_MS));
}
