//! Benchmark of a database with many visitors: its size, the start of a server, requests of single
//! visitors, and a backup. Options: `visitors=10000000 seconds= clients= on=sqlite|postgres|both
//! backup=yes|no`.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use escale::Profile;
use escale_server::base::ids::Site;
use escale_server::statistics::person::{Arm, HOLDOUT};
use escale_server::statistics::visitor::{SyncFacts, Visitor};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

use crate::arguments::Arguments;
use crate::cluster::Cluster;
use crate::http::{self, Asked};
use crate::machine;
use crate::seed::Population;
use crate::served::Served;
use crate::work::{News, SITE, Work};

pub fn run(arguments: &Arguments) {
    let (visitors, on) = (
        arguments.number("visitors", 1_000_000),
        arguments.text("on", "both"),
    );
    for name in ["sqlite", "postgres"]
        .into_iter()
        .filter(|name| [*name, "both"].contains(&on))
    {
        let (folder, runtime) = (arguments.folder(), Runtime::new().unwrap());
        let cluster = (name == "postgres").then(|| Cluster::start(arguments.folder()));
        let db = match &cluster {
            None => folder.path().join("filled.db").display().to_string(),
            Some(cluster) => runtime.block_on(cluster.new_database("filled")),
        };
        // The tables are made.
        drop(Served::start(&db));
        let work = Work::new(visitors, News::Both);
        let population = population(&work);
        let begun = Instant::now();
        match &cluster {
            None => population.fill_sqlite(Path::new(&db)),
            Some(_) => runtime.block_on(population.fill_postgres(&db)),
        }
        println!(
            "\n{visitors} visitors on {name}, filled in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        let load = machine::load();
        let mut figures = runtime.block_on(measured(arguments, &db, Arc::new(work)));
        if name == "sqlite" && arguments.text("backup", "yes") == "yes" {
            figures["backup_s"] = json!(backup(&db));
        }
        machine::keep(&format!("filled-{name}"), arguments, &load, &figures);
    }
}

fn population(work: &Work) -> Population {
    let states: Vec<Vec<u8>> = (0..1024)
        .map(|n| work.state(n, 1 + n as u64 % 16).to_vec())
        .collect();
    // As after four months: decisions of the last weeks are remembered.
    let mut counted = Visitor::default();
    let profile = Profile::decode(work.state(0, 32)).unwrap();
    let arms = [Arm {
        experiment: HOLDOUT,
        arm: 0,
    }];
    counted.count(&SyncFacts {
        replica: [1; 8],
        profile: &profile,
        arms: &arms,
        today: work.day,
        is_linked: false,
    });
    let count = work.visitors.len() as u64;
    let (site, counted) = (Site::new(SITE), Some(counted.bytes()));
    Population {
        site,
        count,
        states,
        counted,
        are_customers: false,
        day: work.day,
    }
}

async fn measured(arguments: &Arguments, db: &str, work: Arc<Work>) -> Value {
    let within = Duration::from_secs(arguments.number("seconds", 10));
    let clients = arguments.number("clients", 64) as usize;
    let (visitors, bytes) = (work.visitors.len() as u64, size(db).await);
    println!(
        "  {} MiB, {} bytes a visitor",
        bytes >> 20,
        bytes / visitors
    );
    let mut served = Served::start(db);
    let mut starts = vec![served.start.as_secs_f64()];
    for _ in 0..2 {
        drop(served);
        served = Served::start(db);
        starts.push(served.start.as_secs_f64());
    }
    println!("  starts in {starts:.3?} s");
    // From the second version on: the first is what was filled in.
    work.go_on_from(visitors);
    let alone = http::ask(served.address, &work, Asked::Me, 1, Some(within)).await;
    println!("  GET /v1/me, one at a time {alone}");
    let me = http::ask(served.address, &work, Asked::Me, clients, Some(within)).await;
    println!("  GET /v1/me                {me}");
    work.go_on_from(20 * visitors);
    let sync = http::ask(served.address, &work, Asked::Sync, clients, Some(within)).await;
    println!("  POST /v1/sync             {sync}");
    let memory_mib = served.memory_mib();
    println!("  the server holds {memory_mib} MiB");
    json!({
        "visitors": visitors, "bytes": bytes, "bytes_a_visitor": bytes / visitors, "starts_s": starts, "clients": clients,
        "me_alone": alone.json(), "me": me.json(), "sync": sync.json(), "server_memory_mib": memory_mib,
    })
}

async fn size(db: &str) -> u64 {
    if !db.starts_with("postgres") {
        return std::fs::metadata(db).unwrap().len();
    }
    let (client, line) = tokio_postgres::connect(db, NoTls).await.unwrap();
    tokio::spawn(line);
    let row = client
        .query_one("SELECT pg_database_size(current_database())", &[])
        .await
        .unwrap();
    row.get::<_, i64>(0).cast_unsigned()
}

/// Returns the duration of `escale backup`, in seconds.
fn backup(db: &str) -> f64 {
    let begun = Instant::now();
    let copy = format!("{db}.backup");
    let done = Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(["backup", "--db", db, &copy])
        .status()
        .unwrap();
    assert!(done.success());
    let seconds = begun.elapsed().as_secs_f64();
    println!("  a backup takes {seconds:.0} s");
    seconds
}
