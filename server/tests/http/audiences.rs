//! Members of an audience. The engine is the one of browsers, and it evaluates all of a customer's
//! browsers and imported events.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token};
use crate::imports::tell;
use crate::server::{API_KEY, Answer, Home, Server};

const AT: &str = "2026-08-01T10:00:00Z";

/// The tests' site, with segments and a cap.
fn home() -> Home {
    let mut config: Value = serde_json::from_str(&crate::server::config()).unwrap();
    config["segments"] = json!({
        "city-lovers": { "mass.trip.city": { "$gt": 0 } },
        "buyers": { "bookings.count": { "$gte": 1 } },
        "buyers-of-cities": { "segments": { "$all": ["buyers", "city-lovers"] } },
    });
    config["pressure"] = json!({ "caps": [{ "most": 3, "per": "life" }] });
    let home = Server::new_folder();
    home.write("escale.json", &config.to_string());
    home
}

fn ask(server: &Server, rest: &str) -> Answer {
    server.ask("GET", &format!("/v1/audiences/{rest}"))
}

fn where_(server: &Server, condition: &Value) -> Answer {
    let key = format!("Bearer {API_KEY}");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", key.as_str()),
    ];
    server.post_as(
        "/v1/audiences?site=demo",
        &headers,
        json!({ "when": condition }).to_string().as_bytes(),
    )
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    let text = std::str::from_utf8(&answer.bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<String> = lines(answer)
        .iter()
        .map(|line| line["customer"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn visitor_of(server: &Server, n: u8, customer: &str, topic: &str) -> Browser {
    let mut browser = Browser::of_visitor(n, 1);
    browser.view(topic).sync(server);
    assert_eq!(identify(server, &browser, &token(customer)).status, 200);
    browser
}

fn book(server: &Server, customer: &str) {
    tell(
        server,
        "/v1/bookings",
        &json!({ "customer": customer, "id": format!("B-{customer}"), "at": AT, "value": 900 }),
    );
}

fn react(server: &Server, customer: &str, id: &str, reaction: &str) {
    let event = json!({ "customer": customer, "id": id, "at": AT, "channel": "email", "reaction": reaction });
    tell(server, "/v1/reactions", &event);
}

#[test]
fn audience_merges_all_browsers_and_imports() {
    let server = home().start();
    visitor_of(&server, 1, "ana", "trip.city");
    visitor_of(&server, 2, "ben", "trip.beach");
    // Ben's other browser knows what his first does not.
    visitor_of(&server, 3, "ben", "trip.city");
    visitor_of(&server, 4, "cleo", "trip.beach");
    book(&server, "ben");
    book(&server, "dan");
    // No customer: a browser that nobody logged in on.
    Browser::of_visitor(5, 1).view("trip.city").sync(&server);

    assert_eq!(
        names(&ask(&server, "city-lovers?site=demo")),
        ["ana", "ben"]
    );
    assert_eq!(names(&ask(&server, "buyers?site=demo")), ["ben", "dan"]);
    assert_eq!(names(&ask(&server, "buyers-of-cities?site=demo")), ["ben"]);
    assert_eq!(
        names(&where_(
            &server,
            &json!({ "mass.trip.beach": { "$gt": 0 }, "segments": { "$nin": ["buyers"] } })
        )),
        ["cleo"]
    );
    assert_eq!(
        names(&where_(&server, &json!({}))),
        ["ana", "ben", "cleo", "dan"]
    );
    // Whoever is erased is gone from it.
    assert_eq!(
        server.ask("DELETE", "/v1/customers/ben?site=demo").status,
        204
    );
    assert_eq!(names(&ask(&server, "buyers?site=demo")), ["dan"]);
}

#[test]
fn a_line_tells_the_channel_and_what_pressure_is_left() {
    let server = home().start();
    for (id, reaction) in [("m1", "sent"), ("m1", "clicked"), ("m2", "sent")] {
        react(&server, "ana", id, reaction);
    }
    let found = lines(&where_(&server, &json!({})));
    assert_eq!(
        found,
        [
            json!({ "customer": "ana", "channel": "email", "pressure_left": 1, "frequency": "unsaid" })
        ]
    );
    react(&server, "ana", "u1", "unsubscribed");
    let csv = ask(&server, "buyers?site=demo&format=csv");
    assert_eq!(csv.bytes, b"customer,channel,pressure_left,frequency\n");
    book(&server, "ana");
    let csv = ask(&server, "buyers?site=demo&format=csv");
    let text = String::from_utf8(csv.bytes.clone()).unwrap();
    assert_eq!(
        text,
        "customer,channel,pressure_left,frequency\nana,email,0,never\n"
    );
    assert!(
        csv.header("content-type").starts_with("text/csv")
            && csv.header("cache-control") == "no-store"
    );
}

#[test]
fn who_withdrew_consent_is_in_no_audience_of_that_channel_or_purpose() {
    let server = home().start();
    let mut n = 0;
    let mut consent = |customer: &str, granted: bool, channel: &str, day: u32| {
        n += 1;
        let event = json!({ "customer": customer, "id": format!("C{n}"), "at": format!("2026-08-{day:02}"),
                           "granted": granted, "purpose": "news", "channel": channel });
        tell(&server, "/v1/consents", &event);
    };
    consent("agreed", true, "", 1);
    consent("withdrew", true, "", 1);
    consent("withdrew", false, "email", 5);
    consent("again", false, "", 1);
    consent("again", true, "email", 5);
    book(&server, "unsaid");
    book(&server, "unsubscribed");
    react(&server, "unsubscribed", "u1", "unsubscribed");
    let all = json!({});
    assert_eq!(
        names(&where_(&server, &all)),
        ["again", "agreed", "unsaid", "unsubscribed", "withdrew"]
    );
    let ask = |rest: &str| {
        let key = format!("Bearer {API_KEY}");
        let headers = [
            ("content-type", "application/json"),
            ("authorization", key.as_str()),
        ];
        names(&server.post_as(
            &format!("/v1/audiences?site=demo&{rest}"),
            &headers,
            br#"{"when": {}}"#,
        ))
    };
    assert_eq!(ask("channel=email"), ["again", "agreed", "unsaid"]);
    assert_eq!(ask("channel=sms"), ["agreed", "unsaid", "withdrew"]);
    assert_eq!(ask("channel=email&purpose=news"), ["again", "agreed"]);
    assert_eq!(ask("channel=email&purpose=calls"), [""; 0]);
}

#[test]
fn invalid_conditions_are_reported_with_their_path() {
    let server = home().start();
    ask(&server, "nobody?site=demo").assert_error(422, "audience");
    ask(&server, "buyers?site=demo&channel=pigeon").assert_error(422, "audience");
    ask(&server, "buyers?site=demo&format=xml").assert_error(422, "audience");
    let wrong = where_(&server, &json!({ "bookings.cuont": 1 }));
    wrong.assert_error(422, "audience");
    assert!(
        wrong.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("bookings.count"),
        "{}",
        wrong.json()
    );
    server
        .get("/v1/audiences/buyers?site=demo", &[])
        .assert_error(401, "bad_api_key");
}

/// More customers than a page holds, and every one of them once, in the same order each time.
#[test]
fn an_audience_over_many_pages_names_everyone_once_and_the_command_says_the_same() {
    let server = home().start();
    let bookings: Vec<Value> = (0..900)
        .map(|n| json!({ "customer": format!("c-{n}"), "id": format!("B{n}"), "at": AT, "value": 1 }))
        .collect();
    tell(&server, "/v1/bookings", &json!(bookings));
    // As if all lay in one bucket.
    let server =
        server.after("UPDATE customers SET bucket = 7; UPDATE imported_events SET bucket = 7");
    let everyone = where_(&server, &json!({}));
    assert_eq!(names(&everyone).len(), 900);
    assert_eq!(everyone.bytes, where_(&server, &json!({})).bytes);
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args([
            "audience",
            "--site",
            "demo",
            "--when",
            "{}",
            "--config",
            "escale.json",
            "--db",
            &server.database().argument(),
        ])
        .current_dir(server.folder())
        .output()
        .unwrap();
    assert_eq!((run.status.code(), run.stdout), (Some(0), everyone.bytes));
    assert_eq!(String::from_utf8_lossy(&run.stderr), "900 customers\n");
}
