//! Rejected requests and their errors.

use escale::Profile;
use escale::internals::profile::{FamilySeen, Feedback, OfferSeen};
use serde_json::{Value, json};

use crate::browser::{Browser, base64url};
use crate::server::Server;

const JSON: (&str, &str) = ("content-type", "application/json");
const SHOP: &str = "https://www.shop.example";

fn body() -> Value {
    Browser::of_visitor(1, 1).view("trip.city").body()
}

fn with(field: &str, value: Value) -> Value {
    let mut body = body();
    body[field] = value;
    body
}

/// Tags: f59.
#[test]
fn only_named_origins_and_our_own_pages_may_call() {
    let server = Server::start();
    let text = body().to_string();
    let from =
        |origin: &str| server.post_as("/v1/sync", &[JSON, ("origin", origin)], text.as_bytes());
    let answer = from(SHOP);
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, SHOP)
    );
    assert_eq!(answer.header("vary"), "Origin");
    let own = from(server.base());
    assert_eq!(
        (own.status, own.header("access-control-allow-origin")),
        (200, "")
    );
    for stranger in [
        "https://evil.example",
        "null",
        "https://www.shop.example.evil.example",
        "http://www.shop.example",
    ] {
        let answer = from(stranger);
        answer.assert_error(403, "origin");
        assert_eq!(
            (
                answer.header("access-control-allow-origin"),
                answer.header("vary")
            ),
            ("", "Origin")
        );
    }
}

#[test]
fn a_preflight_is_answered_for_named_origins_alone() {
    let server = Server::start();
    let ask = |origin: &str| {
        server.options(
            "/v1/me",
            &[
                ("origin", origin),
                ("access-control-request-method", "DELETE"),
            ],
        )
    };
    let answer = ask(SHOP);
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (204, SHOP)
    );
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("DELETE")
    );
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    ask("https://evil.example").assert_error(403, "origin");
}

#[test]
fn an_unknown_site_is_rejected_everywhere() {
    let server = Server::start();
    server
        .post("/v1/sync", &with("site", json!("other")))
        .assert_error(403, "unknown_site");
    server
        .get("/v1/config?site=other", &[])
        .assert_error(403, "unknown_site");
    server
        .get("/v1/config", &[])
        .assert_error(403, "unknown_site");
    let bearer = Browser::of_visitor(1, 1).bearer();
    server
        .get("/v1/me?site=other", &[("authorization", &bearer)])
        .assert_error(403, "unknown_site");
}

/// Tags: f57.
#[test]
fn a_body_over_64_kib_or_a_compressed_one_is_not_read() {
    let server = Server::start();
    let large = with("state", json!("A".repeat(66_000)));
    server
        .post("/v1/sync", &large)
        .assert_error(413, "too_large");
    let text = body().to_string();
    server
        .post_as(
            "/v1/sync",
            &[JSON, ("content-encoding", "gzip")],
            text.as_bytes(),
        )
        .assert_error(415, "media_type");
    server
        .post_as(
            "/v1/sync",
            &[("content-type", "text/html")],
            text.as_bytes(),
        )
        .assert_error(415, "media_type");
    assert_eq!(
        server
            .post_as(
                "/v1/sync",
                &[("content-type", "text/plain;charset=UTF-8")],
                text.as_bytes()
            )
            .status,
        200
    );
}

#[test]
fn malformed_body_gets_an_error_that_names_the_cause() {
    let server = Server::start();
    for text in ["", "{", "[]", "{}", "null", "{\"site\": 1}"] {
        server
            .post_as("/v1/sync", &[JSON], text.as_bytes())
            .assert_error(422, "malformed");
    }
    for (field, value) in [
        ("visitor", json!("short")),
        ("visitor", json!(format!("{}==", base64url(&[1; 16])))),
        ("erase", json!("")),
        ("replica", json!(base64url(&[1; 9]))),
        ("state", json!("not base64url!")),
        ("version", json!(-1)),
        ("version", json!(1.5)),
        ("version", json!(9_007_199_254_740_992_u64)),
        ("seen", json!("x")),
    ] {
        server
            .post("/v1/sync", &with(field, value))
            .assert_error(422, "malformed");
    }
}

/// Tags: f41.
#[test]
fn bytes_that_are_no_profile_are_rejected() {
    let server = Server::start();
    let state = |bytes: &[u8]| server.post("/v1/sync", &with("state", json!(base64url(bytes))));
    state(&[]).assert_error(422, "empty_profile");
    state(&[1, 2, 3]).assert_error(422, "corrupt_profile");
    state(&[255; 600]).assert_error(422, "newer_profile");
    let good = Browser::of_visitor(1, 1).view("trip.city").engine.save();
    state(&good[..good.len() - 1]).assert_error(422, "corrupt_profile");
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    state(&flipped).assert_error(422, "corrupt_profile");
}

/// As long as a body can be, with the right sum, and full of the largest numbers there are.
/// Tags: f42.
#[test]
fn a_state_that_claims_to_be_long_is_rejected_at_once() {
    let server = Server::start();
    let good = Browser::of_visitor(1, 1).view("trip.city").engine.save();
    for (filler, length) in [
        (0xff, 100),
        (0xff, 47_000),
        (0x00, 47_000),
        (0xaa, 47_000),
        (0x80, 1_000),
    ] {
        let mut bytes = good[..8].to_vec();
        bytes.resize(length, filler);
        let sum = escale::internals::base::hash::crc32(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        server
            .post("/v1/sync", &with("state", json!(base64url(&bytes))))
            .assert_error(422, "corrupt_profile");
    }
    assert_eq!(server.get("/healthz", &[]).status, 200);
}

/// One profile, one way to write it: whatever else the bytes could carry is not taken in.
/// Tags: f41.
#[test]
fn a_profile_written_otherwise_than_by_us_is_rejected() {
    let server = Server::start();
    // A family that is known is written by its place in the list; one bit away, by its name.
    let family = FamilySeen {
        hash: 6,
        clicked_min: 0,
        clicks: 0,
        exposures: 1,
    };
    let (exposed_min, exposed_in) = (Vec::new(), Vec::new());
    let offer = OfferSeen {
        hash: 9,
        family: 7,
        feedback: Feedback::None,
        exposures: 0,
        exposed_min,
        exposed_in,
    };
    let good = Profile {
        families: vec![family].into(),
        offers: vec![offer].into(),
        ..Profile::default()
    }
    .encode();
    assert_eq!(
        server
            .post("/v1/sync", &with("state", json!(base64url(&good))))
            .status,
        200
    );
    let content = &good[..good.len() - 4];
    let flips = (8..content.len() * 8).map(|bit| {
        let mut bytes = content.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let sum = escale::internals::base::hash::crc32(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    });
    let unlike_ours =
        |bytes: &Vec<u8>| Profile::decode(bytes).is_ok_and(|profile| profile.encode() != *bytes);
    let forged: Vec<Vec<u8>> = flips.filter(unlike_ours).collect();
    assert!(!forged.is_empty());
    for bytes in forged {
        server
            .post("/v1/sync", &with("state", json!(base64url(&bytes))))
            .assert_error(422, "corrupt_profile");
    }
}

#[test]
fn unknown_paths_and_methods_get_an_error() {
    let server = Server::start();
    server
        .get("/v1/nothing", &[])
        .assert_error(404, "not_found");
    server.get("/", &[]).assert_error(404, "not_found");
    server.get("/v1/sync", &[]).assert_error(405, "method");
    assert_eq!(
        server.get("/healthz", &[]).json(),
        json!({ "status": "alive" })
    );
    assert_eq!(
        server.get("/readyz", &[]).json(),
        json!({ "status": "ready" })
    );
}

#[test]
fn without_an_identity_key_no_one_is_linked() {
    let folder = tempfile::TempDir::new().unwrap();
    let key = folder.path().join("key.pem");
    std::fs::write(&key, "no key at all").unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args([
            "serve",
            "--site",
            "demo",
            "--config",
            "absent.json",
            "--identity-public-key",
        ])
        .arg(&key)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("absent.json"));
}
