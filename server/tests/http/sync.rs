//! Syncs of one visitor's browsers.

use escale::Profile;
use serde_json::{Value, json};

use crate::browser::{Browser, base64url};
use crate::identity::{identify, token};
use crate::server::Server;

#[test]
fn the_first_sync_is_taken_and_no_one_else_knows_anything() {
    let server = Server::start();
    let answer = Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    assert_eq!(answer["accepted"], json!(true));
    assert_eq!(answer["conflict"], json!(false));
    assert_eq!(answer["remote"], Value::Null);
    assert_eq!(answer["config"].as_str().map(str::len), Some(8));
    assert!(answer["now_ms"].as_u64() > Some(1_700_000_000_000));
}

#[test]
fn two_browsers_of_a_visitor_learn_from_each_other_exactly() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    phone.view("trip.city").view("trip.city").sync(&server);
    laptop.view("trip.exotic").sync(&server);
    assert!((laptop.mass("trip.city") - phone.mass("trip.city")).abs() < 1e-3);
    phone.sync(&server);
    assert!(phone.mass("trip.exotic") > 0.0);
    // Each has the own replica once and the other's once, whoever hands in how often.
    for _ in 0..3 {
        phone.sync(&server);
        laptop.sync(&server);
    }
    for topic in ["trip.city", "trip.exotic"] {
        assert!(
            (laptop.mass(topic) - phone.mass(topic)).abs() < 1e-3,
            "{topic}"
        );
    }
}

#[test]
fn remote_state_is_sent_once_and_again_only_when_they_changed() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    phone.view("trip.city").sync(&server);
    laptop.view("trip.exotic");
    assert_ne!(laptop.sync(&server)["remote"], Value::Null);
    assert_eq!(laptop.sync(&server)["remote"], Value::Null);
    let seen = laptop.seen;
    phone.view("trip.beach").sync(&server);
    assert_ne!(laptop.sync(&server)["remote"], Value::Null);
    assert!(laptop.seen > seen);
}

#[test]
fn empty_replica_reads_the_remote_state_and_stores_nothing() {
    let server = Server::start();
    let (mut phone, laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(1, 2));
    let asked = |browser: &Browser, version: u64| {
        let mut body = browser.body();
        (body["state"], body["version"]) = (json!(""), json!(version));
        server.post("/v1/sync", &body)
    };
    assert_eq!(asked(&phone, 0).json()["remote"], Value::Null);
    phone.export(&server).assert_error(404, "unknown_visitor");
    phone.view("trip.city").sync(&server);
    let answer = asked(&laptop, 0).json();
    assert_eq!(
        (&answer["accepted"], &answer["conflict"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        answer["remote"]["state"],
        json!(base64url(&phone.engine.save()))
    );
    assert_eq!(
        phone.export(&server).json()["replicas"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    asked(&laptop, 1).assert_error(422, "empty_profile");
}

/// Tags: f30.
#[test]
fn a_lost_answer_is_made_good_by_sending_again() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    let before = phone.export(&server).json();
    for _ in 0..3 {
        let answer = phone.sync(&server);
        assert_eq!(
            (&answer["accepted"], &answer["conflict"]),
            (&json!(true), &json!(false))
        );
    }
    assert_eq!(phone.export(&server).json(), before);
}

/// Tags: f56.
#[test]
fn a_rolled_back_or_copied_browser_must_start_a_new_replica() {
    let server = Server::start();
    let mut original = Browser::of_visitor(1, 1);
    original
        .view("trip.city")
        .view("trip.city")
        .view("trip.city")
        .sync(&server);

    let mut rolled_back = Browser::of_visitor(1, 1);
    let answer = rolled_back.view("trip.city").sync(&server);
    assert_eq!(
        (&answer["accepted"], &answer["conflict"], &answer["held"]),
        (&json!(false), &json!(true), &json!(3))
    );

    let mut copy = Browser::of_visitor(1, 1);
    let answer = copy
        .view("trip.exotic")
        .view("trip.exotic")
        .view("trip.exotic")
        .sync(&server);
    assert_eq!(
        (&answer["accepted"], &answer["conflict"]),
        (&json!(false), &json!(true))
    );

    // As a new replica the copy is welcome, and what was held before is one of the others.
    copy.replica = crate::browser::base64url(&[9; 8]);
    assert_eq!(copy.sync(&server)["accepted"], json!(true));
    assert!(copy.mass("trip.city") > 2.9);
}

#[test]
fn a_visitor_has_at_most_so_many_replicas() {
    let server = Server::start();
    for replica in 0..32 {
        Browser::of_visitor(1, replica)
            .view("trip.city")
            .sync(&server);
    }
    let mut one_more = Browser::of_visitor(1, 32);
    server
        .post("/v1/sync", &one_more.view("trip.city").body())
        .assert_error(422, "too_many_replicas");
    // Those that are there go on.
    assert_eq!(
        Browser::of_visitor(1, 3)
            .view("trip.city")
            .view("trip.city")
            .sync(&server)["accepted"],
        json!(true)
    );
}

#[test]
fn visitors_know_nothing_of_each_other() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    let mut stranger = Browser::of_visitor(2, 1);
    assert_eq!(
        stranger.view("trip.beach").sync(&server)["remote"],
        Value::Null
    );
    assert_eq!(stranger.mass("trip.city"), 0.0);
}

/// Tags: f56.
#[test]
fn a_forged_state_that_grew_faster_than_people_do_is_not_taken() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    let mut forged = Profile::decode(&phone.view("trip.city").engine.save()).unwrap();
    forged.counts.page_views += 1_000_000;
    let mut body = phone.body();
    body["state"] = json!(crate::browser::base64url(&forged.encode()));
    for replica in [phone.replica.clone(), crate::browser::base64url(&[9; 8])] {
        body["replica"] = json!(replica);
        let answer = server.post("/v1/sync", &body);
        answer.assert_error(429, "growth");
        assert_eq!(answer.header("retry-after"), "3600");
    }
    assert_eq!(
        phone.export(&server).json()["replicas"][0]["version"],
        json!(1)
    );
    assert_eq!(phone.sync(&server)["accepted"], json!(true));
}

/// Tags: f25.
#[test]
fn client_over_the_rate_limit_gets_retry_after_and_no_other_client_does() {
    let server = Server::start_with(&["--requests-a-minute", "3"]);
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city");
    for _ in 0..3 {
        phone.sync(&server);
    }
    for answer in [
        server.post("/v1/sync", &phone.body()),
        phone.export(&server),
    ] {
        answer.assert_error(429, "too_fast");
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=20).contains(&seconds), "{seconds}");
    }
    Browser::of_visitor(2, 1).view("trip.city").sync(&server);
    // Who wants to be forgotten is never put off.
    let bearer = phone.bearer();
    assert_eq!(
        server
            .delete("/v1/me?site=demo", &[("authorization", &bearer)])
            .status,
        204
    );
}

/// A replica that was alone takes a short way; whoever comes to it ends that.
#[test]
fn who_was_alone_receives_remote_state_at_the_next_sync() {
    let server = Server::start();
    let (mut phone, mut laptop, mut tablet) = (
        Browser::of_visitor(1, 1),
        Browser::of_visitor(1, 2),
        Browser::of_visitor(2, 1),
    );
    for browser in [&mut phone, &mut tablet] {
        for _ in 0..3 {
            assert_eq!(
                browser.view("trip.city").sync(&server)["remote"],
                Value::Null
            );
        }
    }
    laptop.view("trip.exotic").sync(&server);
    assert_ne!(phone.view("trip.city").sync(&server)["remote"], Value::Null);
    for browser in [&phone, &tablet] {
        assert_eq!(identify(&server, browser, &token("customer-7")).status, 200);
    }
    assert_ne!(
        tablet.view("trip.city").sync(&server)["remote"],
        Value::Null
    );
    assert_eq!(
        server
            .ask("DELETE", "/v1/customers/customer-7/visitors?site=demo")
            .status,
        204
    );
    tablet.view("trip.city").sync(&server);
    // An erase-only token that is new, or used, is never passed over.
    let erased = tablet.erase.clone();
    assert_eq!(server.erase(&erased), 204);
    server
        .post("/v1/sync", &tablet.view("trip.city").body())
        .assert_error(410, "erased");
}
