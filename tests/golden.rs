//! The golden cases of `tests/cases`, natively. The browsers run the same files: what they decide,
//! and the bytes they store, must be these. `ESCALE_BLESS=1` writes the expectations anew: look at
//! the difference before it is committed.

mod common;

use escale::internals::base::index::Index;
use escale::internals::config::Offer;
use std::path::{Path, PathBuf};

use escale::internals::event::fields::{RECORD, UNIT};
use escale::{DecisionRequest, Engine, PageFacts};
use serde_json::{Value, json};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/cases")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files
}

/// The engine of a case: its config is written in it, or a file from the root of the repository.
fn engine_of(case: &Value) -> Engine {
    let json = match &case["config"] {
        Value::String(path) => {
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
                .expect("the case's config")
        }
        config => config.to_string(),
    };
    let mut engine = Engine::new(common::config(&json));
    engine.set_visitor(
        u64::from_str_radix(case["visitor"].as_str().expect("visitor"), 16).expect("hexadecimal"),
    );
    engine.set_history_may_be_purged(case["forgets"] == true);
    engine
}

/// Runs one step; what a choice answers comes back.
fn run(engine: &mut Engine, step: &Value, shown: &mut Vec<Index<Offer>>) -> Option<Value> {
    let now_ms = step["at"].as_f64().expect("at");
    let text = |value: &'_ Value, key: &str| value[key].as_str().unwrap_or("").to_owned();
    if let Some(page) = step.get("page") {
        let (explicit, url, tokens) = (
            text(page, "explicit"),
            text(page, "url"),
            text(page, "tokens"),
        );
        let event = engine.page(
            now_ms,
            &PageFacts {
                explicit: &explicit,
                url: &url,
                tokens: &tokens,
            },
        );
        shown.clear();
        engine.apply(&event);
    } else if let Some(name) = step.get("track") {
        let fields = step
            .get("fields")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let packed: String = fields
            .map(|(key, value)| {
                format!(
                    "{key}{UNIT}{}{RECORD}",
                    value.as_str().map_or(value.to_string(), str::to_owned)
                )
            })
            .collect();
        let event = engine
            .track(now_ms, name.as_str().expect("name"), &packed)
            .expect("a tracked event");
        engine.apply(&event);
    } else {
        return Some(choose(engine, step, shown));
    }
    None
}

fn choose(engine: &Engine, step: &Value, shown: &mut Vec<Index<Offer>>) -> Value {
    let placement = engine
        .placement(step["choose"].as_str().expect("placement"))
        .unwrap_or(Index::new(u16::MAX));
    let slot = step["slot"].as_u64().unwrap_or(0) as u8;
    let request = DecisionRequest {
        now_ms: step["at"].as_f64().expect("at"),
        placement,
        slot,
        exclude: shown,
    };
    let decision = engine.choose(&request);
    shown.extend(decision.offer);
    let config = engine.config();
    json!({
        "offer": decision.offer.map(|o| config.name(o)),
        "reason": decision.reason.name(),
        "variant": decision.variant,
        "propensity": decision.propensity,
        "seed": format!("{:016x}", decision.seed),
    })
}

#[test]
fn golden_cases_decide_as_written() {
    let is_blessing = std::env::var_os("ESCALE_BLESS").is_some();
    let mut ran = 0;
    for path in cases() {
        let text = std::fs::read_to_string(&path).expect("a case");
        let mut case: Value = serde_json::from_str(&text).expect("JSON");
        if case.get("steps").is_none() {
            continue;
        }
        let (mut engine, mut shown) = (engine_of(&case), Vec::new());
        let mut steps = case["steps"].as_array().expect("steps").clone();
        for (i, step) in steps.iter_mut().enumerate() {
            if let Some(answer) = run(&mut engine, step, &mut shown) {
                if is_blessing {
                    step["expect"] = answer.clone();
                }
                assert_eq!(step["expect"], answer, "{} step {i}", path.display());
            }
        }
        let profile: String = engine.save().iter().map(|b| format!("{b:02x}")).collect();
        if is_blessing {
            case["steps"] = Value::Array(steps);
            case["profile"] = Value::String(profile.clone());
            std::fs::write(
                &path,
                serde_json::to_string_pretty(&case).expect("JSON") + "\n",
            )
            .expect("written");
        }
        assert_eq!(case["profile"], profile, "{}", path.display());
        ran += 1;
    }
    assert_eq!(ran, 30, "golden cases with steps in tests/cases");
}

#[test]
fn the_demo_config_compiles_without_warnings() {
    let json =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("www/demo/escale.json"))
            .expect("a file");
    let compiled = escale::compile(&json).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(compiled.warnings.is_empty(), "{:#?}", compiled.warnings);
}
