//! The words of `escale backup` and `escale restore`.

use std::path::PathBuf;

use clap::Args;

/// Copy the embedded database while a server goes on with it, and look the copy through.
///
/// The copy is of one moment, in one file. It holds profiles: protect it as the database itself, and let it expire. For
/// PostgreSQL use its own tools.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    pub file: DatabaseFile,
    /// The copy; it must not be there yet.
    #[arg(value_name = "COPY")]
    pub to: PathBuf,
}

/// Put a backup in the place of the embedded database, which is kept beside it as FILE.before-restore.
///
/// Stop the server first. Who was erased since the backup stays erased, as far as the database that is replaced can be
/// read: its tombstones are taken over.
#[derive(Args)]
pub struct Restore {
    /// The backup.
    #[arg(value_name = "COPY")]
    pub from: PathBuf,
    #[command(flatten)]
    pub file: DatabaseFile,
}

/// The embedded store, as a file.
#[derive(Args)]
pub struct DatabaseFile {
    /// The database file.
    #[arg(
        long,
        env = "ESCALE_DB",
        value_name = "FILE",
        default_value = "escale.db"
    )]
    pub db: PathBuf,
}
