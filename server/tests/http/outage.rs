//! A database that goes away while servers run on it.

use std::collections::HashMap;
use std::sync::mpsc::channel;

use serde_json::json;

use crate::browser::Browser;
use crate::cluster::{Cluster, on};
use crate::database::Database;
use crate::durability::{hand_in_until_it_dies, kills};
use crate::server::Server;

/// Ends every connection to the server's database, and lets none in until it is said otherwise.
fn shut(server: &Server, is_shut: bool) {
    let name = server.database().name();
    on(&Cluster::get().url("postgres"), async |db| {
        db.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {}", !is_shut)).await.unwrap();
        if is_shut {
            // The answer comes once each of them has ended.
            let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
            db.query(end, &[&name]).await.unwrap();
        }
    });
}

#[test]
fn f53_a_database_that_goes_away_is_answered_503_and_used_again_once_it_is_back() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.look_at("trip.city").sync(&server);
    for _ in 0..3 {
        shut(&server, true);
        phone.look_at("trip.city");
        for answer in [server.post("/v1/sync", &phone.body()), phone.export(&server), server.get("/readyz", &[])] {
            answer.is_refused(503, "unavailable");
            assert_eq!(answer.header("retry-after"), "30");
        }
        assert_eq!(server.get("/healthz", &[]).status, 200);
        shut(&server, false);
        assert_eq!(phone.sync(&server)["accepted"], json!(true));
        assert_eq!(server.get("/readyz", &[]).status, 200);
    }
    assert_eq!(phone.export(&server).json()["replicas"][0]["version"], json!(4));
}

/// Eight browsers hand in as fast as they can; the database is killed in the midst of it, again and again. The server goes
/// on, and so does everything that it acknowledged.
#[test]
fn f52_a_database_killed_under_load_loses_nothing_acknowledged() {
    let mut cluster = Cluster::alone();
    let server = Server::start_on(Database::Postgres(cluster.new_database()));
    let mut acknowledged: HashMap<u8, u64> = HashMap::new();
    let (rounds, mut all) = (kills().div_ceil(10), 0_i64);
    for round in 0..rounds {
        let (acks, taken) = channel();
        std::thread::scope(|scope| {
            for n in 0..8 {
                // The version after the last acknowledged one may have been stored, its answer cut off.
                let from = acknowledged.get(&n).map_or(0, |version| version + 1);
                let acks = acks.clone();
                let (agent, url) = (server.agent(), format!("{}/v1/sync", server.base()));
                scope.spawn(move || hand_in_until_it_dies(&agent, &url, (n, from), &acks));
            }
            drop(acks);
            acknowledged.extend(taken.iter().take(200 + round as usize % 97).inspect(|_| all += 1));
            cluster.kill();
            // What was answered before the kill counts too.
            acknowledged.extend(taken.iter().inspect(|_| all += 1));
        });
        cluster.start_again();
        for (n, version) in &acknowledged {
            let held = Browser::of_visitor(*n, 1).export(&server).json()["replicas"][0]["version"].as_u64();
            // What was sent last may have been stored without an answer; nothing else may be there.
            let expected = Some(*version)..=Some(*version + 1);
            assert!(expected.contains(&held), "round {round}: visitor {n} held {held:?}, acknowledged {version}");
        }
    }
    let changes = server.database().number("SELECT CAST(sum(changes) AS BIGINT) FROM replicas");
    // Each state counts once; of what was not acknowledged, each of the eight may have stored one at each kill.
    assert!((all..=all + 8 * i64::from(rounds)).contains(&changes), "{changes} states stored of {all} acknowledged");
    assert_eq!(server.database().number("SELECT count(*) FROM replicas"), 8);
    println!("{rounds} kills of the database, {all} acknowledged hand-ins, none lost ({changes} states stored)");
}
