//! `escale import`. In: a CSV file of customer records. Out: the result of each row; rejected rows in a file of their
//! own, with the reason. Never: a change in a dry run; a stop at an invalid row.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum as _;
use csv::StringRecord;
use indicatif::ProgressBar;

use super::{SharedArgs, block_on, counted};
use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::base::table::grouped;
use crate::config_source::{self, Served};
use crate::ingest::body::Item;
use crate::ingest::csv_file::{CsvFile, Line, rejects_of};
use crate::ingest::import::{self, ImportOutcome, Rejected};
use crate::ingest::{Reader, Subject};
use crate::replay::log::bar;
use crate::store::Store;

/// Exit code if some rows were rejected.
const INCOMPLETE: u8 = 1;

/// Import customer records from a CSV file: reactions to messages, bookings, facts or consents.
///
/// Each row has an id of its own. The same file twice changes nothing, and a later record with the same id replaces the
/// earlier one. The command writes to the database, even beside a running server. It writes invalid rows to a rejects file,
/// with the reason: correct them there and import that file.
#[derive(clap::Args)]
#[command(after_help = examples())]
pub struct Args {
    /// Kind of the records.
    #[arg(value_enum)]
    subject: Subject,
    /// File with a header line.
    #[arg(value_name = "FILE.CSV")]
    file: PathBuf,
    #[command(flatten)]
    shared: SharedArgs,
    /// Column of a field. Columns named like a field need none. Repeat the flag or separate pairs with commas.
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_delimiter = ',', value_parser = pair)]
    map: Vec<(String, String)>,
    /// Value of a field in every row, such as channel=email.
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// File for invalid rows; FILE.rejects.csv by default.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read and count the rows without any change.
    #[arg(long)]
    dry_run: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text.split_once('=').ok_or("the form is left=right")?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

const EXAMPLES: &str = "\
Examples:
  escale import bookings shop.csv --config escale.json --db voyages.db --site voyages \\
         --map customer=client_no,id=file_no,at=booked_on,value=amount --set channel=shop --dry-run
  escale import reactions clicks.csv --config escale.json --set channel=email --set reaction=clicked

Exit codes: 0 all rows were read, 1 some rows were rejected, 2 the import could not run.";

/// Examples and the fields of each kind of record.
fn examples() -> String {
    let mut text = format!("{EXAMPLES}\n\nFields:");
    for subject in Subject::value_variants() {
        let name = subject
            .to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default();
        text.push_str(&format!("\n  {name:<10} {}", subject.fields().join(" ")));
    }
    text
}

pub fn run(args: &Args) -> Result<ExitCode, Errors> {
    let outcome = block_on(import(args))?;
    Ok(if outcome.rejected.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}

async fn import(args: &Args) -> Result<ImportOutcome, Errors> {
    let name = args.file.display().to_string();
    let served = config_source::served(config_source::read(&args.shared.config)?)?;
    let file = File::open(&args.file).map_err(|error| Errors::of(&name, error))?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let mut csv = CsvFile::open(file, args.subject, &args.map, &args.set)
        .map_err(|why| Errors::of(&name, why))?;
    let header = csv.header().map_err(|why| Errors::of(&name, why))?;
    let mut rejects = Rejects::of(args, header);
    let store = if args.dry_run {
        None
    } else {
        Some(args.shared.db.open().await.map_err(Errors::message)?)
    };
    let mut work = Work {
        args,
        served: &served,
        store: store.as_deref(),
        outcome: ImportOutcome::default(),
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
            .map_err(|error| Errors::of("closing the database", error))?;
    }
    println!("{}", summary(&work.outcome, args.dry_run));
    rejects.announce(work.outcome.rejected.len());
    Ok(work.outcome)
}

/// Import in progress.
struct Work<'a> {
    args: &'a Args,
    served: &'a Served,
    store: Option<&'a dyn Store>,
    outcome: ImportOutcome,
}

impl Work<'_> {
    async fn all(
        &mut self,
        csv: &mut CsvFile<File>,
        rejects: &mut Rejects,
        bar: &ProgressBar,
    ) -> Result<(), Errors> {
        loop {
            let lines = csv.batch();
            if lines.is_empty() {
                return Ok(());
            }
            let (rows, items): (Vec<StringRecord>, Vec<Item>) = lines
                .into_iter()
                .map(|Line { row, item }| (row, item))
                .unzip();
            let batch = self.import(items).await?;
            for rejected in &batch.rejected {
                rejects.write(&rows[rejected.item], rejected)?;
            }
            self.add(batch);
            bar.set_position(csv.position());
        }
    }

    async fn import(&self, items: Vec<Item>) -> Result<ImportOutcome, Errors> {
        let site = Site::new(&self.args.shared.site);
        let reader = Reader {
            site: &site,
            config: &self.served.config,
            now_ms: clock::now_ms() as f64,
        };
        let subject = self.args.subject;
        let Some(store) = self.store else {
            let (groups, rejected) = import::read(reader, subject, items);
            let stored = groups.iter().map(|(_, events)| events.len()).sum();
            return Ok(ImportOutcome {
                stored,
                rejected,
                ..ImportOutcome::default()
            });
        };
        import::import(store, reader, subject, items)
            .await
            .map_err(|error| Errors::of("the database", error))
    }

    fn add(&mut self, batch: ImportOutcome) {
        self.outcome.stored += batch.stored;
        self.outcome.unchanged += batch.unchanged;
        self.outcome.superseded += batch.superseded;
        self.outcome.erased += batch.erased;
        self.outcome.rejected.extend(batch.rejected);
    }
}

/// File of invalid rows, created for the first of them.
struct Rejects {
    path: PathBuf,
    header: StringRecord,
    file: Option<csv::Writer<File>>,
}

impl Rejects {
    fn of(args: &Args, header: StringRecord) -> Self {
        let path = args
            .rejects
            .clone()
            .unwrap_or_else(|| rejects_of(&args.file));
        Self {
            path,
            header,
            file: None,
        }
    }

    fn write(&mut self, row: &StringRecord, rejected: &Rejected) -> Result<(), Errors> {
        let failed = |error| Errors::of(self.path.display(), error);
        if self.file.is_none() {
            let mut file = csv::WriterBuilder::new()
                .flexible(true)
                .from_path(&self.path)
                .map_err(failed)?;
            file.write_record(self.header.iter().chain(["reason"]))
                .map_err(failed)?;
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file
                .write_record(row.iter().chain([rejected.reason.as_str()]))
                .map_err(failed),
            None => Ok(()),
        }
    }

    fn announce(&self, rejected: usize) {
        if rejected > 0 {
            eprintln!(
                "{} rejected: see {}",
                counted(rejected, "row"),
                self.path.display()
            );
        }
    }
}

fn summary(outcome: &ImportOutcome, is_dry: bool) -> String {
    let stored = grouped(outcome.stored as u64);
    let rejected = grouped(outcome.rejected.len() as u64);
    if is_dry {
        return format!(
            "{stored} can be imported, {rejected} rejected; nothing was changed (dry run)"
        );
    }
    let [unchanged, superseded, erased] =
        [outcome.unchanged, outcome.superseded, outcome.erased].map(|count| grouped(count as u64));
    format!(
        "{stored} stored, {unchanged} unchanged, {superseded} superseded, {erased} of erased customers, {rejected} rejected"
    )
}
