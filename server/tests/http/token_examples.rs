//! The back ends' examples of the guide, run as they stand there: what they sign, the server takes.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::browser::Browser;
use crate::identity::identify;
use crate::server::{SECRET, Server};

#[path = "../../../docs/examples/customer_token.rs"]
mod example;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples")
}

#[track_caller]
fn is_taken(token: &str) {
    let server = Server::start();
    let mut phone = Browser::of_visitor(1, 1);
    phone.view("trip.city").sync(&server);
    let answer = identify(&server, &phone, token.trim());
    assert_eq!(
        answer.status,
        200,
        "{token}: {}",
        String::from_utf8_lossy(&answer.bytes)
    );
    let export = phone.export(&server).json();
    assert_eq!(
        (&export["customer"], &export["identifiers"]),
        (&json!("customer-7"), &json!(["loyalty:8812"]))
    );
}

/// Returns the output of an interpreter.
#[track_caller]
fn printed(program: &str, arguments: &[&str]) -> String {
    let mut run = Command::new(program);
    run.args(arguments)
        .current_dir(examples())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let run = run
        .env("ESCALE_SITE", "demo")
        .env("ESCALE_IDENTITY_SECRET", SECRET)
        .output();
    let run =
        run.unwrap_or_else(|error| panic!("{program}: {error}. scripts/setup.sh test installs it"));
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn a_token_signed_in_node_is_taken() {
    let script = "import { customerToken } from './customer-token.mjs';
        console.log(customerToken('customer-7', ['loyalty:8812']))";
    is_taken(&printed("node", &["--input-type=module", "-e", script]));
}

#[test]
fn a_token_signed_in_python_is_taken() {
    let script = "from customer_token import customer_token; print(customer_token('customer-7', ['loyalty:8812']))";
    is_taken(&printed("python3", &["-c", script]));
}

#[test]
fn a_token_signed_in_php_is_taken() {
    let script =
        "require 'customer-token.php'; echo customer_token('customer-7', ['loyalty:8812']);";
    is_taken(&printed("php", &["-r", script]));
}

#[test]
fn a_token_signed_in_rust_is_taken() {
    is_taken(
        &example::customer_token(SECRET.as_bytes(), "demo", "customer-7", &["loyalty:8812"])
            .unwrap(),
    );
}
