//! Acknowledged syncs stay, even if the server is killed.

use serde_json::json;

use crate::browser::{Browser, NOW_MS};
use crate::load::{Load, kills};
use crate::server::Server;

#[test]
fn a_stop_is_graceful_and_a_new_start_keeps_the_data() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    let (log, server) = server.stop_and_restart();
    assert!(
        log.iter().any(|line| line.starts_with("stopped")),
        "{log:?}"
    );
    assert_eq!(
        phone.export(&server).json()["replicas"][0]["version"],
        json!(1)
    );
    assert_eq!(
        phone.view("trip.city").sync(&server)["accepted"],
        json!(true)
    );
}

/// The server is killed in the midst of it, again and again.
/// Tags: f52.
#[test]
fn a_server_killed_under_load_loses_nothing_acknowledged() {
    let (mut server, mut load) = (Server::start(), Load::default());
    for round in 0..kills() {
        load.until(60 + round as usize % 97, &server, || kill(&server));
        server = server.kill_and_restart();
        load.is_held_by(&server);
    }
    load.is_counted_once(&server);
    assert!(server.database().is_sound());
}

fn kill(server: &Server) {
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &server.pid().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

/// Tags: f38.
#[test]
fn a_clock_far_ahead_does_not_outlast_the_other_devices() {
    let server = Server::start();
    let (mut ahead, mut other) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    let facts = escale::PageFacts {
        explicit: "trip.exotic",
        ..Default::default()
    };
    let event = ahead
        .engine
        .page(NOW_MS + 20.0 * 365.0 * 86_400_000.0, &facts);
    ahead.engine.apply(&event);
    ahead.version = 1;
    ahead.sync(&server);
    let now_ms = other.view("trip.city").sync(&server)["now_ms"]
        .as_f64()
        .unwrap();
    let last_ms =
        escale::internals::base::time::Timestamp::new(other.engine.known().last_s).unix_ms();
    assert!(last_ms <= now_ms + 301_000.0, "{last_ms} against {now_ms}");
}
