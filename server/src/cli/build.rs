//! `escale build`. In: a config as JSON. Out: the compiled config. Never: output for a config with errors.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::base::errors::Errors;
use crate::config_source::{self, Source};

/// Compile a config into the bytes that browsers load.
#[derive(clap::Args)]
pub struct Args {
    /// Config to compile.
    #[arg(value_name = "ESCALE.JSON")]
    config: PathBuf,
    /// Model that `escale model` has learned. It replaces the rates of the config.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Output file. By default it lies beside the config, with the extension .bin.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let model = config_source::model(args.model.as_deref())?;
    let compiled = Source::read(&args.config)?.compiled_with(model.as_ref())?;
    for warning in &compiled.warnings {
        eprintln!("warning: {warning}");
    }
    let output: PathBuf = args
        .output
        .clone()
        .unwrap_or_else(|| args.config.with_extension("bin"));
    std::fs::write(&output, &compiled.bytes).map_err(|error| {
        Errors::of(
            output.display(),
            format!("{error}. Choose another file with -o"),
        )
    })?;
    let served = config_source::served(compiled)?;
    println!(
        "{}: {} bytes, version {}",
        output.display(),
        served.bytes.len(),
        served.version
    );
    Ok(ExitCode::SUCCESS)
}
