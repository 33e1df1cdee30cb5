//! Retention: the effect of time on stored data.

use std::time::{Duration, Instant};

use escale::PageFacts;
use escale::internals::base::time::Timestamp;

use crate::browser::{Browser, NOW_MS};
use crate::identity::{identify, token};
use crate::server::Server;

const DAY_MS: f64 = 86_400_000.0;

/// Simulates these many days since the last sync of every visitor.
fn days_later(server: Server, days: u32) -> Server {
    server.after(&format!(
        "UPDATE visitors SET synced_day = synced_day - {days}; UPDATE replicas SET taken_day = taken_day - {days}"
    ))
}

fn rows(server: &Server) -> i64 {
    server.database().rows()
}

/// Every start looks after it once, and says so; the log is one for all of them.
fn wait_for_round(server: &Server, round: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let rounds = || {
        server
            .log()
            .matches("silent for 25 months were erased")
            .count()
    };
    while rounds() < round {
        assert!(Instant::now() < deadline, "{}", server.log());
        std::thread::yield_now();
    }
}

/// Tags: r9.
#[test]
fn visitors_silent_for_25_months_are_removed_with_their_links_and_may_return() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    assert_eq!(identify(&server, &phone, &token("customer-7")).status, 200);
    assert_eq!(rows(&server), 4);
    let server = days_later(server, 761);
    while rows(&server) > 0 {
        std::thread::yield_now();
    }
    phone.export(&server).assert_error(404, "unknown_visitor");
    assert_eq!(
        phone.view("trip.city").sync(&server)["accepted"],
        serde_json::json!(true)
    );
}

/// Tags: r9.
#[test]
fn visitors_silent_for_less_are_kept() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    wait_for_round(&server, 1);
    let server = days_later(server, 760);
    wait_for_round(&server, 2);
    assert_eq!(rows(&server), 2);
}

/// Tags: f38.
#[test]
fn a_state_from_the_future_stays_as_old_as_the_day_it_was_taken() {
    let server = Server::start();
    let (mut ahead, mut other) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    let facts = PageFacts {
        explicit: "trip.exotic",
        ..Default::default()
    };
    let event = ahead.engine.page(NOW_MS + 20.0 * 365.0 * DAY_MS, &facts);
    ahead.engine.apply(&event);
    ahead.version = 1;
    let taken_ms = ahead.sync(&server)["now_ms"].as_f64().unwrap();
    let server = days_later(server, 30);
    other.view("trip.city");
    let body = serde_json::json!(other.body());
    let answer = server.post("/v1/sync", &body).json();
    let state = crate::browser::from_base64url(answer["remote"]["state"].as_str().unwrap());
    let last_ms = Timestamp::new(escale::Profile::decode(&state).unwrap().last_s).unix_ms();
    assert!(
        last_ms <= taken_ms - 29.0 * DAY_MS + 301_000.0,
        "{last_ms} against {taken_ms}"
    );
}

/// Tags: r9.
#[test]
fn clock_that_jumped_ahead_erases_nobody_unless_it_is_trusted() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    wait_for_round(&server, 1);
    let server = server.after(
        "UPDATE visitors SET synced_day = synced_day - 900; UPDATE retention SET day = day - 900",
    );
    wait_for_round(&server, 2);
    assert_eq!(server.database().number("SELECT count(*) FROM visitors"), 1);
    assert!(server.log().contains("clock"), "{}", server.log());
    let server = server.restarted_with(&["--trust-clock"]);
    wait_for_round(&server, 3);
    assert_eq!(rows(&server), 0);
}
