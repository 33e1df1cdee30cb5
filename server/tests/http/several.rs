//! Several servers on one database: together they do as one does.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token};
use crate::imports::tell;
use crate::model::{teach, version};
use crate::server::{Answer, Server};
use crate::webhooks::{Receiver, booking_of, home, thanks, wait_until_done};

/// A server, and another one on the same data.
fn two() -> (Server, Server) {
    let one = Server::start();
    let other = one.another();
    (one, other)
}

#[test]
fn what_one_server_took_the_other_knows() {
    let (one, other) = two();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(2, 2));
    phone.view("trip.city").sync(&one);
    laptop.view("trip.beach").sync(&other);
    assert_eq!(identify(&one, &phone, &token("customer-7")).status, 200);
    assert_eq!(identify(&other, &laptop, &token("customer-7")).status, 200);
    laptop.sync(&other);
    assert!((laptop.mass("trip.city") - phone.mass("trip.city")).abs() < 1e-3);
    assert_eq!(one.erase(&phone.erase), 204);
    other
        .post("/v1/sync", &phone.body())
        .assert_error(410, "erased");
    laptop.sync(&other);
    assert_eq!(laptop.mass("trip.city"), 0.0);
}

#[test]
fn what_one_server_has_learned_all_of_them_serve() {
    let home = Server::new_folder();
    let plain = home.start();
    let unlearned = version(&plain);
    teach(&plain, 0..50);
    let home = home.with(&["--fit-every", "24h"]);
    let (one, other) = (home.start(), home.start());
    assert_ne!(version(&one), unlearned);
    // By now it would learn something else; it is not time yet.
    teach(&plain, 50..90);
    let late = home.start();
    assert_eq!(
        (version(&other), version(&late)),
        (version(&one), version(&one))
    );
}

/// Small, and the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Six browsers of four visitors, two of whom are one customer; everything that is answered.
fn history(seed: u64, servers: &[&Server]) -> Vec<(u16, Value)> {
    let mut dice = Dice(seed);
    let mut browsers: Vec<Browser> = [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (4, 1)]
        .map(|(n, replica)| Browser::of_visitor(n, replica))
        .into();
    let mut answers = Vec::new();
    for step in 0..120 {
        let server = servers[step % servers.len()];
        let browser = &mut browsers[dice.roll(6) as usize];
        let answer = one_step(&mut dice, server, browser);
        let mut body = if answer.bytes.is_empty() {
            Value::Null
        } else {
            answer.json()
        };
        if let Some(fields) = body.as_object_mut() {
            fields.remove("now_ms");
        }
        answers.push((answer.status, body));
    }
    answers.extend(browsers.iter().map(|browser| {
        let answer = browser.export(servers[0]);
        let mut body = answer.json();
        // What a state says in words is read at the moment of the question.
        for replica in body["replicas"].as_array_mut().into_iter().flatten() {
            replica["profile"] = Value::Null;
        }
        (answer.status, body)
    }));
    answers
}

fn one_step(dice: &mut Dice, server: &Server, browser: &mut Browser) -> Answer {
    match dice.roll(40) {
        0 => server.ask_to_erase(&browser.erase),
        1..=3 => identify(
            server,
            browser,
            &token(if dice.roll(3) > 0 {
                "customer-7"
            } else {
                "customer-8"
            }),
        ),
        4..=6 => {
            // Rolled back, or an older request that comes late.
            let mut body = browser.body();
            body["version"] = json!(browser.version.saturating_sub(1));
            server.post("/v1/sync", &body)
        }
        _ => {
            browser.view(["trip.city", "trip.exotic", "trip.beach"][dice.roll(3) as usize]);
            let answer = server.post("/v1/sync", &browser.body());
            if let Some(seq) = answer.json()["remote"]["seq"].as_u64() {
                browser.seen = seq;
            }
            answer
        }
    }
}

#[test]
fn two_servers_answer_to_the_last_byte_as_one_does() {
    for seed in 1..=4 {
        let alone = history(seed, &[&Server::start()]);
        let (one, other) = two();
        let together = history(seed, &[&one, &other]);
        let differs = alone.iter().zip(&together).position(|(a, b)| a != b);
        assert_eq!(
            (differs, alone.len()),
            (None, together.len()),
            "seed {seed}"
        );
        assert!(
            alone.iter().any(|(status, _)| *status == 410)
                && alone
                    .iter()
                    .any(|(_, body)| body["conflict"] == json!(true))
        );
    }
}

/// Every state of one browser, sent to both servers at once and many times over: the newest is held, once.
/// Tags: f44.
#[test]
fn syncs_that_cross_on_two_servers_leave_the_newest() {
    let (one, other) = two();
    let mut phone = Browser::of_visitor(1, 1);
    let bodies: Vec<Value> = (0..40).map(|_| phone.view("trip.city").body()).collect();
    std::thread::scope(|scope| {
        for server in [&one, &other, &one, &other] {
            let bodies = &bodies;
            scope.spawn(move || {
                for body in bodies {
                    assert_eq!(server.post("/v1/sync", body).status, 200);
                }
            });
        }
    });
    let held = phone.export(&one).json();
    assert_eq!(
        (
            held["replicas"][0]["version"].as_u64(),
            held["replicas"].as_array().map(Vec::len)
        ),
        (Some(40), Some(1))
    );
    let changes = one.database().number("SELECT changes FROM replicas");
    assert!((1..=40).contains(&changes), "{changes}");
}

/// The first sync goes to one server while the erasure goes to the other, many times over.
/// Tags: f60.
#[test]
fn an_erasure_on_one_server_that_races_a_sync_on_the_other_wins() {
    let (one, other) = two();
    for n in 0..60 {
        let mut phone = Browser::of_visitor(n, 1);
        let body = phone.view("trip.city").body();
        let start = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                one.post("/v1/sync", &body)
            });
            start.wait();
            assert_eq!(other.erase(&phone.erase), 204);
        });
        assert_ne!(phone.export(&one).status, 200, "visitor {n}");
        one.post("/v1/sync", &body).assert_error(410, "erased");
    }
    assert_eq!(one.database().number("SELECT count(*) FROM replicas"), 0);
}

/// A server of a release that knew no prints ties a visitor, and leaves the print: the owner's word in the guide ends it.
#[test]
fn facts_that_an_older_server_left_are_propagated_after_fingerprints_are_emptied() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    server.database().run(
        "UPDATE visitors SET customer = 'customer-7';
         INSERT INTO links SELECT c.site, c.bucket, c.customer, v.visitor, 1 FROM customers c, visitors v",
    );
    server.database().run("UPDATE replicas SET fingerprint = 0");
    assert_ne!(phone.view("trip.city").sync(&server)["remote"], Value::Null);
}

#[test]
fn servers_that_start_at_once_on_an_empty_database_take_turns() {
    let first = Server::new_folder();
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| first.start())).collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    for server in &servers {
        assert_eq!(server.get("/readyz", &[]).status, 200);
    }
}

/// Whom both servers find at once, one of them calls.
/// Tags: f44.
#[test]
fn several_servers_make_each_call_once() {
    let receiver = Receiver::open();
    let home = home(&thanks(), &receiver.address());
    let servers = [home.start(), home.start(), home.start()];
    let customers = 30;
    let all: Vec<Value> = (0..customers)
        .map(|n| booking_of(&format!("customer-{n}")))
        .collect();
    tell(&servers[0], "/v1/bookings", &json!(all));
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..customers {
        let call = receiver.next();
        assert!(ids.insert(call.id.clone()), "called twice");
        call.answer("200 OK");
    }
    wait_until_done(&servers[0]);
    tell(&servers[1], "/v1/bookings", &booking_of("another"));
    let last = receiver.next();
    assert!(ids.insert(last.id.clone()), "called twice");
    last.answer("200 OK");
}
