//! A model that `escale model` has written, as `--model` reads it: rates of offers and topics, put
//! in the place of the config's own.

use std::sync::LazyLock;

use escale::compile;
use escale_server::decoders::Model;
use serde_json::{Value, json};

use crate::site;
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "model",
    most_bytes: 1024,
    share: 100,
    memory: 64 << 20,
    seeds,
    take,
};

fn seeds() -> Vec<Vec<u8>> {
    let model = |rates: Value, base_rates: Value| {
        json!({"version": 1, "from": "2026-05-01", "to": "2026-05-31", "success": "clicks", "least_group": 50,
            "rates": rates, "base_rates": base_rates})
    };
    let offers = json!({"lisbonne": 0.02, "bali": 1.0, "no such offer": 1e-9});
    let seeds = [
        model(offers.clone(), json!({})),
        model(offers, shares()),
        model(json!({}), json!({"trip.city": 0.5})),
    ];
    seeds
        .into_iter()
        .map(|seed| seed.to_string().into_bytes())
        .collect()
}

/// The topics of one facet of the demo's, all alike.
fn shares() -> Value {
    let topics: Vec<String> = match &DEMO["facets"]["trip"]["topics"] {
        Value::Array(topics) => topics
            .iter()
            .filter_map(|topic| Some(topic.as_str()?.to_owned()))
            .collect(),
        topics => topics
            .as_object()
            .into_iter()
            .flatten()
            .map(|(topic, _)| topic.clone())
            .collect(),
    };
    let share = 0.9 / topics.len().max(1) as f64;
    topics
        .into_iter()
        .map(|topic| (format!("trip.{topic}"), json!(share)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

static DEMO: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(&site::text("www/demo/escale.json"))
        .unwrap_or_else(|error| panic!("{error}"))
});

fn take(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let model = match Model::read(text) {
        Ok(model) => model,
        Err(why) => return assert!(!why.is_empty(), "a refusal has a reason"),
    };
    let all = || model.rates.values().chain(model.base_rates.values());
    assert!(
        all().all(|rate| *rate > 0.0 && *rate <= 1.0),
        "a rate is above 0 and at most 1"
    );
    let own = serde_json::to_string(&model).map(|own| Model::read(&own));
    let Ok(Ok(own)) = own else {
        panic!("own text is no model")
    };
    // The last bit of a rate that was written with more digits than it has may be another.
    let is_close =
        |(a, b): ((&String, &f64), (&String, &f64))| a.0 == b.0 && (a.1 - b.1).abs() <= b.1 * 1e-15;
    let mut pairs = own
        .rates
        .iter()
        .zip(&model.rates)
        .chain(own.base_rates.iter().zip(&model.base_rates));
    assert!(
        own.rates.len() == model.rates.len() && own.base_rates.len() == model.base_rates.len(),
        "all rates are applied"
    );
    assert!(pairs.all(is_close), "a model survives its text");
    let mut config = DEMO.clone();
    model.put_into(&mut config);
    let offers = |config: &Value| config["offers"].as_array().cloned().unwrap_or_default();
    for (before, offer) in offers(&DEMO).iter().zip(offers(&config)) {
        let learned = before["id"].as_str().and_then(|id| model.rates.get(id));
        let expected = learned.map_or(before["rate"].clone(), |rate| json!(rate));
        assert_eq!(
            offer["rate"], expected,
            "what was learned, or else what people say"
        );
    }
    let once = config.clone();
    model.put_into(&mut config);
    assert_eq!(config, once, "put in again it changes nothing");
    if let Err(errors) = compile(&config.to_string()) {
        assert!(
            !errors.is_empty() && errors.iter().all(|error| !error.hint.is_empty()),
            "{errors:?}"
        );
    }
}
