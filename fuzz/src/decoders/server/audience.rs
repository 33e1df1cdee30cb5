//! The body of `POST /v1/audiences`: a condition, checked strictly and compiled, or rejected with
//! the reason.

use std::sync::LazyLock;

use escale::internals::config::attribute_names::AttributeNames;
use escale::{Engine, ValidationError};
use escale_server::decoders::{Wanted, Whom, Wish};
use serde_json::{Value, json};

use crate::decoders::profile;
use crate::site::{self, NOW_MS, config};
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "audience",
    most_bytes: 1024,
    share: 20,
    memory: 64 << 20,
    seeds,
    take,
};

/// The conditions of the demo's own segments and offers.
fn seeds() -> Vec<Vec<u8>> {
    let Ok(config) = serde_json::from_str::<Value>(&site::text("www/demo/escale.json")) else {
        return Vec::new();
    };
    let of_list = |list: &str| config[list].as_array().cloned().unwrap_or_default();
    let of_object = |object: &str| {
        config[object]
            .as_object()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .map(|(_, v)| v)
    };
    let all = of_list("offers")
        .into_iter()
        .chain(of_object("segments"))
        .chain(of_object("personas"));
    let conditions = all.filter_map(|of| of.get("when").cloned().filter(Value::is_object));
    let other = [
        json!({"value_class": "high"}),
        json!({"language": {"$regex": "^(fr|de)-?[a-z]{0,2}$"}}),
    ];
    conditions
        .chain(other)
        .map(|condition| condition.to_string().into_bytes())
        .collect()
}

fn take(bytes: &[u8]) {
    let Ok(condition) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let wanted = |condition: &Value| match Wanted::condition(
        config(),
        condition,
        Wish::default(),
        NOW_MS as u64,
    ) {
        Ok(Wanted {
            whom: Whom::Condition(compiled),
            ..
        }) => Ok(compiled),
        Ok(_) => panic!("a condition was asked for"),
        Err(why) => Err(why),
    };
    let compiled = match wanted(&condition) {
        Ok(compiled) => compiled,
        Err(why) => {
            let Err(errors) = NAMES.condition(&condition) else {
                panic!("nothing is wrong, and it is refused: {why}")
            };
            let is_reported =
                |error: &ValidationError| !error.hint.is_empty() && why.contains(&error.message);
            assert!(
                !errors.is_empty() && errors.iter().all(is_reported),
                "{why}"
            );
            return;
        }
    };
    let again = wanted(&condition);
    let all = wanted(&json!({"$and": [condition]}));
    // At the bound of how deep, or how long, a condition may be there is no room for more.
    let none = wanted(&json!({"$nor": [condition]}));
    for engine in VISITORS.iter() {
        let facts = engine.facts(NOW_MS);
        let is_met = compiled.is_met(&facts);
        assert_eq!(
            again.as_ref().ok().map(|again| again.is_met(&facts)),
            Some(is_met),
            "the same condition"
        );
        assert!(
            all.as_ref().is_ok_and(|all| all.is_met(&facts) == is_met) || all.is_err(),
            "all of one is the one"
        );
        assert!(
            none.as_ref()
                .is_ok_and(|none| none.is_met(&facts) != is_met)
                || none.is_err(),
            "none of one"
        );
    }
}

/// Those of the golden cases who are known by the demo's config, and one of whom nothing is.
static VISITORS: LazyLock<Vec<Engine>> = LazyLock::new(|| {
    let mut nobody = Engine::new(config().clone());
    nobody.set_visitor(site::VISITOR);
    let known = profile::seeds().into_iter().filter_map(|state| {
        let mut engine = nobody.clone();
        engine.load(&profile::with_sum(&state)).ok()?;
        Some(engine)
    });
    std::iter::once(nobody.clone())
        .chain(known.take(MOST_VISITORS))
        .collect()
});
const MOST_VISITORS: usize = 3;
static NAMES: LazyLock<AttributeNames> = LazyLock::new(|| AttributeNames::of(config()));
