//! Rows of a workbook: XLSX, XLS, XLSB or ODS. In: a file. Out: the rows of one sheet. Never: a serial number where the
//! sheet has a date.

use std::io::{Cursor, Read as _};

use calamine::{Data, ExcelDateTime, Reader as _, Sheets, open_workbook_auto_from_rs};
use serde_json::{Number, Value};

use super::{Input, Row};

type Workbook = Sheets<Cursor<Vec<u8>>>;

/// Returns `true` for the first bytes of a ZIP archive or an OLE file, whatever the name of the file.
pub fn is_workbook(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Reads the rows of a sheet, or of the only sheet with any.
///
/// # Errors
/// A message: it is no workbook, or several sheets have rows.
pub fn read(input: &Input, sheet: Option<&str>) -> Result<Vec<Row>, String> {
    let mut bytes = Vec::new();
    input
        .open()?
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    let mut workbook: Workbook =
        open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
            format!("it is no workbook that can be read ({error}): save it as .xlsx or .csv")
        })?;
    let names = workbook.sheet_names();
    if let Some(name) = sheet {
        if !names.iter().any(|known| known == name) {
            return Err(format!(
                "there is no sheet `{name}`: it has {}",
                names.join(", ")
            ));
        }
        return rows(&mut workbook, name);
    }
    let mut filled = Vec::new();
    for name in names {
        let rows = rows(&mut workbook, &name)?;
        if !rows.is_empty() {
            filled.push((name, rows));
        }
    }
    match filled.len() {
        0 | 1 => Ok(filled.pop().map(|(_, rows)| rows).unwrap_or_default()),
        _ => {
            let names: Vec<String> = filled.into_iter().map(|(name, _)| name).collect();
            Err(format!(
                "several sheets have rows: say --sheet with one of {}",
                names.join(", ")
            ))
        }
    }
}

fn rows(workbook: &mut Workbook, sheet: &str) -> Result<Vec<Row>, String> {
    let range = workbook
        .worksheet_range(sheet)
        .map_err(|error| format!("sheet `{sheet}`: {error}"))?;
    let first = range.start().map_or(0, |(row, _)| u64::from(row));
    Ok((first + 1..)
        .zip(range.rows())
        .map(|(line, cells)| Row {
            line,
            cells: cells.iter().map(cell).collect(),
            problem: None,
        })
        .collect())
}

fn cell(data: &Data) -> Value {
    match data {
        Data::Int(number) => Value::Number((*number).into()),
        Data::Float(number) => float(*number),
        Data::String(text) => Value::String(text.clone()),
        Data::Bool(truth) => Value::Bool(*truth),
        Data::DateTime(moment) if moment.is_datetime() => Value::String(iso(moment)),
        Data::DateTime(duration) => float(duration.as_f64()),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Value::String(text.clone()),
        Data::Error(error) => Value::String(error.to_string()),
        Data::Empty => Value::Null,
    }
}

/// A whole number without a point, as the sheet shows it.
fn float(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return Value::Number((number as i64).into());
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

fn iso(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        return date;
    }
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}")
}
