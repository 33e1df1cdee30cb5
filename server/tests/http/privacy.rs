//! Nothing personal is written anywhere: a word put into every input is looked for in every file.

use serde_json::json;

use crate::browser::Browser;
use crate::server::Server;

const CANARY: &str = "canary4711";

#[test]
fn r10_no_address_query_agent_or_id_is_stored_or_logged() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.look_at("trip.city");
    let mut body = phone.body();
    body["surprise"] = json!(CANARY);
    let text = body.to_string();
    let (agent, referrer) = (format!("Mozilla {CANARY}"), format!("https://{CANARY}.example/?q={CANARY}"));
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", agent.as_str()),
        ("referer", referrer.as_str()),
        ("x-forwarded-for", CANARY),
        ("cookie", CANARY),
    ];
    assert_eq!(server.post_as(&format!("/v1/sync?{CANARY}={CANARY}"), &headers, text.as_bytes()).status, 200);
    assert_eq!(server.post_as("/v1/sync", &headers, CANARY.as_bytes()).status, 422);
    assert_eq!(server.get(&format!("/v1/{CANARY}?{CANARY}"), &headers).status, 404);
    assert_eq!(
        server.post("/v1/identify", &json!({ "site": "demo", "visitor": phone.visitor, "token": CANARY })).status,
        401
    );
    let (_, server) = server.stop_and_restart();

    let log = server.log();
    assert!(log.contains("/v1/sync") && log.contains("200"), "{log}");
    for personal in [CANARY, "127.0.0.1", &phone.visitor, &phone.erase, &phone.replica] {
        assert!(!log.contains(personal), "{personal} in {log}");
        assert!(!server.database().holds(personal.as_bytes()), "{personal}");
    }
}
