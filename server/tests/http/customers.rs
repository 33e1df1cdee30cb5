//! One person with several ids and several browsers; and what is left when they are to be forgotten.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token, token_also};
use crate::imports::{knows, post, tell};
use crate::server::Server;

const CARD: &str = "loyalty:8812";
const MAIL: &str = "email:5f2b";

fn booking_of(customer: &str, id: &str) -> Value {
    json!({ "customer": customer, "id": id, "at": "2026-08-01T10:00:00Z", "value": 900, "topics": "trip.exotic" })
}

fn path(customer: &str, rest: &str) -> String {
    let encoded: String = customer
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    format!("/v1/customers/{encoded}{rest}?site=demo")
}

fn known(server: &Server, n: u8, token: &str) -> Browser {
    let mut browser = Browser::of_visitor(n, 1);
    browser.view("trip.city").sync(server);
    assert_eq!(identify(server, &browser, token).status, 200);
    browser
}

fn bookings(browser: &Browser) -> usize {
    knows(browser)["bookings"].as_array().map_or(0, Vec::len)
}

/// Returns the number of views of a city page in the browser's merged state, its own and remote
/// ones.
fn views(browser: &Browser) -> u32 {
    let of_one = Browser::of_visitor(0, 1)
        .view("trip.city")
        .mass("trip.city");
    (browser.mass("trip.city") / of_one).round() as u32
}

#[test]
fn events_of_a_card_move_to_the_account_once_a_token_names_both() {
    let server = Server::start();
    tell(&server, "/v1/bookings", &booking_of(CARD, "B1"));
    let mut phone = known(&server, 1, &token_also("customer-7", &[CARD, MAIL]));
    phone.sync(&server);
    assert_eq!(bookings(&phone), 1);
    // From now on any of the ids will do, and one booking imported under two of them counts once.
    tell(&server, "/v1/bookings", &booking_of(MAIL, "B2"));
    tell(&server, "/v1/bookings", &booking_of("customer-7", "B2"));
    assert_ne!(phone.sync(&server)["remote"], Value::Null);
    assert_eq!(bookings(&phone), 2);
    let export = phone.export(&server).json();
    assert_eq!(
        (&export["customer"], &export["identifiers"]),
        (&json!("customer-7"), &json!([MAIL, CARD]))
    );
    assert_eq!(
        server.database().number("SELECT count(*) FROM customers"),
        1
    );
}

#[test]
fn browsers_that_logged_in_under_different_names_find_each_other_and_count_once() {
    let server = Server::start();
    let mut laptop = known(&server, 2, &token(CARD));
    laptop.sync(&server);
    let mut phone = known(&server, 1, &token_also("customer-7", &[CARD]));
    phone.sync(&server);
    assert_eq!(views(&phone), 2);
    laptop.sync(&server);
    assert_eq!(views(&laptop), 2);
    assert_eq!(
        laptop.export(&server).json()["customer"],
        json!("customer-7")
    );
    assert_eq!(laptop.sync(&server)["remote"], Value::Null);
    // A third one, by the card's own token again.
    let mut desktop = known(&server, 3, &token(CARD));
    desktop.sync(&server);
    assert_eq!(views(&desktop), 3);
}

/// Four imports, in every order: all end in the same.
/// Tags: f44.
#[test]
fn aliases_logins_and_imports_in_any_order_end_alike() {
    let server = Server::start();
    let orders: Vec<[usize; 4]> = (0..256)
        .map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3])
        .filter(|order| (0..4).all(|step| order.contains(&step)))
        .collect();
    assert_eq!(orders.len(), 24);
    for (n, order) in orders.iter().enumerate() {
        let (account, card) = (format!("account-{n}"), format!("card-{n}"));
        let mut browsers = [1, 2].map(|which| Browser::of_visitor(n as u8 * 2 + which, 1));
        for browser in &mut browsers {
            browser.view("trip.city").sync(&server);
        }
        for step in order {
            match step {
                0 => drop(tell(&server, "/v1/bookings", &booking_of(&card, "B1"))),
                1 => assert_eq!(identify(&server, &browsers[0], &token(&card)).status, 200),
                2 => assert_eq!(
                    identify(&server, &browsers[1], &token(&account)).status,
                    200
                ),
                _ => assert_eq!(
                    server
                        .ask("PUT", &path(&account, &format!("/identifiers/{card}")))
                        .status,
                    204
                ),
            }
        }
        for browser in &mut browsers {
            browser.sync(&server);
            assert_eq!(
                (bookings(browser), views(browser)),
                (1, 2),
                "order {order:?}"
            );
        }
    }
}

#[test]
fn alias_that_moves_to_another_customer_leaves_its_imports() {
    let server = Server::start();
    let mut phone = known(&server, 1, &token_also("customer-7", &[CARD]));
    tell(&server, "/v1/bookings", &booking_of(CARD, "B1"));
    let mut other = known(&server, 2, &token_also("customer-8", &[CARD]));
    tell(&server, "/v1/bookings", &booking_of(CARD, "B2"));
    phone.sync(&server);
    other.sync(&server);
    assert_eq!((bookings(&phone), bookings(&other)), (1, 1));
    assert_eq!(phone.export(&server).json()["identifiers"], json!([]));
    assert_eq!(
        server
            .ask(
                "DELETE",
                &path("customer-8", &format!("/identifiers/{CARD}"))
            )
            .status,
        204
    );
    tell(&server, "/v1/bookings", &booking_of(CARD, "B3"));
    other.sync(&server);
    assert_eq!(bookings(&other), 1);
}

#[test]
fn unlinked_browser_keeps_its_own_profile_and_may_be_linked_again() {
    let server = Server::start();
    let (mut phone, mut laptop) = (
        known(&server, 1, &token("customer-7")),
        known(&server, 2, &token("customer-7")),
    );
    tell(&server, "/v1/bookings", &booking_of("customer-7", "B1"));
    phone.sync(&server);
    laptop.sync(&server);
    assert_eq!(
        server
            .delete(
                "/v1/identify?site=demo",
                &[("authorization", &phone.bearer())]
            )
            .status,
        204
    );
    phone.sync(&server);
    laptop.sync(&server);
    for browser in [&phone, &laptop] {
        assert_eq!(views(browser), 1);
    }
    assert_eq!((bookings(&phone), bookings(&laptop)), (0, 1));
    assert_eq!(identify(&server, &phone, &token("customer-7")).status, 200);
    phone.sync(&server);
    assert_eq!(views(&phone), 2);
    // All of them at once, by the back end.
    assert_eq!(
        server
            .ask("DELETE", &path("customer-7", "/visitors"))
            .status,
        204
    );
    for browser in [&mut phone, &mut laptop] {
        browser.sync(&server);
        assert_eq!(
            (
                bookings(browser),
                browser.export(&server).json()["customer"].clone()
            ),
            (0, Value::Null)
        );
    }
    // A second customer in the browser that was unlinked.
    assert_eq!(identify(&server, &laptop, &token("customer-8")).status, 200);
}

fn is_forgotten(server: &Server, browsers: &[&Browser]) {
    for browser in browsers {
        browser.export(server).assert_error(410, "erased");
        server
            .post("/v1/sync", &browser.body())
            .assert_error(410, "erased");
    }
    let left = server.database().rows();
    assert_eq!(
        left,
        server.database().number("SELECT count(*) FROM tombstones")
    );
    for name in ["customer-7", CARD, MAIL] {
        assert!(!server.database().contains(name.as_bytes()), "{name}");
        assert_eq!(
            tell(server, "/v1/bookings", &booking_of(name, "B9"))["erased"],
            json!(1),
            "{name}"
        );
    }
}

/// Tags: r8.
#[test]
fn the_back_end_forgets_a_customer_under_any_of_its_names() {
    for name in ["customer-7", CARD] {
        let server = Server::start();
        let phone = known(&server, 1, &token_also("customer-7", &[CARD, MAIL]));
        let laptop = known(&server, 2, &token("customer-7"));
        tell(&server, "/v1/bookings", &booking_of("customer-7", "B1"));
        assert_eq!(server.ask("DELETE", &path(name, "")).status, 204);
        is_forgotten(&server, &[&phone, &laptop]);
        // Of no one, and twice.
        assert_eq!(server.ask("DELETE", &path(name, "")).status, 204);
        assert_eq!(server.ask("DELETE", &path("nobody", "")).status, 204);
        let server = server.kill_and_restart();
        is_forgotten(&server, &[&phone, &laptop]);
    }
}

/// Tags: r8.
#[test]
fn a_visitor_may_have_the_whole_customer_forgotten() {
    let server = Server::start();
    let phone = known(&server, 1, &token_also("customer-7", &[CARD, MAIL]));
    let laptop = known(&server, 2, &token("customer-7"));
    let ask = |secret: &str, scope: &str| {
        let bearer = format!("Bearer {secret}");
        server.delete(
            &format!("/v1/me?site=demo&scope={scope}"),
            &[("authorization", &bearer)],
        )
    };
    ask(&phone.visitor, "everyone").assert_error(422, "scope");
    assert_eq!(laptop.export(&server).status, 200);
    assert_eq!(ask(&phone.visitor, "customer").status, 204);
    is_forgotten(&server, &[&phone, &laptop]);
}

/// Tags: r8.
#[test]
fn the_erase_only_token_takes_one_browser_and_the_last_one_takes_all_names() {
    let server = Server::start();
    let phone = known(&server, 1, &token_also("customer-7", &[CARD, MAIL]));
    let laptop = known(&server, 2, &token("customer-7"));
    let bearer = format!("Bearer {}", phone.erase);
    assert_eq!(
        server
            .delete(
                "/v1/me?site=demo&scope=customer",
                &[("authorization", &bearer)]
            )
            .status,
        204
    );
    assert_eq!(laptop.export(&server).status, 200);
    assert_eq!(server.erase(&laptop.erase), 204);
    is_forgotten(&server, &[&phone, &laptop]);
}

/// Tags: f53.
#[test]
fn what_a_crash_cut_short_is_finished_at_the_next_start() {
    let server = Server::start();
    let phone = known(&server, 1, &token_also("customer-7", &[CARD, MAIL]));
    let server = server.after("UPDATE customers SET erased_before = created_day");
    is_forgotten(&server, &[&phone]);

    // The first step of a move: the way to the customer is there, and nothing was moved yet.
    let server = Server::start();
    tell(&server, "/v1/bookings", &booking_of(CARD, "B1"));
    let laptop = known(&server, 2, &token(CARD));
    let mut phone = known(&server, 1, &token("customer-7"));
    let server = server.after(&format!(
        "INSERT INTO aliases (site, bucket, alias, customer, added_day)
         SELECT site, bucket, customer, 'customer-7', 1 FROM customers WHERE customer = '{CARD}'"
    ));
    phone.sync(&server);
    assert_eq!((bookings(&phone), views(&phone)), (1, 2));
    assert_eq!(
        laptop.export(&server).json()["customer"],
        json!("customer-7")
    );
}

/// Logins and imports under two names that are being made one, while the customer is erased: nothing of it is left over.
/// Tags: f60.
#[test]
fn erasure_that_races_logins_aliases_and_imports_leaves_no_browser() {
    let server = Server::start();
    for round in 0..12_u8 {
        let (account, card) = (format!("account-{round}"), format!("card-{round}"));
        let mut browsers = [0, 1].map(|which| Browser::of_visitor(100 + round * 2 + which, 1));
        for browser in &mut browsers {
            browser.view("trip.city").sync(&server);
        }
        identify(&server, &browsers[0], &token(&account));
        std::thread::scope(|scope| {
            scope.spawn(|| identify(&server, &browsers[1], &token_also(&account, &[&card])));
            scope.spawn(|| {
                post(
                    &server,
                    "/v1/bookings",
                    "application/json",
                    &booking_of(&card, "B1").to_string(),
                )
            });
            scope.spawn(|| server.ask("DELETE", &path(&account, "")));
        });
        browsers[0].export(&server).assert_error(410, "erased");
        assert_eq!(server.ask("DELETE", &path(&account, "")).status, 204);
        server.ask("DELETE", &path(&card, ""));
        for table in [
            "links",
            "imported_events",
            "aliases",
            "identifiers",
            "customers",
        ] {
            assert_eq!(
                server
                    .database()
                    .number(&format!("SELECT count(*) FROM {table}")),
                0,
                "{table}, {round}"
            );
        }
    }
}

/// Tags: f59.
#[test]
fn only_the_back_end_may_speak_of_customers() {
    let server = Server::start();
    let phone = known(&server, 1, &token("customer-7"));
    for headers in [vec![], vec![("authorization", phone.bearer())]] {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        server
            .delete(&path("customer-7", ""), &headers)
            .assert_error(401, "bad_api_key");
        server
            .delete(&path("customer-7", "/visitors"), &headers)
            .assert_error(401, "bad_api_key");
    }
    server
        .ask("DELETE", &path(&"c".repeat(129), ""))
        .assert_error(422, "customer_id");
    assert_eq!(
        phone.export(&server).json()["customer"],
        json!("customer-7")
    );
}

/// Tags: r9.
#[test]
fn ids_that_no_token_named_for_25_months_are_forgotten() {
    let server = Server::start();
    assert_eq!(
        server
            .ask("PUT", &path("customer-7", &format!("/identifiers/{CARD}")))
            .status,
        204
    );
    assert_eq!(server.database().rows(), 3);
    let server =
        server.after("UPDATE aliases SET added_day = added_day - 761; UPDATE identifiers SET added_day = added_day - 761");
    while server.database().rows() > 0 {
        std::thread::yield_now();
    }
}
