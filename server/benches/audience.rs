//! How long an audience takes, and how much memory: the real command over a database of so many customers, one browser
//! each, in a file of its own. `cargo bench -p escale-server --bench audience -- 10000 1000000`; what is not a number is
//! passed over. The database is made anew each time, and removed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on ends")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use escale::core::classify::PageFacts;
use escale::core::config::layout::Section;
use escale::core::config::{Config, compile};
use escale::core::engine::Engine;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

const NOW_MS: f64 = 1_795_262_400_000.0;
const SITE: &str = "demo";
/// So many different visitors; the others are like one of them.
const KINDS: usize = 512;

fn main() {
    let sizes: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/demo/escale.json");
    let states = states(&std::fs::read_to_string(&config).unwrap());
    let bytes: usize = states.iter().map(Vec::len).sum();
    println!("profiles of {} bytes on average", bytes / states.len());
    for customers in if sizes.is_empty() { vec![10_000] } else { sizes } {
        let folder = tempfile::TempDir::new().unwrap();
        let db = folder.path().join("bench.db");
        run(&config, &db, &["--when", r#"{"stage": "new"}"#]);
        seed(&db, customers, &states);
        let size = std::fs::metadata(&db).unwrap().len() >> 20;
        println!("{customers} customers, {size} MiB");
        for (name, arguments) in [
            ("a segment of tastes", &["city-lovers"][..]),
            ("a segment of three", &["best-city-lovers"]),
            ("everyone", &["--when", "{}"]),
        ] {
            let Run { seconds, cpu_seconds, lines, peak_kib } = run(&config, &db, arguments);
            println!(
                "  {name:<20} {seconds:>7.2} s, {cpu_seconds:>7.2} s of all cores, {lines} of {customers}, \
                 at most {peak_kib} KiB of memory"
            );
        }
    }
}

/// Visitors of every kind there is in the demo: few pages and many, one topic and all.
fn states(json: &str) -> Vec<Vec<u8>> {
    let config = Config::from_bytes(compile(json).expect("the demo's config").bytes).expect("compiled bytes open");
    let names: Vec<String> =
        (0..config.count(Section::Topics) as u16).map(|t| config.text(config.topic(t).name).to_owned()).collect();
    let state = |kind: usize| {
        let mut engine = Engine::new(config.clone());
        let pages = 4 + kind % 60;
        for page in 0..pages {
            let at_ms = NOW_MS - (pages - page) as f64 * 7_200_000.0 * (1 + kind % 9) as f64;
            let explicit = &names[(kind * 7 + page * page * (1 + kind % 5)) % names.len()];
            let event = engine.page(at_ms, &PageFacts { explicit, ..PageFacts::default() });
            engine.apply(&event);
        }
        for booking in 0..kind % 4 {
            let at_ms = NOW_MS - booking as f64 * 100.0 * 86_400_000.0;
            let fields = format!("id\u{1f}B{booking}\u{1e}value\u{1f}{}\u{1e}", 300 + kind * 5);
            let event = engine.track(at_ms, "booking", &fields).expect("a booking");
            engine.apply(&event);
        }
        engine.save()
    };
    (0..KINDS).map(state).collect()
}

/// As the server hashes its ids.
fn hash(kind: &str, id: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [SITE.as_bytes(), kind.as_bytes(), id] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn bucket(hash: &[u8; 32]) -> u16 {
    u16::from_be_bytes([hash[0], hash[1]]) % 1024
}

/// Straight into the file, in the order of keys: a million hand-ins would take longer than what is measured.
fn seed(db: &Path, customers: u64, states: &[Vec<u8>]) {
    let mut db = Connection::open(db).unwrap();
    let day = (NOW_MS / 86_400_000.0) as u32;
    let mut visitors: Vec<([u8; 32], u64)> =
        (0..customers).map(|n| (hash("visitor", &u128::from(n).to_le_bytes()), n)).collect();
    visitors.sort_unstable_by_key(|(hash, _)| (bucket(hash), *hash));
    let mut keys: Vec<(u16, String, u64)> = (0..customers)
        .map(|n| format!("c-{n}"))
        .map(|id| (bucket(&hash("customer", id.as_bytes())), id))
        .zip(0..)
        .map(|((b, id), n)| (b, id, n))
        .collect();
    keys.sort_unstable();
    let tx = db.transaction().unwrap();
    {
        let mut visitor = tx.prepare("INSERT INTO visitors (site, bucket, visitor, customer, created_day, synced_day) VALUES (?1, ?2, ?3, ?4, ?5, ?5)").unwrap();
        let mut replica = tx.prepare("INSERT INTO replicas (site, bucket, visitor, replica, version, changes, state, taken_day) VALUES (?1, ?2, ?3, ?4, 1, 1, ?5, ?6)").unwrap();
        for (hash, n) in &visitors {
            let (bucket, id) = (bucket(hash), format!("c-{n}"));
            visitor.execute(params![SITE, bucket, hash, id, day]).unwrap();
            replica
                .execute(params![SITE, bucket, hash, n.to_le_bytes(), states[*n as usize % states.len()], day])
                .unwrap();
        }
        let mut customer =
            tx.prepare("INSERT INTO customers (site, bucket, customer, created_day) VALUES (?1, ?2, ?3, ?4)").unwrap();
        let mut link = tx
            .prepare("INSERT INTO links (site, bucket, customer, visitor, linked_day) VALUES (?1, ?2, ?3, ?4, ?5)")
            .unwrap();
        for (bucket, id, n) in &keys {
            customer.execute(params![SITE, bucket, id, day]).unwrap();
            link.execute(params![SITE, bucket, id, hash("visitor", &u128::from(*n).to_le_bytes()), day]).unwrap();
        }
    }
    tx.commit().unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// What one run took. The time of all cores tells more where other programs run too.
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

fn run(config: &Path, db: &Path, arguments: &[&str]) -> Run {
    let out = db.with_extension("ndjson");
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_escale"))
        .arg("audience")
        .args(arguments)
        .args(["--site", SITE, "--config"])
        .arg(config)
        .arg("--db")
        .arg(db)
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (place, mut peak_kib, mut cpu) = (format!("/proc/{}", child.id()), 0, 0.0_f64);
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(format!("{place}/status")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        peak_kib = peak_kib.max(kib);
        cpu =
            cpu.max(std::fs::read_to_string(format!("{place}/stat")).ok().and_then(|s| cpu_seconds(&s)).unwrap_or(0.0));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let lines = std::fs::read(&out).unwrap().iter().filter(|byte| **byte == b'\n').count();
    Run { seconds, cpu_seconds: cpu, lines, peak_kib }
}
