//! Decisions off the site: the engine of browsers, within the same caps, rests and holdout.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token};
use crate::imports::{post, tell};
use crate::server::{API_KEY, Answer, Home, Server, config};

const DAY_MS: f64 = 86_400_000.0;

fn days_ago(days: f64) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    (now.as_millis() as f64 - days * DAY_MS).round()
}

fn site(change: impl Fn(&mut Value)) -> String {
    let mut site: Value = serde_json::from_str(&config()).unwrap();
    site["segments"] = json!({ "buyers": { "bookings.count": { "$gte": 1 } } });
    site["families"] =
        json!({ "city": { "ignored_after": 3, "rest_days": 30, "then": "exotic" }, "exotic": {} });
    change(&mut site);
    site.to_string()
}

fn home(change: impl Fn(&mut Value)) -> Home {
    let home = Server::new_folder();
    home.write("escale.json", &site(change));
    home
}

fn click(server: &Server, customer: &str, family: &str) {
    let record = json!({ "customer": customer, "id": format!("m-{family}"), "at": days_ago(1.0), "channel": "email",
                         "reaction": "clicked", "family": family });
    tell(server, "/v1/reactions", &record);
}

fn ask(server: &Server, body: &Value) -> Answer {
    post(
        server,
        "/v1/decisions",
        "application/json",
        &body.to_string(),
    )
}

#[track_caller]
fn decide(server: &Server, body: &Value) -> Vec<Value> {
    let answer = ask(server, body);
    let text = String::from_utf8(answer.bytes).unwrap();
    assert_eq!(answer.status, 200, "{text}");
    let lines = text.lines().map(serde_json::from_str);
    lines.map(|line| line.unwrap()).collect()
}

fn read(server: &Server, customer: &str, rest: &str) -> Answer {
    let key = format!("Bearer {API_KEY}");
    let path = format!("/v1/customers/{customer}?site=demo{rest}");
    server.get(&path, &[("authorization", &key)])
}

#[test]
fn each_customer_gets_the_offer_of_their_taste_and_no_line_costs_another() {
    let server = home(|_| ()).start();
    click(&server, "c-1", "city");
    click(&server, "c-2", "exotic");
    let lines = decide(
        &server,
        &json!({ "placement": "home-hero", "language": "en", "customers": ["c-1", "nobody", "c-2", "\u{1}"] }),
    );
    let offers: Vec<&Value> = lines.iter().map(|line| &line["offer"]).collect();
    assert_eq!(
        offers,
        [
            &json!("lisbonne"),
            &Value::Null,
            &json!("bali"),
            &Value::Null
        ]
    );
    assert_eq!(lines[0]["texts"]["title"], "Lisbon, three nights");
    assert_eq!(lines[0]["family"], "city");
    assert_eq!(lines[0]["reason"], "chosen");
    assert_eq!(lines[1]["error"]["code"], "unknown_customer");
    assert_eq!(lines[3]["error"]["code"], "customer_id");
}

#[test]
fn segment_and_condition_select_the_customers() {
    let server = home(|_| ()).start();
    click(&server, "c-1", "city");
    click(&server, "c-2", "city");
    let booking = json!({ "customer": "c-2", "id": "B1", "at": days_ago(3.0), "value": 900 });
    tell(&server, "/v1/bookings", &booking);
    let buyers = decide(
        &server,
        &json!({ "placement": "home-hero", "segment": "buyers" }),
    );
    assert_eq!(buyers.len(), 1);
    assert_eq!(buyers[0]["customer"], "c-2");
    let all = decide(&server, &json!({ "placement": "home-hero", "when": {} }));
    assert_eq!(all.len(), 2);
}

#[test]
fn recorded_message_counts_for_caps_and_once() {
    let server =
        home(|site| site["pressure"] = json!({ "caps": [{ "most": 2, "per": "week" }] })).start();
    click(&server, "c-1", "city");
    let body = json!({ "placement": "home-hero", "customers": ["c-1"], "channel": "email", "send": "n-1", "record": true });
    let first = decide(&server, &body);
    assert_eq!(
        (&first[0]["recorded"], &first[0]["pressure_left"]),
        (&json!(true), &json!(1))
    );
    let second = decide(&server, &body);
    assert_eq!(
        (&second[0]["offer"], &second[0]["reason"]),
        (&Value::Null, &json!("capped"))
    );
    assert_eq!(second[0]["pressure_left"], json!(0));
}

#[test]
fn customer_who_withdrew_or_is_unknown_in_taste_gets_a_reason() {
    let server = home(|_| ()).start();
    click(&server, "c-1", "city");
    let withdrawn = json!({ "customer": "c-1", "id": "w", "at": days_ago(1.0), "granted": false, "purpose": "newsletter", "channel": "email" });
    tell(&server, "/v1/consents", &withdrawn);
    let sent = json!({ "customer": "c-2", "id": "m", "at": days_ago(1.0), "channel": "sms", "reaction": "sent" });
    tell(&server, "/v1/reactions", &sent);
    let lines = decide(
        &server,
        &json!({ "placement": "home-hero", "customers": ["c-1", "c-2"], "channel": "email" }),
    );
    assert_eq!(lines[0]["reason"], "withdrawn");
    assert_eq!(lines[1]["reason"], "nothing_known");
}

#[test]
fn held_out_customer_is_held_out_off_the_site_too() {
    let halved = |site: &mut Value| site["policy"]["holdout"] = json!(0.5);
    let (site, server) = (site(halved), home(halved).start());
    let (mut held_out, mut personalised) = (0, 0);
    for n in 1..=16 {
        let mut browser = Browser::with(&site, n, 1);
        browser.view("trip.city").sync(&server);
        let customer = format!("c-{n}");
        assert_eq!(identify(&server, &browser, &token(&customer)).status, 200);
        click(&server, &customer, "city");
        let draws = escale_draws(&browser.visitor);
        let is_held_out =
            escale::internals::traits::experiment::is_held_out(browser.engine.config(), draws);
        let lines = decide(
            &server,
            &json!({ "placement": "home-hero", "customers": [customer] }),
        );
        assert_eq!(lines[0]["reason"] == "holdout", is_held_out, "{n}");
        *(if is_held_out {
            &mut held_out
        } else {
            &mut personalised
        }) += 1;
    }
    assert!(held_out > 0 && personalised > 0);
}

/// Draws of a browser, as the client makes them of its secret.
fn escale_draws(visitor: &str) -> u64 {
    escale_server::base::ids::Secret::parse(visitor)
        .unwrap()
        .draws()
}

#[test]
fn unknown_names_are_errors_with_the_nearest_name() {
    let server = home(|_| ()).start();
    for (body, code, near) in [
        (
            json!({ "placement": "home-heroe", "customers": [] }),
            "unknown_placement",
            "home-hero",
        ),
        (
            json!({ "placement": "home-hero", "customers": [], "channel": "emial" }),
            "unknown_channel",
            "email",
        ),
        (
            json!({ "placement": "home-hero", "segment": "buyer" }),
            "unknown_segment",
            "buyers",
        ),
        (json!({ "placement": "home-hero" }), "malformed", "segment"),
        (
            json!({ "placement": "home-hero", "customers": [], "record": true }),
            "malformed",
            "send",
        ),
    ] {
        let answer = ask(&server, &body);
        let error = answer.json();
        assert_eq!(
            (answer.status, &error["error"]["code"]),
            (422, &json!(code)),
            "{error}"
        );
        assert!(
            error["error"]["message"].as_str().unwrap().contains(near),
            "{error}"
        );
    }
    assert_eq!(
        server.post("/v1/decisions?site=demo", &json!({})).status,
        401
    );
}

#[test]
fn back_end_reads_a_customer_in_sentences_and_as_a_complete_file() {
    let server = home(|_| ()).start();
    let mut browser = Browser::of_visitor(1, 1);
    browser.view("trip.city").sync(&server);
    assert_eq!(identify(&server, &browser, &token("c-1")).status, 200);
    click(&server, "c-1", "exotic");
    let booking = json!({ "customer": "c-1", "id": "B1", "at": days_ago(3.0), "value": 900 });
    tell(&server, "/v1/bookings", &booking);
    let answer = read(&server, "c-1", "");
    assert_eq!(answer.status, 200);
    let known = answer.json();
    assert_eq!(known["customer"], "c-1");
    assert_eq!(known["known"]["bookings"][0]["value"], json!(900.0));
    let summary = known["summary"].to_string();
    assert!(summary.contains("Booked 1 times, for 900.00"), "{summary}");
    assert_eq!(known["browsers"].as_array().unwrap().len(), 1);
    assert_eq!(known["visitors"], Value::Null);
    let export = read(&server, "c-1", "&format=export").json();
    assert_eq!(export["events"].as_array().unwrap().len(), 2);
    assert_eq!(
        export["visitors"][0]["replicas"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        read(&server, "nobody", "").json()["error"]["code"],
        "unknown_customer"
    );
    assert_eq!(read(&server, "c-1", "&format=pdf").status, 422);
    assert_eq!(server.get("/v1/customers/c-1?site=demo", &[]).status, 401);
}
