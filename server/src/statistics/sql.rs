//! The tables of sums, in words that both stores understand. In: nothing. Out: statements. Never: a value in a statement.

use std::sync::OnceLock;

/// A table of sums under a key.
pub struct Table {
    name: &'static str,
    key: &'static [&'static str],
    sums: &'static [&'static str],
    /// SQL type of the sums when read. A store may add up in a wider type.
    kind: &'static str,
    upsert: OnceLock<String>,
}

pub static SHOWN: Table = Table {
    name: "shown",
    key: &["day", "config", "placement", "offer", "arm", "segment"],
    sums: &[
        "decisions",
        "viewed",
        "clicks",
        "quotes",
        "bookings",
        "paid_cents",
    ],
    kind: "BIGINT",
    upsert: OnceLock::new(),
};

pub static WEIGHED: Table = Table {
    name: "weighed",
    key: &["day", "placement", "offer"],
    sums: &[
        "visitors", "w", "ww", "c", "cw", "cc", "q", "qw", "qq", "b", "bw", "bb",
    ],
    kind: "DOUBLE PRECISION",
    upsert: OnceLock::new(),
};

pub static STRATA: Table = Table {
    name: "strata",
    key: &["day", "placement", "offer", "stratum"],
    sums: &[
        "visitors",
        "exposures",
        "w",
        "ww",
        "c",
        "cw",
        "cc",
        "q",
        "qw",
        "qq",
        "b",
        "bw",
        "bb",
    ],
    kind: "DOUBLE PRECISION",
    upsert: OnceLock::new(),
};

pub static PEOPLE: Table = Table {
    name: "people",
    key: &["day", "experiment", "arm"],
    sums: &["people", "quoted", "booked", "paid_cents", "paid_squared"],
    kind: "DOUBLE PRECISION",
    upsert: OnceLock::new(),
};

pub static TASTES: Table = Table {
    name: "tastes",
    key: &["day", "topic"],
    sums: &["visitors", "parts"],
    kind: "BIGINT",
    upsert: OnceLock::new(),
};

impl Table {
    /// Adds to the sums of a key: site, bucket, key and sums are the parameters, in this order.
    pub fn upsert(&self) -> &str {
        self.upsert.get_or_init(|| self.upsert_text())
    }

    fn upsert_text(&self) -> String {
        let Self {
            name, key, sums, ..
        } = self;
        let columns: Vec<&str> = ["site", "bucket"]
            .iter()
            .chain(*key)
            .chain(*sums)
            .copied()
            .collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        let added: Vec<String> = sums
            .iter()
            .map(|sum| format!("{sum} = {name}.{sum} + excluded.{sum}"))
            .collect();
        format!(
            "INSERT INTO {name} ({}) VALUES ({}) ON CONFLICT (site, bucket, {}) DO UPDATE SET {}",
            columns.join(", "),
            places.join(", "),
            key.join(", "),
            added.join(", ")
        )
    }

    /// The sums over all buckets by some of the key: site, first and last day are the parameters.
    pub fn over_all_buckets(&self, by: &[&str]) -> String {
        let Self {
            name, sums, kind, ..
        } = self;
        let sums: Vec<String> = sums
            .iter()
            .map(|sum| format!("CAST(sum({sum}) AS {kind})"))
            .collect();
        let by = by.join(", ");
        let sums = sums.join(", ");
        format!(
            "SELECT {by}, {sums} FROM {name} WHERE site = $1 AND day BETWEEN $2 AND $3 GROUP BY {by}"
        )
    }
}
