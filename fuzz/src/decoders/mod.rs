//! A file a decoder: what it takes to begin with, what holds of whatever it makes of any bytes.

mod call;
mod compile;
mod condition;
mod config;
mod events;
mod profile;
mod story;
mod visitor;

#[cfg(feature = "server")]
mod server;

use crate::target::Target;

/// Decoders of the engine, in browsers and on servers.
pub static ENGINE: &[Target] = &[
    profile::TARGET,
    visitor::TARGET,
    config::TARGET,
    events::TARGET,
    call::TARGET,
    condition::TARGET,
    compile::TARGET,
    story::TARGET,
];

#[cfg(feature = "server")]
pub use server::SERVER;
