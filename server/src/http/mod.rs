//! The HTTP interface: state, extractors, router, routes, request limits and error bodies.

pub mod api_key;
pub mod body;
pub mod conditional;
pub mod connections;
pub mod cors;
pub mod csp;
pub mod error;
pub mod error_body;
pub mod extract;
pub mod idle;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod rate_limiter;
pub mod report_page;
pub mod router;
pub mod routes;
pub mod state;
