//! Clock, calendar, identifiers, records, errors, tables and TLS: the modules every other folder builds on.

pub mod clock;
pub mod errors;
pub mod ids;
pub mod names;
pub mod private_file;
pub mod record;
pub mod table;
pub mod time;
pub mod tls;
