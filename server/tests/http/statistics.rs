//! Counts of decisions and people. Each counts once, even if it is sent again, late, or by another
//! browser.

use std::time::{SystemTime, UNIX_EPOCH};

use escale::internals::base::hash::fnv1a;
use escale::internals::event::fields::{RECORD, UNIT};
use escale::internals::traits::experiment::is_held_out;
use escale::{DecisionRequest, PageFacts};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::identity::{identify, token};
use crate::imports::tell;
use crate::server::{Server, config};

const MINUTE_MS: f64 = 60_000.0;

/// A visitor's browser that was shown something, by the server's clock.
pub struct Shown {
    pub browser: Browser,
    at_ms: f64,
    fields: String,
}

impl Shown {
    /// Looks at a page, and sees an offer an hour before the server's present.
    pub fn to(visitor: u8, replica: u8) -> Self {
        let mut browser = Browser::of_visitor(visitor, replica);
        let now_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis() as f64;
        let at_ms = (now_ms / MINUTE_MS).floor() * MINUTE_MS - 60.0 * MINUTE_MS;
        let page = browser.engine.page(
            at_ms,
            &PageFacts {
                explicit: "trip.city",
                ..PageFacts::default()
            },
        );
        browser.engine.apply(&page);
        let placement = browser.engine.placement("home-hero").unwrap();
        let request = DecisionRequest {
            now_ms: at_ms,
            placement,
            slot: 0,
            exclude: &[],
        };
        let decision = browser.engine.choose(&request);
        let content = browser.engine.config().offer(decision.offer.unwrap());
        let fields = [
            ("placement", "home-hero".to_owned()),
            (
                "offer",
                browser.engine.config().text(content.name).to_owned(),
            ),
            ("decided_ms", format!("{at_ms}")),
            ("propensity", format!("{:.12}", decision.propensity)),
        ];
        let fields = fields
            .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
            .concat();
        let mut shown = Self {
            browser,
            at_ms,
            fields,
        };
        shown.tell("offer_impression", 0.0);
        shown
    }

    /// Something happens so many minutes after the offer was shown.
    pub fn tell(&mut self, name: &str, minutes: f64) -> &mut Self {
        let booking = || format!("id{UNIT}B1{RECORD}value{UNIT}100{RECORD}");
        let fields = if name.starts_with("offer") {
            self.fields.clone()
        } else {
            booking()
        };
        let event = self
            .browser
            .engine
            .track(self.at_ms + minutes * MINUTE_MS, name, &fields)
            .unwrap();
        assert!(self.browser.engine.apply(&event) > 0);
        self.browser.version += 1;
        self
    }

    pub fn sync(&mut self, server: &Server) -> Value {
        self.browser.sync(server)
    }

    /// When, as a back end writes it.
    fn seconds(&self, minutes: f64) -> u64 {
        ((self.at_ms + minutes * MINUTE_MS) / 1000.0) as u64
    }
}

/// Decisions, seen, clicked, quoted, booked, paid.
fn shown(server: &Server) -> [i64; 6] {
    [
        "decisions",
        "viewed",
        "clicks",
        "quotes",
        "bookings",
        "paid_cents",
    ]
    .map(|sum| {
        number(
            server,
            &format!("SELECT coalesce(sum({sum}), 0) FROM shown"),
        )
    })
}

/// People of an arm, those who quoted, those who booked, paid.
fn people(server: &Server, arm: u8) -> [i64; 4] {
    ["people", "quoted", "booked", "paid_cents"].map(|sum| {
        number(
            server,
            &format!(
                "SELECT coalesce(sum({sum}), 0) FROM people WHERE experiment = 0 AND arm = {arm}"
            ),
        )
    })
}

fn number(server: &Server, sql: &str) -> i64 {
    server
        .database()
        .number(&sql.replacen("SELECT ", "SELECT CAST(", 1).replacen(
            " FROM",
            " AS BIGINT) FROM",
            1,
        ))
}

#[test]
fn a_decision_counts_once_whatever_is_sent_again() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    for _ in 0..3 {
        phone.sync(&server);
    }
    assert_eq!(shown(&server), [1, 1, 0, 0, 0, 0]);
    phone.tell("offer_impression", 1.0).sync(&server);
    assert_eq!(shown(&server), [1, 1, 0, 0, 0, 0]);
    // A copy of the same browser hands the same decision in as another replica.
    phone.browser.replica = Browser::of_visitor(1, 2).replica;
    assert_eq!(phone.sync(&server)["accepted"], json!(true));
    assert_eq!(shown(&server), [1, 1, 0, 0, 0, 0]);
    // The same decision of another visitor is another one.
    Shown::to(2, 1).sync(&server);
    assert_eq!(shown(&server), [2, 2, 0, 0, 0, 0]);
}

#[test]
fn what_becomes_of_a_decision_is_counted_by_the_difference() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    phone.sync(&server);
    let mut states = vec![phone.browser.body()];
    for (name, expected) in [
        ("offer_click", [1, 1, 1, 0, 0, 0]),
        ("quote_submit", [1, 1, 1, 1, 0, 0]),
        ("booking", [1, 1, 1, 1, 1, 10_000]),
        ("booking_cancel", [1, 1, 1, 1, 0, 0]),
    ] {
        phone.tell(name, states.len() as f64).sync(&server);
        assert_eq!(shown(&server), expected, "{name}");
        states.push(phone.browser.body());
    }
    for state in states {
        server.post("/v1/sync", &state);
    }
    assert_eq!(shown(&server), [1, 1, 1, 1, 0, 0]);
    assert_eq!(people(&server, 0), [1, 1, 0, 0]);
}

#[test]
fn a_late_state_of_another_browser_takes_nothing_back() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    let mut early = phone.browser.body();
    phone
        .tell("offer_click", 1.0)
        .tell("booking", 2.0)
        .sync(&server);
    early["replica"] = json!(Browser::of_visitor(1, 7).replica);
    assert_eq!(
        server.post("/v1/sync", &early).json()["accepted"],
        json!(true)
    );
    assert_eq!(shown(&server), [1, 1, 1, 0, 1, 10_000]);
    assert_eq!(people(&server, 0), [1, 0, 1, 10_000]);
}

#[test]
fn imported_booking_is_credited_to_the_click_before_it_once() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    phone.tell("offer_click", 1.0).sync(&server);
    assert_eq!(
        identify(&server, &phone.browser, &token("customer-7")).status,
        200
    );
    let booking = |minutes: f64, cancelled: bool| json!({ "customer": "customer-7", "id": "B1", "at": phone.seconds(minutes), "value": 100, "cancelled": cancelled });
    tell(&server, "/v1/bookings", &booking(5.0, false));
    assert_eq!(shown(&server), [1, 1, 1, 0, 1, 10_000]);
    assert_eq!(people(&server, 0), [1, 0, 1, 10_000]);
    // The page tells the same booking, and the back end tells it again.
    let cancelled = booking(9.0, true);
    tell(&server, "/v1/bookings", &booking(5.0, false));
    phone.tell("booking", 5.0).sync(&server);
    assert_eq!(
        (shown(&server), people(&server, 0)),
        ([1, 1, 1, 0, 1, 10_000], [1, 0, 1, 10_000])
    );
    tell(&server, "/v1/bookings", &cancelled);
    assert_eq!(
        (shown(&server), people(&server, 0)),
        ([1, 1, 1, 0, 0, 0], [1, 0, 0, 0])
    );
}

#[test]
fn booking_imported_before_the_click_is_synced_is_credited_later() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    phone.sync(&server);
    identify(&server, &phone.browser, &token("customer-7"));
    let at = phone.seconds(30.0);
    tell(
        &server,
        "/v1/bookings",
        &json!({ "customer": "customer-7", "id": "B9", "at": at, "value": 50 }),
    );
    assert_eq!(shown(&server), [1, 1, 0, 0, 0, 0]);
    // The customer's bucket needs the new quote; its answer contains the imported bookings.
    phone
        .tell("offer_click", 1.0)
        .tell("quote_submit", 2.0)
        .sync(&server);
    assert_eq!(
        (shown(&server), people(&server, 0)),
        ([1, 1, 1, 1, 1, 5_000], [1, 1, 1, 5_000])
    );
}

#[test]
fn a_customer_of_two_browsers_is_one_person() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Shown::to(1, 1), Shown::to(2, 1));
    phone.tell("booking", 1.0).sync(&server);
    laptop.tell("booking", 1.0).sync(&server);
    assert_eq!(people(&server, 0), [2, 0, 2, 20_000]);
    for shown in [&phone, &laptop] {
        assert_eq!(
            identify(&server, &shown.browser, &token("customer-7")).status,
            200
        );
    }
    // Both have reported the same booking.
    assert_eq!(people(&server, 0), [1, 0, 1, 10_000]);
    laptop.tell("quote_submit", 2.0).sync(&server);
    assert_eq!(people(&server, 0), [1, 1, 1, 10_000]);
}

/// Two customers turn out to be one, and are later separated again. Each has a browser, and the
/// same booking imported by the back end.
#[test]
fn customers_who_become_one_are_one_person_and_who_leaves_counts_alone() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Shown::to(1, 1), Shown::to(2, 1));
    phone.tell("quote_submit", 1.0).sync(&server);
    laptop.tell("offer_click", 1.0).sync(&server);
    for (shown, customer) in [(&phone, "customer-7"), (&laptop, "customer-8")] {
        assert_eq!(
            identify(&server, &shown.browser, &token(customer)).status,
            200
        );
        let at = laptop.seconds(5.0);
        tell(
            &server,
            "/v1/bookings",
            &json!({ "customer": customer, "id": "B1", "at": at, "value": 100 }),
        );
    }
    assert_eq!(people(&server, 0), [2, 1, 2, 20_000]);
    assert_eq!(
        server
            .ask(
                "PUT",
                "/v1/customers/customer-7/identifiers/customer-8?site=demo"
            )
            .status,
        204
    );
    assert_eq!(people(&server, 0), [1, 1, 1, 10_000]);
    // What happens later is of that one person too.
    laptop.tell("quote_submit", 2.0).sync(&server);
    phone.tell("offer_click", 2.0).sync(&server);
    assert_eq!(people(&server, 0), [1, 1, 1, 10_000]);
    assert_eq!(
        server
            .database()
            .number("SELECT count(*) FROM counted_customers"),
        1
    );
    // Logged out everywhere, each browser is a person of its own, and the booking no one's whose browser is known.
    assert_eq!(
        server
            .ask("DELETE", "/v1/customers/customer-7/visitors?site=demo")
            .status,
        204
    );
    assert_eq!(people(&server, 0), [2, 2, 0, 0]);
    phone.tell("offer_click", 3.0).sync(&server);
    assert_eq!(people(&server, 0), [2, 2, 0, 0]);
}

/// An erasure leaves the customer's count as it was; whoever goes from there afterwards takes it along.
#[test]
fn who_leaves_a_customer_of_whom_a_browser_was_erased_is_counted_once() {
    let server = Server::start();
    let browsers: Vec<Shown> = (1..=3).map(|n| Shown::to(n, 1)).collect();
    for mut shown in browsers {
        shown.tell("booking", 1.0).sync(&server);
        assert_eq!(
            identify(&server, &shown.browser, &token("customer-7")).status,
            200
        );
    }
    assert_eq!(people(&server, 0), [1, 0, 1, 10_000]);
    let [desktop, laptop, phone] = [1, 2, 3].map(|n| Browser::of_visitor(n, 1));
    assert_eq!(server.erase(&desktop.erase), 204);
    assert_eq!(people(&server, 0), [1, 0, 1, 10_000]);
    let unlink = |browser: &Browser| {
        server.delete(
            "/v1/identify?site=demo",
            &[("authorization", &browser.bearer())],
        )
    };
    assert_eq!(unlink(&laptop).status, 204);
    assert_eq!(people(&server, 0), [2, 0, 2, 20_000]);
    assert_eq!(unlink(&phone).status, 204);
    assert_eq!(people(&server, 0), [2, 0, 2, 20_000]);
}

/// The same where the customer turns out to be another one.
#[test]
fn a_customer_of_whom_a_browser_was_erased_becomes_another_and_is_counted_once() {
    let server = Server::start();
    for (n, customer) in [(1, "customer-7"), (2, "customer-7"), (3, "customer-8")] {
        let mut shown = Shown::to(n, 1);
        shown.tell("booking", 1.0).sync(&server);
        assert_eq!(
            identify(&server, &shown.browser, &token(customer)).status,
            200
        );
    }
    assert_eq!(server.erase(&Browser::of_visitor(1, 1).erase), 204);
    assert_eq!(people(&server, 0), [2, 0, 2, 20_000]);
    assert_eq!(
        server
            .ask(
                "PUT",
                "/v1/customers/customer-8/identifiers/customer-7?site=demo"
            )
            .status,
        204
    );
    assert_eq!(people(&server, 0), [1, 0, 1, 10_000]);
}

/// Between the visitor's bucket and the customer's the server may die: here what the customer's needs is not there.
/// Tags: f52.
#[test]
fn a_link_cut_between_the_buckets_is_made_good_by_a_sync_that_tells_nothing_new() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    phone.sync(&server);
    server.database().run(CUT);
    assert_eq!(
        identify(&server, &phone.browser, &token("customer-7")).status,
        503
    );
    assert_eq!(people(&server, 0), [0; 4]);
    let server = server.after(MENDED);
    phone.tell("offer_impression", 1.0).sync(&server);
    assert_eq!(people(&server, 0), [1, 0, 0, 0]);
}

/// Tags: f52.
#[test]
fn facts_of_a_customer_lost_between_the_buckets_are_propagated_by_the_next_sync() {
    let server = Server::start();
    let mut phone = Shown::to(1, 1);
    phone.sync(&server);
    assert_eq!(
        identify(&server, &phone.browser, &token("customer-7")).status,
        200
    );
    phone.tell("offer_impression", 1.0).sync(&server);
    server.database().run(CUT);
    // Twice: once with the news, once with nothing but what is owed.
    for event in ["quote_submit", "offer_impression"] {
        phone.tell(event, 2.0);
        assert_eq!(
            server.post("/v1/sync", &phone.browser.body()).status,
            503,
            "{event}"
        );
    }
    server.database().run(MENDED);
    assert_eq!(people(&server, 0), [1, 0, 0, 0]);
    let server = server.kill_and_restart();
    phone.tell("offer_impression", 3.0).sync(&server);
    assert_eq!(people(&server, 0), [1, 1, 0, 0]);
    // PropagatedFacts once: from now on nothing new is nothing to do.
    server.database().run(CUT);
    phone.tell("offer_impression", 4.0).sync(&server);
}

const CUT: &str = "ALTER TABLE counted_customers RENAME TO elsewhere";
const MENDED: &str = "ALTER TABLE elsewhere RENAME TO counted_customers";

/// A site that holds half of its visitors out, and a visitor of each arm.
fn halves() -> (Server, u8, u8) {
    let json = config().replace("\"holdout\":0", "\"holdout\":0.5");
    let engine = Browser::with(&json, 1, 1).engine;
    let arm = |n: u8| {
        let secret = Browser::of_visitor(n, 1).visitor;
        let half = |basis| u64::from(fnv1a(basis, secret.as_bytes()));
        is_held_out(engine.config(), half(0x811c_9dc5) << 32 | half(0x9e37_79b9))
    };
    let out = (0..100).find(|n| arm(*n)).unwrap();
    let personalised = (0..100).find(|n| !arm(*n)).unwrap();
    (Server::start_of(&json), personalised, out)
}

#[test]
fn arms_are_the_browsers_own_and_a_customer_seen_in_two_is_left_out() {
    let (server, personalised, out) = halves();
    let mut phone = Browser::of_visitor(personalised, 1);
    phone.view("trip.city").sync(&server);
    assert_eq!((people(&server, 0)[0], people(&server, 1)[0]), (1, 0));
    let mut laptop = Browser::of_visitor(out, 1);
    laptop.view("trip.city").sync(&server);
    assert_eq!((people(&server, 0)[0], people(&server, 1)[0]), (1, 1));
    identify(&server, &phone, &token("customer-7"));
    assert_eq!((people(&server, 0)[0], people(&server, 1)[0]), (1, 1));
    identify(&server, &laptop, &token("customer-7"));
    assert_eq!(
        (
            people(&server, 0)[0],
            people(&server, 1)[0],
            people(&server, 255)[0]
        ),
        (0, 0, 1)
    );
}

/// Tags: r16.
#[test]
fn an_erasure_leaves_the_sums_and_nothing_of_the_visitor() {
    let server = Server::start();
    let (mut phone, mut laptop) = (Shown::to(1, 1), Shown::to(2, 1));
    phone
        .tell("offer_click", 1.0)
        .tell("booking", 2.0)
        .sync(&server);
    laptop.tell("offer_click", 1.0).sync(&server);
    for shown in [&phone, &laptop] {
        identify(&server, &shown.browser, &token("customer-7"));
    }
    let before = (shown(&server), people(&server, 0));
    assert_eq!(before, ([2, 2, 2, 0, 1, 10_000], [1, 0, 1, 10_000]));
    let own = |table: &str| {
        server
            .database()
            .number(&format!("SELECT count(*) FROM {table}"))
    };
    assert_eq!((own("counted"), own("counted_customers")), (2, 1));
    server.delete(
        "/v1/me?site=demo",
        &[("authorization", &phone.browser.bearer())],
    );
    assert_eq!((own("counted"), own("counted_customers")), (1, 1));
    laptop.tell("quote_submit", 3.0).sync(&server);
    server.delete(
        "/v1/me?site=demo",
        &[("authorization", &laptop.browser.bearer())],
    );
    assert_eq!((own("counted"), own("counted_customers")), (0, 0));
    assert_eq!(shown(&server), [2, 2, 2, 1, 1, 10_000]);
    assert_eq!(people(&server, 0), before.1);
}
