//! `escale import`. In: a CSV file or a workbook of customer records. Out: the result of each row; rejected rows in a
//! file of their own, with the reasons. Never: a change in a dry run; a stop at an invalid row.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum as _;
use encoding_rs::Encoding;
use indicatif::ProgressBar;

use super::rejects::Rejects;
use super::{SharedArgs, block_on, counted};
use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::Site;
use crate::base::table::grouped;
use crate::base::values::date::DateOrder;
use crate::base::values::number::DecimalSeparator;
use crate::config_source::{self, Served};
use crate::ingest::body::Item;
use crate::ingest::import::{self, ImportOutcome};
use crate::ingest::normalise::Conventions;
use crate::ingest::table::{
    Batches, Columns, Input, Line, Mapping, Profile, Row, Skipped, Table, TableOptions,
    parse_delimiter, parse_encoding, parse_map, rejects_of,
};
use crate::ingest::{Reader, Subject};
use crate::replay::log::bar;
use crate::store::Store;

/// Exit code if some rows were rejected.
const INCOMPLETE: u8 = 1;

/// Import customer records from a CSV file or a workbook: reactions to messages, bookings, facts or consents.
///
/// Each row has an id of its own. The same file twice changes nothing, and a later record with the same id replaces the
/// earlier one. The command writes to the database, even beside a running server. It writes invalid rows to a rejects file,
/// with every reason: correct them there and import that file. The command detects the delimiter, the encoding and the
/// forms of numbers and dates. It rejects what has two readings, and names the flag that resolves it.
#[derive(clap::Args)]
#[command(after_help = examples())]
pub struct Args {
    /// Kind of the records.
    #[arg(value_enum)]
    subject: Subject,
    /// File with a header line: CSV, XLSX, XLS or ODS.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    shared: SharedArgs,
    /// Column of a field, by name or by place as in at=#3. Columns named like a field need none. Repeat the flag or separate
    /// pairs with commas.
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = parse_map)]
    map: Vec<Vec<(String, String)>>,
    /// Value of a field in every row, such as channel=email.
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Tool that exported the file: its columns need no --map.
    #[arg(long = "from", value_enum, value_name = "TOOL")]
    profile: Option<Profile>,
    #[command(flatten)]
    forms: FormArgs,
    /// File for invalid rows; FILE.rejects.csv by default.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Write cells of the rejects file as they are, without the apostrophe that keeps a spreadsheet from running formulas.
    #[arg(long)]
    raw: bool,
    /// Read and count the rows without any change.
    #[arg(long)]
    dry_run: bool,
}

/// Forms that the file does not resolve by itself.
#[derive(clap::Args)]
struct FormArgs {
    /// Character between cells: comma, semicolon, tab, pipe or another one.
    #[arg(long, value_name = "CHARACTER", value_parser = parse_delimiter, allow_hyphen_values = true)]
    delimiter: Option<u8>,
    /// Encoding of the text, such as windows-1252 or macintosh.
    #[arg(long, value_name = "NAME", value_parser = parse_encoding)]
    encoding: Option<&'static Encoding>,
    /// Decimal decimal_separator of amounts such as 1,299.
    #[arg(long, value_enum, value_name = "MARK")]
    decimal: Option<DecimalSeparator>,
    /// Order of day and month in dates such as 02/04/2026.
    #[arg(long, value_enum, value_name = "ORDER")]
    dates: Option<DateOrder>,
    /// Sheet of a workbook with several.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
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
  escale import bookings deals.xlsx --config escale.json --from hubspot --dates month-first

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
    let of_file = |why: String| Errors::of(&name, why);
    let served = config_source::served(config_source::read(&args.shared.config)?)?;
    let table =
        Table::open(Input::File(args.file.clone()), &args.table_options()).map_err(of_file)?;
    let columns = args.columns(&table).map_err(of_file)?;
    let conventions = Conventions::of_file(args.forms.decimal, args.forms.dates);
    let conventions = columns.observe(&table, conventions).map_err(of_file)?;
    for note in table.notes.iter().chain(&conventions.notes()) {
        eprintln!("{name}: {note}");
    }
    let store = if args.dry_run {
        None
    } else {
        Some(args.shared.db.open().await.map_err(Errors::message)?)
    };
    let mut work = Work {
        args,
        served: &served,
        conventions: &conventions,
        store: store.as_deref(),
        outcome: ImportOutcome::default(),
    };
    let mut batches = Batches::of(&table, &columns).map_err(of_file)?;
    let mut rejects = args.rejects(&table);
    work.all(&mut batches, &mut rejects).await?;
    if let Some(store) = &store {
        store
            .close()
            .await
            .map_err(|error| Errors::of("closing the database", error))?;
    }
    report_skipped(&name, batches.skipped);
    println!("{}", summary(&work.outcome, args.dry_run));
    rejects.finish(work.outcome.rejected.len())?;
    Ok(work.outcome)
}

impl Args {
    fn table_options(&self) -> TableOptions {
        TableOptions {
            delimiter: self.forms.delimiter,
            encoding: self.forms.encoding,
            sheet: self.forms.sheet.clone(),
        }
    }

    fn columns(&self, table: &Table) -> Result<Columns, String> {
        let map = self.map.concat();
        let mapping = Mapping {
            map: &map,
            set: &self.set,
            profile: self.profile,
        };
        Columns::find(&table.header, self.subject, mapping)
    }

    fn rejects(&self, table: &Table) -> Rejects {
        let path = self
            .rejects
            .clone()
            .unwrap_or_else(|| rejects_of(&self.file));
        Rejects::new(path, table, self.raw)
    }
}

fn report_skipped(name: &str, skipped: Skipped) {
    let Skipped { footers, headers } = skipped;
    if footers > 0 {
        eprintln!("{name}: {} passed over", counted(footers, "total row"));
    }
    if headers > 0 {
        eprintln!(
            "{name}: {} passed over",
            counted(headers, "repeated header")
        );
    }
}

/// Import in progress.
struct Work<'a> {
    args: &'a Args,
    served: &'a Served,
    conventions: &'a Conventions,
    store: Option<&'a dyn Store>,
    outcome: ImportOutcome,
}

impl Work<'_> {
    async fn all(
        &mut self,
        batches: &mut Batches<'_>,
        rejects: &mut Rejects,
    ) -> Result<(), Errors> {
        let bar: ProgressBar = bar(0, "{spinner} importing  {pos} rows");
        loop {
            let lines = batches.next_batch();
            if lines.is_empty() {
                bar.finish_and_clear();
                return Ok(());
            }
            bar.inc(lines.len() as u64);
            let (rows, items): (Vec<Row>, Vec<Item>) = lines
                .into_iter()
                .map(|Line { row, item }| (row, item))
                .unzip();
            let batch = self.import(items).await?;
            for rejected in &batch.rejected {
                rejects.write(&rows[rejected.item], rejected)?;
            }
            self.add(batch);
        }
    }

    async fn import(&self, items: Vec<Item>) -> Result<ImportOutcome, Errors> {
        let site = Site::new(&self.args.shared.site);
        let reader = Reader {
            site: &site,
            config: &self.served.config,
            now_ms: clock::now_ms() as f64,
            conventions: self.conventions,
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
