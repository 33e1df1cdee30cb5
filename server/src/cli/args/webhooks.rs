//! The words of `escale webhooks`.

use clap::Args;

use crate::cli::database::Database;

/// List webhooks that were given up, or have them called again.
///
/// A receiver that does not acknowledge is called again for about two days; then its call waits here. The server makes
/// the calls: this only says what it is to do.
#[derive(Args)]
pub struct Webhooks {
    /// The site's name, as the server's.
    #[arg(long, env = "ESCALE_SITE", default_value = "demo")]
    pub site: String,
    /// Where the data are, as the server's.
    #[arg(
        long,
        env = "ESCALE_DB",
        hide_env_values = true,
        value_name = "FILE|URL",
        default_value = "escale.db"
    )]
    pub db: Database,
    /// The one to be called again.
    #[arg(long, value_name = "ID")]
    pub requeue: Option<String>,
    /// All of them.
    #[arg(long, conflicts_with = "requeue")]
    pub requeue_all: bool,
}
