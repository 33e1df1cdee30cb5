//! Connections. In: a listener and a router. Out: responses, until a stop is requested. Never: more
//! connections at once than the limit. Never: an endless wait for a slow request head, or for a
//! client that does not read.

// By hand instead of `axum::serve` or `axum-server`: neither limits connections nor times out writes.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::http::idle::{Connection, IdleConnections};

/// Pause when the process is out of file descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Bytes of a request head at most; a connection buffers no more of a body at once.
const HEAD_BYTES: usize = 64 * 1024;

/// Limits of connections.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Time in which a request's head must arrive, from the end of the response before it.
    pub head_timeout: Duration,
    /// Time in which a client must read some of its response.
    pub write_timeout: Duration,
    /// Connections at once. More wait in the listener's queue.
    pub max_connections: u32,
}

/// Serves until the sender of `stop` is dropped and every request in flight has its response.
///
/// At the limit, a new connection closes the one that has waited for its client for the longest time. So callers who send
/// nothing keep out nobody, and no health check.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<()>,
) {
    let permits = Arc::new(Semaphore::new(limits.max_connections as usize));
    let idle = IdleConnections::default();
    loop {
        let next = async {
            let stream = accepted(&listener).await;
            if permits.available_permits() == 0 {
                idle.close_oldest();
            }
            Some((permits.clone().acquire_owned().await.ok()?, stream))
        };
        let (permit, stream) = tokio::select! {
            Some(next) = next => next,
            _ = stop.changed() => break,
        };
        let connection = idle.enter();
        let service = Service {
            router: router.clone(),
            connection: connection.clone(),
        };
        let responding = respond(stream, service, limits, stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = responding => {}
                () = connection.closed() => {}
            }
            connection.leave();
            drop(permit);
        });
    }
    drop(listener);
    // All permits are free again when the last connection has ended.
    let _ = permits.acquire_many(limits.max_connections).await;
}

async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_from_the_client(error.kind()) => {}
            Err(error) => {
                tracing::error!(kind = ?error.kind(), "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// True if the client has closed the connection already.
fn is_from_the_client(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// The router as one connection uses it.
#[derive(Clone)]
struct Service {
    router: Router,
    connection: Connection,
}

impl Service {
    async fn call(self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let request = request.map(|body| self.connection.request_body(body));
        let response = self.router.oneshot(request).await?;
        Ok(response.map(|body| self.connection.response_body(body)))
    }
}

async fn respond(
    stream: TcpStream,
    service: Service,
    limits: Limits,
    mut stop: watch::Receiver<()>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_timeout));
    let stream = TokioIo::new(Box::pin(stream));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .max_buf_size(HEAD_BYTES)
        .header_read_timeout(limits.head_timeout);
    let connection =
        http.serve_connection(stream, service_fn(|request| service.clone().call(request)));
    let mut connection = std::pin::pin!(connection);
    // The reason why a connection ended concerns its client alone: cut off, too slow, not HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
