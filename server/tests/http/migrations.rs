//! Data of every earlier schema: taken over at the start, with nothing lost.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::STORE;
use crate::browser::Browser;
use crate::database::Kind;
use crate::server::Server;

/// The steps of this store, in order.
fn steps() -> Vec<String> {
    let name = if STORE == Kind::Sqlite {
        "sqlite"
    } else {
        "postgres"
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

/// SQL that records a migration step as applied.
fn reached(step: usize) -> String {
    match STORE {
        Kind::Sqlite => format!("PRAGMA user_version = {step}"),
        Kind::Postgres => format!(
            "CREATE TABLE schema_steps (step INTEGER PRIMARY KEY); INSERT INTO schema_steps SELECT generate_series(1, {step})"
        ),
    }
}

#[test]
fn from_every_earlier_schema_the_newest_is_reached_and_visitors_are_kept() {
    let steps = steps();
    for reached_step in 1..=steps.len() {
        let home = Server::new_folder();
        let known = if STORE == Kind::Sqlite {
            "x'07'"
        } else {
            "decode('07', 'hex')"
        };
        let visitor = format!(
            "INSERT INTO visitors (site, bucket, visitor, created_day, synced_day) VALUES ('demo', 7, {known}, 20000, 40000)"
        );
        let sql = [
            steps[..reached_step].join(";\n"),
            reached(reached_step),
            visitor,
        ]
        .join(";\n");
        home.database().run(&sql);
        let server = home.start();
        Browser::of_visitor(1, 1).view("trip.city").sync(&server);
        let server = server.kill_and_restart();
        assert_eq!(
            server.database().number("SELECT count(*) FROM visitors"),
            2,
            "from step {reached_step}"
        );
    }
}

#[test]
fn a_database_of_a_later_release_is_rejected_and_left_as_it_is() {
    let home = Server::new_folder();
    let later = steps().len() + 1;
    home.database()
        .run(&[steps().join(";\n"), reached(later)].join(";\n"));
    let error = home.start_error();
    assert!(
        error.contains(&format!("schema {later}")) && error.contains("Update this program"),
        "{error}"
    );
}

/// A database remembers how many files it ran, so an edited file would never reach it.
#[test]
fn migrations_released_files_keep_their_checksums() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let mut listed = Vec::new();
    for (sum, name) in sums.lines().filter_map(|line| line.split_once("  ")) {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let found: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(found, sum, "{name} was released: add a new migration");
        listed.push(name.to_owned());
    }
    let mut files: Vec<String> = ["postgres", "sqlite"]
        .iter()
        .flat_map(|store| std::fs::read_dir(folder.join(store)).unwrap())
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.strip_prefix(&folder).unwrap();
            name.to_str().unwrap().to_owned()
        })
        .collect();
    files.sort();
    assert_eq!(listed, files, "every migration is listed in SHA256SUMS");
}
