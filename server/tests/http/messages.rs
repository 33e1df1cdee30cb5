//! Messages that the back end reports: they rest families, teach tastes and fire scenarios, as
//! exposures and clicks on the site do.

use std::time::{SystemTime, UNIX_EPOCH};

use escale::DecisionRequest;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token};
use crate::imports::tell;
use crate::server::{API_KEY, Home, Server, config};

const DAY_MS: f64 = 86_400_000.0;

fn now_ms() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as f64
}

fn days_ago(days: f64) -> f64 {
    (now_ms() - days * DAY_MS).round()
}

/// The tests' site, whose family `city` rests for a month and gives way to `exotic`.
fn site() -> Value {
    let mut site: Value = serde_json::from_str(&config()).unwrap();
    site["families"] =
        json!({ "city": { "ignored_after": 3, "rest_days": 30, "then": "exotic" }, "exotic": {} });
    // A view of some weeks ago is enough.
    site["placements"] = json!({ "home-hero": { "min_confidence": 0 } });
    site["segments"] = json!({
        "summer-next": { "family.city.resting": true, "family.exotic.next": true },
        "readers": { "mass.trip.city": { "$gt": 0.01 } },
    });
    site
}

fn home(site: &Value) -> Home {
    let home = Server::new_folder();
    home.write("escale.json", &site.to_string());
    home
}

fn report(server: &Server, customer: &str, id: &str, reaction: &str, days: f64) {
    let record = json!({ "customer": customer, "id": id, "at": days_ago(days), "channel": "email",
                         "reaction": reaction, "family": "city" });
    assert_eq!(tell(server, "/v1/reactions", &record)["stored"], json!(1));
}

fn members(server: &Server, segment: &str) -> Vec<String> {
    let key = format!("Bearer {API_KEY}");
    let path = format!("/v1/audiences/{segment}?site=demo");
    let answer = server.get(&path, &[("authorization", &key)]);
    assert_eq!(answer.status, 200);
    let text = String::from_utf8(answer.bytes).unwrap();
    let lines = text.lines().map(serde_json::from_str::<Value>);
    lines
        .map(|line| line.unwrap()["customer"].as_str().unwrap().to_owned())
        .collect()
}

fn chosen(browser: &Browser) -> String {
    let engine = &browser.engine;
    let placement = engine.placement("home-hero").unwrap();
    let request = DecisionRequest {
        now_ms: now_ms(),
        placement,
        slot: 0,
        exclude: &[],
    };
    let offer = engine.choose(&request).offer.unwrap();
    engine.config().name(offer).to_owned()
}

#[test]
fn three_ignored_newsletters_change_the_home_page_and_the_audience() {
    let site = site();
    let server = home(&site).start();
    let mut browser = Browser::with(&site.to_string(), 1, 1);
    browser.view("trip.city").sync(&server);
    assert_eq!(identify(&server, &browser, &token("c-1")).status, 200);
    for (id, days) in [("n1", 12.0), ("n2", 9.0), ("n3", 5.0)] {
        report(&server, "c-1", id, "sent", days);
        report(&server, "c-2", id, "sent", days);
    }
    browser.sync(&server);
    assert_eq!(chosen(&browser), "bali");
    let mut resting = members(&server, "summer-next");
    resting.sort();
    assert_eq!(resting, ["c-1", "c-2"]);
    report(&server, "c-1", "n3", "clicked", 1.0);
    browser.sync(&server);
    assert_eq!(chosen(&browser), "lisbonne");
    assert_eq!(members(&server, "summer-next"), ["c-2"]);
}

#[test]
fn customer_known_by_mail_alone_has_tastes_and_a_machine_teaches_none() {
    let server = home(&site()).start();
    report(&server, "c-1", "n1", "clicked", 1.0);
    report(&server, "c-2", "n1", "sent", 1.0);
    let machine = json!({ "customer": "c-3", "id": "n1", "at": days_ago(1.0), "channel": "email",
                          "reaction": "clicked", "offer": "lisbonne", "machine": true });
    tell(&server, "/v1/reactions", &machine);
    assert_eq!(members(&server, "readers"), ["c-1"]);
}

#[test]
fn click_that_page_and_back_end_report_teaches_once() {
    let site = site();
    let server = home(&site).start();
    let mut browser = Browser::with(&site.to_string(), 1, 1);
    browser.view("trip.exotic");
    let fields = "id\u{1f}n1\u{1e}channel\u{1f}email\u{1e}family\u{1f}city\u{1e}";
    let click = browser
        .engine
        .track(days_ago(1.0), "message_clicked", fields)
        .unwrap();
    browser.engine.apply(&click);
    let before = browser.mass("trip.city");
    assert!(before > 0.0);
    browser.version += 1;
    browser.sync(&server);
    assert_eq!(identify(&server, &browser, &token("c-1")).status, 200);
    report(&server, "c-1", "n1", "clicked", 1.0);
    assert_ne!(browser.sync(&server)["remote"], Value::Null);
    assert!((browser.mass("trip.city") - before).abs() < 1e-6);
}
