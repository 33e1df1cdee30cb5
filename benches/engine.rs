//! The engine's own speed, natively: applying an event, choosing among many offers, opening a
//! config, and the profile's bytes. `make bench` runs this beside the browser's comparison with
//! other tools.

use std::hint::black_box;

use divan::Bencher;
use escale::internals::base::index::Index;
use escale::{Config, DecisionRequest, Engine, PageFacts, Profile, compile};

const NOW_MS: f64 = 1_795_262_400_000.0;

fn main() {
    divan::main();
}

/// 24 topics, four to an offer, three conditions each: the workload of the browser's comparison.
fn config(offers: usize) -> Config {
    let topics: Vec<String> = (0..24).map(|i| format!("\"t{i}\"")).collect();
    let offers: Vec<String> = (0..offers)
        .map(|i| {
            let topics: Vec<String> =
                (0..4).map(|k| format!("\"trip.t{}\": 0.{}", (i * 7 + k * 5) % 24, k + 3)).collect();
            let least = (i % 20) as f64 / 200.0;
            format!(
                r#"{{"id": "offer-{i}", "family": "f{}", "placements": ["hero"], "topics": {{{}}}, "value": {},
                    "when": {{"affinity.trip.t{}": {{"$gt": {least}}}, "visit.page_views": {{"$gte": {}}}, "quote.open": false}},
                    "content": {{"en": {{"title": "T{i}"}}}}}}"#,
                i % 8,
                topics.join(","),
                1 + i % 90,
                i % 24,
                i % 60,
            )
        })
        .collect();
    let families: Vec<String> = (0..8).map(|i| format!("\"f{i}\": {{}}")).collect();
    let json = format!(
        r#"{{"version": 1, "facets": {{"trip": {{"topics": [{}]}}}}, "families": {{{}}}, "placements": {{"hero": {{}}}},
            "policy": {{"holdout": 0}}, "offers": [{}]}}"#,
        topics.join(","),
        families.join(","),
        offers.join(",")
    );
    let compiled = compile(&json).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Config::from_bytes(compiled.bytes).expect("compiled bytes open")
}

/// A visitor with a history of `pages` page views.
fn engine(offers: usize, pages: usize) -> Engine {
    let mut engine = Engine::new(config(offers));
    engine.set_visitor(7);
    for i in 0..pages {
        let explicit = format!("trip.t{}", (i * i) % 24);
        let at_ms = NOW_MS - (pages - i) as f64 * 60_000.0;
        let event = engine.page(
            at_ms,
            &PageFacts {
                explicit: &explicit,
                ..PageFacts::default()
            },
        );
        engine.apply(&event);
    }
    engine
}

#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn choose_among(bencher: Bencher, offers: usize) {
    let engine = engine(offers, 60);
    let request = DecisionRequest {
        now_ms: NOW_MS,
        placement: Index::new(0),
        slot: 0,
        exclude: &[],
    };
    bencher.bench_local(|| engine.choose(black_box(&request)));
}

#[divan::bench(args = [10, 1_000, 100_000])]
fn choose_after_a_history_of(bencher: Bencher, pages: usize) {
    let engine = engine(100, pages);
    let request = DecisionRequest {
        now_ms: NOW_MS,
        placement: Index::new(0),
        slot: 0,
        exclude: &[],
    };
    bencher.bench_local(|| engine.choose(black_box(&request)));
}

#[divan::bench(args = [10, 1_000, 100_000])]
fn apply_after_a_history_of(bencher: Bencher, pages: usize) {
    let mut engine = engine(100, pages);
    let event = engine.page(
        NOW_MS,
        &PageFacts {
            explicit: "trip.t3",
            ..PageFacts::default()
        },
    );
    bencher.bench_local(|| engine.apply(black_box(&event)));
}

#[divan::bench(args = [100, 1_000, 10_000])]
fn open_config(bencher: Bencher, offers: usize) {
    let bytes = config(offers).bytes().to_vec();
    bencher
        .with_inputs(|| bytes.clone())
        .bench_local_values(|bytes| Config::from_bytes(bytes).map(|c| c.version_hash()));
}

#[divan::bench]
fn encode(bencher: Bencher) {
    let engine = engine(100, 1_000);
    bencher.bench_local(|| black_box(&engine).save());
}

#[divan::bench]
fn decode(bencher: Bencher) {
    let bytes = engine(100, 1_000).save();
    bencher.bench_local(|| Profile::decode(black_box(&bytes)));
}
