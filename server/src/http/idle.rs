//! Connections that wait for their client. In: the progress of each connection. Out: the one that has waited for the longest time,
//! to be closed for a new one. Never: a connection whose request has arrived and has no response yet.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;

/// Waiting connections, in the order in which they began to wait.
#[derive(Clone, Default)]
pub struct IdleConnections(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<BTreeMap<u64, Arc<Notify>>>,
    next: AtomicU64,
}

impl IdleConnections {
    /// Adds a new connection, which waits for its first request.
    pub fn enter(&self) -> Connection {
        let connection = Connection {
            idle: self.clone(),
            number: Arc::default(),
            closed: Arc::default(),
        };
        connection.wait();
        connection
    }

    /// Closes the connection that has waited for the longest time, if any waits.
    pub fn close_oldest(&self) {
        if let Some((_, closed)) = self.waiting().pop_first() {
            closed.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection.
#[derive(Clone)]
pub struct Connection {
    idle: IdleConnections,
    /// Position among the waiting connections; 0 if it does not wait.
    number: Arc<AtomicU64>,
    closed: Arc<Notify>,
}

impl Connection {
    /// Completes when the connection is to be closed.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }

    /// Marks the connection as waiting for its client.
    pub fn wait(&self) {
        let number = self.idle.0.next.fetch_add(1, Ordering::Relaxed) + 1;
        self.leave();
        self.number.store(number, Ordering::Relaxed);
        self.idle.waiting().insert(number, self.closed.clone());
    }

    /// Marks the connection as busy with a request, or as gone.
    pub fn leave(&self) {
        let number = self.number.swap(0, Ordering::Relaxed);
        self.idle.waiting().remove(&number);
    }

    /// Tracks a request: the connection is busy once its body has arrived.
    pub fn request_body(
        &self,
        body: impl HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
    ) -> Body {
        if body.is_end_stream() {
            self.leave();
        }
        Body::new(Tracked {
            body: Body::new(body),
            connection: self.clone(),
            is_request: true,
        })
    }

    /// Tracks a response: the connection waits again once its body was sent.
    pub fn response_body(&self, body: Body) -> Body {
        self.leave();
        Body::new(Tracked {
            body,
            connection: self.clone(),
            is_request: false,
        })
    }
}

struct Tracked {
    body: Body,
    connection: Connection,
    is_request: bool,
}

impl HttpBody for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if self.is_request && (matches!(polled, Poll::Ready(None)) || self.body.is_end_stream()) {
            self.connection.leave();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        if !self.is_request {
            self.connection.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_closed(connection: &Connection) -> bool {
        futures_util::FutureExt::now_or_never(connection.closed()).is_some()
    }

    #[test]
    fn close_oldest_takes_the_longest_waiting_and_no_busy_connection() {
        let idle = IdleConnections::default();
        let [first, second, third] = std::array::from_fn(|_| idle.enter());
        first.leave();
        second.leave();
        second.wait();
        idle.close_oldest();
        assert!(is_closed(&third) && !is_closed(&second) && !is_closed(&first));
        idle.close_oldest();
        assert!(is_closed(&second) && !is_closed(&first));
        idle.close_oldest();
        assert!(!is_closed(&first));
    }
}
