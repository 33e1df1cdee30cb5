//! `escale build`: people's config in, compiled bytes out.

use std::path::PathBuf;
use std::process::ExitCode;

use super::refuse;
use crate::cli;
use crate::config_source::{self, Faults, Source};

pub fn run(arguments: &cli::Build) -> ExitCode {
    match build(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => refuse(&faults),
    }
}

fn build(arguments: &cli::Build) -> Result<(), Faults> {
    let compiled = Source::read(&arguments.config)?
        .compiled_with(config_source::model(arguments.model.as_deref())?.as_ref())?;
    for warning in &compiled.warnings {
        eprintln!("warning: {warning}");
    }
    let output: PathBuf = arguments
        .output
        .clone()
        .unwrap_or_else(|| arguments.config.with_extension("bin"));
    std::fs::write(&output, &compiled.bytes).map_err(|error| {
        Faults(vec![format!(
            "{}: {error}. Choose another place with -o",
            output.display()
        )])
    })?;
    let served = config_source::served(compiled)?;
    println!(
        "{}: {} bytes, version {}",
        output.display(),
        served.bytes.len(),
        served.version
    );
    Ok(())
}
