//! The receipt of a visitor's consent: kept beside them, shown to them, and gone with them.

use serde_json::{Value, json};

use crate::browser::{Browser, NOW_MS, base64url};
use crate::server::{Answer, Server};

fn receipt(at: f64, version: &str) -> Value {
    json!({ "at": at as u64, "version": version, "source": "banner", "purposes": ["sync", "keep", "personalise"] })
}

/// Hands in one page more, with that receipt.
fn sync(server: &Server, browser: &mut Browser, receipt: &Value) -> Answer {
    let mut body = browser.view("trip.city").body();
    body["consent"] = receipt.clone();
    server.post("/v1/sync", &body)
}

fn shown(server: &Server, browser: &Browser) -> Value {
    browser.export(server).json()["consent"].clone()
}

/// Tags: r17.
#[test]
fn the_last_receipt_is_kept_beside_the_visitor_and_shown_to_them() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    assert_eq!(shown(&server, &phone), Value::Null);
    assert_eq!(
        sync(&server, &mut phone, &receipt(NOW_MS, "2026-11")).status,
        200
    );
    let kept = json!({ "at": NOW_MS as u64, "version": "2026-11", "source": "banner", "purposes": ["personalise", "keep", "sync"] });
    assert_eq!(shown(&server, &phone), kept);
    // An earlier consent that arrives later; and a sync without a receipt.
    assert_eq!(
        sync(&server, &mut phone, &receipt(NOW_MS - 1.0, "2025-01")).status,
        200
    );
    assert_eq!(sync(&server, &mut phone, &Value::Null).status, 200);
    assert_eq!(shown(&server, &phone), kept);
    assert_eq!(
        sync(&server, &mut phone, &receipt(NOW_MS + 1.0, "2027-01")).status,
        200
    );
    let server = server.kill_and_restart();
    assert_eq!(shown(&server, &phone)["version"], json!("2027-01"));
}

/// A browser whose clock is years ahead sends the same receipt with every sync. The receipt is
/// treated as unchanged.
/// Tags: f38.
#[test]
fn receipt_of_the_future_is_kept_once_and_replaced_by_the_next_version() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    let years_ahead = receipt(NOW_MS * 2.0, "2026-11");
    assert_eq!(sync(&server, &mut phone, &years_ahead).status, 200);
    let (kept, fingerprint) = (
        shown(&server, &phone),
        server.database().number("SELECT fingerprint FROM replicas"),
    );
    assert!(kept["at"].as_f64().unwrap() < NOW_MS * 1.5, "{kept}");
    for _ in 0..3 {
        assert_eq!(sync(&server, &mut phone, &years_ahead).status, 200);
        assert_eq!(
            server.database().number("SELECT fingerprint FROM replicas"),
            fingerprint
        );
        assert_eq!(shown(&server, &phone), kept);
    }
    assert_eq!(
        sync(&server, &mut phone, &receipt(NOW_MS * 2.0, "2027-01")).status,
        200
    );
    assert_eq!(shown(&server, &phone)["version"], json!("2027-01"));
}

/// Tags: r17.
#[test]
fn a_receipt_has_no_room_for_anything_else() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    for (field, wrong) in [
        ("at", json!("yesterday")),
        ("at", json!(-1)),
        ("version", json!("Ana Silva")),
        ("source", json!("a@b.example")),
        ("source", Value::Null),
        ("purposes", json!(["keep"])),
        ("purposes", json!(["sync", "advertising"])),
        ("email", json!("a@b.example")),
    ] {
        let mut receipt = receipt(NOW_MS, "2026-11");
        receipt[field] = wrong;
        sync(&server, &mut phone, &receipt).assert_error(422, "malformed");
    }
    phone.export(&server).assert_error(404, "unknown_visitor");
}

/// Tags: r17.
#[test]
fn only_a_sync_that_is_taken_leaves_a_receipt() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    assert_eq!(
        sync(&server, &mut phone, &receipt(NOW_MS, "2026-11")).status,
        200
    );
    let mut copied = Browser::of_visitor(1, 1);
    let answer = sync(&server, &mut copied, &receipt(NOW_MS + 9.0, "copied"));
    assert_eq!(answer.json()["conflict"], json!(false));
    copied.view("trip.exotic").version = 1;
    let mut body = copied.body();
    body["consent"] = receipt(NOW_MS + 99.0, "conflict");
    assert_eq!(
        server.post("/v1/sync", &body).json()["conflict"],
        json!(true)
    );
    assert_eq!(shown(&server, &phone)["version"], json!("copied"));
}

/// Tags: r8.
#[test]
fn a_receipt_goes_with_its_visitor() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    assert_eq!(
        sync(&server, &mut phone, &receipt(NOW_MS, "canary4711")).status,
        200
    );
    assert!(server.database().contains(b"canary4711"));
    assert_eq!(server.erase(&base64url(&[1, 0xEE].repeat(8))), 204);
    assert!(!server.database().contains(b"canary4711"));
    let (_, server) = server.stop_and_restart();
    assert!(!server.database().contains(b"canary4711"));
}
