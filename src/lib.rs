//! Escale gets to know a visitor of a travel site in the visitor's own browser, and picks the offer
//! block worth showing.
//!
//! The way through the house: a page or a call of the site becomes an event ([`core::event`]), its topics
//! are found ([`core::classify`]), the replica of the profile counts them ([`core::profile`]), knowledge is
//! read from the counters ([`core::affinity`]), an offer is chosen ([`core::decide`]) and, on demand,
//! explained. [`core::engine`] is the facade. `web` (wasm32 only) binds that facade to a page; the
//! server calls the very same one.
//!
//! Two builds: without features, the **runtime** (compiled configs, numbers across the boundary); with
//! `full`, JSON configs, explanations and exports besides.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod web;
