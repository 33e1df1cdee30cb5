//! Decoders that only the server has.

mod audience;
mod imports;
mod log;
mod model;
mod sync_request;
mod token;

use crate::target::Target;

/// Decoders that only the server has.
pub static SERVER: &[Target] = &[
    sync_request::TARGET,
    imports::TARGET,
    token::TARGET,
    audience::TARGET,
    log::TARGET,
    model::TARGET,
];
