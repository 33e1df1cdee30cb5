//! What the server reads besides what the engine does.

mod audience;
mod hand_in;
mod log;
mod model;
mod tellings;
mod token;

use crate::target::Target;

/// What the server reads besides.
pub static SERVER: &[Target] = &[
    hand_in::TARGET,
    tellings::TARGET,
    token::TARGET,
    audience::TARGET,
    log::TARGET,
    model::TARGET,
];
