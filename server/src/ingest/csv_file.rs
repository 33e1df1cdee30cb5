//! A CSV file of events to import. In: a file with a header, the column of each field, and the
//! values that all rows share. Out: rows as objects, in batches. Never: the whole file in memory.

use std::io::Read;
use std::path::Path;

use csv::{Reader, StringRecord};
use serde_json::{Map, Value};

use super::Subject;
use super::body::Item;

/// Rows read and kept at once.
const BATCH: usize = 1000;

/// Source of a field's text.
enum Source {
    Column(usize),
    Fixed(String),
}

pub struct CsvFile<R> {
    csv: Reader<R>,
    fields: Vec<(String, Source)>,
}

/// A row as it stands in the file, and as an object.
pub struct Line {
    pub row: StringRecord,
    pub item: Item,
}

impl<R: Read> CsvFile<R> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// A message if there is no header, or the mapping names an unknown field or column.
    pub fn open(
        from: R,
        subject: Subject,
        map: &[(String, String)],
        set: &[(String, String)],
    ) -> Result<Self, String> {
        let mut csv = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(from);
        let header = csv.headers().map_err(|error| error.to_string())?.clone();
        let place = |column: &str| header.iter().position(|name| name == column);
        if let Some((field, _)) = map
            .iter()
            .chain(set)
            .find(|(field, _)| !subject.knows(field))
        {
            return Err(format!(
                "there is no field `{field}`: it takes {}",
                subject.fields().join(", ")
            ));
        }
        let mut fields = Vec::new();
        for field in subject.fields() {
            let fixed = set.iter().find(|(name, _)| name == field);
            let mapped = map.iter().find(|(name, _)| name == field);
            let source = match (fixed, mapped) {
                (Some((_, value)), _) => Some(Source::Fixed(value.clone())),
                (None, Some((_, column))) => {
                    Some(Source::Column(place(column).ok_or_else(|| {
                        format!(
                            "there is no column `{column}`: the file has {}",
                            header.iter().collect::<Vec<_>>().join(", ")
                        )
                    })?))
                }
                (None, None) => place(field).map(Source::Column),
            };
            fields.extend(source.map(|source| ((*field).to_owned(), source)));
        }
        Ok(Self { csv, fields })
    }

    /// Returns the header.
    ///
    /// # Errors
    ///
    /// A message if the file cannot be read.
    pub fn header(&mut self) -> Result<StringRecord, String> {
        self.csv
            .headers()
            .cloned()
            .map_err(|error| error.to_string())
    }

    /// The next rows; none at the end.
    pub fn batch(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut row = StringRecord::new();
        while lines.len() < BATCH {
            let item = match self.csv.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => Ok(object(&self.fields, &row)),
                Err(error) => Err(error.to_string()),
            };
            lines.push(Line {
                row: row.clone(),
                item,
            });
        }
        lines
    }

    /// Returns the position in the file, in bytes.
    pub fn position(&self) -> u64 {
        self.csv.position().byte()
    }
}

fn object(fields: &[(String, Source)], row: &StringRecord) -> Map<String, Value> {
    let text = |source: &Source| match source {
        Source::Column(at) => row.get(*at).unwrap_or_default().to_owned(),
        Source::Fixed(value) => value.clone(),
    };
    fields
        .iter()
        .map(|(field, source)| (field.clone(), Value::String(text(source))))
        .collect()
}

/// `clients.csv` rejects into `clients.rejects.csv`.
pub fn rejects_of(file: &Path) -> std::path::PathBuf {
    file.with_extension("rejects.csv")
}
