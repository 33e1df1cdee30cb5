//! Access and erasure: everything is shown, and then nothing is left.

use serde_json::{Value, json};

use crate::browser::{Browser, base64url, from_base64url};
use crate::server::Server;

const ME: &str = "/v1/me?site=demo";

#[test]
fn an_export_is_complete_and_readable() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    phone.view("trip.city").sync(&server);
    laptop.view("trip.exotic").sync(&server);
    let export = phone.export(&server);
    assert_eq!(
        (export.status, export.header("cache-control")),
        (200, "no-store")
    );
    let export = export.json();
    assert_eq!(
        (
            export["site"].as_str(),
            export["replicas"].as_array().map(Vec::len)
        ),
        (Some("demo"), Some(2))
    );
    let own = &export["replicas"][0];
    assert_eq!(
        (&own["replica"], &own["version"]),
        (&json!(phone.replica), &json!(1))
    );
    assert_eq!(
        from_base64url(own["state"].as_str().unwrap()),
        phone.engine.save()
    );
    assert_eq!(own["profile"]["counts"]["page_views"], json!(1));
    assert_eq!(
        own["profile"]["facets"][0]["topics"][0]["name"],
        json!("trip.city")
    );
    // What the report counts of the visitor is personal too.
    assert_eq!(
        export["counted"]["facts"]["arms"][0]["experiment"],
        json!(0)
    );
    assert!(export["counted"]["tastes"].is_array() && export["counted"]["decisions"].is_array());
}

/// Tags: f55.
#[test]
fn a_wrong_secret_and_an_absent_visitor_are_answered_alike() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    Browser::of_visitor(2, 1)
        .export(&server)
        .assert_error(404, "unknown_visitor");
    server.get(ME, &[]).assert_error(401, "no_bearer");
    server
        .get(ME, &[("authorization", "Bearer short")])
        .assert_error(401, "no_bearer");
    server
        .get(ME, &[("authorization", "Basic AAAA")])
        .assert_error(401, "no_bearer");
    assert_eq!(server.erase(&base64url(&[77; 16])), 204);
}

#[test]
fn the_erased_are_gone_and_stay_gone() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    phone.view("trip.city").sync(&server);
    laptop.view("trip.exotic").sync(&server);
    assert_eq!(server.erase(&phone.visitor), 204);
    for browser in [&phone, &laptop] {
        server
            .post("/v1/sync", &browser.body())
            .assert_error(410, "erased");
    }
    phone.export(&server).assert_error(410, "erased");
    assert_eq!(server.erase(&phone.visitor), 204);
    let server = server.kill_and_restart();
    server
        .post("/v1/sync", &phone.body())
        .assert_error(410, "erased");
}

#[test]
fn the_erase_only_token_erases_and_does_nothing_else() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    let as_bearer = format!("Bearer {}", phone.erase);
    server
        .get(ME, &[("authorization", &as_bearer)])
        .assert_error(404, "unknown_visitor");
    assert_eq!(server.erase(&phone.erase), 204);
    server
        .post("/v1/sync", &phone.body())
        .assert_error(410, "erased");
    // Until it is acknowledged the browser sends it again.
    assert_eq!(server.erase(&phone.erase), 204);
}

/// A state sent again returns another token. Once used, the earlier token is rejected, even with an
/// unchanged state.
#[test]
fn a_token_that_another_has_replaced_is_rejected_once_it_was_used() {
    for is_conflict in [false, true] {
        let server = Server::start();
        let mut phone = Browser::of_visitor(1, 1);
        phone.view("trip.city").sync(&server);
        let mut again = Browser::of_visitor(1, 1);
        again.view(if is_conflict {
            "trip.exotic"
        } else {
            "trip.city"
        });
        again.erase = base64url(&[77; 16]);
        assert_eq!(again.sync(&server)["conflict"], json!(is_conflict));
        assert_eq!(server.erase(&phone.erase), 204);
        server
            .post("/v1/sync", &phone.view("trip.city").body())
            .assert_error(410, "erased");
        phone.erase = again.erase;
        assert_eq!(phone.sync(&server)["accepted"], json!(true));
    }
}

/// Tags: f60.
#[test]
fn an_erasure_that_overtakes_the_first_sync_wins() {
    for by_token in [true, false] {
        let server = Server::start();
        let mut phone = Browser::of_visitor(1, 1);
        phone.view("trip.city");
        assert_eq!(
            server.erase(if by_token {
                &phone.erase
            } else {
                &phone.visitor
            }),
            204
        );
        server
            .post("/v1/sync", &phone.body())
            .assert_error(410, "erased");
    }
}

/// Tags: r8.
#[test]
fn erasure_of_unknown_ids_writes_nothing_durable() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    let before = server.database().rows();
    std::thread::scope(|scope| {
        for thread in 0..8_u8 {
            let server = &server;
            scope.spawn(move || {
                for n in 0..25_u8 {
                    let mut secret = [200; 16];
                    (secret[0], secret[1]) = (thread, n);
                    assert_eq!(server.erase(&base64url(&secret)), 204);
                }
            });
        }
    });
    assert_eq!(server.database().rows(), before);
}

/// Tags: f58.
#[test]
fn erasure_repeated_too_often_is_rate_limited() {
    let server = Server::start_with(&["--requests-a-minute", "3"]);
    let secret = base64url(&[77; 16]);
    let statuses: Vec<u16> = (0..6).map(|_| server.erase(&secret)).collect();
    assert_eq!(statuses, [204, 204, 204, 429, 429, 429]);
}

/// Both set off at once, many times over: whichever comes first, nothing is held afterwards.
/// Tags: f60.
#[test]
fn an_erasure_that_races_the_first_sync_leaves_nothing() {
    let server = Server::start();
    for n in 0..40 {
        let mut phone = Browser::of_visitor(n, 1);
        let body = phone.view("trip.city").body();
        let start = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                server.post("/v1/sync", &body)
            });
            start.wait();
            assert_eq!(server.erase(&phone.erase), 204);
        });
        assert_ne!(phone.export(&server).status, 200, "visitor {n}");
        server.post("/v1/sync", &body).assert_error(410, "erased");
    }
}

/// Tags: f53.
#[test]
fn an_erasure_by_token_that_a_crash_cut_short_is_finished_at_the_next_start() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    // The token's bucket does not matter here: the start looks through all of them.
    let server =
        server.after("INSERT INTO tombstones (site, bucket, id, erased_day) SELECT site, 0, erase, 1 FROM visitors");
    phone.export(&server).assert_error(410, "erased");
}

/// Tags: r8.
#[test]
fn no_byte_of_the_erased_is_left() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    for _ in 0..40 {
        phone.view("trip.city").view("trip.exotic").sync(&server);
    }
    let state = phone.engine.save();
    assert!(
        server.database().contains(&state)
            && !server.database().contains(&from_base64url(&phone.visitor))
    );
    assert_eq!(server.erase(&phone.visitor), 204);
    assert!(!server.database().contains(&state));
}

#[test]
fn the_customers_other_browsers_forget_what_was_erased() {
    let server = demo_server();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(2, 2));
    phone.view("trip.city").sync(&server);
    laptop.view("trip.beach").sync(&server);
    for browser in [&phone, &laptop] {
        let token = server
            .post("/demo/login", &json!({ "email": "a@b.example" }))
            .json()["token"]
            .clone();
        let link = json!({ "site": "demo", "visitor": browser.visitor, "token": token });
        assert_eq!(server.post("/v1/identify", &link).status, 200);
    }
    laptop.sync(&server);
    assert!(laptop.mass("trip.city") > 0.9);
    assert_eq!(server.erase(&phone.visitor), 204);
    assert_ne!(laptop.sync(&server)["remote"], Value::Null);
    assert_eq!(laptop.mass("trip.city"), 0.0);
    assert_eq!(laptop.sync(&server)["remote"], Value::Null);
}

fn demo_server() -> Server {
    let folder = env!("CARGO_MANIFEST_DIR");
    Server::start_with(&[
        "--demo-visitors",
        "0",
        "--demo",
        &format!("{folder}/tests"),
        "--pkg",
        &format!("{folder}/tests"),
    ])
}
