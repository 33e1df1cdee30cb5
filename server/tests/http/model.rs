//! What is learned of the sums, and how it reaches browsers: in the config that they are given.

use std::process::Command;

use serde_json::{Value, json};

use crate::server::Server;
use crate::statistics::Shown;

fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_escale")).args(arguments).current_dir(server.folder()).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn learn(server: &Server) -> Value {
    let db = server.database().argument();
    let (code, said) = run(server, &["model", "--config", "escale.json", "--db", &db, "-o", "model.json"]);
    assert_eq!(code, Some(0), "{said}");
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
    assert_eq!((&model["success"], &model["least_group"]), (&json!("clicks"), &json!(50)));
    // One offer alone has the site's mean: ten clicks of fifty, each weighed by its propensity.
    let rate = model["rates"]["lisbonne"].as_f64().unwrap();
    assert!((0.1..0.35).contains(&rate), "{model}");
}

#[test]
fn a_server_with_a_model_serves_another_config_and_says_so_at_the_next_sync() {
    let server = Server::start();
    server.get("/v1/model?site=demo", &[]).is_refused(404, "no_model");
    let before = Shown::to(1, 1).sync(&server)["config"].clone();
    let model = json!({ "version": 1, "from": "2026-05-01", "to": "2026-07-29", "success": "clicks", "least_group": 50,
        "rates": { "lisbonne": 0.09 } });
    std::fs::write(server.folder().join("model.json"), model.to_string()).unwrap();
    let server = server.restarted_with(&["--model", "model.json"]);
    assert_ne!(Shown::to(1, 1).tell("offer_click", 1.0).sync(&server)["config"], before);
    let answer = server.get("/v1/model?site=demo", &[]);
    assert_eq!((answer.status, answer.json()), (200, model));
    let tag = answer.header("etag");
    assert_eq!(server.get("/v1/model?site=demo", &[("if-none-match", tag)]).status, 304);
    server.get("/v1/model?site=other", &[]).is_refused(403, "unknown_site");
}

#[test]
fn a_model_goes_into_a_build_of_peoples_config_alone() {
    let server = Server::start();
    let model = |rate: f64| {
        let model = json!({ "version": 1, "from": "", "to": "", "success": "clicks", "least_group": 50, "rates": { "bali": rate } });
        std::fs::write(server.folder().join("model.json"), model.to_string()).unwrap();
    };
    let build = |config: &str, to: &str| run(&server, &["build", config, "-o", to, "--model", "model.json"]);
    model(0.05);
    assert_eq!(run(&server, &["build", "escale.json", "-o", "plain.bin"]).0, Some(0));
    assert_eq!(build("escale.json", "learned.bin").0, Some(0));
    let bytes = |name: &str| std::fs::read(server.folder().join(name)).unwrap();
    assert_ne!(bytes("plain.bin"), bytes("learned.bin"));
    let (code, said) = build("plain.bin", "again.bin");
    assert_eq!((code, said.contains("takes no model")), (Some(2), true), "{said}");
    model(7.0);
    let (code, said) = build("escale.json", "again.bin");
    assert_eq!((code, said.contains("the rate of `bali`")), (Some(2), true), "{said}");
}
