//! Webhooks over TLS: a receiver with a certificate of the site's own authority.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::certificates::Authority;
use crate::imports::tell;
use crate::webhooks::{booking_of, home, thanks, wait_until_done};

/// Takes one call and acknowledges it; none if the caller would not speak to who shows that certificate.
fn call(listener: &TcpListener, shows: &Arc<ServerConfig>) -> Option<Value> {
    let (line, _) = listener.accept().unwrap();
    let mut line = BufReader::new(StreamOwned::new(
        ServerConnection::new(shows.clone()).unwrap(),
        line,
    ));
    let (mut head, mut length) = (String::new(), 0);
    while line.read_line(&mut head).ok()? > 2 {
        if let Some(text) = head.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        head.clear();
    }
    let mut body = vec![0; length];
    line.read_exact(&mut body).unwrap();
    line.get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    line.get_mut().conn.send_close_notify();
    line.get_mut().flush().unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

#[test]
fn receiver_is_called_over_tls_and_a_wrong_certificate_gets_no_data() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!(
        "https://localhost:{}/escale",
        listener.local_addr().unwrap().port()
    );
    let home = home(&thanks(), &address).and(&["--webhook-ca", "ca.pem"]);
    home.write("ca.pem", &ours.pem);
    let server = home.start();
    tell(&server, "/v1/bookings", &booking_of("customer-7"));
    // Signed by another, or of another name: it hangs up, and comes again.
    assert_eq!(
        call(&listener, &theirs.vouches_for("localhost").server()),
        None
    );
    assert_eq!(
        call(&listener, &ours.vouches_for("other.example").server()),
        None
    );
    let sent = call(&listener, &ours.vouches_for("localhost").server()).unwrap();
    assert_eq!(sent["data"]["customer"], json!("customer-7"));
    wait_until_done(&server);
}

#[test]
fn unreadable_certificates_are_reported_at_the_start() {
    let home = home(&thanks(), "https://localhost/escale").and(&["--webhook-ca", "ca.pem"]);
    home.write("ca.pem", "no certificate");
    let error = home.start_error();
    assert!(error.contains("ca.pem") && error.contains("PEM"), "{error}");
}
