//! Tests that apply only to a database in a file of its own.

use std::path::Path;
use std::process::Command;

use crate::browser::Browser;
use crate::identity::{identify, token, token_also};
use crate::imports::{booking, tell};
use crate::server::Server;

/// Tags: f54.
#[test]
fn a_file_that_is_no_database_is_rejected_and_left_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    let (config, db) = (
        folder.path().join("escale.json"),
        folder.path().join("escale.db"),
    );
    std::fs::write(&config, crate::server::config()).unwrap();
    std::fs::write(&db, "this was once a database, before the disk failed").unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args([
            "serve",
            "--site",
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--config",
        ])
        .arg(&config)
        .arg("--db")
        .arg(&db)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("backup"));
    assert!(
        std::fs::read_to_string(&db)
            .unwrap()
            .starts_with("this was once")
    );
}

/// A database that a server has written, and the disk has damaged since: in its head, its schema, in the midst, by a cut.
/// Tags: f54.
#[test]
fn a_database_that_was_damaged_is_rejected_with_the_way_out_and_left_as_it_is() {
    let mut server = Server::start();
    for n in 0..200 {
        Browser::of_visitor(n, 1)
            .view("trip.city")
            .view("trip.beach")
            .sync(&server);
    }
    server.kill();
    let folder = server.folder().to_owned();
    let db = folder.join("escale.db");
    // The log goes into the file.
    rusqlite::Connection::open(&db)
        .unwrap()
        .execute_batch("PRAGMA journal_mode = DELETE")
        .unwrap();
    let sound = std::fs::read(&db).unwrap();
    assert!(sound.len() > 20 * 4096, "{}", sound.len());
    let damages: [(&str, std::ops::Range<usize>); 3] = [
        ("head", 0..64),
        ("schema", 100..1000),
        ("midst", sound.len() / 2..sound.len() / 2 + 4096),
    ];
    for (what, place) in damages {
        let mut damaged = sound.clone();
        damaged[place].fill(0xA5);
        assert_error(&folder, what, &damaged);
    }
    assert_error(&folder, "cut", &sound[..sound.len() / 2]);
    std::fs::write(&db, &sound).unwrap();
    let server = server.kill_and_restart();
    assert_eq!(Browser::of_visitor(7, 1).export(&server).status, 200);
}

#[track_caller]
fn assert_error(folder: &std::path::Path, what: &str, damaged: &[u8]) {
    let db = folder.join("escale.db");
    std::fs::write(&db, damaged).unwrap();
    let (code, printed) = escale(
        folder,
        &[
            "serve",
            "--site",
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--config",
            "escale.json",
            "--db",
            "escale.db",
        ],
    );
    assert_eq!(
        (code, printed.contains("backup")),
        (Some(2), true),
        "{what}: {printed}"
    );
    assert!(
        std::fs::read(&db).unwrap() == damaged,
        "{what}: it was changed"
    );
}

fn escale(folder: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    (
        run.status.code(),
        String::from_utf8([run.stdout, run.stderr].concat()).unwrap(),
    )
}

#[test]
fn backup_beside_a_server_restored_has_all_but_the_erased() {
    let mut server = Server::start();
    let folder = server.folder().to_owned();
    let (mut kept, mut erased, mut later) = (
        Browser::of_visitor(1, 1),
        Browser::of_visitor(2, 1),
        Browser::of_visitor(3, 1),
    );
    for browser in [&mut kept, &mut erased] {
        browser.view("trip.city").sync(&server);
        assert_eq!(identify(&server, browser, &token("customer-7")).status, 200);
    }
    let (code, printed) = escale(&folder, &["backup", "monday.db"]);
    assert_eq!(
        (code, printed.contains("monday.db is complete")),
        (Some(0), true),
        "{printed}"
    );
    assert_eq!(escale(&folder, &["backup", "monday.db"]).0, Some(2));

    assert_eq!(server.erase(&erased.visitor), 204);
    later.view("trip.beach").sync(&server);
    let (code, printed) = escale(&folder, &["restore", "monday.db"]);
    assert_eq!(
        (code, printed.contains("Stop it first")),
        (Some(2), true),
        "{printed}"
    );
    kept.view("trip.beach").sync(&server);
    server.kill();
    let (code, printed) = escale(&folder, &["restore", "monday.db"]);
    assert_eq!(
        (code, printed.contains("before-restore")),
        (Some(0), true),
        "{printed}"
    );

    let server = server.kill_and_restart();
    erased.export(&server).assert_error(410, "erased");
    server
        .post("/v1/sync", &erased.body())
        .assert_error(410, "erased");
    later.export(&server).assert_error(404, "unknown_visitor");
    assert_eq!(
        kept.export(&server).json()["replicas"][0]["version"],
        serde_json::json!(1)
    );
    // What was lost since the backup comes back with the browser.
    assert_eq!(kept.sync(&server)["accepted"], serde_json::json!(true));
    assert_eq!(server.database().number("SELECT count(*) FROM links"), 1);
    assert!(server.database().is_sound());
}

/// Tags: r8.
#[test]
fn restore_after_an_erasure_keeps_the_customer_erased() {
    let mut server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    assert_eq!(
        identify(
            &server,
            &phone,
            &token_also("customer-7", &["loyalty:8812"])
        )
        .status,
        200
    );
    tell(&server, "/v1/bookings", &booking("B1"));
    assert_eq!(escale(server.folder(), &["backup", "monday.db"]).0, Some(0));
    assert_eq!(
        server
            .ask("DELETE", "/v1/customers/customer-7?site=demo")
            .status,
        204
    );
    server.kill();
    assert_eq!(
        escale(server.folder(), &["restore", "monday.db"]).0,
        Some(0)
    );
    let server = server.kill_and_restart();
    phone.export(&server).assert_error(410, "erased");
    for table in [
        "customers",
        "links",
        "imported_events",
        "aliases",
        "identifiers",
    ] {
        assert_eq!(
            server
                .database()
                .number(&format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
    assert_eq!(
        tell(&server, "/v1/bookings", &booking("B1"))["erased"],
        serde_json::json!(1)
    );
}

/// Tags: f54.
#[test]
fn a_backup_that_is_no_database_is_rejected_and_nothing_is_changed() {
    let mut server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    std::fs::write(server.folder().join("monday.db"), "this was once a backup").unwrap();
    server.kill();
    let (code, printed) = escale(server.folder(), &["restore", "monday.db"]);
    assert_eq!(
        (code, printed.contains("monday.db")),
        (Some(2), true),
        "{printed}"
    );
    assert!(!server.folder().join("escale.db.being-restored").exists());
    let server = server.kill_and_restart();
    assert_eq!(phone.export(&server).status, 200);
}

/// Limits the size of every file of the server's process, as on a full disk. Its user may lift the
/// limit again.
fn limit_files(server: &Server, bytes: &str) {
    let pid = server.pid().to_string();
    let limited = std::process::Command::new("prlimit")
        .args(["--pid", &pid, &format!("--fsize={bytes}:")])
        .status()
        .unwrap();
    assert!(limited.success());
}

/// Simulated full disk: a limit to the size of files, or a file that fills a small file system.
/// `make full-disks` creates that file system.
enum Disk {
    Limited,
    Filled(std::path::PathBuf),
}

impl Disk {
    fn of_this_run() -> (Self, u16) {
        let Some(cycles) = std::env::var("ESCALE_FULL_DISKS").ok() else {
            return (Self::Limited, 10);
        };
        (
            Self::Filled(std::env::temp_dir().join("ballast")),
            cycles.parse().unwrap(),
        )
    }

    fn fill(&self, server: &Server) {
        match self {
            Self::Limited => limit_files(server, "300000"),
            Self::Filled(ballast) => {
                let mut file = std::fs::File::create(ballast).unwrap();
                while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
            }
        }
    }

    fn free(&self, server: &Server) {
        match self {
            Self::Limited => limit_files(server, "unlimited"),
            Self::Filled(ballast) => std::fs::remove_file(ballast).unwrap(),
        }
    }
}

/// Tags: f53.
#[test]
fn a_full_disk_is_answered_503_reads_go_on_and_room_is_used_at_once() {
    let (disk, cycles) = Disk::of_this_run();
    let server = Server::start();
    // Of each browser the version that was acknowledged last.
    let mut acknowledged = std::collections::HashMap::new();
    let (mut rejected, mut taken) = (0, 0);
    for cycle in 0..cycles {
        for n in 0..8 {
            let version = acknowledged.get(&n).map_or(1, |version| version + 1);
            let mut browser = Browser::of_visitor(n, 1);
            browser.version = version - 1;
            browser.view("trip.city").sync(&server);
            acknowledged.insert(n, version);
        }
        disk.fill(&server);
        // As much as was left in what the database had already.
        for n in (0..=250).cycle().take(100_000) {
            let version = acknowledged.get(&n).map_or(1, |version| version + 1);
            let mut browser = Browser::of_visitor(n, 1);
            browser.version = version - 1;
            let answer = server.post("/v1/sync", &browser.view("trip.city").body());
            if answer.status == 200 {
                acknowledged.insert(n, version);
                continue;
            }
            answer.assert_error(503, "unavailable");
            assert_eq!(answer.header("retry-after"), "30");
            rejected += 1;
            if let Some((known, version)) = acknowledged.iter().next() {
                let held =
                    Browser::of_visitor(*known, 1).export(&server).json()["replicas"][0]["version"]
                        .as_u64();
                assert_eq!(held, Some(*version));
            }
            if rejected % 5 == 0 {
                break;
            }
        }
        assert_eq!(rejected, 5 * (u32::from(cycle) + 1), "cycle {cycle}");
        server.wait_for_readiness(503);
        disk.free(&server);
        let mut browser = Browser::of_visitor(251, 1);
        browser.version = u64::from(cycle);
        browser.view("trip.city").sync(&server);
        taken += 1;
    }
    for (n, version) in &acknowledged {
        let held =
            Browser::of_visitor(*n, 1).export(&server).json()["replicas"][0]["version"].as_u64();
        assert_eq!(held, Some(*version), "visitor {n}");
    }
    assert!(server.database().is_sound());
    let all: u64 = acknowledged.values().sum();
    println!(
        "{cycles} full disks, {all} acknowledged syncs, {rejected} rejected, {taken} times used again at once"
    );
}

/// Returns the permissions of a file.
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
}

/// Tags: r8.
#[test]
fn files_with_personal_data_are_readable_by_their_owner_alone() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    for name in ["escale.db", "escale.db-wal", "escale.db-shm"] {
        assert_eq!(mode(&server.folder().join(name)), 0o600, "{name}");
    }
    let (db, copy) = (
        server.folder().join("escale.db"),
        server.folder().join("copy.db"),
    );
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_escale"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(&[
        "backup",
        "--db",
        db.to_str().unwrap(),
        copy.to_str().unwrap(),
    ]);
    assert_eq!(mode(&copy), 0o600);
    let restored = server.folder().join("restored.db");
    run(&[
        "restore",
        "--db",
        restored.to_str().unwrap(),
        copy.to_str().unwrap(),
    ]);
    assert_eq!(mode(&restored), 0o600);
}
