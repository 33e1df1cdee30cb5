//! The model that is learned from the sums, and its way to browsers: in the config that they load.

use escale::internals::config::{Offer, Topic};
use std::process::Command;

use escale::Config;
use escale::internals::base::hash::{Namespace, name_hash};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::Server;
use crate::statistics::Shown;

fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(arguments)
        .current_dir(server.folder())
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
    )
}

fn learn(server: &Server) -> Value {
    let db = server.database().argument();
    let (code, printed) = run(
        server,
        &[
            "model",
            "--site",
            "demo",
            "--config",
            "escale.json",
            "--db",
            &db,
            "-o",
            "model.json",
        ],
    );
    assert_eq!(code, Some(0), "{printed}");
    serde_json::from_slice(&std::fs::read(server.folder().join("model.json")).unwrap()).unwrap()
}

#[test]
fn fewer_than_fifty_visitors_teach_nothing_and_fifty_do() {
    let server = Server::start();
    for visitor in 0..49 {
        let mut shown = Shown::to(visitor, 1);
        if visitor < 10 {
            shown.tell("offer_click", 1.0);
        }
        shown.sync(&server);
    }
    assert_eq!(learn(&server)["rates"], json!({}));
    Shown::to(49, 1).sync(&server);
    let model = learn(&server);
    assert_eq!(
        (&model["success"], &model["least_group"]),
        (&json!("clicks"), &json!(50))
    );
    // One offer alone has the site's mean: ten clicks of fifty, each weighed by its propensity.
    let rate = model["rates"]["lisbonne"].as_f64().unwrap();
    assert!((0.1..0.35).contains(&rate), "{model}");
}

#[test]
fn a_server_with_a_model_serves_another_config_and_says_so_at_the_next_sync() {
    let server = Server::start();
    server
        .get("/v1/model?site=demo", &[])
        .assert_error(404, "no_model");
    let before = Shown::to(1, 1).sync(&server)["config"].clone();
    let model = json!({ "version": 1, "from": "2026-05-01", "to": "2026-07-29", "success": "clicks", "least_group": 50,
        "rates": { "lisbonne": 0.09 }, "base_rates": { "trip.city": 0.6 } });
    std::fs::write(server.folder().join("model.json"), model.to_string()).unwrap();
    let server = server.restarted_with(&["--model", "model.json"]);
    assert_ne!(
        Shown::to(1, 1).tell("offer_click", 1.0).sync(&server)["config"],
        before
    );
    let answer = server.get("/v1/model?site=demo", &[]);
    assert_eq!((answer.status, answer.json()), (200, model));
    let tag = answer.header("etag");
    assert_eq!(
        server
            .get("/v1/model?site=demo", &[("if-none-match", tag)])
            .status,
        304
    );
    server
        .get("/v1/model?site=other", &[])
        .assert_error(403, "unknown_site");
}

#[test]
fn a_model_goes_into_a_build_of_peoples_config_alone() {
    let server = Server::start();
    let model = |rate: f64| {
        let model = json!({ "version": 1, "from": "", "to": "", "success": "clicks", "least_group": 50, "rates": { "bali": rate } });
        std::fs::write(server.folder().join("model.json"), model.to_string()).unwrap();
    };
    let build = |config: &str, to: &str| {
        run(
            &server,
            &["build", config, "-o", to, "--model", "model.json"],
        )
    };
    model(0.05);
    assert_eq!(
        run(&server, &["build", "escale.json", "-o", "plain.bin"]).0,
        Some(0)
    );
    assert_eq!(build("escale.json", "learned.bin").0, Some(0));
    let bytes = |name: &str| std::fs::read(server.folder().join(name)).unwrap();
    assert_ne!(bytes("plain.bin"), bytes("learned.bin"));
    let (code, printed) = build("plain.bin", "again.bin");
    assert_eq!(
        (code, printed.contains("cannot take a model")),
        (Some(2), true),
        "{printed}"
    );
    model(7.0);
    let (code, printed) = build("escale.json", "again.bin");
    assert_eq!(
        (code, printed.contains("the rate of `bali`")),
        (Some(2), true),
        "{printed}"
    );
}

pub fn version(server: &Server) -> String {
    server
        .get("/v1/config?site=demo", &[])
        .header("etag")
        .trim_matches('"')
        .to_owned()
}

pub fn teach(server: &Server, visitors: std::ops::Range<u8>) {
    for visitor in visitors {
        let mut shown = Shown::to(visitor, 1);
        if visitor % 5 == 0 {
            shown.tell("offer_click", 1.0);
        }
        shown.sync(server);
    }
}

#[test]
fn a_server_that_learns_by_itself_gives_browsers_another_config_and_says_so_at_their_next_sync() {
    let server = Server::start();
    let unlearned = version(&server);
    teach(&server, 0..49);
    let server = server.restarted_with(&["--fit-every", "24h"]);
    assert_eq!(version(&server), unlearned, "49 teach nothing");
    assert_eq!(
        server.get("/v1/model?site=demo", &[]).json()["base_rates"],
        json!({})
    );
    // Time passes.
    let server = server.after("UPDATE models SET fitted_s = 0");
    teach(&server, 49..50);
    let mut server = server.restarted_with(&["--fit-every", "24h"]);
    let found = std::iter::repeat_with(|| server.next_line())
        .find(|line| line.starts_with("Learned from "));
    let learned = version(&server);
    assert!(learned != unlearned && found.unwrap().ends_with(&learned));
    let mut phone = Browser::of_visitor(0, 2);
    assert_eq!(
        phone.view("trip.exotic").sync(&server)["config"],
        json!(learned)
    );
    let model = server.get("/v1/model?site=demo", &[]).json();
    assert!(
        model["rates"]["lisbonne"].as_f64().unwrap() > 0.0,
        "{model}"
    );
    // All look at cities; of the prior's fifty a third does.
    assert!(
        (model["base_rates"]["trip.city"].as_f64().unwrap() - 2.0 / 3.0).abs() < 0.001,
        "{model}"
    );
    // The browser opens what it is given.
    let bytes = server
        .get(
            "/v1/config?site=demo",
            &[("if-none-match", &format!("\"{unlearned}\""))],
        )
        .bytes;
    let config = Config::from_bytes(bytes).unwrap();
    assert_eq!(format!("{:08x}", config.version_hash()), learned);
    let city = config.find_name::<Topic>("trip.city").unwrap();
    assert!((config.topic(city).base_rate - 2.0 / 3.0).abs() < 0.001);
}

#[test]
fn a_server_that_runs_learns_when_it_is_time_without_a_restart() {
    let mut server = Server::start_with(&["--fit-every", "1s"]);
    let unlearned = version(&server);
    teach(&server, 0..50);
    // It may have learned in the midst of them.
    let enough =
        std::iter::repeat_with(|| server.next_line()).find(|line| line.contains("3 topics"));
    assert!(enough.is_some());
    let learned = version(&server);
    assert_ne!(learned, unlearned);
    assert_eq!(
        Shown::to(9, 2).sync(&server)["config"],
        json!(version(&server))
    );
}

/// A model of the future comes from a clock that was set back since. The server does not wait until
/// then.
/// Tags: f38.
#[test]
fn a_server_whose_clock_was_set_back_goes_on_learning() {
    let server = Server::start_with(&["--fit-every", "24h"]);
    let unlearned = version(&server);
    teach(&server, 0..50);
    let server = server.after("UPDATE models SET fitted_s = fitted_s + 400 * 86400");
    let server = server.restarted_with(&["--fit-every", "24h"]);
    assert_ne!(version(&server), unlearned);
    let now_s = Shown::to(9, 2).sync(&server)["now_ms"].as_i64().unwrap() / 1000;
    assert!(server.database().number("SELECT fitted_s FROM models") <= now_s);
}

/// Somebody is about to write another config: until a restart the one that is served is learned for.
#[test]
fn what_is_learned_goes_into_the_config_that_is_served_whatever_the_file_says_by_now() {
    let mut server = Server::start_with(&["--fit-every", "1s"]);
    let other = crate::server::config().replace("bali", "tahiti");
    std::fs::write(server.folder().join("escale.json"), other).unwrap();
    teach(&server, 0..50);
    assert!(std::iter::repeat_with(|| server.next_line()).any(|line| line.contains("3 topics")));
    let config = Config::from_bytes(server.get("/v1/config?site=demo", &[]).bytes).unwrap();
    let knows = |offer: &str| config.find_name::<Offer>(offer).is_some();
    assert_eq!((knows("bali"), knows("tahiti")), (true, false));
}

#[test]
fn what_is_learned_is_a_topics_share_of_visitors_and_is_counted_once() {
    let server = Server::start();
    let parts = |topic: &str| {
        let hash = name_hash(Namespace::Topic, topic) & 0xff_ffff;
        let sum = |of: &str| {
            server.database().number(&format!(
                "SELECT CAST(coalesce(sum({of}), 0) AS BIGINT) FROM tastes WHERE topic = {hash}"
            ))
        };
        (sum("visitors"), sum("parts"))
    };
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    phone.view("trip.city").sync(&server);
    assert_eq!(parts("trip.city"), (1, 16));
    phone.view("trip.exotic").view("trip.exotic").sync(&server);
    assert_eq!((parts("trip.city"), parts("trip.exotic")), ((1, 8), (1, 8)));
    Browser::of_visitor(2, 1).view("trip.exotic").sync(&server);
    assert_eq!(parts("trip.exotic"), (2, 24));
    assert_eq!(server.erase(&phone.visitor), 204);
    assert_eq!(parts("trip.exotic"), (2, 24), "sums name no one, and stay");
}
