//! What was acknowledged stays, whatever becomes of the server.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};

use serde_json::json;

use crate::browser::{Browser, NOW_MS};
use crate::server::Server;

#[test]
fn a_stop_is_graceful_and_a_new_start_keeps_the_data() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.look_at("trip.city").sync(&server);
    let (said, server) = server.stop_and_restart();
    assert!(said.iter().any(|line| line.starts_with("stopped")), "{said:?}");
    assert_eq!(phone.export(&server).json()["replicas"][0]["version"], json!(1));
    assert_eq!(phone.look_at("trip.city").sync(&server)["accepted"], json!(true));
}

/// How often the server is killed: twenty times, unless `make kills` says otherwise.
pub fn kills() -> u32 {
    std::env::var("ESCALE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20)
}

/// Eight browsers hand in as fast as they can; the server is killed in the midst of it, again and again.
#[test]
fn f52_a_server_killed_under_load_loses_nothing_acknowledged() {
    let mut server = Server::start();
    let mut acknowledged: HashMap<u8, u64> = HashMap::new();
    // How many were acknowledged.
    let mut all = 0_i64;
    for round in 0..kills() {
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
            acknowledged.extend(taken.iter().take(60 + round as usize % 97).inspect(|_| all += 1));
            kill(&server);
            // What was answered before the kill counts too.
            acknowledged.extend(taken.iter().inspect(|_| all += 1));
        });
        server = server.kill_and_restart();
        for (n, version) in &acknowledged {
            let held = Browser::of_visitor(*n, 1).export(&server).json()["replicas"][0]["version"].as_u64();
            // What was sent last may have been stored without an answer; nothing else may be there.
            let expected = Some(*version)..=Some(*version + 1);
            assert!(expected.contains(&held), "round {round}: visitor {n} held {held:?}, acknowledged {version}");
        }
    }
    // Each state counts once; of what was not acknowledged, each of the eight may have stored one at each kill.
    let replicas = server.database().number("SELECT count(*) FROM replicas");
    let cast = if crate::STORE == crate::database::Kind::Sqlite { "INTEGER" } else { "BIGINT" };
    let changes = server.database().number(&format!("SELECT CAST(sum(changes) AS {cast}) FROM replicas"));
    assert!((all..=all + 8 * i64::from(kills())).contains(&changes), "{changes} states stored of {all} acknowledged");
    assert!(replicas == 8 && server.database().is_sound());
    println!("{} kills, {all} acknowledged hand-ins, none lost ({changes} states stored)", kills());
}

pub fn hand_in_until_it_dies(agent: &ureq::Agent, url: &str, (n, from): (u8, u64), acks: &Sender<(u8, u64)>) {
    let mut browser = Browser::of_visitor(n, 1);
    browser.version = from;
    loop {
        browser.look_at("trip.city");
        match agent.post(url).header("content-type", "application/json").send(browser.body().to_string().as_bytes()) {
            Ok(answer) if answer.status() == 200 => {}
            _ => return,
        }
        if acks.send((n, browser.version)).is_err() {
            return;
        }
    }
}

fn kill(server: &Server) {
    let killed = std::process::Command::new("kill").args(["-KILL", &server.pid().to_string()]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn f38_a_clock_far_ahead_does_not_outlast_the_other_devices() {
    let server = Server::start();
    let (mut ahead, mut other) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    let facts = escale::core::classify::PageFacts { explicit: "trip.exotic", ..Default::default() };
    let event = ahead.engine.page(NOW_MS + 20.0 * 365.0 * 86_400_000.0, &facts);
    ahead.engine.apply(&event);
    ahead.version = 1;
    ahead.sync(&server);
    let now_ms = other.look_at("trip.city").sync(&server)["now_ms"].as_f64().unwrap();
    let last_ms = escale::core::time::unix_ms_of(other.engine.known().last_s);
    assert!(last_ms <= now_ms + 301_000.0, "{last_ms} against {now_ms}");
}
