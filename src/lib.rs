//! Escale learns the tastes of a travel site's visitor in the visitor's own browser. It picks the
//! offer block worth showing.
//!
//! A page or a call of the site becomes an event ([`core::event`]). Its topics are found
//! ([`core::event::classify`]). The replica of the profile counts them ([`core::profile`]).
//! Affinities are read from the counters ([`core::traits::affinity`]). An offer is chosen
//! ([`core::decision::decide`]) and, on demand, explained. [`core::engine`] is the facade. `web`
//! (wasm32 only) binds that facade to a page; the server calls the very same one.
//!
//! Two builds: without features, the **runtime** (compiled configs, numbers across the boundary);
//! with `full`, JSON configs, explanations and exports besides.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod web;
