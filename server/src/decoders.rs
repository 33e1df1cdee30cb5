//! Decoders of untrusted bytes, for `fuzz/`. Never: code of its own, so that the fuzzer runs the server's code.

pub use crate::audience::{Wanted, Whom, Wish};
pub use crate::http::routes::sync::SyncBody;
pub use crate::ingest::body::{Item, Items, json, ndjson};
pub use crate::ingest::consent::Consent;
pub use crate::ingest::import::read as read_imports;
pub use crate::ingest::normalise::Conventions;
pub use crate::ingest::table::{Batches, Columns, Input, Mapping, Table, TableOptions};
pub use crate::ingest::{Reader, Subject, judge};
pub use crate::model::Model;
pub use crate::replay::log::read_from as read_log;
pub use crate::replay::{LogKind, Visitor};
pub use crate::sync::replica::{check, export, merged_state};
pub use crate::token::Tokens;
