//! Rows of a text file. In: bytes in any encoding. Out: rows of texts. Never: the whole file in memory.

use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;
use serde_json::Value;

use crate::base::spreadsheet::with_formula;

use super::{Input, Row, TableOptions, delimiter, encoding};

/// Characters that the delimiter is detected by.
const SAMPLE: u64 = 65_536;
/// Form of a text file.
pub struct TextFormat {
    encoding: &'static Encoding,
    pub delimiter: u8,
    has_sep_line: bool,
    has_crlf: bool,
}

impl TextFormat {
    /// Recognises the form of a file.
    ///
    /// # Errors
    /// A message that names the flag which resolves it.
    pub fn of(
        input: &Input,
        options: &TableOptions,
        notes: &mut Vec<String>,
    ) -> Result<Self, String> {
        let encoding = match options.encoding {
            Some(encoding) => encoding,
            None => encoding::detect(input, notes)?,
        };
        let mut sample = Vec::new();
        decoder(input, encoding)?
            .take(SAMPLE)
            .read_to_end(&mut sample)
            .map_err(|error| error.to_string())?;
        let sample = String::from_utf8_lossy(&sample);
        let sep = delimiter::of_sep_line(&sample);
        let body = if sep.is_some() {
            sample.split_once('\n').map_or("", |(_, body)| body)
        } else {
            &sample
        };
        let delimiter = match options.delimiter.or(sep) {
            Some(delimiter) => delimiter,
            None => delimiter::detect(body)?,
        };
        Ok(Self {
            encoding,
            delimiter,
            has_sep_line: sep.is_some(),
            has_crlf: body.contains("\r\n"),
        })
    }

    /// Returns the rows from the first line on.
    ///
    /// # Errors
    /// A message: the file cannot be opened.
    pub fn rows(&self, input: &Input) -> Result<TextRows, String> {
        let mut reader = BufReader::new(decoder(input, self.encoding)?);
        let mut lines_before = 0;
        if self.has_sep_line {
            let mut line = Vec::new();
            reader
                .read_until(b'\n', &mut line)
                .map_err(|error| error.to_string())?;
            lines_before = 1;
        }
        let csv = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(self.delimiter)
            .from_reader(Box::new(reader) as Box<dyn Read>);
        Ok(TextRows {
            csv,
            lines_before,
            has_crlf: self.has_crlf,
            rows: 0,
            record: ByteRecord::new(),
            is_ended: false,
        })
    }
}

/// Reader of a file as UTF-8, without its BOM. Bytes of a file in UTF-8 pass unchanged.
fn decoder(input: &Input, encoding: &'static Encoding) -> Result<Box<dyn Read>, String> {
    let reader = DecodeReaderBytesBuilder::new()
        .encoding((encoding != UTF_8).then_some(encoding))
        .utf8_passthru(true)
        .strip_bom(true)
        .bom_override(true)
        .build(input.open()?);
    Ok(Box::new(reader))
}

/// Reader of rows.
pub struct TextRows {
    csv: csv::Reader<Box<dyn Read>>,
    lines_before: u64,
    has_crlf: bool,
    rows: u64,
    record: ByteRecord,
    is_ended: bool,
}

impl Iterator for TextRows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.is_ended {
            return None;
        }
        let read = self.csv.read_byte_record(&mut self.record);
        self.rows += 1;
        match read {
            Ok(false) => None,
            Ok(true) => Some(row(self.line(), &self.record)),
            Err(error) => {
                self.is_ended = true;
                Some(Row {
                    line: self.line(),
                    cells: vec![Value::String("…".into())],
                    problem: Some(format!("the rest of the file cannot be read: {error}")),
                })
            }
        }
    }
}

impl TextRows {
    /// Line of the record. The reader has not passed the second half of the line end before it.
    fn line(&self) -> u64 {
        let line = self
            .record
            .position()
            .map_or(self.rows, csv::Position::line);
        let is_behind = self.has_crlf && self.rows > 1;
        line + self.lines_before + u64::from(is_behind)
    }
}

fn row(line: u64, record: &ByteRecord) -> Row {
    let is_text = record.iter().all(|cell| std::str::from_utf8(cell).is_ok());
    let text = |cell: &[u8]| match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        // No byte is lost: every one has a character in Windows-1252.
        Err(_) => WINDOWS_1252
            .decode_without_bom_handling(cell)
            .0
            .into_owned(),
    };
    let problem = (!is_text).then(|| {
        "it is not UTF-8 as the other lines are; it seems to be Windows-1252: check the text"
            .to_owned()
    });
    Row {
        line,
        cells: record
            .iter()
            .map(|cell| Value::String(clean(&text(cell))))
            .collect(),
        problem,
    }
}

/// Removes BOM, and the apostrophe that keeps a spreadsheet from running a formula.
fn clean(cell: &str) -> String {
    let text = cell.replace('\u{feff}', "");
    with_formula(&text).to_owned()
}
