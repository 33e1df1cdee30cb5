//! The words of `escale import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use crate::cli::Base;
use crate::ingest::Subject;

/// Tell of customers what another system knows: reactions to messages, bookings, facts, consents, from a CSV file.
///
/// Each row is one thing, under an id of its own: the same file twice changes nothing, and a later word under the same id
/// replaces the earlier. It goes straight into the database, beside a server that runs or without one. Rows that cannot
/// be read go to a file of rejects, with the reason; mend them there and import that file.
#[derive(Args)]
#[command(after_help = examples())]
pub struct Import {
    /// What the rows tell of.
    #[arg(value_enum)]
    pub subject: Subject,
    /// The file, with a header line.
    #[arg(value_name = "FILE.CSV")]
    pub file: PathBuf,
    #[command(flatten)]
    pub base: Base,
    /// Which column is which field; columns that bear a field's name need none. May be given again, or with commas.
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_delimiter = ',', value_parser = pair)]
    pub map: Vec<(String, String)>,
    /// A field that is the same in every row, such as channel=email.
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Where rows go that cannot be read; FILE.rejects.csv unless said.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Reads and counts, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text.split_once('=').ok_or("it is of the form left=right")?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

const EXAMPLES: &str = "\
Examples:
  escale import bookings shop.csv --config escale.json --db voyages.db --site voyages \\
         --map customer=client_no,id=file_no,at=booked_on,value=amount --set channel=shop --dry-run
  escale import reactions clicks.csv --config escale.json --set channel=email --set reaction=clicked

Exit codes: 0 all rows were read, 1 some were rejected, 2 nothing could be done.";

/// The examples, and the fields as they are read.
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
