//! What the server reads besides what the engine does.

mod audience;
mod imports;
mod log;
mod model;
mod sync_request;
mod token;

use crate::target::Target;

/// What the server reads besides.
pub static SERVER: &[Target] = &[
    sync_request::TARGET,
    imports::TARGET,
    token::TARGET,
    audience::TARGET,
    log::TARGET,
    model::TARGET,
];
