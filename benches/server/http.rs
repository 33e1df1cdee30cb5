//! Browsers over real HTTP: so many connections that are kept open, a request at a time on each. What they cost is spent on
//! the same cores as the server's own work.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use escale_server::base::ids::text;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stopwatch::{Figures, Laps, Start};
use crate::work::{SITE, Work};

/// Request that the benchmark sends repeatedly.
#[derive(Clone, Copy)]
pub enum Asked {
    /// `POST /v1/sync`: the next sync.
    Sync,
    /// `GET /v1/me` of a visitor far from the last one.
    Me,
    /// `GET /healthz`: what HTTP alone costs here.
    Nothing,
}

/// Asks until the time is over or, without a time, until everyone has been once.
pub async fn ask(
    address: SocketAddr,
    work: &Arc<Work>,
    asked: Asked,
    at_once: usize,
    within: Option<Duration>,
) -> Figures {
    let begun = Arc::new(Start::now());
    let end = work.place() + work.visitors.len() as u64;
    let mut runners = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (work, begun) = (work.clone(), begun.clone());
        runners.spawn(async move {
            let mut line = Line::open(address).await;
            let mut laps = Laps::default();
            while within.map_or_else(|| work.place() < end, |within| begun.elapsed() < within) {
                let request = request(&work, asked);
                let started = Instant::now();
                line.ask(request.as_bytes()).await;
                laps.add(started.elapsed());
            }
            laps
        });
    }
    let mut all = Laps::default();
    while let Some(laps) = runners.join_next().await {
        all.join(laps.unwrap());
    }
    all.figures(&begun)
}

fn request(work: &Work, asked: Asked) -> String {
    const HEAD: &str = "HTTP/1.1\r\nhost: localhost\r\n";
    if matches!(asked, Asked::Nothing) {
        return format!("GET /healthz {HEAD}\r\n");
    }
    let (n, version) = work
        .next()
        .expect("more visitors are needed for so long a run");
    let of = &work.visitors[n];
    let visitor = text(&of.secret);
    if matches!(asked, Asked::Me) {
        return format!("GET /v1/me?site={SITE} {HEAD}authorization: Bearer {visitor}\r\n\r\n");
    }
    let (erase, replica) = (text(&of.secret.map(|byte| !byte)), of.replica.to_text());
    let state = text(work.state(n, version));
    let body = format!(
        "{{\"site\":\"{SITE}\",\"visitor\":\"{visitor}\",\"erase\":\"{erase}\",\"replica\":\"{replica}\",\
         \"version\":{version},\"state\":\"{state}\",\"seen\":0}}"
    );
    format!(
        "POST /v1/sync {HEAD}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A connection that is kept.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        }
    }

    /// Sends a request and reads its answer to the end; anything but 200 ends the bench.
    async fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            assert!(
                self.stream.read_buf(&mut self.buffer).await.unwrap() > 0,
                "the server hung up"
            );
            if whole(&self.buffer).is_some_and(|length| self.buffer.len() >= length) {
                break;
            }
        }
        let response = String::from_utf8_lossy(&self.buffer);
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    }
}

/// The length of head and body together, once the head is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |l| l.parse().unwrap());
    Some(head + length)
}
