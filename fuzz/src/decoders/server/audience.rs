//! The body of `POST /v1/audiences`: a condition, checked strictly and compiled, or refused with the reason.

use escale_server::decoders::{Wanted, Wish};
use serde_json::{Value, json};

use crate::site::{self, NOW_MS, config};
use crate::target::Target;

pub const TARGET: Target = Target { name: "audience", most_bytes: 1024, share: 20, memory: 64 << 20, seeds, take };

/// The conditions of the demo's own segments and offers.
fn seeds() -> Vec<Vec<u8>> {
    let Ok(config) = serde_json::from_str::<Value>(&site::text("www/demo/escale.json")) else { return Vec::new() };
    let of_list = |list: &str| config[list].as_array().cloned().unwrap_or_default();
    let of_object = |object: &str| config[object].as_object().cloned().unwrap_or_default().into_iter().map(|(_, v)| v);
    let all = of_list("offers").into_iter().chain(of_object("segments")).chain(of_object("personas"));
    let conditions = all.filter_map(|of| of.get("when").cloned().filter(Value::is_object));
    let other = [json!({"value_class": "high"}), json!({"language": {"$regex": "^(fr|de)-?[a-z]{0,2}$"}})];
    conditions.chain(other).map(|condition| condition.to_string().into_bytes()).collect()
}

fn take(bytes: &[u8]) {
    let Ok(condition) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Err(why) = Wanted::condition(config(), &condition, Wish::default(), NOW_MS as u64) {
        assert!(!why.is_empty(), "a refusal has a reason");
    }
}
