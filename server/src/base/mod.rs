//! Clock, identifiers and TLS: what every other folder builds on.

pub mod clock;
pub mod ids;
pub mod names;
pub mod tls;
