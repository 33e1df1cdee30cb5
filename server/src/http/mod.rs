//! The HTTP interface: state, router, routes, request limits and error bodies.

pub mod api_key;
pub mod app;
pub mod body;
pub mod connections;
pub mod cors;
pub mod csp;
pub mod error;
pub mod metrics;
pub mod pages;
pub mod rate_limit;
pub mod report_page;
pub mod routes;
