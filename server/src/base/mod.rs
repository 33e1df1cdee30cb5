//! Clock, calendar, identifiers, records, values, errors, tables and TLS: the modules every other folder builds on.

pub mod clock;
pub mod errors;
pub mod file;
pub mod ids;
pub mod names;
pub mod private_file;
pub mod record;
pub mod spreadsheet;
pub mod table;
pub mod time;
pub mod tls;
pub mod values;
