//! A config read again, keys replaced, and the log as a program reads it, while the server runs.

use std::process::Command;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::Server;

fn hang_up(server: &Server) {
    let sent = Command::new("kill")
        .args(["-HUP", &server.pid().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

fn version(server: &Server) -> String {
    let answer = server.get("/v1/config?site=demo", &[]);
    assert_eq!(answer.status, 200);
    answer.header("etag").to_owned()
}

fn wait_for_log(server: &Server, text: &str) {
    while !server.log().contains(text) {
        std::thread::yield_now();
    }
}

#[test]
fn config_is_read_again_at_a_hang_up_and_one_with_an_error_is_not_served() {
    let mut server = Server::start();
    let (path, first) = (server.folder().join("escale.json"), version(&server));
    let mut config: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    config["offers"][0]["topics"] = json!({ "trip.citty": 1 });
    std::fs::write(&path, config.to_string()).unwrap();
    hang_up(&server);
    wait_for_log(&server, "the served config stays");
    assert!(server.log().contains("trip.citty"), "{}", server.log());
    assert_eq!(version(&server), first);
    config["offers"][0]["topics"] = json!({ "trip.city": 0.5 });
    std::fs::write(&path, config.to_string()).unwrap();
    hang_up(&server);
    while !server.next_line().starts_with("the config is now ") {}
    assert_ne!(version(&server), first);
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
}

#[test]
fn key_and_the_one_that_it_replaces_both_open() {
    const NEW: &str = "the new key of the report, 32 bytes";
    const FORMER: &str = "the former key of the report, 32 bytes";
    let home = Server::new_folder();
    home.write("keys", &format!("{NEW}\n{FORMER}\n"));
    let server = home.with(&["--report-key-file", "keys"]).start();
    let ask = |key: &str| {
        let bearer = format!("Bearer {key}");
        server
            .get("/v1/report?site=demo", &[("authorization", &bearer)])
            .status
    };
    assert_eq!((ask(NEW), ask(FORMER)), (200, 200));
    assert_eq!(ask("neither the new one nor the former one"), 401);
}

/// Each line of the standard error, of a start that fails as well, is one JSON object with a code.
#[test]
fn log_in_json_has_one_object_a_line_from_the_first_line_on() {
    let home = Server::new_folder();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_escale"))
            .args(["serve", "--site", "demo", "--log-format", "json"])
            .args(["--listen", "127.0.0.1:0", "--db", "log.db"])
            .args(arguments)
            .current_dir(home.file("."))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        let lines = text.lines().map(|line| {
            let read: Result<Value, _> = serde_json::from_str(line);
            read.unwrap_or_else(|_| panic!("{line}"))
        });
        (output.status.code(), lines.collect::<Vec<_>>())
    };
    home.write("wrong.json", r#"{"version": 1, "facetts": {}}"#);
    let (code, lines) = run(&["--config", "wrong.json"]);
    assert_eq!(code, Some(2));
    assert!(!lines.is_empty() && lines.iter().all(|line| line["code"] == json!("start")));
    let (code, lines) = run(&[
        "--config",
        "escale.json",
        "--webhook",
        "crm=https://crm.example",
    ]);
    assert_eq!((code, lines.len()), (Some(2), 1));
    assert!(
        lines[0]["message"]
            .as_str()
            .unwrap()
            .contains("--webhook-secret-file"),
        "{lines:?}"
    );
}

#[test]
fn server_without_the_name_of_its_site_does_not_start() {
    let home = Server::new_folder();
    let output = Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(["serve", "--config", "escale.json", "--db", "nameless.db"])
        .current_dir(home.file("."))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(printed.contains("--site <NAME>"), "{printed}");
    assert!(!home.file("nameless.db").exists());
}
