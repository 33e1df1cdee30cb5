//! A file a subcommand. In: typed arguments. Out: an exit code; words go to the standard output, faults to the
//! standard error.

pub mod audience;
pub mod backup;
pub mod build;
pub mod check;
pub mod import;
pub mod model;
pub mod replay;
pub mod report;
pub mod serve;
mod stories;
pub mod webhooks;

use std::process::ExitCode;

use crate::config_source::Faults;

/// The arguments or the config cannot be used.
const UNUSABLE: u8 = 2;

/// Prints every fault, and how many there are.
fn refuse(faults: &Faults) -> ExitCode {
    for fault in &faults.0 {
        eprintln!("{fault}");
    }
    eprintln!(
        "{} to mend before this can run",
        counted(faults.0.len(), "fault")
    );
    ExitCode::from(UNUSABLE)
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}
