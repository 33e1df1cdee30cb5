//! The line to PostgreSQL, encrypted: a server of its own that speaks TLS, with a certificate of the tests' own authority.

use crate::browser::Browser;
use crate::certificates::Authority;
use crate::cluster::{Cluster, on};
use crate::server::Server;

/// Returns the numbers of encrypted and of plain connections of the server.
fn lines(cluster: &Cluster) -> (i64, i64) {
    on(&cluster.url("postgres"), async |db| {
        let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                   FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'escale'";
        let row = db.query_one(sql, &[]).await.unwrap();
        (row.get(0), row.get(1))
    })
}

#[test]
fn the_line_is_encrypted_and_whoever_cannot_show_the_certificate_is_not_spoken_to() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (cluster, port) = Cluster::encrypted(&ours.vouches_for("localhost"));
    let files = Server::new_folder();
    files.write("ca.pem", &ours.pem);
    files.write("other.pem", &theirs.pem);
    let (ca, other) = (
        files.file("ca.pem").display().to_string(),
        files.file("other.pem").display().to_string(),
    );
    let at = |host: &str, query: &str| {
        Server::new_folder().on(&format!("postgres://escale@{host}:{port}/postgres?{query}"))
    };
    for query in [
        format!("sslmode=verify-full&sslrootcert={ca}"),
        format!("sslrootcert={ca}"),
        "sslmode=require".to_owned(),
        "sslmode=prefer".to_owned(),
        "connect_timeout=5".to_owned(),
    ] {
        let server = at("localhost", &query).start();
        Browser::of_visitor(1, 1).view("trip.city").sync(&server);
        let (encrypted, plain) = lines(&cluster);
        assert!(
            encrypted > 0 && plain == 0,
            "{query}: {encrypted} encrypted, {plain} not"
        );
    }
    for (host, query, why) in [
        (
            "localhost",
            format!("sslmode=verify-full&sslrootcert={other}"),
            "invalid peer certificate",
        ),
        // The certificate is of another name.
        (
            "127.0.0.1",
            format!("sslmode=verify-full&sslrootcert={ca}"),
            "not valid for name",
        ),
        // Nobody whom the system trusts has signed it.
        (
            "localhost",
            "sslmode=verify-full".to_owned(),
            "UnknownIssuer",
        ),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=nothing.pem".to_owned(),
            "nothing.pem",
        ),
    ] {
        let error = at(host, &query).start_error();
        assert!(error.contains(why), "{query}: {error}");
    }
}

#[test]
fn a_database_that_does_not_encrypt_is_spoken_to_plainly_unless_encryption_is_asked_for() {
    let (cluster, port) = Cluster::plain();
    let at = |query: &str| {
        Server::new_folder().on(&format!(
            "postgres://escale@127.0.0.1:{port}/postgres?{query}"
        ))
    };
    for query in ["sslmode=prefer", "connect_timeout=5"] {
        let server = at(query).start();
        Browser::of_visitor(1, 1).view("trip.city").sync(&server);
        let (encrypted, plain) = lines(&cluster);
        assert!(
            encrypted == 0 && plain > 0,
            "{query}: {encrypted} encrypted, {plain} not"
        );
    }
    for query in [
        "sslmode=require",
        "sslmode=verify-full",
        "sslmode=prefer&sslrootcert=ca.pem",
    ] {
        let home = at(query);
        home.write("ca.pem", &Authority::new().pem);
        let error = home.start_error();
        assert!(error.contains("does not support TLS"), "{query}: {error}");
    }
}
