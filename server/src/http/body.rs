//! Request bodies. In: a request. Out: a value of the expected type, or an error that names the field. Never: a byte kept
//! before the head was checked. Never: more bytes in memory than the path accepts, or than all bodies may have together.
//! Never: a compressed body, which could expand without bound.

// By hand instead of `tower_http::limit`: a body that nobody reads is drained, so that its sender reads the response.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::http::error::ApiError;

/// Limit in bytes; a profile has a few hundred.
pub const BODY_LIMIT: usize = 64 * 1024;
/// Bytes of an unwanted body that are read and discarded, so that its sender can read the response.
const DRAIN_LIMIT: usize = 1024 * 1024;
/// First capacity for a body in bytes; a sync fits.
const LEAST_CAPACITY: usize = 2048;
/// Time in which a body of the largest size must arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Memory for the bodies of all connections together.
#[derive(Clone)]
pub struct BodyMemory(Arc<Semaphore>);

impl BodyMemory {
    /// Memory of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }
}

/// Body of one request, which the extractors of the handler read, and the gate drains if they did not.
#[derive(Clone)]
pub struct Incoming(Arc<Shared>);

struct Shared {
    body: Mutex<Body>,
    reserved: Mutex<Option<OwnedSemaphorePermit>>,
    memory: BodyMemory,
    limit: usize,
    deadline: Instant,
}

/// Handle of the body, in the place where a handler expects the body itself.
struct Handle(Arc<Shared>);

impl HttpBody for Handle {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.body.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(context)
    }
}

impl Incoming {
    /// Takes the body of a request, which may have at most `limit` bytes. Nothing is read yet.
    pub fn of(request: Request, memory: &BodyMemory, limit: usize) -> (Request, Self) {
        let (mut head, body) = request.into_parts();
        let shared = Arc::new(Shared {
            body: Mutex::new(body),
            reserved: Mutex::new(None),
            memory: memory.clone(),
            limit,
            deadline: Instant::now() + READ_TIMEOUT,
        });
        let incoming = Self(shared.clone());
        head.extensions.insert(incoming.clone());
        (
            Request::from_parts(head, Body::new(Handle(shared))),
            incoming,
        )
    }

    /// Reads the rest and discards it, so that no response leaves half a request on the connection.
    ///
    /// Returns `false` if the rest is too large or too slow. Nothing can follow on the connection then.
    pub async fn drain(&self) -> bool {
        let rest = async {
            let mut body = Body::new(Handle(self.0.clone()));
            let mut seen = 0;
            while seen <= DRAIN_LIMIT {
                match body.frame().await {
                    Some(Ok(frame)) => seen += frame.data_ref().map_or(0, Bytes::len),
                    Some(Err(_)) => return false,
                    None => return true,
                }
            }
            false
        };
        tokio::time::timeout_at(self.0.deadline, rest)
            .await
            .unwrap_or(false)
    }

    /// Reserves memory until the request has its response.
    fn reserve(&self, bytes: usize) -> Result<(), ApiError> {
        let permit = self
            .0
            .memory
            .0
            .clone()
            .try_acquire_many_owned(bytes as u32)
            .map_err(|_| ApiError::Busy)?;
        let mut reserved = self
            .0
            .reserved
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match reserved.as_mut() {
            Some(held) => held.merge(permit),
            None => *reserved = Some(permit),
        }
        Ok(())
    }

    /// Doubles the capacity until so many bytes more fit, and reserves it first.
    fn make_room(&self, kept: &mut Vec<u8>, bytes: usize) -> Result<(), ApiError> {
        let needed = kept.len() + bytes;
        if needed > kept.capacity() {
            let capacity = needed
                .max(kept.capacity() * 2)
                .clamp(LEAST_CAPACITY, self.0.limit.max(needed));
            self.reserve(capacity - kept.capacity())?;
            kept.reserve_exact(capacity - kept.len());
        }
        Ok(())
    }

    async fn read(&self, body: &mut Body, announced: usize) -> Result<Vec<u8>, ApiError> {
        if announced > self.0.limit {
            return Err(ApiError::TooLarge);
        }
        // Memory grows with what arrives, not with what is announced: an announcement costs its sender nothing.
        let mut kept = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| ApiError::Malformed("it ended early".into()))?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            if kept.len() + data.len() > self.0.limit {
                return Err(ApiError::TooLarge);
            }
            self.make_room(&mut kept, data.len())?;
            kept.extend_from_slice(data);
        }
        Ok(kept)
    }
}

/// Whole body of a request, read after every check of its head.
pub struct Whole(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (head, mut body) = request.into_parts();
        // A route without the gate has no limit of its own, and takes no body.
        let incoming: &Incoming = head.extensions.get().ok_or(ApiError::TooLarge)?;
        let announced = body.size_hint().lower() as usize;
        tokio::time::timeout_at(
            incoming.0.deadline,
            incoming.read(
                &mut body,
                content_length(&head.headers).unwrap_or(announced),
            ),
        )
        .await
        .map_err(|_| ApiError::ReadTimeOut)?
        .map(Self)
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// JSON body. `text/plain` is accepted too, because a page that is being closed can send it without a preflight.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let headers = request.headers();
        if is_compressed(headers)
            || !matches!(
                media_type(headers).as_str(),
                "application/json" | "text/plain"
            )
        {
            return Err(ApiError::MediaType);
        }
        let Whole(bytes) = Whole::from_request(request, state).await?;
        parse(&bytes).map(Self).map_err(ApiError::Malformed)
    }
}

/// Parses JSON; the message of an error begins with the path of the field.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." => error.into_inner().to_string(),
            _ => format!("`{path}`: {}", error.into_inner()),
        }
    })?;
    json.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// Media type of a request without its parameters, in lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase()
}

/// True for a request with any content encoding.
pub fn is_compressed(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
}
