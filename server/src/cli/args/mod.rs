//! The arguments of each command, one file per command.

mod audience;
mod backup;
mod build;
mod check;
mod import;
mod model;
mod replay;
mod report;
pub mod serve;
mod webhooks;

pub use audience::Audience;
pub use backup::{Backup, Restore};
pub use build::Build;
pub use check::{Check, SchemaOf};
pub use import::Import;
pub use model::Model;
pub use replay::{LogKind, Replay};
pub use report::{Report, ReportFormat, Summed};
pub use serve::{Identity, LogFormat, LogLevel, Serve};
pub use webhooks::Webhooks;
