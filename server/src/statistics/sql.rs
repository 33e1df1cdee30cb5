//! The tables of sums, in words that both stores understand. In: nothing. Out: statements. Never: a value in a statement.

/// A table of sums under a key.
#[derive(Clone, Copy)]
pub struct Table {
    name: &'static str,
    key: &'static [&'static str],
    sums: &'static [&'static str],
}

pub const SHOWN: Table = Table {
    name: "shown",
    key: &["day", "config", "placement", "offer", "arm", "segment"],
    sums: &["decisions", "viewed", "clicks", "quotes", "bookings", "paid_cents"],
};

pub const WEIGHED: Table = Table {
    name: "weighed",
    key: &["day", "placement", "offer"],
    sums: &["visitors", "w", "ww", "c", "cw", "cc", "q", "qw", "qq", "b", "bw", "bb"],
};

pub const PEOPLE: Table =
    Table { name: "people", key: &["day", "arm"], sums: &["people", "quoted", "booked", "paid_cents", "paid_squared"] };

impl Table {
    /// Adds to the sums of a key: site, bucket, key and sums are the parameters, in this order.
    pub fn upsert(&self) -> String {
        let Self { name, key, sums } = self;
        let columns: Vec<&str> = ["site", "bucket"].iter().chain(*key).chain(*sums).copied().collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        let added: Vec<String> = sums.iter().map(|sum| format!("{sum} = {name}.{sum} + excluded.{sum}")).collect();
        format!(
            "INSERT INTO {name} ({}) VALUES ({}) ON CONFLICT (site, bucket, {}) DO UPDATE SET {}",
            columns.join(", "),
            places.join(", "),
            key.join(", "),
            added.join(", ")
        )
    }
}
