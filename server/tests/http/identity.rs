//! Customers: visitors tied together by a token that the site's back end signed.

use base64::Engine as _;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::browser::{Browser, base64url};
use crate::server::{Answer, SECRET, Server};

/// Seconds since 1970 in an hour.
fn in_an_hour() -> u64 {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
    now.map_or(0, |since| since.as_secs()) + 3_600
}

/// Signs a token as a site's back end does, in a few lines and without a library.
fn sign(secret: &str, header: &Value, claims: &Value) -> String {
    let message = format!(
        "{}.{}",
        base64url(header.to_string().as_bytes()),
        base64url(claims.to_string().as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", base64url(&mac.finalize().into_bytes()))
}

pub fn token(customer: &str) -> String {
    sign(
        SECRET,
        &json!({ "alg": "HS256", "typ": "JWT" }),
        &json!({ "sub": customer, "aud": "demo", "exp": in_an_hour() }),
    )
}

/// A token with further claims, or others.
fn token_with(claims: &Value) -> String {
    let mut all = json!({ "sub": "customer-7", "aud": "demo", "exp": in_an_hour() });
    let map = all.as_object_mut().unwrap();
    map.extend(claims.as_object().unwrap().clone());
    sign(SECRET, &json!({ "alg": "HS256", "typ": "JWT" }), &all)
}

fn now_s() -> u64 {
    in_an_hour() - 3600
}

/// Tags: r10.
#[test]
fn token_with_an_id_links_one_browser_only() {
    let server = Server::start();
    let (mut phone, mut thief) = (Browser::of_visitor(1, 1), Browser::of_visitor(2, 2));
    phone.view("trip.city").sync(&server);
    thief.view("trip.city").sync(&server);
    let token = token_with(&json!({ "iat": now_s(), "jti": "once" }));
    for _ in 0..2 {
        assert_eq!(identify(&server, &phone, &token).status, 200);
    }
    identify(&server, &thief, &token).assert_error(401, "bad_token");
    assert!(
        server.log().contains("`jti` linked another browser"),
        "{}",
        server.log()
    );
    let other = token_with(&json!({ "iat": now_s(), "jti": "another" }));
    assert_eq!(identify(&server, &thief, &other).status, 200);
    for wrong in [
        json!({ "jti": "" }),
        json!({ "jti": "j".repeat(129) }),
        json!({ "iat": in_an_hour() + 1 }),
    ] {
        identify(&server, &phone, &token_with(&wrong)).assert_error(401, "bad_token");
    }
}

/// Tags: r10.
#[test]
fn token_from_before_an_erasure_links_nobody_again_and_a_new_one_does() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    let former = token_with(&json!({ "iat": now_s() }));
    let also = token_with(&json!({ "iat": now_s(), "also": ["card-7"] }));
    let of_the_card = token_with(&json!({ "iat": now_s(), "sub": "card-7" }));
    assert_eq!(identify(&server, &phone, &also).status, 200);
    let path = "/v1/customers/customer-7?site=demo";
    assert_eq!(server.ask("DELETE", path).status, 204);
    let mut other = Browser::of_visitor(2, 2);
    other.view("trip.city").sync(&server);
    for token in [&former, &of_the_card, &token("customer-7")] {
        identify(&server, &other, token).assert_error(401, "bad_token");
    }
    assert!(
        server.log().contains("before the customer's erasure"),
        "{}",
        server.log()
    );
    let new = token_with(&json!({ "iat": now_s() + 2 }));
    assert_eq!(identify(&server, &other, &new).status, 200);
}

/// A token that vouches for other ids of the customer too.
pub fn token_also(customer: &str, also: &[&str]) -> String {
    let claims = json!({ "sub": customer, "aud": "demo", "exp": in_an_hour(), "also": also });
    sign(SECRET, &json!({ "alg": "HS256", "typ": "JWT" }), &claims)
}

pub fn identify(server: &Server, browser: &Browser, token: &str) -> Answer {
    server.post(
        "/v1/identify",
        &json!({ "site": "demo", "visitor": browser.visitor, "token": token }),
    )
}

/// As a browser does that has not handed in yet: with the erase-only token.
fn identify_first(server: &Server, browser: &Browser) -> Answer {
    let (visitor, erase) = (&browser.visitor, &browser.erase);
    let body =
        json!({ "site": "demo", "visitor": visitor, "erase": erase, "token": token("customer-7") });
    server.post("/v1/identify", &body)
}

/// Tags: r8.
#[test]
fn a_login_before_the_first_sync_can_be_taken_back_by_the_erase_only_token() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    assert_eq!(identify_first(&server, &phone).status, 200);
    assert_eq!(server.erase(&phone.erase), 204);
    phone.export(&server).assert_error(410, "erased");
    server
        .post("/v1/sync", &phone.view("trip.city").body())
        .assert_error(410, "erased");
}

/// Tags: f60.
#[test]
fn an_erasure_that_overtakes_the_login_wins() {
    let server = Server::start();
    let phone = Browser::of_visitor(1, 1);
    assert_eq!(server.erase(&phone.erase), 204);
    identify_first(&server, &phone).assert_error(410, "erased");
    phone.export(&server).assert_error(404, "unknown_visitor");
}

#[test]
fn an_erase_only_token_that_cannot_be_read_links_no_one() {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.erase = "short".into();
    identify_first(&server, &phone).assert_error(422, "malformed");
    phone.export(&server).assert_error(404, "unknown_visitor");
}

#[test]
fn two_visitors_of_a_customer_share_what_they_know() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(2, 2));
    phone
        .view("trip.city")
        .view("trip.city")
        .view("trip.city")
        .sync(&server);
    assert_eq!(
        laptop.view("trip.beach").sync(&server)["remote"],
        Value::Null
    );

    for browser in [&phone, &laptop] {
        let answer = identify(&server, browser, &token("customer-7"));
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "linked": true }))
        );
    }
    assert_ne!(laptop.sync(&server)["remote"], Value::Null);
    assert!((laptop.mass("trip.city") - phone.mass("trip.city")).abs() < 1e-3);
    // Saying it again changes nothing.
    assert_eq!(identify(&server, &laptop, &token("customer-7")).status, 200);
    assert_eq!(laptop.sync(&server)["remote"], Value::Null);
    assert_eq!(
        laptop.export(&server).json()["customer"],
        json!("customer-7")
    );
}

#[test]
fn a_login_may_come_before_the_first_sync() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(2, 2));
    identify(&server, &phone, &token("c"));
    identify(&server, &laptop, &token("c"));
    phone.view("trip.exotic").sync(&server);
    laptop.view("trip.city").sync(&server);
    assert!(laptop.mass("trip.exotic") > 0.9);
}

#[test]
fn a_second_customer_in_one_browser_needs_a_new_visitor() {
    let server = Server::start();
    let mut shared = Browser::of_visitor(1, 1);
    shared.view("trip.city").sync(&server);
    assert_eq!(identify(&server, &shared, &token("first")).status, 200);
    identify(&server, &shared, &token("second")).assert_error(409, "linked_elsewhere");
    assert_eq!(shared.export(&server).json()["customer"], json!("first"));
}

#[test]
fn a_token_that_is_not_the_back_ends_own_links_no_one() {
    let server = Server::start();
    let mut browser = Browser::of_visitor(1, 1);
    browser.view("trip.city").sync(&server);
    let claims = |aud: &str, exp: u64| json!({ "sub": "c", "aud": aud, "exp": exp });
    let hs256 = json!({ "alg": "HS256" });
    let none = format!(
        "{}.{}.",
        base64url(br#"{"alg":"none"}"#),
        base64url(claims("demo", in_an_hour()).to_string().as_bytes())
    );
    let rejected = [
        sign(
            "another secret, which is just as long as it is",
            &hs256,
            &claims("demo", in_an_hour()),
        ),
        sign(SECRET, &hs256, &claims("shop", in_an_hour())),
        sign(SECRET, &hs256, &claims("demo", 1_500_000_000)),
        sign(
            SECRET,
            &json!({ "alg": "HS512" }),
            &claims("demo", in_an_hour()),
        ),
        sign(
            SECRET,
            &json!({ "alg": "EdDSA" }),
            &claims("demo", in_an_hour()),
        ),
        none,
        "a.b.c".into(),
        String::new(),
    ];
    for token in rejected {
        identify(&server, &browser, &token).assert_error(401, "bad_token");
    }
    assert_eq!(browser.export(&server).json()["customer"], Value::Null);
}

#[test]
fn the_demo_site_signs_its_visitors_in() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("index.html"), "<title>demo</title>").unwrap();
    let server = Server::start_with(&[
        "--demo-visitors",
        "0",
        "--demo",
        folder.path().to_str().unwrap(),
        "--pkg",
        folder.path().to_str().unwrap(),
    ]);
    let login = |email: &str| server.post("/demo/login", &json!({ "email": email }));
    let token = login("Camille@voyages.example").json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    assert!(
        !String::from_utf8_lossy(&claims)
            .to_lowercase()
            .contains("camille")
    );

    let (mut phone, mut laptop) = (Browser::of_visitor(1, 1), Browser::of_visitor(2, 2));
    phone.view("trip.city").sync(&server);
    assert_eq!(identify(&server, &phone, &token).status, 200);
    let again = login(" camille@voyages.example ").json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(identify(&server, &laptop, &again).status, 200);
    laptop.view("trip.beach").sync(&server);
    assert!(laptop.mass("trip.city") > 0.9);
    login("nobody").assert_error(422, "malformed");
}
