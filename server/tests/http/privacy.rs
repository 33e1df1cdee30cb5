//! Nothing personal is written anywhere: a word put into every input is looked for in every file.

use serde_json::{Value, json};
use ureq::http::Request;

use crate::browser::Browser;
use crate::server::{API_KEY, Server};

const CANARY: &str = "canary4711";

/// Puts the canary into the address, the headers and the body of requests of every outcome.
fn send_canaries(server: &Server, phone: &mut Browser) {
    phone.view("trip.city");
    let mut body = phone.body();
    body["surprise"] = json!(CANARY);
    let text = body.to_string();
    let (agent, referrer) = (
        format!("Mozilla {CANARY}"),
        format!("https://{CANARY}.example/?q={CANARY}"),
    );
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", agent.as_str()),
        ("referer", referrer.as_str()),
        ("x-forwarded-for", CANARY),
        ("cookie", CANARY),
    ];
    assert_eq!(
        server
            .post_as(
                &format!("/v1/sync?{CANARY}={CANARY}"),
                &headers,
                text.as_bytes()
            )
            .status,
        200
    );
    assert_eq!(
        server
            .post_as("/v1/sync", &headers, CANARY.as_bytes())
            .status,
        422
    );
    assert_eq!(
        server
            .get(&format!("/v1/{CANARY}?{CANARY}"), &headers)
            .status,
        404
    );
    assert_eq!(
        server
            .post(
                "/v1/identify",
                &json!({ "site": "demo", "visitor": phone.visitor, "token": CANARY })
            )
            .status,
        401
    );
}

/// Tags: r10.
#[test]
fn no_address_query_agent_or_id_is_stored_or_logged() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    send_canaries(&server, &mut phone);
    let (_, server) = server.stop_and_restart();

    let log = server.log();
    assert!(log.contains("/v1/sync") && log.contains("200"), "{log}");
    for personal in [
        CANARY,
        "127.0.0.1",
        &phone.visitor,
        &phone.erase,
        &phone.replica,
    ] {
        assert!(!log.contains(personal), "{personal} in {log}");
        assert!(
            !server.database().contains(personal.as_bytes()),
            "{personal}"
        );
    }
}

/// Fills the parameters of a path. The site's own ids and names are kept as they are sent. All
/// other parameters contain the canary.
fn path_with(pattern: &str) -> String {
    let path = pattern
        .replace("{customer}", "C-1")
        .replace("{identifier}", "I-1")
        .replace("{segment}", CANARY);
    format!("{path}?site=demo&{CANARY}={CANARY}&scope={CANARY}&from={CANARY}&channel={CANARY}")
}

/// Returns a body that is as valid as possible, so that it is processed as far as possible. Every
/// field of free text contains the canary.
fn body_for(path: &str) -> Value {
    let import = |mut fields: Value| {
        (fields["customer"], fields["id"], fields["at"]) =
            (json!("C-1"), json!(CANARY), json!("2026-08-01"));
        fields
    };
    match path {
        "/v1/reactions" => import(json!({ "channel": "email", "reaction": "clicked" })),
        "/v1/bookings" => {
            import(json!({ "destination": CANARY, "topics": "trip.city", "value": 10 }))
        }
        "/v1/facts" => import(json!({ "fact": "trip", "value": "city" })),
        "/v1/consents" => import(json!({ "granted": true, "purpose": "news" })),
        "/v1/audiences" => json!({ "declared.zone": CANARY, "$or": [{ CANARY: CANARY }] }),
        "/v1/identify" => {
            json!({ "site": "demo", "visitor": CANARY, "erase": CANARY, "token": CANARY })
        }
        _ => {
            json!({ CANARY: CANARY, "site": CANARY, "visitor": CANARY, "state": CANARY, "consent": { CANARY: CANARY } })
        }
    }
}

/// Sends requests to every path of the interface, with and without the back end's key. `erases`
/// selects either the requests that erase, or all other ones.
fn ask_everything(server: &Server, erases: bool) -> Vec<(String, u16)> {
    let paths = server.get("/openapi.json", &[]).json()["paths"]
        .as_object()
        .unwrap()
        .clone();
    let mut statuses = Vec::new();
    for (pattern, methods) in &paths {
        for method in methods
            .as_object()
            .unwrap()
            .keys()
            .filter(|method| (*method == "delete") == erases)
        {
            for bearer in [API_KEY, CANARY] {
                let request = Request::builder()
                    .method(method.to_uppercase().as_str())
                    .uri(format!("{}{}", server.base(), path_with(pattern)))
                    .header("authorization", format!("Bearer {bearer}"))
                    .header("content-type", "application/json")
                    .header("user-agent", CANARY)
                    .header("x-forwarded-for", CANARY)
                    .header("cookie", CANARY);
                let answer = match method.as_str() {
                    "post" => server
                        .agent()
                        .run(request.body(body_for(pattern).to_string()).unwrap()),
                    _ => server.agent().run(request.body(()).unwrap()),
                };
                statuses.push((
                    format!("{method} {pattern}"),
                    answer.unwrap().status().as_u16(),
                ));
            }
        }
    }
    assert!(
        statuses.iter().all(|(_, status)| *status < 500),
        "{statuses:?}"
    );
    statuses
}

/// Tags: r10.
#[test]
fn no_path_of_the_interface_keeps_or_logs_what_it_is_not_meant_to() {
    let server = Server::new_folder().with(&["--log-format", "json"]).start();
    let statuses = ask_everything(&server, false);
    // It got as far as what is kept, and the search finds what is there.
    for path in ["reactions", "bookings", "facts", "consents"] {
        assert!(
            statuses.contains(&(format!("post /v1/{path}"), 200)),
            "{statuses:?}"
        );
    }
    assert!(server.database().contains(b"C-1") && !server.database().contains(CANARY.as_bytes()));
    let (_, server) = server.stop_and_restart();
    assert!(server.database().contains(b"C-1") && !server.database().contains(CANARY.as_bytes()));
    ask_everything(&server, true);
    let (_, server) = server.stop_and_restart();
    assert!(!server.database().contains(CANARY.as_bytes()));
    assert!(
        !server.log().contains(CANARY) && !server.log().contains("C-1"),
        "{}",
        server.log()
    );
    let lines: Vec<Value> = server
        .log()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["route"] == json!("/v1/bookings") && line["status"] == json!(200))
    );
}
