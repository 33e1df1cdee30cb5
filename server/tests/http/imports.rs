//! Events imported from the site's back end, and their way to a visitor's browser.

use escale::snapshot;
use serde_json::{Value, json};

use crate::browser::{Browser, NOW_MS};
use crate::identity::{identify, token};
use crate::server::{API_KEY, Answer, Server};

const BOOKED: &str = "2026-08-01T10:00:00Z";

pub fn post(server: &Server, path: &str, kind: &str, body: &str) -> Answer {
    let key = format!("Bearer {API_KEY}");
    let headers = [("content-type", kind), ("authorization", key.as_str())];
    server.post_as(&format!("{path}?site=demo"), &headers, body.as_bytes())
}

/// Tells one thing, which must be taken in.
#[track_caller]
pub fn tell(server: &Server, path: &str, what: &Value) -> Value {
    let answer = post(server, path, "application/json", &what.to_string());
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    answer.json()
}

pub fn booking(id: &str) -> Value {
    json!({ "customer": "customer-7", "id": id, "at": BOOKED, "value": 1250.5, "adults": 2,
            "start_date": "2026-12-20", "topics": "trip.exotic" })
}

/// A browser of the customer, which has handed in once.
fn known(server: &Server, n: u8) -> Browser {
    let mut browser = Browser::of_visitor(n, 1);
    browser.view("trip.city").sync(server);
    assert_eq!(identify(server, &browser, &token("customer-7")).status, 200);
    browser
}

pub fn knows(browser: &Browser) -> Value {
    serde_json::to_value(snapshot(&browser.engine, NOW_MS + 60_000.0)).unwrap()
}

#[test]
fn a_booking_reaches_the_browser_at_its_next_sync_and_is_no_visit() {
    let server = Server::start();
    let mut phone = known(&server, 1);
    phone.sync(&server);
    assert_eq!(
        tell(&server, "/v1/bookings", &booking("B1"))["stored"],
        json!(1)
    );
    assert_ne!(phone.sync(&server)["remote"], Value::Null);
    let known = knows(&phone);
    assert_eq!(
        known["bookings"].as_array().map(Vec::len),
        Some(1),
        "{known}"
    );
    assert_eq!(
        (known["counts"]["visits"].as_u64(), known["rfm"].is_null()),
        (Some(1), false),
        "{known}"
    );
    assert!(phone.mass("trip.exotic") > 0.0);
    assert_eq!(phone.sync(&server)["remote"], Value::Null);
}

#[test]
fn events_imported_before_the_first_login_are_delivered_after_it() {
    let server = Server::start();
    tell(&server, "/v1/bookings", &booking("B1"));
    let mut phone = known(&server, 1);
    phone.sync(&server);
    assert_eq!(knows(&phone)["bookings"].as_array().map(Vec::len), Some(1));
}

/// Tags: f44.
#[test]
fn import_repeated_changes_nothing_and_the_later_wins_in_any_order() {
    let server = Server::start();
    let mut phone = known(&server, 1);
    assert_eq!(
        tell(&server, "/v1/bookings", &booking("B1"))["stored"],
        json!(1)
    );
    phone.sync(&server);
    assert_eq!(
        tell(&server, "/v1/bookings", &booking("B1"))["unchanged"],
        json!(1)
    );
    assert_eq!(phone.sync(&server)["remote"], Value::Null);
    let mut dearer = booking("B1");
    (dearer["at"], dearer["value"]) = (json!("2026-08-02"), json!(1400));
    assert_eq!(tell(&server, "/v1/bookings", &dearer)["stored"], json!(1));
    assert_eq!(
        tell(&server, "/v1/bookings", &booking("B1"))["superseded"],
        json!(1)
    );
    let cancelled = json!({ "customer": "customer-7", "id": "B1", "at": "2026-08-03", "cancelled": true, "value": 1400 });
    assert_eq!(
        tell(&server, "/v1/bookings", &cancelled)["stored"],
        json!(1)
    );
    phone.sync(&server);
    let known = knows(&phone);
    assert_eq!(
        (
            known["bookings"].as_array().map(Vec::len),
            &known["bookings"][0]["cancelled"]
        ),
        (Some(1), &json!(true))
    );
}

#[test]
fn a_booking_made_on_the_web_teaches_nothing_twice() {
    let server = Server::start();
    let mut phone = known(&server, 1);
    let mut on_the_web = booking("B1");
    on_the_web["channel"] = json!("web");
    tell(&server, "/v1/bookings", &on_the_web);
    phone.sync(&server);
    assert_eq!(
        (
            knows(&phone)["bookings"].as_array().map(Vec::len),
            phone.mass("trip.exotic")
        ),
        (Some(1), 0.0)
    );
}

#[test]
fn reactions_tell_the_preferred_channel_and_an_unsubscription_is_heeded() {
    let server = Server::start();
    let mut phone = known(&server, 1);
    let mut lines = String::new();
    for (id, reaction) in [
        ("m1", "sent"),
        ("m1", "clicked"),
        ("m2", "sent"),
        ("m2", "opened"),
    ] {
        let line = json!({ "customer": "customer-7", "id": id, "at": BOOKED, "channel": "email", "reaction": reaction });
        lines.push_str(&format!("{line}\n"));
    }
    let left = json!({ "customer": "customer-7", "id": "u1", "at": BOOKED, "channel": "email", "reaction": "unsubscribed" });
    lines.push_str(&format!("\n{left}\n"));
    let answer = post(&server, "/v1/reactions", "application/x-ndjson", &lines);
    assert_eq!((answer.status, &answer.json()["stored"]), (200, &json!(5)));
    phone.sync(&server);
    let known = knows(&phone);
    assert_eq!(
        (&known["channel"], &known["frequency"]),
        (&json!("email"), &json!("never")),
        "{known}"
    );
    assert_eq!(
        known["channels"]["email"]["messages"],
        json!(2.0),
        "{known}"
    );
}

#[test]
fn facts_are_declared_with_their_source() {
    let server = Server::start();
    let mut phone = known(&server, 1);
    let fact = |fact: &str, value: Value| json!({ "customer": "customer-7", "id": fact, "at": BOOKED, "fact": fact, "value": value, "source": "shop" });
    let all = json!([
        fact("trip", json!("beach")),
        fact("children", json!(2)),
        fact("frequency", json!("monthly"))
    ]);
    let answer = post(&server, "/v1/facts", "application/json", &all.to_string());
    assert_eq!(
        (answer.status, &answer.json()["stored"]),
        (200, &json!(3)),
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    phone.sync(&server);
    let known = knows(&phone);
    assert_eq!(
        (
            known["declared"].as_array().map(Vec::len),
            &known["frequency"]
        ),
        (Some(2), &json!("monthly")),
        "{known}"
    );
    assert_eq!(known["declared"][0]["source"], json!("shop"));
}

#[test]
fn a_consent_is_kept_with_its_version_and_shown_and_erased_with_the_customer() {
    let server = Server::start();
    let phone = known(&server, 1);
    let consent = |id: &str, granted: bool| {
        json!({ "customer": "customer-7", "id": id, "at": BOOKED, "granted": granted, "purpose": "newsletter",
                "channel": "email", "version": "2026-03", "source": "form" })
    };
    assert_eq!(
        tell(&server, "/v1/consents", &consent("C1", true))["stored"],
        json!(1)
    );
    assert_eq!(
        tell(&server, "/v1/consents", &consent("C1", true))["unchanged"],
        json!(1)
    );
    let shown = &phone.export(&server).json()["imported"]["consents"][0];
    assert_eq!(
        (&shown["granted"], &shown["purpose"], &shown["version"]),
        (&json!(true), &json!("newsletter"), &json!("2026-03"))
    );
    assert_eq!(shown["at_ms"], json!(1_785_578_400_000.0));
    for (field, value) in [
        ("granted", json!("perhaps")),
        ("purpose", json!("")),
        ("purpose", json!("two words")),
        ("channel", json!("pigeon")),
    ] {
        let mut wrong = consent("C2", true);
        wrong[field] = value;
        post(
            &server,
            "/v1/consents",
            "application/json",
            &wrong.to_string(),
        )
        .assert_error(422, "malformed");
    }
    assert_eq!(server.erase(&phone.visitor), 204);
    assert_eq!(
        tell(&server, "/v1/consents", &consent("C1", true))["erased"],
        json!(1)
    );
    assert!(!server.database().contains(b"newsletter"));
}

#[test]
fn invalid_line_is_reported_and_does_not_affect_the_rest() {
    let server = Server::start();
    let good = booking("B1");
    let body = format!(
        "{good}\nno JSON\n{{\"customer\": \"c\", \"id\": \"x\", \"at\": \"soon\"}}\n{}\n{}\n",
        json!({ "customer": "c", "id": "x", "at": BOOKED, "start_date": "someday" }),
        json!({ "customer": "c", "id": "x", "at": BOOKED, "colour": "blue" }),
    );
    let answer = post(&server, "/v1/bookings", "application/x-ndjson", &body);
    let outcome = answer.json();
    assert_eq!((answer.status, &outcome["stored"]), (200, &json!(1)));
    let rejected = outcome["rejected"].as_array().unwrap();
    let places: Vec<_> = rejected
        .iter()
        .map(|r| r["item"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [1, 2, 3, 4]);
    for (at, name) in [(1, "`soon`"), (2, "`start_date`"), (3, "`colour`")] {
        assert!(
            rejected[at]["reason"].as_str().unwrap().contains(name),
            "{outcome}"
        );
    }
}

#[test]
fn what_cannot_be_taken_alone_is_rejected() {
    let server = Server::start();
    for (field, value) in [
        ("at", json!("2019-12-31")),
        ("at", json!("2999-01-01")),
        ("customer", json!("c".repeat(129))),
        ("customer", json!("")),
        ("id", Value::Null),
        ("offer", json!("nowhere")),
        ("cancelled", json!("perhaps")),
    ] {
        let mut wrong = booking("B1");
        wrong[field] = value;
        post(
            &server,
            "/v1/bookings",
            "application/json",
            &wrong.to_string(),
        )
        .assert_error(422, "malformed");
    }
    post(&server, "/v1/bookings", "application/json", "7").assert_error(422, "malformed");
    post(&server, "/v1/bookings", "text/plain", "{}").assert_error(415, "media_type");
    let many = vec![booking("B1"); 1001];
    post(
        &server,
        "/v1/bookings",
        "application/json",
        &json!(many).to_string(),
    )
    .assert_error(413, "too_many");
    let large = " ".repeat(1024 * 1024 + 1);
    post(&server, "/v1/bookings", "application/json", &large).assert_error(413, "too_large");
    assert_eq!(server.database().rows(), 0);
}

/// Tags: f59.
#[test]
fn without_the_key_no_one_tells_anything() {
    let server = Server::start();
    let body = booking("B1").to_string();
    let visitor = format!("Bearer {}", Browser::of_visitor(1, 1).visitor);
    let wrong = format!("Bearer {API_KEY}x");
    for headers in [
        vec![],
        vec![("authorization", wrong.as_str())],
        vec![("authorization", visitor.as_str())],
    ] {
        let headers: Vec<_> = headers
            .into_iter()
            .chain([("content-type", "application/json")])
            .collect();
        server
            .post_as("/v1/bookings?site=demo", &headers, body.as_bytes())
            .assert_error(401, "bad_api_key");
    }
    server
        .get("/v1/bookings?site=demo", &[])
        .assert_error(405, "method");
    assert_eq!(server.database().rows(), 0);
}

/// Tags: r8.
#[test]
fn erased_customer_stays_erased_after_an_older_import() {
    let server = Server::start();
    let phone = known(&server, 1);
    tell(&server, "/v1/bookings", &booking("B1"));
    assert_eq!(phone.export(&server).json()["imported"]["events"], json!(1));
    assert_eq!(server.erase(&phone.visitor), 204);
    assert_eq!(
        server
            .database()
            .number("SELECT count(*) FROM imported_events"),
        0
    );
    assert!(!server.database().contains(b"customer-7"));
    let answer = tell(&server, "/v1/bookings", &booking("B1"));
    assert_eq!(
        (&answer["stored"], &answer["erased"]),
        (&json!(0), &json!(1))
    );
    let server = server.kill_and_restart();
    assert_eq!(
        tell(&server, "/v1/bookings", &booking("B2"))["erased"],
        json!(1)
    );
}

#[test]
fn customer_with_another_browser_keeps_imported_events() {
    let server = Server::start();
    let (phone, mut laptop) = (known(&server, 1), known(&server, 2));
    tell(&server, "/v1/bookings", &booking("B1"));
    assert_eq!(server.erase(&phone.visitor), 204);
    laptop.sync(&server);
    assert_eq!(knows(&laptop)["bookings"].as_array().map(Vec::len), Some(1));
}

/// Tags: r10.
#[test]
fn texts_of_an_import_are_not_stored_or_logged() {
    let server = Server::start();
    let mut sent = booking("canary4711");
    (sent["destination"], sent["topics"]) = (json!("canary4711"), json!("trip.canary4711"));
    assert_eq!(tell(&server, "/v1/bookings", &sent)["stored"], json!(1));
    let (_, server) = server.stop_and_restart();
    assert!(!server.database().contains(b"canary4711"));
    assert!(
        !server.log().contains("canary4711") && !server.log().contains("customer-7"),
        "{}",
        server.log()
    );
}

/// Tags: r9.
#[test]
fn imported_events_are_deleted_after_25_months() {
    let server = Server::start();
    tell(&server, "/v1/bookings", &booking("B1"));
    assert_eq!(server.database().rows(), 2);
    let server = server.after("UPDATE imported_events SET day = day - 761");
    while server.database().rows() > 0 {
        std::thread::yield_now();
    }
}

const FILE: &str = "\
client_no,file_no,booked_on,amount,adults,agency
customer-7,F1,2026-08-01,1250.50,2,Lyon
customer-7,F2,2026-08-05,900,2,Lyon
customer-8,F3,2026-08-07,not much,1,Paris
,F4,2026-08-09,700,1,Paris
";

fn import(server: &Server, more: &[&str]) -> (Option<i32>, String) {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args([
            "import",
            "--site",
            "demo",
            "bookings",
            "shop.csv",
            "--config",
            "escale.json",
            "--db",
            &server.database().argument(),
        ])
        .args([
            "--map",
            "customer=client_no,id=file_no,at=booked_on,value=amount",
            "--set",
            "channel=shop",
        ])
        .args(more)
        .current_dir(server.folder())
        .output()
        .unwrap();
    let printed = [run.stdout, run.stderr].concat();
    (run.status.code(), String::from_utf8(printed).unwrap())
}

#[test]
fn a_file_is_imported_beside_a_server_that_runs() {
    let server = Server::start();
    let mut phone = known(&server, 1);
    std::fs::write(server.folder().join("shop.csv"), FILE).unwrap();
    let (code, printed) = import(&server, &["--dry-run"]);
    assert_eq!(
        (code, printed.contains("2 can be imported, 2 rejected")),
        (Some(1), true),
        "{printed}"
    );
    assert_eq!(
        server
            .database()
            .number("SELECT count(*) FROM imported_events"),
        0
    );
    let (code, printed) = import(&server, &[]);
    assert_eq!(
        (
            code,
            printed.contains("2 stored") && printed.contains("2 rejected")
        ),
        (Some(1), true),
        "{printed}"
    );
    let rejects = std::fs::read_to_string(server.folder().join("shop.rejects.csv")).unwrap();
    assert!(
        rejects.starts_with("client_no,file_no,booked_on,amount,adults,agency,reason\n"),
        "{rejects}"
    );
    assert!(
        rejects.contains("F3")
            && rejects.contains("`value`")
            && rejects.contains("missing field `customer`"),
        "{rejects}"
    );
    phone.sync(&server);
    assert_eq!(knows(&phone)["bookings"].as_array().map(Vec::len), Some(2));
    // The same file again.
    let (_, printed) = import(&server, &[]);
    assert!(printed.contains("0 stored, 2 unchanged"), "{printed}");
    // Mended rejects are a file like any other.
    std::fs::write(
        server.folder().join("shop.csv"),
        rejects
            .replace("not much", "300")
            .replace("\n,F4", "\nc-9,F4"),
    )
    .unwrap();
    let (code, printed) = import(&server, &[]);
    assert_eq!(
        (code, printed.contains("2 stored")),
        (Some(0), true),
        "{printed}"
    );
}

#[test]
fn invalid_mapping_is_reported_before_anything_is_imported() {
    let server = Server::start();
    std::fs::write(server.folder().join("shop.csv"), FILE).unwrap();
    let (code, printed) = import(&server, &["--map", "adults=grown_ups"]);
    assert_eq!(
        (
            code,
            printed.contains("`grown_ups`") && printed.contains("client_no")
        ),
        (Some(2), true),
        "{printed}"
    );
    let (code, printed) = import(&server, &["--set", "colour=blue"]);
    assert_eq!(
        (code, printed.contains("`colour`")),
        (Some(2), true),
        "{printed}"
    );
}
