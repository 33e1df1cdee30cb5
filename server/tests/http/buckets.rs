//! The rule that lets the schema be spread over machines: no transaction touches two buckets. The database itself tells.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::browser::Browser;
use crate::cluster::Cluster;
use crate::identity::{identify, token};
use crate::imports::{booking, tell};
use crate::server::Server;

/// Has every statement from now on written to the log.
fn listening() -> Server {
    let server = Server::start();
    let name = server.database().name();
    server.after(&format!("ALTER DATABASE {name} SET log_statement = 'all'"))
}

/// The `$1` and `$2` of a logged statement.
fn place(parameters: &str) -> (String, String) {
    let mut values = parameters.split(", ").map(|value| {
        value
            .split_once(" = ")
            .map_or("", |(_, value)| value)
            .to_owned()
    });
    (
        values.next().unwrap_or_default(),
        values.next().unwrap_or_default(),
    )
}

/// The buckets of each transaction. A statement inside one without a site and a bucket fails.
fn transactions(log: &[String]) -> Vec<BTreeSet<(String, String)>> {
    let mut open: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    let (mut done, mut awaits) = (Vec::new(), BTreeSet::new());
    for line in log {
        let (pid, text) = line.split_once(' ').unwrap();
        let text = text.trim_start();
        if let Some(parameters) = text
            .strip_prefix("DETAIL:")
            .map(str::trim)
            .and_then(|d| d.split_once("arameters: "))
        {
            awaits.remove(pid);
            if let Some(buckets) = open.get_mut(pid) {
                buckets.insert(place(parameters.1));
            }
        } else if text.contains("START TRANSACTION") || text.contains(": BEGIN") {
            open.insert(pid, BTreeSet::new());
        } else if text.contains(": COMMIT") || text.contains(": ROLLBACK") {
            assert!(
                !awaits.contains(pid),
                "a statement named no bucket, before {line}"
            );
            done.extend(open.remove(pid));
        } else if text.contains("pg_backend_pid()") {
            // The server asks at its start whether a pooler stands between: no table is touched.
            open.remove(pid);
        } else if text.starts_with("LOG:") && open.contains_key(pid) {
            assert!(
                awaits.insert(pid),
                "a statement named no bucket, before {line}"
            );
        }
    }
    done
}

#[test]
fn no_transaction_touches_two_buckets() {
    let server = listening();
    let mut browsers: Vec<Browser> = (0..6).map(|n| Browser::of_visitor(n, 1)).collect();
    for browser in &mut browsers {
        browser.view("trip.city").sync(&server);
        assert_eq!(identify(&server, browser, &token("customer-7")).status, 200);
        browser.view("trip.beach").sync(&server);
    }
    tell(&server, "/v1/bookings", &booking("B1"));
    tell(
        &server,
        "/v1/bookings",
        &json!({ "customer": "customer-9", "id": "B2", "at": "2026-08-01" }),
    );
    browsers[5].sync(&server);
    for (browser, secret) in browsers
        .iter()
        .zip([&browsers[0].visitor, &browsers[1].erase])
    {
        assert_eq!(server.erase(secret), 204);
        browser.export(&server).assert_error(410, "erased");
    }
    let transactions = transactions(&Cluster::get().log_of(&server.database().argument()));
    assert!(transactions.len() >= 30, "{}", transactions.len());
    for buckets in &transactions {
        assert_eq!(buckets.len(), 1, "{buckets:?}");
        assert!(
            buckets.iter().all(|(site, _)| site == "'demo'"),
            "{buckets:?}"
        );
    }
    let all: BTreeSet<_> = transactions.iter().flatten().collect();
    assert!(all.len() > 6, "{all:?}");
}

#[test]
fn every_key_begins_with_site_and_bucket() {
    let server = Server::start();
    let keys = "FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND i.indisprimary AND c.relname <> 'schema_steps'";
    let first = |at: usize, name: &str| {
        format!(
            "AND (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = i.indkey[{at}]) = '{name}'"
        )
    };
    let all = server.database().number(&format!("SELECT count(*) {keys}"));
    let well = server.database().number(&format!(
        "SELECT count(*) {keys} {} {}",
        first(0, "site"),
        first(1, "bucket")
    ));
    assert!(all >= 6 && all == well, "{well} of {all}");
}
