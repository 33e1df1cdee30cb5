//! The words of `escale build`.

use std::path::PathBuf;

use clap::Args;

/// Compile a config into the bytes that browsers use in place.
#[derive(Args)]
pub struct Build {
    /// People's config.
    #[arg(value_name = "ESCALE.JSON")]
    pub config: PathBuf,
    /// What `escale model` has learned: it takes the place of the config's own rates.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Where the bytes go; by default beside the config, with the ending .bin.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
