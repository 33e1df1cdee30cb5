//! What reads bytes from outside, without a server around it: for `fuzz/`. In and out: as each of them says. Never: code of
//! its own, or something else than the server's would be tried out.

pub use crate::audience::{Wanted, Whom, Wish};
pub use crate::cli::LogKind;
pub use crate::http::routes::sync::Request as SyncBody;
pub use crate::ingest::body::{Item, Items, json, ndjson};
pub use crate::ingest::consent::Consent;
pub use crate::ingest::csv_file::CsvFile;
pub use crate::ingest::take::read as read_imports;
pub use crate::ingest::{Reader, Subject, judge};
pub use crate::model::Model;
pub use crate::replay::Visitor;
pub use crate::replay::log::read_from as read_log;
pub use crate::sync::replica::{check, combined, export};
pub use crate::token::Tokens;
