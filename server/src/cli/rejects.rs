//! File of rejected rows. In: rows and reasons. Out: a CSV file that can be corrected and imported. Never: a formula that
//! a spreadsheet runs; a file that others can read.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;

use super::counted;
use crate::base::errors::Errors;
use crate::base::spreadsheet::without_formula;
use crate::ingest::import::Rejected;
use crate::ingest::table::{Row, Table};

/// Name of the column that is added. A file that has it already keeps one.
const REASON: &str = "reason";

/// File of rejected rows, created for the first of them.
pub struct Rejects {
    path: PathBuf,
    header: Vec<String>,
    delimiter: u8,
    is_raw: bool,
    file: Option<csv::Writer<File>>,
}

impl Rejects {
    /// Prepares the file beside a table, with its header and its delimiter.
    pub fn new(path: PathBuf, table: &Table, is_raw: bool) -> Self {
        let mut header = table.header.clone();
        if header.last().is_some_and(|name| name == REASON) {
            header.pop();
        }
        Self {
            path,
            header,
            delimiter: table.delimiter,
            is_raw,
            file: None,
        }
    }

    /// Writes a row as it came, and its reasons.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, row: &Row, rejected: &Rejected) -> Result<(), Errors> {
        let mut cells: Vec<String> = row.texts().collect();
        if row.problem.is_none() {
            cells.truncate(self.header.len());
        }
        cells.push(format!("line {}: {}", row.line, rejected.reason));
        let is_raw = self.is_raw;
        let record = cells
            .iter()
            .map(|cell| {
                if is_raw {
                    cell.as_str().into()
                } else {
                    without_formula(cell)
                }
            })
            .map(std::borrow::Cow::into_owned);
        let path = self.path.clone();
        self.file()?
            .write_record(record)
            .map_err(|error| Errors::of(path.display(), error))
    }

    fn file(&mut self) -> Result<&mut csv::Writer<File>, Errors> {
        if let Some(ref mut file) = self.file {
            return Ok(file);
        }
        let failed = |error: &dyn std::fmt::Display| Errors::of(self.path.display(), error);
        let file = private(&self.path).map_err(|error| failed(&error))?;
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .delimiter(self.delimiter)
            .from_writer(file);
        writer
            .write_record(self.header.iter().map(String::as_str).chain([REASON]))
            .map_err(|error| failed(&error))?;
        Ok(self.file.insert(writer))
    }

    /// Completes the file and names it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self, rejected: usize) -> Result<(), Errors> {
        if let Some(mut file) = self.file {
            file.flush()
                .map_err(|error| Errors::of(self.path.display(), error))?;
            eprintln!(
                "{} rejected: see {}",
                counted(rejected, "row"),
                self.path.display()
            );
        }
        Ok(())
    }
}

/// Creates a file that its owner alone can read.
fn private(path: &std::path::Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
