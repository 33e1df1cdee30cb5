//! Benchmark of acknowledged, durable syncs a second: bare, through the store, and over HTTP. The
//! three alternate within one run, so that other load on the machine affects all of them. Options:
//! `visitors= seconds= rounds= at_once= group= clients= on=sqlite|postgres|both
//! news=views|both|decisions|all`. `clients=0` skips HTTP.

use std::sync::Arc;
use std::time::Duration;

use escale_server::store::Store;
use escale_server::store::postgres::PostgresStore;
use escale_server::store::sqlite::SqliteStore;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::arguments::Arguments;
use crate::cluster::Cluster;
use crate::http::{self, Asked};
use crate::machine;
use crate::raw;
use crate::served::Served;
use crate::stopwatch::{Figures, median};
use crate::store;
use crate::work::{News, Work};

struct Plan {
    within: Duration,
    rounds: u64,
    visitors: u64,
    /// Concurrent syncs through the store: one group waits while another is committed.
    at_once: usize,
    /// Bare upserts in one commit. The default is the largest group that the store commits.
    group: usize,
    /// Connections over HTTP.
    clients: usize,
}

pub fn run(arguments: &Arguments) {
    let plan = Plan {
        within: Duration::from_secs(arguments.number("seconds", 5)),
        rounds: arguments.number("rounds", 3),
        visitors: arguments.number("visitors", 100_000),
        at_once: arguments.number("at_once", 1024) as usize,
        group: arguments.number("group", 512) as usize,
        clients: arguments.number("clients", 256) as usize,
    };
    let runtime = Runtime::new().unwrap();
    let on = arguments.text("on", "both");
    for name in ["sqlite", "postgres"]
        .into_iter()
        .filter(|name| [*name, "both"].contains(&on))
    {
        let load = machine::load();
        println!("\nsyncs on {name}; load {load}");
        let mut figures = serde_json::Map::new();
        let wanted = arguments.text("news", "all");
        for news in News::ALL
            .into_iter()
            .filter(|news| [news.argument(), "all"].contains(&wanted))
        {
            let work = Arc::new(Work::new(plan.visitors, news));
            println!(
                "  {}, {} bytes, {} visitors",
                news.name(),
                work.bytes_each(),
                plan.visitors
            );
            let of = runtime.block_on(async {
                if name == "sqlite" {
                    on_sqlite(arguments, &plan, work).await
                } else {
                    on_postgres(arguments, &plan, work).await
                }
            });
            figures.insert(news.name().to_owned(), of);
        }
        machine::keep(
            &format!("syncs-{name}"),
            arguments,
            &load,
            &Value::Object(figures),
        );
    }
}

async fn on_sqlite(arguments: &Arguments, plan: &Plan, work: Arc<Work>) -> Value {
    let folder = arguments.folder();
    let mut bare = raw::Sqlite::new(folder.path(), &work, plan.group);
    let db = folder.path().join("store.db");
    let store = Arc::new(SqliteStore::open(&db).unwrap());
    let bare = async || bare.run(&work, plan.group, plan.within);
    in_turns(bare, store, &db.display().to_string(), (plan, &work)).await
}

async fn on_postgres(arguments: &Arguments, plan: &Plan, work: Arc<Work>) -> Value {
    let cluster = Cluster::start(arguments.folder());
    let bare = raw::Postgres::new(&cluster.new_database("bare").await, &work, plan.group).await;
    let url = cluster.new_database("store").await;
    let store = Arc::new(PostgresStore::open(&url.parse().unwrap()).await.unwrap());
    let bare = async || bare.run(&work, plan.group, plan.within).await;
    in_turns(bare, store, &url, (plan, &work)).await
}

/// The bare upsert and the store, round after round; then a server on the store's data.
async fn in_turns(
    mut bare: impl AsyncFnMut() -> Figures,
    store: Arc<dyn Store>,
    db: &str,
    (plan, work): (&Plan, &Arc<Work>),
) -> Value {
    let mut results = Results::default();
    // Position of each in the sequence of syncs: both process the same ones.
    let mut at = (work.place(), 0);
    work.go_on_from(0);
    store::sync(&store, work, plan.at_once, None).await;
    at.1 = work.place();
    for round in 0..plan.rounds {
        work.go_on_from(at.0);
        results.add("bare", round, bare().await);
        at.0 = work.place();
        work.go_on_from(at.1);
        results.add(
            "store",
            round,
            store::sync(&store, work, plan.at_once, Some(plan.within)).await,
        );
        at.1 = work.place();
    }
    store.close().await.unwrap();
    over_http(db, plan, work, &mut results, at.1).await;
    results.json(work.bytes_each())
}

async fn over_http(db: &str, plan: &Plan, work: &Arc<Work>, results: &mut Results, from: u64) {
    if plan.clients == 0 {
        return;
    }
    let served = Served::start(db);
    work.go_on_from(from);
    // The server assigns arms by its own config. The first sync of each visitor reports them; it is
    // no page view.
    http::ask(served.address, work, Asked::Sync, plan.clients, None).await;
    let within = Some(plan.within);
    for round in 0..plan.rounds {
        results.add(
            "http",
            round,
            http::ask(served.address, work, Asked::Sync, plan.clients, within).await,
        );
        results.add(
            "http_alone",
            round,
            http::ask(served.address, work, Asked::Nothing, plan.clients, within).await,
        );
    }
    println!("    the server holds {} MiB", served.memory_mib());
}

/// Figures of several rounds by name.
#[derive(Default)]
struct Results(Vec<(&'static str, Figures)>);

impl Results {
    fn add(&mut self, name: &'static str, round: u64, figures: Figures) {
        println!("    {name:<10} {round}: {figures}");
        self.0.push((name, figures));
    }

    fn middle(&self, name: &str) -> f64 {
        median(
            self.0
                .iter()
                .filter(|(of, _)| *of == name)
                .map(|(_, figures)| figures.a_second)
                .collect(),
        )
    }

    fn json(&self, bytes: usize) -> Value {
        let (bare, store, http) = (
            self.middle("bare"),
            self.middle("store"),
            self.middle("http"),
        );
        println!(
            "    of the bare upsert: store {:.0} %, HTTP {:.0} %",
            100.0 * store / bare,
            100.0 * http / bare
        );
        let of = |name: &str| -> Vec<Value> {
            self.0
                .iter()
                .filter(|(of, _)| *of == name)
                .map(|(_, figures)| figures.json())
                .collect()
        };
        json!({
            "bytes_each": bytes,
            "medians_a_second": { "bare": bare.round(), "store": store.round(), "http": http.round(),
                                  "http_alone": self.middle("http_alone").round() },
            "store_of_bare": (1000.0 * store / bare).round() / 1000.0,
            "http_of_bare": (1000.0 * http / bare).round() / 1000.0,
            "rounds": { "bare": of("bare"), "store": of("store"), "http": of("http"), "http_alone": of("http_alone") },
        })
    }
}
