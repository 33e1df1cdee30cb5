//! Scenarios that come due while the visitor is away, and calls to a real receiver. The receiver
//! may fail, be gone, or answer late. Only the server waits on a clock: the tests wait for the
//! receiver.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use standardwebhooks::Webhook;
use ureq::http::HeaderMap;

use crate::browser::{Browser, NOW_MS};
use crate::identity::{identify, token};
use crate::imports::{booking, tell};
use crate::server::{Home, Server};

/// As `openssl rand -base64 32` prints it.
const SECRET: &str = "3KHZY0h1aMFD4HXqLLBjvtXJ7uPQZ1qdFMQ0p0zq0hI=";

/// A CRM. It takes one call at a time, and the test decides when it answers.
pub struct Receiver(TcpListener);

/// A call that waits for its answer.
pub struct Call {
    pub id: String,
    headers: HeaderMap,
    body: String,
    line: TcpStream,
}

impl Receiver {
    pub fn open() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub fn address(&self) -> String {
        format!("http://{}/escale", self.0.local_addr().unwrap())
    }

    /// The next call, whenever it comes.
    pub fn next(&self) -> Call {
        let (line, _) = self.0.accept().unwrap();
        let mut reader = BufReader::new(line.try_clone().unwrap());
        let (mut headers, mut text) = (Vec::new(), String::new());
        while reader.read_line(&mut text).unwrap() > 2 {
            headers.push(text.trim().to_owned());
            text.clear();
        }
        assert!(headers[0].starts_with("POST /escale "), "{}", headers[0]);
        let headers: HeaderMap = headers
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let header = |name: &str| headers[name].to_str().unwrap();
        let mut body = vec![0; header("content-length").parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        Call {
            id: header("webhook-id").to_owned(),
            headers,
            body,
            line,
        }
    }
}

impl Call {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Returns the data of the call.
    fn data(&self) -> Value {
        self.json()["data"].take()
    }

    /// Checks the signature by the library that receivers use.
    fn is_signed(&self) -> bool {
        self.is_signed_by(SECRET)
    }

    fn is_signed_by(&self, secret: &str) -> bool {
        let webhook = Webhook::new(secret).unwrap();
        webhook.verify(self.body.as_bytes(), &self.headers).is_ok()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn answer(mut self, status: &str) {
        // Who answers late finds nobody there any more.
        let _ = write!(
            self.line,
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
}

/// The tests' site with these scenarios, whose webhook `crm` is at that address, and may take its time.
pub fn home(scenarios: &Value, address: &str) -> Home {
    impatient_home(scenarios, address, "60000")
}

/// The same, of a server that waits so long for an answer.
fn impatient_home(scenarios: &Value, address: &str, within_ms: &str) -> Home {
    let mut config: Value = serde_json::from_str(&crate::server::config()).unwrap();
    config["scenarios"] = scenarios.clone();
    let home = Server::new_folder();
    home.write("escale.json", &config.to_string());
    home.write("webhook-secret", SECRET);
    let webhook = format!("crm={address}");
    home.with(&[
        "--webhook",
        &webhook,
        "--webhook-secret-file",
        "webhook-secret",
        "--webhook-retry-ms",
        "1",
        "--webhook-within-ms",
        within_ms,
    ])
}

/// Due at once, whatever the day.
pub fn thanks() -> Value {
    json!([{ "name": "thanks", "on": "booking", "within": { "days": 700 }, "then": { "webhook": "crm" } }])
}

pub fn booking_of(customer: &str) -> Value {
    let mut sent = booking("B1");
    sent["customer"] = json!(customer);
    sent
}

/// Seconds since 1970 of a time in a message.
fn unix_seconds(time: &Value) -> f64 {
    escale_server::base::time::parse(time.as_str().unwrap()).unwrap() / 1000.0
}

/// The tables are empty once everything was looked at and delivered.
pub fn wait_until_done(server: &Server) {
    while server
        .database()
        .number("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM evaluations)")
        > 0
    {
        std::thread::yield_now();
    }
}

#[test]
fn a_quote_that_was_left_is_followed_up_while_the_visitor_is_away() {
    let receiver = Receiver::open();
    let scenarios = json!([{ "name": "quote-follow-up", "on": "quote_abandoned", "after": { "hours": 2 },
        "within": { "days": 85 }, "unless": ["booking"], "then": { "webhook": "crm" } }]);
    let server = home(&scenarios, &receiver.address()).start();
    let mut phone = Browser::of_visitor(1, 1);
    let event = phone
        .engine
        .track(NOW_MS, "quote_start", "destination\u{1f}lisbonne\u{1e}")
        .unwrap();
    phone.engine.apply(&event);
    phone.version += 1;
    assert_eq!(identify(&server, &phone, &token("customer-7")).status, 200);
    phone.sync(&server);
    let call = receiver.next();
    let (message, data) = (call.json(), call.data());
    assert_eq!(message["type"], json!("scenario.fired"));
    assert_eq!(
        (&data["scenario"], &data["customer"]),
        (&json!("quote-follow-up"), &json!("customer-7"))
    );
    assert_eq!(
        (&data["id"], &data["site"]),
        (&json!(call.id), &json!("demo"))
    );
    assert_eq!(
        (&data["trip"]["destination"], &data["trip"]["step"]),
        // The tests' config has no places.
        (&json!("other"), &json!("quote_started")),
        "{data}"
    );
    // An hour until it counts as left, and two after that.
    let since_s = unix_seconds(&data["due_since"]);
    assert!(
        (since_s - NOW_MS / 1000.0 - 3.0 * 3600.0).abs() <= 60.0,
        "{since_s}"
    );
    assert_eq!(call.header("ce-id"), call.id);
    assert_eq!(call.header("ce-type"), "escale.scenario.fired");
    assert_eq!(call.header("ce-source"), "/sites/demo");
    assert_eq!(json!(call.header("ce-time")), message["timestamp"]);
    assert!(call.is_signed());
    call.answer("200 OK");
    wait_until_done(&server);
    // The browser knows that it fired, so that it is shown nothing of it either.
    phone.sync(&server);
    assert!(!phone.engine.known().fired.is_empty());
}

/// The delay is real: at the first look it is not due yet, and nothing else happens before it is.
#[test]
fn a_scenario_fires_after_its_delay_though_nobody_comes_by() {
    let receiver = Receiver::open();
    let now_s = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    // Times of bookings are kept by the minute.
    let after_minutes = (now_s % 60 + 3) as f64 / 60.0;
    let scenarios = json!([{ "name": "thanks", "on": "booking", "after": { "minutes": after_minutes },
        "then": { "webhook": "crm" } }]);
    let server = home(&scenarios, &receiver.address()).start();
    let mut sent = booking("B1");
    sent["at"] = json!(now_s);
    tell(&server, "/v1/bookings", &sent);
    let call = receiver.next();
    let fired_s = unix_seconds(&call.json()["timestamp"]);
    assert!(
        fired_s >= (now_s + 3) as f64,
        "{fired_s}, reported at {now_s}"
    );
    call.answer("204 No Content");
    wait_until_done(&server);
}

/// Tags: f30.
#[test]
fn a_receiver_that_fails_hangs_up_or_answers_late_is_called_again_with_the_same_id() {
    let receiver = Receiver::open();
    let server = impatient_home(&thanks(), &receiver.address(), "2000").start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    let first = receiver.next();
    let (id, body) = (first.id.clone(), first.body.clone());
    first.answer("500 Internal Server Error");
    drop(receiver.next());
    // This one is answered only when the server has given it up and called again.
    let late = receiver.next();
    let last = receiver.next();
    late.answer("200 OK");
    assert_eq!((&last.id, &last.body), (&id, &body));
    assert!(last.is_signed());
    last.answer("200 OK");
    wait_until_done(&server);
    // Nothing of it is called any more: what comes next is another cause.
    tell(&server, "/v1/bookings", &booking_of("customer-8"));
    let other = receiver.next();
    assert_ne!(other.id, id);
    other.answer("200 OK");
    wait_until_done(&server);
    assert!(
        !server.log().contains("customer-7") && !server.log().contains(&receiver.address()),
        "{}",
        server.log()
    );
}

#[test]
fn a_receiver_that_is_down_for_a_while_gets_everything_once_it_is_back() {
    let receiver = Receiver::open();
    let address = receiver.address();
    let at = receiver.0.local_addr().unwrap();
    drop(receiver);
    let server = home(&thanks(), &address).start();
    let customers: Vec<String> = (0..5).map(|n| format!("customer-{n}")).collect();
    for customer in &customers {
        tell(&server, "/v1/bookings", &booking_of(customer));
    }
    while server
        .database()
        .number("SELECT count(*) FROM outbox WHERE attempts > 0")
        < 5
    {
        std::thread::yield_now();
    }
    let receiver = Receiver(TcpListener::bind(at).unwrap());
    let mut called = BTreeSet::new();
    while called.len() < customers.len() {
        let call = receiver.next();
        called.insert(call.data()["customer"].as_str().unwrap().to_owned());
        call.answer("200 OK");
    }
    wait_until_done(&server);
}

/// Tags: f52.
#[test]
fn a_server_killed_in_the_midst_of_a_call_calls_again() {
    let receiver = Receiver::open();
    let mut server = home(&thanks(), &receiver.address()).start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    let call = receiver.next();
    server.kill();
    // The lease of the one that died would end in a while.
    let server = server.after("UPDATE outbox SET next_s = 0");
    let again = receiver.next();
    assert_eq!((&again.id, &again.body), (&call.id, &call.body));
    again.answer("200 OK");
    wait_until_done(&server);
}

/// Tags: f44.
#[test]
fn cause_fires_once_despite_repeated_imports_and_restarts() {
    let receiver = Receiver::open();
    let server = home(&thanks(), &receiver.address()).start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    let first = receiver.next();
    let id = first.id.clone();
    first.answer("200 OK");
    wait_until_done(&server);
    let server = server.kill_and_restart();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    let mut dearer = booking_of("customer-7");
    (dearer["at"], dearer["value"]) = (json!("2026-08-02"), json!(1400));
    tell(&server, "/v1/bookings", &dearer);
    // A second one, which is another cause: it comes next.
    let mut second = booking_of("customer-7");
    second["id"] = json!("B2");
    tell(&server, "/v1/bookings", &second);
    let next = receiver.next();
    assert_ne!(next.id, id);
    next.answer("200 OK");
    wait_until_done(&server);
    assert_eq!(
        server
            .database()
            .number("SELECT count(*) FROM imported_events"),
        4,
        "two bookings, two marks"
    );
}

fn webhooks(server: &Server, arguments: &[&str]) -> String {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args([
            "webhooks",
            "--site",
            "demo",
            "--db",
            &server.database().argument(),
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn what_was_given_up_is_listed_and_called_again_when_asked() {
    let receiver = Receiver::open();
    let server = home(&thanks(), &receiver.address()).start();
    assert!(webhooks(&server, &[]).starts_with("0 webhook calls failed"));
    for customer in ["customer-7", "customer-8"] {
        tell(&server, "/v1/bookings", &booking_of(customer));
        receiver.next().answer("410 Gone");
    }
    while server
        .database()
        .number("SELECT count(*) FROM outbox WHERE next_s IS NULL")
        < 2
    {
        std::thread::yield_now();
    }
    let listed = webhooks(&server, &[]);
    assert!(
        listed.starts_with("2 webhook calls failed")
            && listed.contains("customer-7")
            && listed.contains("crm"),
        "{listed}"
    );
    let line = listed
        .lines()
        .find(|line| line.contains("customer-7"))
        .unwrap();
    let id = line.split_whitespace().next().unwrap();
    assert!(webhooks(&server, &["--requeue", id]).starts_with("1 webhook "));
    let call = receiver.next();
    assert_eq!(call.data()["customer"], json!("customer-7"));
    call.answer("200 OK");
    assert!(webhooks(&server, &["--requeue-all"]).starts_with("1 webhook "));
    receiver.next().answer("200 OK");
    wait_until_done(&server);
}

/// Tags: r8.
#[test]
fn whoever_is_forgotten_is_called_about_no_more() {
    let receiver = Receiver::open();
    let server = home(&thanks(), &receiver.address()).start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    let call = receiver.next();
    assert_eq!(
        server
            .ask("DELETE", "/v1/customers/customer-7?site=demo")
            .status,
        204
    );
    call.answer("500 Internal Server Error");
    tell(&server, "/v1/bookings", &booking_of("customer-8"));
    let next = receiver.next();
    assert_eq!(next.data()["customer"], json!("customer-8"));
    next.answer("200 OK");
    wait_until_done(&server);
    assert!(!server.database().contains(b"customer-7"));
}

#[test]
fn secret_that_is_replaced_signs_beside_the_new_one() {
    let new = "whsec_b3RoZXIgc2VjcmV0IG9mIHRoZSB3ZWJob29rcyE=";
    let receiver = Receiver::open();
    let home = home(&thanks(), &receiver.address());
    home.write("webhook-secret", &format!("{new}\n{SECRET}\n"));
    let server = home.start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    let call = receiver.next();
    assert!(call.is_signed_by(new) && call.is_signed_by(SECRET));
    assert!(!call.is_signed_by("bm9uZSBvZiB0aGUgc2VjcmV0cyBhdCBhbGwgLi4uLg=="));
    let booking = call.data()["booking"].take();
    assert_eq!(
        (&booking["value"], &booking["booked"]),
        (&json!(1250.5), &json!("2026-08-01T10:00:00Z")),
        "{booking}"
    );
    call.answer("200 OK");
    wait_until_done(&server);
}

#[test]
fn receiver_that_is_busy_is_called_again_when_it_says() {
    let receiver = Receiver::open();
    let server = home(&thanks(), &receiver.address()).start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    receiver
        .next()
        .answer("429 Too Many Requests\r\nRetry-After: 3600");
    let due_in_s = "SELECT COALESCE(max(next_s), 0) FROM outbox WHERE attempts = 1";
    let now_s = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        now.as_secs().cast_signed()
    };
    // The lease of a call in progress is far shorter.
    while server.database().number(due_in_s) < now_s() + 3_000 {
        std::thread::yield_now();
    }
    assert!(server.database().number(due_in_s) <= now_s() + 3_601);
    let log = server.log();
    assert!(
        log.contains("webhook_failed") && log.contains("crm") && log.contains("429"),
        "{log}"
    );
}

#[test]
fn webhooks_need_a_secret_and_an_address() {
    let home = Server::new_folder();
    home.write("short", "dG9vIHNob3J0");
    let started = |arguments: &[&str]| {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
            .args([
                "serve",
                "--site",
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--config",
            ])
            .arg(home.file("escale.json"))
            .arg("--db")
            .arg(home.file("other.db"))
            .args(arguments)
            .output()
            .unwrap();
        (
            run.status.code(),
            String::from_utf8_lossy(&run.stderr).into_owned(),
        )
    };
    let (code, printed) = started(&["--webhook", "crm=https://crm.example"]);
    assert_eq!(
        (code, printed.contains("--webhook-secret-file")),
        (Some(2), true),
        "{printed}"
    );
    let short = home.file("short");
    let (code, printed) = started(&[
        "--webhook",
        "crm=https://crm.example",
        "--webhook-secret-file",
        short.to_str().unwrap(),
    ]);
    assert_eq!(
        (code, printed.contains("24 to 64")),
        (Some(2), true),
        "{printed}"
    );
    let (code, printed) = started(&["--webhook", "crm=ftp://crm.example"]);
    assert_eq!(
        (code, printed.contains("https://")),
        (Some(2), true),
        "{printed}"
    );
}
