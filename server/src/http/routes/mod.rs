//! Handlers of the HTTP interface, one file a resource.

pub mod audiences;
pub mod config;
pub mod customers;
pub mod decisions;
pub mod demo;
pub mod health;
pub mod identify;
pub mod ingest;
pub mod me;
pub mod model;
pub mod report;
pub mod sync;

use axum::http::{HeaderName, header};

/// Header of responses with personal data, which no cache may keep.
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];
