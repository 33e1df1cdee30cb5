//! `escale backup` and `escale restore` of the embedded database. In: a database file. Out: a verified copy, or the
//! database made from it. Never: overwrites a file; restores a visitor who was erased since.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::base::errors::Errors;
use crate::store::sqlite::copy;

/// Copy the embedded database, even beside a running server, and verify the copy.
///
/// The copy holds the state of one moment in one file. It contains profiles: protect it like the database, and delete it
/// when it is old. Use PostgreSQL's own tools for PostgreSQL.
#[derive(clap::Args)]
pub struct BackupArgs {
    #[command(flatten)]
    file: DatabaseFile,
    /// File of the copy. It must not exist.
    #[arg(value_name = "COPY")]
    to: PathBuf,
}

/// Replace the embedded database with a backup. The old file is kept as FILE.before-restore.
///
/// Stop the server first. Visitors who were erased since the backup stay erased: the command copies the tombstones of the
/// old database, if it can be read.
#[derive(clap::Args)]
pub struct RestoreArgs {
    /// Backup to restore.
    #[arg(value_name = "COPY")]
    from: PathBuf,
    #[command(flatten)]
    file: DatabaseFile,
}

/// File of the embedded database.
#[derive(clap::Args)]
struct DatabaseFile {
    /// Database file.
    #[arg(
        long,
        env = "ESCALE_DB",
        value_name = "FILE",
        default_value = "escale.db"
    )]
    db: PathBuf,
}

pub fn back_up(args: &BackupArgs) -> Result<ExitCode, Errors> {
    copy_to(&args.file.db, &args.to)?;
    println!("{} is complete", args.to.display());
    Ok(ExitCode::SUCCESS)
}

pub fn restore(args: &RestoreArgs) -> Result<ExitCode, Errors> {
    println!("{}", restore_from(&args.from, &args.file.db)?);
    Ok(ExitCode::SUCCESS)
}

fn copy_to(db: &Path, to: &Path) -> Result<(), Errors> {
    if !db.exists() {
        return Err(Errors::of(db.display(), "this database does not exist"));
    }
    if to.exists() {
        return Err(Errors::of(
            to.display(),
            "this file exists already and is not overwritten",
        ));
    }
    copy::back_up(db, to).map_err(|error| Errors::of(db.display(), error))
}

/// Restores and returns a summary.
fn restore_from(from: &Path, db: &Path) -> Result<String, Errors> {
    let (old, new) = (
        with_suffix(db, "before-restore"),
        with_suffix(db, "being-restored"),
    );
    for leftover in [&old, &new] {
        if leftover.exists() {
            return Err(Errors::of(
                leftover.display(),
                "this file is left from an earlier restore: move it away first",
            ));
        }
    }
    copy_to(from, &new)?;
    if !db.exists() {
        std::fs::rename(&new, db).map_err(|error| Errors::of(db.display(), error))?;
        return Ok(format!(
            "{} is restored; there were no tombstones to keep",
            db.display()
        ));
    }
    let tombstones = replace(db, &new, &old).inspect_err(|_| drop(std::fs::remove_file(&new)))?;
    Ok(format!(
        "{} is restored; {tombstones} tombstones of the old database were kept; the old database is {}",
        db.display(),
        old.display()
    ))
}

/// Copies the tombstones of the old database into the new one, then swaps the files. Returns their number.
fn replace(db: &Path, new: &Path, old: &Path) -> Result<usize, Errors> {
    copy::fold(db).map_err(|error| Errors::of(db.display(), error))?;
    let tombstones =
        copy::take_tombstones(new, db).map_err(|error| Errors::of(new.display(), error))?;
    std::fs::rename(db, old).map_err(|error| Errors::of(old.display(), error))?;
    std::fs::rename(new, db).map_err(|error| Errors::of(db.display(), error))?;
    Ok(tombstones)
}

/// Path with a suffix, such as `voyages.db.before-restore`.
fn with_suffix(db: &Path, suffix: &str) -> PathBuf {
    let mut name = db.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    db.with_file_name(name)
}
