//! Request bodies: what they cost the server before it knows who sends them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;

use serde_json::json;

use crate::browser::Browser;
use crate::server::{API_KEY, Server};

/// Bytes that are sent of a body, just below the limit of an import.
const SENT: usize = 1_040_000;
const SENDERS: usize = 120;

/// Returns a figure of the server's memory in KiB.
fn memory(server: &Server, name: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Sends large bodies over many connections, of which none ends before all of them are almost sent.
fn send_at_once(server: &Server, head: &str) -> Vec<String> {
    let barrier = Barrier::new(SENDERS);
    let head = format!(
        "POST /v1/facts?site=demo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n{head}Content-Length: {}\r\n\r\n",
        SENT + 1
    );
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                scope.spawn(|| {
                    let address = server.base().trim_start_matches("http://");
                    let mut socket = TcpStream::connect(address).unwrap();
                    socket.write_all(head.as_bytes()).unwrap();
                    socket.write_all(&vec![b' '; SENT]).unwrap();
                    barrier.wait();
                    socket.write_all(b" ").unwrap();
                    let mut answer = String::new();
                    socket.read_to_string(&mut answer).unwrap();
                    answer.lines().next().unwrap_or("").to_owned()
                })
            })
            .collect();
        senders
            .into_iter()
            .map(|sender| sender.join().unwrap())
            .collect()
    })
}

/// Tags: f58.
#[test]
fn body_without_a_key_is_discarded() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    let before = memory(&server, "VmHWM");
    for answer in send_at_once(&server, "") {
        assert_eq!(answer, "HTTP/1.1 401 Unauthorized");
    }
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 40 * 1024, "{grown} KiB");
}

/// Tags: f58.
#[test]
fn bodies_of_all_connections_have_one_bound() {
    let server = Server::start();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    let before = memory(&server, "VmHWM");
    let answers = send_at_once(&server, &format!("Authorization: Bearer {API_KEY}\r\n"));
    let is_busy = |answer: &&String| answer.contains(" 503 ");
    let count = answers.iter().filter(is_busy).count();
    assert!((1..SENDERS).contains(&count), "{count} of {SENDERS}");
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 140 * 1024, "{grown} KiB");
    // What was reserved is free again.
    let mut laptop = Browser::of_visitor(2, 1);
    assert_eq!(
        laptop.view("trip.city").sync(&server)["accepted"],
        json!(true)
    );
    let again = send_at_once(&server, &format!("Authorization: Bearer {API_KEY}\r\n"));
    assert!(again.iter().any(|answer| !answer.contains(" 503 ")));
}
