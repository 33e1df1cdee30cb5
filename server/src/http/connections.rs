//! Connections. In: a listener and the routes. Out: answers, until it is told to stop. Never: more connections at once
//! than it was given; waits without end for a request's head, be it sent a byte at a time or not at all, nor for a
//! reader who takes nothing.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

/// Out of file descriptors or memory: others must end before another can begin.
const REST: Duration = Duration::from_millis(200);

/// What a connection may cost.
#[derive(Clone, Copy)]
pub struct Limits {
    /// A request's head, counted from the end of the answer before it, arrives in this time.
    pub head_within: Duration,
    /// A reader takes something of its answer in this time.
    pub write_within: Duration,
    /// Further ones wait in the listener's own queue.
    pub most: u32,
}

/// Serves until the sender of `stop` is gone and what was in flight is answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<()>,
) {
    let seats = Arc::new(Semaphore::new(limits.most as usize));
    loop {
        let next = async {
            let seat = seats.clone().acquire_owned().await.ok()?;
            Some((seat, accepted(&listener).await))
        };
        let (seat, stream) = tokio::select! {
            Some(next) = next => next,
            _ = stop.changed() => break,
        };
        let answered = answer(stream, router.clone(), limits, stop.clone());
        tokio::spawn(async move {
            answered.await;
            drop(seat);
        });
    }
    drop(listener);
    // All seats are free once the last connection has ended.
    let _ = seats.acquire_many(limits.most).await;
}

async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_the_callers(error.kind()) => {}
            Err(error) => {
                tracing::error!(kind = ?error.kind(), "no connection can be taken");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Whoever called has gone already.
fn is_the_callers(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

async fn answer(stream: TcpStream, router: Router, limits: Limits, mut stop: watch::Receiver<()>) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_within));
    let stream = TokioIo::new(Box::pin(stream));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within);
    let connection = http.serve_connection(stream, TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    // How a connection ended concerns its caller alone: cut off, too slow, no HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
