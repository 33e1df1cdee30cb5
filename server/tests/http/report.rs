//! The report of the sums.

use std::process::Command;

use serde_json::{Value, json};

use crate::identity::{identify, token};
use crate::server::{API_KEY, Answer, Server, config};
use crate::statistics::Shown;

fn ask(server: &Server, query: &str) -> Answer {
    server.get(
        &format!("/v1/report?site=demo{query}"),
        &[("authorization", &format!("Bearer {API_KEY}"))],
    )
}

/// Two visitors were shown something, one of them clicked and booked.
fn with_two() -> Server {
    let server = Server::start();
    Shown::to(1, 1)
        .tell("offer_click", 1.0)
        .tell("booking", 2.0)
        .sync(&server);
    Shown::to(2, 1).sync(&server);
    server
}

#[test]
fn it_tells_what_was_shown_by_name_and_what_came_of_it() {
    let server = with_two();
    let answer = ask(&server, "&days=7");
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (200, "no-store")
    );
    let report = answer.json();
    let total = &report["total"];
    assert_eq!(
        (&total["exposures"], &total["clicks"], &total["bookings"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        (&total["revenue"], &total["click_rate"]),
        (&json!(100.0), &json!(0.5))
    );
    let offer = &report["offers"][0];
    assert_eq!(
        (&offer["offer"], &offer["placement"], &offer["family"]),
        (&json!("lisbonne"), &json!("home-hero"), &json!("city"))
    );
    assert_eq!(
        (
            &offer["worth"]["visitors"],
            &offer["worth"]["click_rate"]["low"]
        ),
        (&json!(2), &Value::Null)
    );
    assert_eq!(
        (
            &report["families"][0]["name"],
            &report["placements"][0]["name"]
        ),
        (&json!("city"), &json!("home-hero"))
    );
    assert_eq!(
        (&report["arms"][0]["name"], &report["stages"][0]["name"]),
        (&json!("personalised"), &json!("visitor"))
    );
    assert_eq!(
        (
            &report["people"]["personalised"]["people"],
            &report["attribution_days"]
        ),
        (&json!(2), &json!(7))
    );
    let uplift = report["uplift"].as_array().unwrap();
    assert!(
        uplift.iter().all(|row| row["verdict"] == json!("too_few")),
        "{uplift:?}"
    );
    assert_eq!(report["days"].as_array().map(Vec::len), Some(1));
}

#[test]
fn days_without_anything_are_empty_and_days_that_are_none_are_rejected() {
    let server = with_two();
    let before = ask(&server, "&from=2026-01-01&to=2026-01-31").json();
    assert_eq!(
        (
            &before["total"]["decisions"],
            &before["people"]["personalised"]["people"]
        ),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        (&before["from"], &before["to"]),
        (&json!("2026-01-01"), &json!("2026-01-31"))
    );
    for query in [
        "&days=0",
        "&days=x",
        "&from=soon",
        "&from=2026-02-01&to=2026-01-01",
        "&format=pdf",
    ] {
        ask(&server, query).assert_error(422, "malformed");
    }
}

#[test]
fn report_requires_the_api_key() {
    let server = with_two();
    server
        .get("/v1/report?site=demo", &[])
        .assert_error(401, "bad_api_key");
    server
        .get(
            "/v1/report?site=demo",
            &[("authorization", "Bearer nonsense")],
        )
        .assert_error(401, "bad_api_key");
    let key = format!("Bearer {API_KEY}");
    server
        .get("/v1/report?site=other", &[("authorization", &key)])
        .assert_error(403, "unknown_site");
    let stranger = [
        ("authorization", key.as_str()),
        ("origin", "https://evil.example"),
    ];
    server
        .get("/v1/report?site=demo", &stranger)
        .assert_error(403, "origin");
}

#[test]
fn csv_contains_the_same_numbers() {
    let server = with_two();
    let answer = ask(&server, "&days=7&format=csv");
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let mut file = csv::Reader::from_reader(answer.bytes.as_slice());
    let header = file.headers().unwrap().clone();
    let column = |row: &csv::StringRecord, name: &str| {
        row[header.iter().position(|cell| cell == name).unwrap()].to_owned()
    };
    let rows: Vec<_> = file.records().map(Result::unwrap).collect();
    let of = |section: &str| rows.iter().find(|row| &row[0] == section).unwrap();
    assert_eq!(
        (
            column(of("offer"), "name"),
            column(of("offer"), "exposures")
        ),
        ("lisbonne".into(), "2".into())
    );
    assert_eq!(
        (
            column(of("total"), "revenue"),
            column(of("people"), "people")
        ),
        ("100".into(), "2".into())
    );
    assert_eq!(rows.iter().filter(|row| &row[0] == "uplift").count(), 3);
}

#[test]
fn the_command_line_tells_the_same_beside_the_server() {
    let server = with_two();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_escale"))
            .args([
                "report",
                "--site",
                "demo",
                "--config",
                "escale.json",
                "--db",
                &server.database().argument(),
            ])
            .args(arguments)
            .current_dir(server.folder())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, text) = run(&["--days", "7"]);
    assert_eq!(code, Some(0));
    for expected in [
        "2 people personalised, 0 held out",
        "lisbonne",
        "home-hero",
        "50.00 %",
        "too few",
        "within 7 days",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let (_, json) = run(&["--days", "7", "--format", "json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&json).unwrap(),
        ask(&server, "&days=7").json()
    );
    assert_eq!(run(&["--days", "0"]).0, Some(2));
}

#[test]
fn entries_removed_from_the_config_appear_by_hash() {
    let (server, json) = (with_two(), config().replace("lisbonne", "porto"));
    std::fs::write(server.folder().join("escale.json"), json).unwrap();
    let server = server.kill_and_restart();
    let report = ask(&server, "&days=7").json();
    let name = report["offers"][0]["offer"].as_str().unwrap();
    assert!(name.starts_with('#') && name.len() == 9, "{name}");
    assert_eq!(report["families"][0]["name"], json!("#retired"));
}

#[test]
fn customers_count_as_one_person_in_it() {
    let server = with_two();
    for visitor in [1, 2] {
        identify(
            &server,
            &Shown::to(visitor, 1).browser,
            &token("customer-7"),
        );
    }
    let report = ask(&server, "&days=7").json();
    assert_eq!(
        (
            &report["people"]["personalised"]["people"],
            &report["people"]["left_out"]
        ),
        (&json!(1), &json!(0))
    );
}

#[test]
fn the_page_is_served_under_a_policy_that_lets_nothing_else_in() {
    let server = Server::start();
    let page = server.get("/report", &[]);
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    let text = String::from_utf8(page.bytes).unwrap();
    assert!(
        text.contains("data-site=\"demo\"") && !text.contains(API_KEY),
        "{text}"
    );
    for file in [
        "page/report.js",
        "page/report.css",
        "page/icon.svg",
        "shared/dom.js",
        "messages/fr.json",
    ] {
        assert_eq!(
            server.get(&format!("/report/{file}"), &[]).status,
            200,
            "{file}"
        );
    }
    server
        .get("/report/page/other.js", &[])
        .assert_error(404, "not_found");
}

#[test]
fn experiments_are_reported_by_arm_in_every_format() {
    let mut site: Value = serde_json::from_str(&config()).unwrap();
    site["experiments"] = json!({ "tone": { "arms": { "formal": 1, "friendly": 1 } } });
    let server = Server::start_of(&site.to_string());
    for visitor in 0..12 {
        Shown::to(visitor, 1).tell("booking", 2.0).sync(&server);
    }
    let experiment = ask(&server, "&days=7").json()["experiments"][0].clone();
    let people = |arm: usize| experiment["arms"][arm]["people"].as_i64().unwrap();
    assert_eq!(
        (&experiment["name"], people(0) + people(1)),
        (&json!("tone"), 12)
    );
    assert!(people(0) > 0 && people(1) > 0, "{experiment}");

    let answer = ask(&server, "&days=7&format=csv");
    let rows: Vec<_> = csv::Reader::from_reader(answer.bytes.as_slice())
        .into_records()
        .map(Result::unwrap)
        .collect();
    let of = |section: &str| {
        rows.iter()
            .filter(|row| &row[0] == section)
            .map(|row| [row[1].to_owned(), row[12].to_owned(), row[21].to_owned()])
            .collect::<Vec<_>>()
    };
    let arm = |name: &str, people: i64| ["tone".to_owned(), people.to_string(), name.to_owned()];
    assert_eq!(
        of("experiment"),
        [
            arm("formal", people(0)),
            arm("friendly", people(1)),
            arm("left_out", 0)
        ]
    );
    assert_eq!(
        of("experiment tone")
            .iter()
            .map(|row| row[2].as_str())
            .collect::<Vec<_>>(),
        ["friendly"; 3]
    );

    let db = server.database().argument();
    let printed = Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(["report", "--site", "demo", "--days", "7", "--db", &db])
        .args(["--config", "escale.json"])
        .current_dir(server.folder())
        .output()
        .unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.contains("experiment tone: 0 seen in two arms") && printed.contains("friendly"),
        "{printed}"
    );
}

#[test]
fn the_key_of_reports_opens_reports_and_nothing_else() {
    const REPORT_KEY: &str = "a report key of the tests, long enough too";
    let server = Server::start_with(&["--report-key", REPORT_KEY]);
    let bearer = format!("Bearer {REPORT_KEY}");
    let with_it = [("authorization", bearer.as_str())];
    assert_eq!(server.get("/v1/report?site=demo", &with_it).status, 200);
    assert_eq!(ask(&server, "").status, 200, "the other key still does");
    server
        .get("/v1/audiences/all?site=demo", &with_it)
        .assert_error(401, "bad_api_key");
    server
        .delete("/v1/customers/c-1?site=demo", &with_it)
        .assert_error(401, "bad_api_key");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    server
        .post_as("/v1/bookings?site=demo", &headers, b"[]")
        .assert_error(401, "bad_api_key");
}
