//! `escale import`. In: a CSV file of what another system knows of customers. Out: what became of it; rows that cannot be
//! read in a file of their own, with the reason. Never: changes anything in a dry run; stops at a bad row.

use std::fs::File;
use std::process::ExitCode;

use csv::StringRecord;
use indicatif::ProgressBar;

use super::{counted, refuse};
use crate::base::clock;
use crate::base::ids::Site;
use crate::cli;
use crate::cli::table::grouped;
use crate::config_source::{self, Faults, Served};
use crate::ingest::Reader;
use crate::ingest::body::Item;
use crate::ingest::csv_file::{CsvFile, Line, rejects_of};
use crate::ingest::take::{Outcome, Rejected, read, take};
use crate::replay::log::bar;
use crate::store::Store;

/// Rows were rejected.
const INCOMPLETE: u8 = 1;

pub fn run(arguments: &cli::Import) -> ExitCode {
    let imported = tokio::runtime::Runtime::new()
        .map_err(|error| fault("the runtime", &error))
        .and_then(|runtime| runtime.block_on(import(arguments)));
    match imported {
        Ok(outcome) if outcome.rejected.is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(INCOMPLETE),
        Err(faults) => refuse(&faults),
    }
}

async fn import(arguments: &cli::Import) -> Result<Outcome, Faults> {
    let name = arguments.file.display().to_string();
    let served = config_source::served(config_source::read(&arguments.base.config)?)?;
    let file = File::open(&arguments.file).map_err(|error| fault(&name, &error))?;
    let bytes = file.metadata().map_or(0, |about| about.len());
    let mut csv = CsvFile::open(file, arguments.subject, &arguments.map, &arguments.set)
        .map_err(|why| fault(&name, &why))?;
    let mut rejects = Rejects::of(arguments, csv.header().map_err(|why| fault(&name, &why))?);
    let store = match arguments.dry_run {
        true => None,
        false => Some(
            arguments
                .base
                .db
                .open()
                .await
                .map_err(|why| Faults(vec![why]))?,
        ),
    };
    let mut work = Work {
        arguments,
        served: &served,
        store: store.as_deref(),
        outcome: Outcome::default(),
    };
    let bar = bar(
        bytes,
        "{spinner} importing  {wide_bar} {bytes}/{total_bytes}",
    );
    work.all(&mut csv, &mut rejects, &bar).await?;
    bar.finish_and_clear();
    if let Some(store) = &store {
        store
            .close()
            .await
            .map_err(|error| fault("closing the database", &error))?;
    }
    println!("{}", summary(&work.outcome, arguments.dry_run));
    rejects.announce(work.outcome.rejected.len());
    Ok(work.outcome)
}

struct Work<'a> {
    arguments: &'a cli::Import,
    served: &'a Served,
    store: Option<&'a dyn Store>,
    outcome: Outcome,
}

impl Work<'_> {
    async fn all(
        &mut self,
        csv: &mut CsvFile<File>,
        rejects: &mut Rejects,
        bar: &ProgressBar,
    ) -> Result<(), Faults> {
        loop {
            let lines = csv.batch();
            if lines.is_empty() {
                return Ok(());
            }
            let (rows, items): (Vec<StringRecord>, Vec<Item>) = lines
                .into_iter()
                .map(|Line { row, item }| (row, item))
                .unzip();
            let batch = self.take(items).await?;
            for rejected in &batch.rejected {
                rejects.write(&rows[rejected.item], rejected)?;
            }
            self.add(batch);
            bar.set_position(csv.position());
        }
    }

    async fn take(&self, items: Vec<Item>) -> Result<Outcome, Faults> {
        let site = Site::new(&self.arguments.base.site);
        let reader = Reader {
            site: &site,
            config: &self.served.config,
            now_ms: clock::now_ms() as f64,
        };
        let subject = self.arguments.subject;
        let Some(store) = self.store else {
            let (groups, rejected) = read(reader, subject, items);
            let taken = groups.iter().map(|(_, events)| events.len()).sum();
            return Ok(Outcome {
                taken,
                rejected,
                ..Outcome::default()
            });
        };
        take(store, reader, subject, items)
            .await
            .map_err(|error| fault("the database", &error))
    }

    fn add(&mut self, batch: Outcome) {
        self.outcome.taken += batch.taken;
        self.outcome.unchanged += batch.unchanged;
        self.outcome.older += batch.older;
        self.outcome.erased += batch.erased;
        self.outcome.rejected.extend(batch.rejected);
    }
}

/// The file of rows that cannot be read: made when there is a first one.
struct Rejects {
    path: std::path::PathBuf,
    header: StringRecord,
    file: Option<csv::Writer<File>>,
}

impl Rejects {
    fn of(arguments: &cli::Import, header: StringRecord) -> Self {
        let path = arguments
            .rejects
            .clone()
            .unwrap_or_else(|| rejects_of(&arguments.file));
        Self {
            path,
            header,
            file: None,
        }
    }

    fn write(&mut self, row: &StringRecord, rejected: &Rejected) -> Result<(), Faults> {
        let failed = |error: &dyn std::fmt::Display| fault(&self.path.display().to_string(), error);
        if self.file.is_none() {
            let mut file = csv::WriterBuilder::new()
                .flexible(true)
                .from_path(&self.path)
                .map_err(|error| failed(&error))?;
            file.write_record(self.header.iter().chain(["reason"]))
                .map_err(|error| failed(&error))?;
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file
                .write_record(row.iter().chain([rejected.why.as_str()]))
                .map_err(|error| failed(&error)),
            None => Ok(()),
        }
    }

    fn announce(&self, rejected: usize) {
        if rejected > 0 {
            eprintln!(
                "{} could not be read: see {}",
                counted(rejected, "row"),
                self.path.display()
            );
        }
    }
}

fn summary(outcome: &Outcome, is_dry: bool) -> String {
    let taken = grouped(outcome.taken as u64);
    let rejected = grouped(outcome.rejected.len() as u64);
    if is_dry {
        return format!(
            "{taken} could be taken, {rejected} rejected; nothing was changed (a dry run)"
        );
    }
    let [unchanged, older, erased] =
        [outcome.unchanged, outcome.older, outcome.erased].map(|count| grouped(count as u64));
    format!(
        "{taken} taken, {unchanged} known already, {older} older than what is held, {erased} of erased customers, \
         {rejected} rejected"
    )
}

fn fault(what: &str, why: &dyn std::fmt::Display) -> Faults {
    Faults(vec![format!("{what}: {why}")])
}
