//! A database that goes away while servers run on it.

use serde_json::json;

use crate::browser::Browser;
use crate::cluster::{Cluster, on};
use crate::database::Database;
use crate::identity::{identify, token};
use crate::imports::{booking, tell};
use crate::load::{Load, kills};
use crate::server::Server;

/// Ends every connection to the server's database, and blocks new ones until it is called with
/// `false`.
fn shut(server: &Server, is_shut: bool) {
    let name = server.database().name();
    on(&Cluster::get().url("postgres"), async |db| {
        db.batch_execute(&format!(
            "ALTER DATABASE {name} ALLOW_CONNECTIONS {}",
            !is_shut
        ))
        .await
        .unwrap();
        if is_shut {
            // The answer comes once each of them has ended.
            let end =
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
            db.query(end, &[&name]).await.unwrap();
        }
    });
}

/// Tags: f53.
#[test]
fn a_database_that_goes_away_is_answered_503_and_used_again_once_it_is_back() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    for _ in 0..3 {
        shut(&server, true);
        phone.view("trip.city");
        for answer in [
            server.post("/v1/sync", &phone.body()),
            phone.export(&server),
        ] {
            answer.assert_error(503, "unavailable");
            assert_eq!(answer.header("retry-after"), "30");
        }
        server.wait_for_readiness(503);
        assert_eq!(server.get("/healthz", &[]).status, 200);
        shut(&server, false);
        assert_eq!(phone.sync(&server)["accepted"], json!(true));
        server.wait_for_readiness(200);
    }
    assert_eq!(
        phone.export(&server).json()["replicas"][0]["version"],
        json!(4)
    );
}

/// The socket of PostgreSQL appears only when the server already waits for it.
#[test]
fn database_that_comes_up_after_the_server_is_waited_for() {
    let cluster = Cluster::get();
    let (home, url) = (Server::new_folder(), cluster.new_database());
    let socket = cluster.socket();
    let folder = home.file(".");
    let [there, here] = [socket.parent().unwrap(), folder.as_path()]
        .map(|folder| format!("host={}", folder.display()));
    let here = url.replace(&there, &here);
    let log = home.file("log.txt");
    let server = std::thread::scope(|scope| {
        let start = scope.spawn(|| home.clone().on(&here).start());
        while !std::fs::read_to_string(&log).is_ok_and(|log| log.contains("waiting for it")) {
            std::thread::yield_now();
        }
        let link = home.file(socket.file_name().unwrap().to_str().unwrap());
        std::os::unix::fs::symlink(&socket, link).unwrap();
        start.join().unwrap()
    });
    let mut phone = Browser::of_visitor(1, 1);
    assert_eq!(
        phone.view("trip.city").sync(&server)["accepted"],
        json!(true)
    );
}

#[test]
fn database_that_stays_away_ends_the_server_so_that_it_is_started_again() {
    let home = Server::new_folder();
    let url = format!(
        "postgres:///x?user=escale&host={}",
        home.file(".").display()
    );
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(["serve", "--site", "demo", "--config", "escale.json"])
        .args(["--db", &url, "--db-wait", "1s"])
        .current_dir(home.file("."))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("waiting for it"), "{printed}");
}

/// Tables whose changes are in each kind of transaction.
const REJECTED: [&str; 6] = [
    "replicas",
    "links",
    "customers",
    "imported_events",
    "outbox",
    "counted",
];

/// Lets the database give up every seventh commit with 40001, and makes `default` its isolation level.
fn reject_commits(server: &Server, default: &str) {
    let name = server.database().name();
    let mut sql = format!(
        "ALTER DATABASE {name} SET default_transaction_isolation = '{default}';
         CREATE SEQUENCE commits; CREATE SEQUENCE rejected;
         CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF nextval('commits') % 7 = 0 THEN
             PERFORM nextval('rejected');
             RAISE EXCEPTION 'given up' USING ERRCODE = '40001';
           END IF;
           RETURN NULL;
         END $$;"
    );
    for table in REJECTED {
        sql += &format!(
            "CREATE CONSTRAINT TRIGGER reject AFTER INSERT OR UPDATE ON {table}
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reject();"
        );
    }
    server.database().run(&sql);
}

/// Tags: f53.
#[test]
fn commits_that_the_database_gives_up_are_repeated_and_count_once() {
    for isolation in ["read committed", "repeatable read", "serializable"] {
        let server = Server::start();
        reject_commits(&server, isolation);
        // The new default is for connections from now on.
        let server = server.kill_and_restart();
        for n in 1..=20 {
            let mut phone = Browser::of_visitor(n, n);
            for _ in 0..3 {
                let answer = phone.view("trip.city").sync(&server);
                assert_eq!(answer["accepted"], json!(true), "{isolation}");
            }
            let customer = format!("customer-{n}");
            assert_eq!(identify(&server, &phone, &token(&customer)).status, 200);
            let mut booking = booking(&format!("B{n}"));
            booking["customer"] = json!(customer);
            tell(&server, "/v1/bookings", &booking);
            assert_eq!(phone.sync(&server)["accepted"], json!(true));
        }
        let number = |sql: &str| server.database().number(sql);
        assert!(
            number("SELECT last_value FROM rejected") > 20,
            "{isolation}"
        );
        let stored = ["replicas", "links", "imported_events"]
            .map(|table| number(&format!("SELECT count(*) FROM {table}")));
        assert_eq!(stored, [20; 3], "{isolation}");
        let versions = "SELECT CAST(sum(version) AS BIGINT) FROM replicas";
        assert_eq!(number(versions), 60, "{isolation}");
        let people = "SELECT CAST(sum(people) AS BIGINT) FROM people WHERE experiment = 0";
        assert_eq!(number(people), 20, "{isolation}");
    }
}

/// Makes the database read-only, or writable again, for connections from now on.
fn set_read_only(server: &Server, is_read_only: bool) {
    let name = server.database().name();
    on(&Cluster::get().url("postgres"), async |db| {
        db.batch_execute(&format!(
            "ALTER DATABASE {name} SET default_transaction_read_only = {is_read_only}"
        ))
        .await
        .unwrap();
        let end =
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
        db.query(end, &[&name]).await.unwrap();
    });
}

/// Tags: f53.
#[test]
fn database_that_only_reads_is_not_ready() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    set_read_only(&server, true);
    server.wait_for_readiness(503);
    assert_eq!(phone.export(&server).status, 200);
    set_read_only(&server, false);
    server.wait_for_readiness(200);
    assert_eq!(
        phone.view("trip.city").sync(&server)["accepted"],
        json!(true)
    );
}

/// The database is killed in the midst of it, again and again. The server goes on, and so does everything that it acknowledged.
/// Tags: f52.
#[test]
fn a_database_killed_under_load_loses_nothing_acknowledged() {
    let mut cluster = Cluster::alone();
    let server = Server::start_on(Database::Postgres(cluster.new_database()));
    let mut load = Load::default();
    for round in 0..kills().div_ceil(10) {
        load.until(200 + round as usize % 97, &server, || cluster.kill());
        cluster.start_again();
        load.is_held_by(&server);
    }
    load.is_counted_once(&server);
}
