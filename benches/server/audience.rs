//! Benchmark of `escale audience`: duration and peak memory of the command itself. The database
//! holds customers with one browser each. Options: `customers= on=sqlite|postgres|both`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use escale::internals::config::Topic;
use escale::{Config, Engine, PageFacts, compile};
use escale_server::base::ids::Site;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::arguments::Arguments;
use crate::cluster::Cluster;
use crate::machine;
use crate::seed::Population;
use crate::work::SITE;

const NOW_MS: f64 = 1_795_262_400_000.0;
/// So many different visitors; the others are like one of them.
const KINDS: usize = 512;

/// Asks for audiences of so many customers.
pub fn run(arguments: &Arguments) {
    let (customers, on) = (
        arguments.number("customers", 1_000_000),
        arguments.text("on", "both"),
    );
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/demo/escale.json");
    let states = states(&std::fs::read_to_string(&config).unwrap());
    let bytes: usize = states.iter().map(Vec::len).sum::<usize>() / states.len();
    let day = (NOW_MS / 86_400_000.0) as u32;
    let population = Population {
        site: Site::new(SITE),
        count: customers,
        states,
        counted: None,
        are_customers: true,
        day,
    };
    for name in ["sqlite", "postgres"]
        .into_iter()
        .filter(|name| [*name, "both"].contains(&on))
    {
        let folder = arguments.folder();
        let cluster = (name == "postgres").then(|| Cluster::start(arguments.folder()));
        let runtime = Runtime::new().unwrap();
        let db = match &cluster {
            None => folder.path().join("bench.db").display().to_string(),
            Some(cluster) => runtime.block_on(cluster.new_database("audience")),
        };
        let out = folder.path().join("audience.ndjson");
        ask(&config, &db, &out, &["--when", r#"{"stage": "new"}"#]);
        match &cluster {
            None => population.fill_sqlite(Path::new(&db)),
            Some(_) => runtime.block_on(population.fill_postgres(&db)),
        }
        let load = machine::load();
        println!(
            "\n{customers} customers on {name}, profiles of {bytes} bytes on average; load {load}"
        );
        let mut figures = serde_json::Map::new();
        for (whom, arguments) in [
            ("a segment of tastes", &["city-lovers"][..]),
            ("a segment of three", &["best-city-lovers"]),
            ("everyone", &["--when", "{}"]),
        ] {
            let Run {
                seconds,
                cpu_seconds,
                lines,
                peak_kib,
            } = ask(&config, &db, &out, arguments);
            println!(
                "  {whom:<20} {seconds:>7.2} s, {cpu_seconds:>7.2} s of all cores, {lines} of {customers}, \
                 at most {peak_kib} KiB of memory"
            );
            let of = json!({ "seconds": seconds, "cpu_seconds": cpu_seconds, "lines": lines, "peak_kib": peak_kib });
            figures.insert(whom.to_owned(), of);
        }
        let figures = json!({ "customers": customers, "bytes_each": bytes, "audiences": figures });
        machine::keep(&format!("audience-{name}"), arguments, &load, &figures);
    }
}

/// Visitors of every kind there is in the demo: few pages and many, one topic and all.
fn states(json: &str) -> Vec<Vec<u8>> {
    let config = Config::from_bytes(compile(json).expect("the demo's config").bytes)
        .expect("compiled bytes open");
    let names: Vec<String> = config.names::<Topic>().map(str::to_owned).collect();
    let state = |kind: usize| {
        let mut engine = Engine::new(config.clone());
        let pages = 4 + kind % 60;
        for page in 0..pages {
            let at_ms = NOW_MS - (pages - page) as f64 * 7_200_000.0 * (1 + kind % 9) as f64;
            let explicit = &names[(kind * 7 + page * page * (1 + kind % 5)) % names.len()];
            let event = engine.page(
                at_ms,
                &PageFacts {
                    explicit,
                    ..PageFacts::default()
                },
            );
            engine.apply(&event);
        }
        for booking in 0..kind % 4 {
            let at_ms = NOW_MS - booking as f64 * 100.0 * 86_400_000.0;
            let fields = format!(
                "id\u{1f}B{booking}\u{1e}value\u{1f}{}\u{1e}",
                300 + kind * 5
            );
            let event = engine.track(at_ms, "booking", &fields).expect("a booking");
            engine.apply(&event);
        }
        engine.save()
    };
    (0..KINDS).map(state).collect()
}

/// Resources of one run. The CPU time of all cores says more than `seconds` while other programs
/// run.
struct Run {
    seconds: f64,
    cpu_seconds: f64,
    lines: usize,
    peak_kib: u64,
}

/// The kernel's ticks a second, on every Linux.
const TICKS: f64 = 100.0;

/// The time in user and kernel mode of `/proc/…/stat`, behind the name in brackets.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

fn ask(config: &Path, db: &str, out: &Path, arguments: &[&str]) -> Run {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_escale"))
        .arg("audience")
        .args(arguments)
        .args(["--site", SITE, "--config"])
        .arg(config)
        .arg("--db")
        .arg(db)
        .stdout(std::fs::File::create(out).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (place, mut peak_kib, mut cpu) = (format!("/proc/{}", child.id()), 0, 0.0_f64);
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(format!("{place}/status")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line
            .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
            .unwrap_or(0);
        peak_kib = peak_kib.max(kib);
        cpu = cpu.max(
            std::fs::read_to_string(format!("{place}/stat"))
                .ok()
                .and_then(|s| cpu_seconds(&s))
                .unwrap_or(0.0),
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let lines = std::fs::read(out)
        .unwrap()
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    Run {
        seconds,
        cpu_seconds: cpu,
        lines,
        peak_kib,
    }
}
