//! Ids of customers: one rule for the body, the path and the token, on every store.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token, token_also};
use crate::imports::{post, tell};
use crate::server::Server;

/// Fact about a customer.
fn fact(customer: &str, id: &str) -> Value {
    json!({ "customer": customer, "id": id, "at": "2026-11-01T10:00:00Z", "fact": "frequency", "value": "monthly" })
}

fn consent(customer: &str, id: &str) -> Value {
    json!({ "customer": customer, "id": id, "at": "2026-11-01T10:00:00Z", "granted": true, "purpose": "news" })
}

/// Returns the customers of the site's whole audience.
fn customers(server: &Server) -> Vec<String> {
    let answer = post(
        server,
        "/v1/audiences",
        "application/json",
        r#"{"when":{}}"#,
    );
    let lines = String::from_utf8(answer.bytes).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| line["customer"].as_str().unwrap().to_owned())
        .collect()
}

/// Control characters, of which PostgreSQL refuses NUL.
const CONTROL: [&str; 5] = ["a\0b", "\0", "a\tb", "a\u{7f}", "a\u{85}b"];

/// Tags: f57.
#[test]
fn import_id_with_a_control_character_is_rejected_alone() {
    let server = Server::start();
    for (path, record) in [
        ("/v1/facts", fact as fn(&str, &str) -> Value),
        ("/v1/consents", consent),
    ] {
        for (n, bad) in CONTROL.into_iter().enumerate() {
            let good = format!("good{n}{}", path.len());
            let records = json!([record(bad, "1"), record(&good, "2")]);
            let outcome = tell(&server, path, &records);
            assert_eq!(outcome["stored"], json!(1), "{bad:?}: {outcome}");
            assert_eq!(outcome["rejected"][0]["item"], json!(0));
            let reason = outcome["rejected"][0]["reason"].as_str().unwrap();
            assert!(reason.contains("`customer`"), "{reason}");
            let alone = record(bad, "1").to_string();
            post(&server, path, "application/json", &alone).assert_error(422, "malformed");
        }
    }
    assert_eq!(customers(&server).len(), 2 * CONTROL.len());
}

/// Tags: f57.
#[test]
fn path_id_with_a_control_character_fails() {
    let server = Server::start();
    for bad in ["a%00b", "%00", "a%09b", "%7F", "%20", "%C2%A0", "a%C2%85b"] {
        for (method, path) in [
            ("DELETE", format!("/v1/customers/{bad}?site=demo")),
            ("DELETE", format!("/v1/customers/{bad}/visitors?site=demo")),
            (
                "PUT",
                format!("/v1/customers/c/identifiers/{bad}?site=demo"),
            ),
            (
                "PUT",
                format!("/v1/customers/{bad}/identifiers/c?site=demo"),
            ),
            (
                "DELETE",
                format!("/v1/customers/c/identifiers/{bad}?site=demo"),
            ),
        ] {
            let answer = server.ask(method, &path);
            assert_eq!(answer.status, 422, "{method} {path}");
            answer.assert_error(422, "customer_id");
        }
    }
    assert_eq!(server.database().rows(), 0);
}

/// Tags: f57.
#[test]
fn token_id_with_a_control_character_links_no_one() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    for bad in CONTROL {
        identify(&server, &phone, &token(bad)).assert_error(401, "bad_token");
        identify(&server, &phone, &token_also("c", &["d", bad])).assert_error(401, "bad_token");
    }
    assert_eq!(phone.export(&server).json()["customer"], Value::Null);
}

/// Tags: r8.
#[test]
fn id_with_white_space_at_an_end_is_one_customer_everywhere() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    assert_eq!(identify(&server, &phone, &token(" pad ")).status, 200);
    tell(&server, "/v1/facts", &fact("\u{a0}pad", "f1"));
    assert_eq!(customers(&server), ["pad"]);
    let export = phone.export(&server).json();
    assert_eq!(
        (&export["customer"], &export["imported"]["events"]),
        (&json!("pad"), &json!(1))
    );
    let answer = server.ask("DELETE", "/v1/customers/%20pad%20?site=demo");
    assert_eq!(answer.status, 204);
    assert!(customers(&server).is_empty());
    phone.export(&server).assert_error(410, "erased");
}
