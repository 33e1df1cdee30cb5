//! `escale backup` and `escale restore`, of the embedded store. In: a database file. Out: a copy that is whole, or the
//! file made of it. Never: writes over anything; brings back who was erased since.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::refuse;
use crate::cli;
use crate::config_source::Faults;
use crate::store::sqlite::copy::{self, CopyError};

pub fn back_up(arguments: &cli::Backup) -> ExitCode {
    done(
        back_up_to(&arguments.file.db, &arguments.to)
            .map(|()| format!("{} is whole", arguments.to.display())),
    )
}

pub fn restore(arguments: &cli::Restore) -> ExitCode {
    done(restore_from(&arguments.from, &arguments.file.db))
}

fn done(outcome: Result<String, Faults>) -> ExitCode {
    match outcome {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(faults) => refuse(&faults),
    }
}

fn back_up_to(db: &Path, to: &Path) -> Result<(), Faults> {
    if !db.exists() {
        return Err(fault(db, &"there is no such database"));
    }
    if to.exists() {
        return Err(fault(to, &"it is there already: nothing is written over"));
    }
    copy::back_up(db, to).map_err(|error| fault(db, &error))
}

fn restore_from(from: &Path, db: &Path) -> Result<String, Faults> {
    let (aside, new) = (beside(db, "before-restore"), beside(db, "being-restored"));
    for taken in [&aside, &new] {
        if taken.exists() {
            return Err(fault(
                taken,
                &"it is left from an earlier restore: move it away first",
            ));
        }
    }
    back_up_to(from, &new)?;
    if !db.exists() {
        std::fs::rename(&new, db).map_err(|error| fault(db, &error))?;
        return Ok(format!(
            "{} is restored; no tombstones were there to be kept",
            db.display()
        ));
    }
    let erased = in_place(db, &new, &aside).inspect_err(|_| drop(std::fs::remove_file(&new)))?;
    Ok(format!(
        "{} is restored; {erased} tombstones of the database before it were kept, which lies in {}",
        db.display(),
        aside.display()
    ))
}

/// The old file's tombstones hold in the new one, and the two change places.
fn in_place(db: &Path, new: &Path, aside: &Path) -> Result<usize, Faults> {
    copy::fold(db).map_err(|error| fault(db, &error))?;
    let erased = copy::take_tombstones(new, db).map_err(|error: CopyError| fault(new, &error))?;
    std::fs::rename(db, aside).map_err(|error| fault(aside, &error))?;
    std::fs::rename(new, db).map_err(|error| fault(db, &error))?;
    Ok(erased)
}

/// `voyages.db` with another word behind it.
fn beside(db: &Path, word: &str) -> PathBuf {
    let mut name = db.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(word);
    db.with_file_name(name)
}

fn fault(path: &Path, why: &dyn std::fmt::Display) -> Faults {
    Faults(vec![format!("{}: {why}", path.display())])
}
