//! Callers who take up a connection and give nothing for it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use crate::browser::Browser;
use crate::server::Server;

fn caller(server: &Server, says: &str) -> TcpStream {
    let mut socket = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
    socket.write_all(says.as_bytes()).unwrap();
    socket
}

/// Reads everything that the server sends before it closes the connection.
fn read_to_end(mut socket: TcpStream) -> String {
    let mut text = String::new();
    socket.read_to_string(&mut text).unwrap();
    text
}

/// Tags: f58.
#[test]
fn a_connection_that_sends_half_a_head_or_nothing_is_closed() {
    let server = Server::start_with(&["--head-within-ms", "200"]);
    for says in ["GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ", "G", ""] {
        assert!(
            !read_to_end(caller(&server, says)).contains("200 OK"),
            "{says}"
        );
    }
    let again = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost";
    assert_eq!(
        read_to_end(caller(&server, again))
            .matches("200 OK")
            .count(),
        1
    );
}

/// Tags: f58.
#[test]
fn callers_beyond_the_limit_take_the_place_of_silent_ones() {
    let server = Server::start_with(&["--head-within-ms", "200", "--connections", "2"]);
    let slow = [
        caller(&server, "GET"),
        caller(&server, "GET"),
        caller(&server, "GET"),
    ];
    assert_eq!(
        Browser::of_visitor(1, 1).view("trip.city").sync(&server)["accepted"],
        serde_json::json!(true)
    );
    for mut socket in slow {
        // What it sent was not read: the system may reset it.
        let closed = socket.read(&mut [0]);
        assert!(
            matches!(&closed, Ok(0))
                || closed.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
        );
    }
}

/// Tags: f58.
#[test]
fn silent_connections_at_the_limit_keep_out_no_health_check() {
    let server = Server::start_with(&["--head-within-ms", "600000", "--connections", "8"]);
    let whole_head = "POST /v1/sync HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{";
    let silent: Vec<TcpStream> = ["", "G", "GET /healthz HTTP/1.1\r\nHost: a\r\n", whole_head]
        .into_iter()
        .cycle()
        .take(40)
        .map(|says| caller(&server, says))
        .collect();
    let healthy = caller(
        &server,
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert!(read_to_end(healthy).contains("alive"));
    drop(silent);
}

#[test]
fn a_stop_does_not_wait_for_connections_that_are_idle() {
    let server = Server::start_with(&["--head-within-ms", "600000"]);
    let mut idle = caller(&server, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut first = [0; 15];
    idle.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let (log, _) = server.stop_and_restart();
    assert!(
        log.iter().any(|line| line.starts_with("stopped")),
        "{log:?}"
    );
    assert!(read_to_end(idle).contains("alive"));
}

/// The only seat is taken by someone who asks for a large file and reads nothing of it: the next caller is answered only
/// because that one is cut off.
/// Tags: f58.
#[test]
fn a_reader_who_takes_nothing_is_cut_off() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("index.html"), "<title>demo</title>").unwrap();
    std::fs::File::create(folder.path().join("large.bin"))
        .unwrap()
        .set_len(64 << 20)
        .unwrap();
    let path = folder.path().to_str().unwrap();
    let server = Server::start_with(&[
        "--demo-visitors",
        "0",
        "--demo",
        path,
        "--pkg",
        path,
        "--write-within-ms",
        "200",
        "--connections",
        "1",
    ]);
    let slow = caller(&server, "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    let healthy = caller(
        &server,
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert!(read_to_end(healthy).contains("alive"));
    drop(slow);
}
